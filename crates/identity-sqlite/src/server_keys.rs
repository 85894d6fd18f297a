//! The tables of signing keys and of the key of join codes.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use usher_domain::Timestamp;
use usher_identity::ports::{ServerKeys, StoreError, StoredSigningKey};

use crate::columns::{limit, time};
use crate::store::{Failure, SqliteStore};

#[async_trait]
impl ServerKeys for SqliteStore {
    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError> {
        self.read(|tables| {
            let select = "SELECT id, secret, created_at FROM identity_signing_keys ORDER BY id DESC";
            let mut select = tables.prepare(select)?;
            let rows = select.query_map([], |row| {
                Ok(StoredSigningKey {
                    number: row.get(0)?,
                    secret: row.get(1)?,
                    created_at: time(row, 2)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn last_signing_key(&self) -> Result<i64, StoreError> {
        self.read(last).await
    }

    async fn add_signing_key(&self, key: StoredSigningKey, keep: usize) -> Result<bool, StoreError> {
        self.change(move |tables| {
            if key.number != last(tables)? + 1 {
                return Ok(false);
            }
            tables.execute(
                "INSERT INTO identity_signing_keys (id, secret, created_at) VALUES (?1, ?2, ?3)",
                params![key.number, key.secret, key.created_at.map(Timestamp::millis)],
            )?;
            keep_newest(tables, keep)?;
            Ok(true)
        })
        .await
    }

    async fn keep_newest_signing_keys(&self, keep: usize) -> Result<usize, StoreError> {
        self.change(move |tables| keep_newest(tables, keep)).await
    }

    async fn join_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|tables| {
            let select = "SELECT secret FROM identity_join_key";
            Ok(tables.query_row(select, [], |row| row.get(0)).optional()?)
        })
        .await
    }

    async fn add_join_key(&self, secret: Vec<u8>) -> Result<bool, StoreError> {
        self.change(move |tables| {
            let insert = "INSERT INTO identity_join_key (id, secret) VALUES (1, ?1) ON CONFLICT DO NOTHING";
            Ok(tables.execute(insert, [secret])? > 0)
        })
        .await
    }
}

/// The largest number ever used: SQLite remembers it for the table.
fn last(tables: &Connection) -> Result<i64, Failure> {
    let select = "SELECT seq FROM sqlite_sequence WHERE name = 'identity_signing_keys'";
    let last = tables.query_row(select, [], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0))
}

/// Returns how many keys were deleted.
fn keep_newest(tables: &Connection, keep: usize) -> Result<usize, Failure> {
    Ok(tables.execute(
        "DELETE FROM identity_signing_keys
         WHERE id NOT IN (SELECT id FROM identity_signing_keys ORDER BY id DESC LIMIT ?1)",
        [limit(keep)],
    )?)
}
