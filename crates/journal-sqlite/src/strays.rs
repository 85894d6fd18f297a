//! Finds rows without the row that they belong to: traces of somebody who removed or added rows.

use rusqlite::{Connection, Row, params};
use usher_domain::AccountId;
use usher_journal::{STRAYS_MAX, Seq, Stray};

use crate::chain::MILESTONE_EVERY;
use crate::records::INDEX_BITS;

/// The limit as an SQL integer.
const LIMIT: i64 = {
    assert!(STRAYS_MAX == 100);
    100
};

/// Heads whose commit is not at the position that they name.
const HEADS: &str = "SELECT account_id, seq FROM heads
     WHERE NOT EXISTS (
         SELECT 1 FROM commits
         WHERE position = heads.position AND account_id = heads.account_id AND seq = heads.seq
     )
     LIMIT ?1";

/// Commits whose link to the previous commit is broken.
const GAPS: &str = "SELECT account_id, seq - 1 FROM commits
     WHERE previous > 0 AND NOT EXISTS (SELECT 1 FROM commits AS before WHERE before.position = commits.previous)
     LIMIT ?1";

/// Commits that no head leads to, because it is gone or names an older one.
const COMMITS: &str = "SELECT commits.account_id, min(commits.seq) FROM commits
     LEFT JOIN heads ON heads.account_id = commits.account_id
     WHERE heads.seq IS NULL OR commits.seq > heads.seq
     GROUP BY commits.account_id LIMIT ?1";

/// Milestones that lead to the wrong commit, or should not exist.
const MILESTONES: &str = "SELECT account_id, seq FROM milestones
     WHERE NOT EXISTS (
         SELECT 1 FROM commits
         WHERE position = milestones.position AND account_id = milestones.account_id AND seq = milestones.seq
     )
     LIMIT ?1";

/// Commits that should have a milestone and have none.
const MILESTONES_MISSING: &str = "SELECT account_id, seq FROM commits
     WHERE seq % ?2 = 0 AND NOT EXISTS (
         SELECT 1 FROM milestones WHERE account_id = commits.account_id AND seq = commits.seq
     )
     LIMIT ?1";

/// Audit entries without a commit at their position.
const AUDIT: &str = "SELECT place FROM audit
     WHERE NOT EXISTS (SELECT 1 FROM commits WHERE position = audit.place >> ?1)
     LIMIT ?2";

pub(crate) fn find(connection: &Connection) -> rusqlite::Result<Vec<Stray>> {
    let mut strays = Vec::new();
    for row in connection.prepare(HEADS)?.query_map([LIMIT], commit)? {
        let (account, seq) = row?;
        strays.push(Stray::HeadWithoutCommit { account, seq });
    }
    for row in connection.prepare(GAPS)?.query_map([LIMIT], commit)? {
        let (account, seq) = row?;
        strays.push(Stray::Gap { account, seq });
    }
    for row in connection.prepare(COMMITS)?.query_map([LIMIT], commit)? {
        let (account, seq) = row?;
        strays.push(Stray::CommitsBehindHead { account, seq });
    }
    for row in connection.prepare(MILESTONES)?.query_map([LIMIT], commit)? {
        let (account, seq) = row?;
        strays.push(Stray::Milestone { account, seq });
    }
    let every = params![LIMIT, MILESTONE_EVERY.cast_signed()];
    for row in connection.prepare(MILESTONES_MISSING)?.query_map(every, commit)? {
        let (account, seq) = row?;
        strays.push(Stray::Milestone { account, seq });
    }
    let values = params![INDEX_BITS, LIMIT];
    for row in connection.prepare(AUDIT)?.query_map(values, |row| row.get(0))? {
        strays.push(Stray::AuditWithoutCommit { row: row? });
    }
    Ok(strays)
}

fn commit(row: &Row<'_>) -> rusqlite::Result<(AccountId, Seq)> {
    let account = AccountId::from_bits(u128::from_be_bytes(row.get(0)?));
    Ok((account, Seq::new(row.get::<_, i64>(1)?.cast_unsigned())))
}
