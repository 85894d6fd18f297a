//! Finds an account's commits along their links.

use rusqlite::{Connection, OptionalExtension, Row, params};
use usher_domain::{AccountId, Timestamp};
use usher_journal::{Commit, Hash, Seq};

/// The number of commits from one milestone to the next.
pub(crate) const MILESTONE_EVERY: u64 = 16;

/// A commit without its entries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) position: i64,
    pub(crate) previous: i64,
    pub(crate) seq: Seq,
    pub(crate) at: Timestamp,
}

/// The account's newest commit.
pub(crate) fn head(connection: &Connection, account: AccountId) -> rusqlite::Result<Option<Link>> {
    let mut head = connection.prepare_cached("SELECT position FROM heads WHERE account_id = ?1")?;
    let position = head
        .query_row([account.bits().to_be_bytes()], |row| row.get(0))
        .optional()?;
    position.map(|position| link(connection, position)).transpose()
}

/// The account's commit at `seq`.
pub(crate) fn find(connection: &Connection, account: AccountId, seq: Seq) -> rusqlite::Result<Option<Link>> {
    let Some(mut found) = at_or_after(connection, account, seq)? else {
        return Ok(None);
    };
    while found.seq > seq && found.previous > 0 {
        found = link(connection, found.previous)?;
    }
    Ok((found.seq == seq).then_some(found))
}

/// The commit before `of` in its account.
pub(crate) fn before(connection: &Connection, of: &Link) -> rusqlite::Result<Option<Link>> {
    (of.previous > 0)
        .then(|| link(connection, of.previous))
        .transpose()
}

/// Some of the commits after `after`, oldest first; empty only if there are none. Has no gaps unless a row was removed.
pub(crate) fn run_after(
    connection: &Connection,
    account: AccountId,
    after: Seq,
) -> rusqlite::Result<Vec<Link>> {
    let mut run = Vec::new();
    let mut next = at_or_after(connection, account, after.next())?;
    while let Some(here) = next.filter(|here| here.seq > after) {
        run.push(here);
        // If a row was removed, the run begins after the gap; the check of the chain finds it there.
        next = match here.previous {
            0 => None,
            previous => link(connection, previous).optional()?,
        };
    }
    run.reverse();
    Ok(run)
}

/// The first commit decided at `at` or later. The times of an account's commits never decrease.
pub(crate) fn first_since(
    connection: &Connection,
    account: AccountId,
    at: Timestamp,
) -> rusqlite::Result<Option<Seq>> {
    let Some(head) = head(connection, account)?.filter(|head| head.at >= at) else {
        return Ok(None);
    };
    let (mut low, mut high) = (Seq::FIRST, head.seq);
    while low < high {
        let middle = Seq::new(low.get() + (high.get() - low.get()) / 2);
        match find(connection, account, middle)? {
            Some(link) if link.at < at => low = middle.next(),
            _ => high = middle,
        }
    }
    Ok(Some(low))
}

/// A commit of the account at or shortly after `seq`.
fn at_or_after(connection: &Connection, account: AccountId, seq: Seq) -> rusqlite::Result<Option<Link>> {
    let mut milestone = connection.prepare_cached(
        "SELECT position FROM milestones WHERE account_id = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1",
    )?;
    let position = milestone
        .query_row(
            params![account.bits().to_be_bytes(), seq.get().cast_signed()],
            |row| row.get(0),
        )
        .optional()?;
    let milestone = position
        .map(|position| link(connection, position).optional())
        .transpose()?;
    match milestone.flatten() {
        Some(link) => Ok(Some(link)),
        None => Ok(head(connection, account)?.filter(|head| head.seq >= seq)),
    }
}

/// The commit at `position`.
pub(crate) fn link(connection: &Connection, position: i64) -> rusqlite::Result<Link> {
    let mut link = connection.prepare_cached("SELECT previous, seq, at FROM commits WHERE position = ?1")?;
    link.query_row([position], |row| {
        Ok(Link {
            position,
            previous: row.get(0)?,
            seq: Seq::new(row.get::<_, i64>(1)?.cast_unsigned()),
            at: Timestamp::from_millis(row.get(2)?),
        })
    })
}

/// The hash of the commit at `position`.
pub(crate) fn hash(connection: &Connection, position: i64) -> rusqlite::Result<Hash> {
    let mut hash = connection.prepare_cached("SELECT hash FROM commits WHERE position = ?1")?;
    hash.query_row([position], |row| row.get(0)).map(Hash::from_bytes)
}

/// The commits after `after`, oldest first, at most `limit`.
pub(crate) fn commits_after(
    connection: &Connection,
    account: AccountId,
    mut after: Seq,
    limit: usize,
) -> rusqlite::Result<Vec<Commit>> {
    let mut commits = Vec::new();
    let mut read = connection
        .prepare_cached("SELECT account_id, seq, at, hash, entries FROM commits WHERE position = ?1")?;
    while commits.len() < limit {
        let run = run_after(connection, account, after)?;
        let Some(last) = run.last() else { break };
        after = last.seq;
        for link in run.iter().take(limit - commits.len()) {
            commits.push(read.query_row([link.position], commit)?);
        }
    }
    Ok(commits)
}

fn commit(row: &Row<'_>) -> rusqlite::Result<Commit> {
    Ok(Commit {
        account: AccountId::from_bits(u128::from_be_bytes(row.get(0)?)),
        seq: Seq::new(row.get::<_, i64>(1)?.cast_unsigned()),
        at: Timestamp::from_millis(row.get(2)?),
        hash: Hash::from_bytes(row.get(3)?),
        entries: row.get::<_, Vec<u8>>(4)?.into_boxed_slice(),
    })
}
