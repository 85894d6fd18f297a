//! The table of what is to leave the server, and the one of what was read for it.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use usher_domain::personal::Personal;
use usher_domain::{AccountId, OutboxId, Timestamp, UserId};
use usher_identity::ports::{Outbox, StoreError};
use usher_identity::{
    Channel, OUTBOX_ACCOUNT_SPAN, OUTBOX_RECIPIENT_SPAN, OutboxClaim, OutboxEntry, OutboxFigures,
    OutboxRefused, OutboxRow, OutboxState, Settled,
};

use crate::columns::{limit, time};
use crate::store::{Failure, SqliteStore};

pub(crate) const TABLE: &str = "identity_outbox";
pub(crate) const FOLLOWED_TABLE: &str = "identity_outbox_followed";

const DAMAGED: StoreError = StoreError::Damaged { what: "outbox entry" };

const COLUMNS: &str = "id, channel, kind, about, account, user, recipient, secret, written_at, due_at, state, attempts, \
                       claimed_until, may_have_left, error, ended_at";

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
        now: Timestamp,
        until: Timestamp,
        max: usize,
    ) -> Result<Vec<OutboxClaim>, StoreError> {
        self.change(move |tables| claim(tables, channel, now, until, max))
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
        let of_recipient = written_since(
            tables,
            "recipient = ?1",
            &**entry.recipient.reveal(),
            entry.written_at - OUTBOX_RECIPIENT_SPAN,
        )?;
        let account = entry.account.map(|account| account.bits().to_be_bytes());
        let of_account = written_since(
            tables,
            "account = ?1",
            account,
            entry.written_at - OUTBOX_ACCOUNT_SPAN,
        )?;
        if entry.is_within(of_recipient, of_account) {
            insert(tables, &entry)?;
        } else {
            refused.push(entry.id);
        }
    }
    Ok(OutboxRefused(refused))
}

fn written_since(
    tables: &Connection,
    condition: &'static str,
    value: impl rusqlite::ToSql,
    since: Timestamp,
) -> Result<usize, Failure> {
    let select = format!("SELECT count(*) FROM identity_outbox WHERE {condition} AND written_at > ?2");
    let mut select = tables.prepare_cached(&select)?;
    let count: u32 = select.query_row(params![value, since.millis()], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

fn insert(tables: &Connection, entry: &OutboxEntry) -> Result<(), Failure> {
    tables
        .prepare_cached(
            "INSERT INTO identity_outbox (id, channel, kind, about, account, user, recipient, secret, written_at, due_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
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
                                        error = ?7, ended_at = ?8, secret = ?9
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
        ])?;
    Ok(())
}

fn claim(
    tables: &Connection,
    channel: Channel,
    now: Timestamp,
    until: Timestamp,
    max: usize,
) -> Result<Vec<OutboxClaim>, Failure> {
    let select = format!(
        "SELECT {COLUMNS} FROM identity_outbox
         WHERE channel = ?1 AND due_at <= ?2 AND state IN ('waiting', 'claimed') AND ifnull(claimed_until, ?2) <= ?2
         ORDER BY due_at, id LIMIT ?3"
    );
    let due = rows(tables, &select, params![channel.word(), now.millis(), limit(max)])?;
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
    let entry = OutboxEntry {
        id: OutboxId::from_bits(crate::columns::id(row, 0)?),
        channel: Channel::of_word(channel).ok_or(DAMAGED)?,
        kind: text(2)?,
        about: Personal::new(text(3)?),
        account: id(4)?.map(AccountId::from_bits),
        user: id(5)?.map(UserId::from_bits),
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
