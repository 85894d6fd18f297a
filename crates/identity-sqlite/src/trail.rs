//! The table of the trail of operator keys and grants. Triggers keep its rows from being changed or deleted.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use usher_domain::Timestamp;
use usher_domain::personal::Personal;
use usher_identity::ports::{StoreError, StoredOperatorKey, Trail};
use usher_identity::{
    GrantChange, KeyChange, KeysOrigin, OperatorGrant, TrailCheck, TrailEntry, TrailReport, TrailRow,
};

use crate::columns::limit;
use crate::store::{Failure, SqliteStore};

const COLUMNS: &str = "seq, at, action, key_id, key_name, detail, actor, address, request, hash";

#[async_trait]
impl Trail for SqliteStore {
    async fn trail(&self, before: Option<u64>, rows: usize) -> Result<Vec<TrailEntry>, StoreError> {
        let before = before
            .and_then(|before| i64::try_from(before).ok())
            .unwrap_or(i64::MAX);
        self.read(move |tables| {
            let mut select = tables.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM identity_operator_audit WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2"
            ))?;
            let rows = select.query_map(params![before, limit(rows)], read)?;
            let damaged = || StoreError::Damaged {
                what: "change of an operator key",
            };
            rows.map(|row| Ok(row?.into_entry().ok_or_else(damaged)?))
                .collect()
        })
        .await
    }

    async fn trail_hash(&self, seq: u64) -> Result<Option<[u8; 32]>, StoreError> {
        self.read(move |tables| {
            let select = "SELECT hash FROM identity_operator_audit WHERE seq = ?1";
            let found = tables.query_row(select, [seq.cast_signed()], |row| row.get::<_, Vec<u8>>(0));
            Ok(found.optional()?.and_then(|hash| hash.try_into().ok()))
        })
        .await
    }

    async fn check_trail(&self) -> Result<TrailReport, StoreError> {
        self.read(|tables| {
            let mut select = tables.prepare(&format!(
                "SELECT {COLUMNS} FROM identity_operator_audit ORDER BY seq"
            ))?;
            let mut rows = select.query([])?;
            let mut check = TrailCheck::default();
            while let Some(row) = rows.next()? {
                check.take(row.get(0)?, read(row).ok());
            }
            Ok(check.finish(last(tables)?))
        })
        .await
    }
}

/// Adds the row that describes a change of a key, in the transaction that makes the change.
pub(crate) fn add(
    tables: &Connection,
    key: &StoredOperatorKey,
    change: KeyChange,
    origin: &KeysOrigin,
    now: Timestamp,
) -> Result<(), Failure> {
    append(tables, |after| TrailRow::of(key, change, origin, now, after))
}

/// The same for a change of a grant.
pub(crate) fn add_grant(
    tables: &Connection,
    grant: &OperatorGrant,
    change: GrantChange,
    origin: &KeysOrigin,
    now: Timestamp,
) -> Result<(), Failure> {
    append(tables, |after| {
        TrailRow::of_grant(grant, change, origin, now, after)
    })
}

fn append(tables: &Connection, row: impl FnOnce((i64, Option<&[u8]>)) -> TrailRow) -> Result<(), Failure> {
    let select = "SELECT hash FROM identity_operator_audit ORDER BY seq DESC LIMIT 1";
    let previous: Option<Vec<u8>> = tables.query_row(select, [], |row| row.get(0)).optional()?;
    let row = row((last(tables)?, previous.as_deref()));
    tables.execute(
        &format!(
            "INSERT INTO identity_operator_audit ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        ),
        params![
            row.seq,
            row.at,
            row.action,
            row.key,
            row.name,
            row.detail,
            row.actor,
            row.address.map(Personal::into_revealed),
            row.request,
            row.hash,
        ],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<TrailRow> {
    Ok(TrailRow {
        seq: row.get(0)?,
        at: row.get(1)?,
        action: row.get(2)?,
        key: row.get(3)?,
        name: row.get(4)?,
        detail: row.get(5)?,
        actor: row.get(6)?,
        address: row.get::<_, Option<String>>(7)?.map(Personal::new),
        request: row.get(8)?,
        hash: row.get(9)?,
    })
}

/// The position of the last row ever added.
fn last(tables: &Connection) -> Result<i64, Failure> {
    let select = "SELECT seq FROM sqlite_sequence WHERE name = 'identity_operator_audit'";
    let last = tables.query_row(select, [], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0))
}
