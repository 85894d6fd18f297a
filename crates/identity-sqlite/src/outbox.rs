//! The table of what is to leave the server, and the one of what was read for it.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use usher_domain::personal::Personal;
use usher_domain::{AccountId, OutboxId, Timestamp, UserId};
use usher_identity::ports::{Outbox, Owner, StoreError};
use usher_identity::{
    Channel, OUTBOX_ACCOUNT_SPAN, OUTBOX_RECIPIENT_SPAN, OutboxBudget, OutboxClaim, OutboxEntry,
    OutboxFigures, OutboxRefused, OutboxRow, OutboxState, OutboxUse, Settled,
};

use crate::columns::{key_of, limit, time};
use crate::store::{Failure, SqliteStore};

pub(crate) const TABLE: &str = "identity_outbox";
pub(crate) const FOLLOWED_TABLE: &str = "identity_outbox_followed";

const DAMAGED: StoreError = StoreError::Damaged { what: "outbox entry" };

const COLUMNS: &str = "id, channel, kind, about, account, user, recipient, secret, written_at, due_at, state, attempts, \
                       claimed_until, may_have_left, error, ended_at, caused_by, budget, \
                       asked_by";

#[async_trait]
impl Outbox for SqliteStore {
    async fn put_in_outbox(
        &self,
        entries: Vec<OutboxEntry>,
        followed: Option<(AccountId, u64)>,
    ) -> Result<OutboxRefused, StoreError> {
        self.change(move |tables| {
            if let Some((account, seq)) = followed
                && !follow(tables, account, seq)?
            {
                return Ok(OutboxRefused::default());
            }
            put(tables, entries)
        })
        .await
    }

    async fn outbox_since(&self, now: Timestamp) -> Result<Timestamp, StoreError> {
        let since = |tables: &Connection| {
            let select = "SELECT at FROM identity_outbox_since";
            let at = tables.prepare_cached(select)?.query_row([], |row| row.get(0));
            Ok::<_, Failure>(at.optional()?.map(Timestamp::from_millis))
        };
        if let Some(since) = self.read(since).await? {
            return Ok(since);
        }
        self.change(move |tables| {
            let insert = "INSERT OR IGNORE INTO identity_outbox_since (one, at) VALUES (1, ?1)";
            tables.execute(insert, [now.millis()])?;
            Ok(since(tables)?.unwrap_or(now))
        })
        .await
    }

    async fn followed(&self) -> Result<Vec<(AccountId, u64)>, StoreError> {
        self.read(|tables| {
            let mut select =
                tables.prepare("SELECT account, seq FROM identity_outbox_followed ORDER BY account")?;
            let rows = select.query_map([], |row| {
                let account = AccountId::from_bits(crate::columns::id(row, 0)?);
                Ok((account, row.get::<_, i64>(1)?.cast_unsigned()))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn followed_until(&self, account: AccountId) -> Result<Option<u64>, StoreError> {
        self.read(move |tables| {
            let mut select =
                tables.prepare_cached("SELECT seq FROM identity_outbox_followed WHERE account = ?1")?;
            let seq = select.query_row([account.bits().to_be_bytes()], |row| row.get::<_, i64>(0));
            Ok(seq.optional()?.map(i64::cast_unsigned))
        })
        .await
    }

    async fn claim_from_outbox(
        &self,
        channel: Channel,
        after: Option<AccountId>,
        now: Timestamp,
        until: Timestamp,
        max: usize,
    ) -> Result<Vec<OutboxClaim>, StoreError> {
        self.change(move |tables| claim(tables, channel, after, (now, until), max))
            .await
    }

    async fn end_claims(&self, channel: Channel, now: Timestamp) -> Result<(), StoreError> {
        self.change(move |tables| {
            tables.execute(
                "UPDATE identity_outbox SET claimed_until = ?2 WHERE channel = ?1 AND state = 'claimed'",
                params![channel.word(), now.millis()],
            )?;
            Ok(())
        })
        .await
    }

    async fn give_up_outbox(
        &self,
        channel: Channel,
        error: Arc<str>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.change(move |tables| {
            let select = format!(
                "SELECT {COLUMNS} FROM identity_outbox WHERE channel = ?1 AND state IN ('waiting', 'claimed')"
            );
            let mut waiting = rows(tables, &select, [channel.word()])?;
            for row in &mut waiting {
                let error = Arc::clone(&error);
                let may_have_left = true;
                row.settle(Settled::Failed { error, may_have_left }, now);
                write(tables, row)?;
            }
            Ok(waiting.len())
        })
        .await
    }

    async fn settle_in_outbox(
        &self,
        id: OutboxId,
        attempt: u32,
        settled: Settled,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.change(move |tables| {
            let select = format!(
                "SELECT {COLUMNS} FROM identity_outbox WHERE id = ?1 AND attempts = ?2 AND state = 'claimed'"
            );
            let mut select = tables.prepare_cached(&select)?;
            let claimed = select.query_row(params![key(id), attempt], |row| Ok(read(row)));
            let Some(row) = claimed.optional()? else {
                return Ok(false);
            };
            let mut row = row?;
            row.settle(settled, now);
            write(tables, &row)?;
            Ok(true)
        })
        .await
    }

    async fn outbox_of(
        &self,
        account: Option<AccountId>,
        channel: Channel,
        max: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        self.read(move |tables| {
            let select = format!(
                "SELECT {COLUMNS} FROM identity_outbox WHERE account IS ?1 AND channel = ?2
                 ORDER BY written_at DESC, id DESC LIMIT ?3"
            );
            let account = account.map(|account| account.bits().to_be_bytes());
            rows(tables, &select, params![account, channel.word(), limit(max)])
        })
        .await
    }

    async fn outbox_figures(&self, channel: Channel) -> Result<OutboxFigures, StoreError> {
        self.read(move |tables| {
            let select = "SELECT count(*) FILTER (WHERE ended_at IS NULL), min(written_at) FILTER (WHERE ended_at IS NULL),
                                 count(*) FILTER (WHERE state = 'failed'), max(ended_at) FILTER (WHERE state = 'sent')
                          FROM identity_outbox WHERE channel = ?1";
            let figures = tables.query_row(select, [channel.word()], |row| {
                Ok(OutboxFigures {
                    waiting: row.get::<_, i64>(0)?.cast_unsigned(),
                    oldest_waiting: time(row, 1)?,
                    failed: row.get::<_, i64>(2)?.cast_unsigned(),
                    last_sent: time(row, 3)?,
                })
            });
            Ok(figures?)
        })
        .await
    }

    async fn forget_outbox_use(&self, until: Timestamp) -> Result<(), StoreError> {
        self.change(move |tables| {
            let delete = "DELETE FROM identity_outbox_used WHERE written_at < ?1";
            tables.execute(delete, [until.millis()])?;
            Ok(())
        })
        .await
    }

    async fn remove_ended_from_outbox(&self, until: Timestamp) -> Result<(), StoreError> {
        self.change(move |tables| {
            let delete = "DELETE FROM identity_outbox WHERE ended_at < ?1";
            tables.execute(delete, [until.millis()])?;
            Ok(())
        })
        .await
    }
}

/// Stores entries, in the transaction of the change that they are about. See [`Outbox`].
pub(crate) fn put(tables: &Connection, entries: Vec<OutboxEntry>) -> Result<OutboxRefused, Failure> {
    let mut refused = Vec::new();
    for entry in entries {
        let exists = tables
            .prepare_cached("SELECT 1 FROM identity_outbox WHERE id = ?1")?
            .exists([key(entry.id)])?;
        if exists {
            continue;
        }
        if !entry.budget.has_room(use_before(tables, &entry)?) {
            refused.push((entry.id, entry.budget));
            continue;
        }
        insert(tables, &entry)?;
        tables
            .prepare_cached(
                "INSERT INTO identity_outbox_used (caused_by, recipient, budget, written_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                entry.caused_by.map(|id| id.bits().to_be_bytes()),
                entry.recipient_digest().as_bytes(),
                entry.budget.word(),
                entry.written_at.millis(),
            ])?;
    }
    Ok(OutboxRefused(refused))
}

/// How many entries of its budget were written before an entry.
fn use_before(tables: &Connection, entry: &OutboxEntry) -> Result<OutboxUse, Failure> {
    let caused_by = entry.caused_by.map(|account| account.bits().to_be_bytes());
    let budget = entry.budget.word();
    let count = |row: &Row<'_>, column| {
        let count: i64 = row.get(column)?;
        Ok::<_, rusqlite::Error>(usize::try_from(count).unwrap_or(usize::MAX))
    };
    let since = entry.written_at - OUTBOX_RECIPIENT_SPAN;
    let recipient = entry.recipient_digest();
    let (by_account_for_recipient, for_recipient) = tables
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE caused_by IS ?1), count(*) FROM identity_outbox_used
             WHERE recipient = ?2 AND budget = ?3 AND written_at > ?4",
        )?
        .query_row(
            params![caused_by, recipient.as_bytes(), budget, since.millis()],
            |row| Ok((count(row, 0)?, count(row, 1)?)),
        )?;
    let since = entry.written_at - OUTBOX_ACCOUNT_SPAN;
    let by_account = tables
        .prepare_cached(
            "SELECT count(*) FROM identity_outbox_used WHERE caused_by = ?1 AND budget = ?2 AND written_at > ?3",
        )?
        .query_row(params![caused_by, budget, since.millis()], |row| count(row, 0))?;
    Ok(OutboxUse {
        by_account_for_recipient,
        for_recipient,
        by_account,
    })
}

fn insert(tables: &Connection, entry: &OutboxEntry) -> Result<(), Failure> {
    tables
        .prepare_cached(
            "INSERT INTO identity_outbox (id, channel, kind, about, account, user, recipient, secret, written_at, due_at,
                                          caused_by, budget, asked_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            key(entry.id),
            entry.channel.word(),
            &*entry.kind,
            &**entry.about.reveal(),
            entry.account.map(|id| id.bits().to_be_bytes()),
            entry.user.map(|id| id.bits().to_be_bytes()),
            &**entry.recipient.reveal(),
            entry.secret,
            entry.written_at.millis(),
            entry.due_at.millis(),
            entry.caused_by.map(|id| id.bits().to_be_bytes()),
            entry.budget.word(),
            entry.asked_by.map(|id| id.bits().to_be_bytes()),
        ])?;
    Ok(())
}

/// Stores what has become of an entry.
fn write(tables: &Connection, row: &OutboxRow) -> Result<(), Failure> {
    let (state, until) = match row.state {
        OutboxState::Waiting => ("waiting", None),
        OutboxState::Claimed { until } => ("claimed", Some(until.millis())),
        OutboxState::Sent { .. } => ("sent", None),
        OutboxState::Failed { .. } => ("failed", None),
    };
    tables
        .prepare_cached(
            "UPDATE identity_outbox SET state = ?2, claimed_until = ?3, due_at = ?4, attempts = ?5, may_have_left = ?6,
                                        error = ?7, ended_at = ?8, secret = ?9, about = ?10
             WHERE id = ?1",
        )?
        .execute(params![
            key(row.entry.id),
            state,
            until,
            row.entry.due_at.millis(),
            row.attempts,
            row.may_have_left,
            row.error.as_deref(),
            row.ended_at().map(Timestamp::millis),
            row.entry.secret,
            &**row.entry.about.reveal(),
        ])?;
    Ok(())
}

/// Deletes what a user asked for, whomever it concerns.
pub(crate) fn delete_of_asker(tables: &Connection, owner: Owner) -> Result<(), Failure> {
    tables.execute(
        "DELETE FROM identity_outbox WHERE caused_by = ?1 AND asked_by = ?2",
        key_of(owner),
    )?;
    Ok(())
}

/// Deletes what an account causes, whomever it concerns.
pub(crate) fn delete_caused_by(tables: &Connection, account: AccountId) -> Result<(), Failure> {
    let delete = "DELETE FROM identity_outbox WHERE caused_by = ?1";
    tables.execute(delete, [account.bits().to_be_bytes()])?;
    Ok(())
}

fn claim(
    tables: &Connection,
    channel: Channel,
    after: Option<AccountId>,
    (now, until): (Timestamp, Timestamp),
    max: usize,
) -> Result<Vec<OutboxClaim>, Failure> {
    let select = format!(
        "SELECT {COLUMNS} FROM identity_outbox
         WHERE channel = ?1 AND due_at <= ?2 AND state IN ('waiting', 'claimed') AND ifnull(claimed_until, ?2) <= ?2
         ORDER BY row_number() OVER (PARTITION BY caused_by ORDER BY due_at, id),
                  ifnull(caused_by, x'') <= ifnull(?4, x''), caused_by
         LIMIT ?3"
    );
    let after = after.map(|account| account.bits().to_be_bytes());
    let of = params![channel.word(), now.millis(), limit(max), after];
    let due = rows(tables, &select, of)?;
    let mut claims = Vec::with_capacity(due.len());
    for mut row in due {
        row.may_have_left |= matches!(row.state, OutboxState::Claimed { .. });
        row.state = OutboxState::Claimed { until };
        row.attempts += 1;
        write(tables, &row)?;
        claims.push(OutboxClaim {
            entry: row.entry,
            attempt: row.attempts,
            may_have_left: row.may_have_left,
        });
    }
    Ok(claims)
}

/// Notes up to which commit an account's journal was read. Returns false where that was noted before.
fn follow(tables: &Connection, account: AccountId, seq: u64) -> Result<bool, Failure> {
    let changed = tables
        .prepare_cached(
            "INSERT INTO identity_outbox_followed (account, seq) VALUES (?1, ?2)
             ON CONFLICT (account) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq",
        )?
        .execute(params![account.bits().to_be_bytes(), seq.cast_signed()])?;
    Ok(changed > 0)
}

fn rows(tables: &Connection, select: &str, params: impl rusqlite::Params) -> Result<Vec<OutboxRow>, Failure> {
    let mut select = tables.prepare_cached(select)?;
    let mut found = select.query(params)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(read(row)?);
    }
    Ok(rows)
}

/// A row of [`COLUMNS`].
fn read(row: &Row<'_>) -> Result<OutboxRow, Failure> {
    let text = |column| row.get::<_, String>(column).map(Arc::from);
    let id = |column| {
        let id: Option<[u8; 16]> = row.get(column)?;
        Ok::<_, rusqlite::Error>(id.map(u128::from_be_bytes))
    };
    let channel = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
    let budget = row.get_ref(17)?.as_str().map_err(rusqlite::Error::from)?;
    let entry = OutboxEntry {
        id: OutboxId::from_bits(crate::columns::id(row, 0)?),
        channel: Channel::of_word(channel).ok_or(DAMAGED)?,
        kind: text(2)?,
        about: Personal::new(text(3)?),
        account: id(4)?.map(AccountId::from_bits),
        user: id(5)?.map(UserId::from_bits),
        caused_by: id(16)?.map(AccountId::from_bits),
        asked_by: id(18)?.map(UserId::from_bits),
        budget: OutboxBudget::of_word(budget).ok_or(DAMAGED)?,
        recipient: Personal::new(text(6)?),
        secret: row.get(7)?,
        written_at: Timestamp::from_millis(row.get(8)?),
        due_at: Timestamp::from_millis(row.get(9)?),
    };
    let state = row.get_ref(10)?.as_str().map_err(rusqlite::Error::from)?;
    let state = match (state, time(row, 12)?, time(row, 15)?) {
        ("waiting", None, None) => OutboxState::Waiting,
        ("claimed", Some(until), None) => OutboxState::Claimed { until },
        ("sent", None, Some(at)) => OutboxState::Sent { at },
        ("failed", None, Some(at)) => OutboxState::Failed { at },
        _ => return Err(DAMAGED.into()),
    };
    Ok(OutboxRow {
        entry,
        state,
        attempts: row.get(11)?,
        may_have_left: row.get(13)?,
        error: row.get::<_, Option<String>>(14)?.map(Arc::from),
    })
}

const fn key(id: OutboxId) -> [u8; 16] {
    id.bits().to_be_bytes()
}
