//! The table of operator keys. Each change adds its row to the trail.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use usher_domain::{OperatorKeyId, Timestamp};
use usher_identity::ports::{FullKeys, OperatorKeys, StoreError, StoredOperatorKey};
use usher_identity::{KeyChange, KeyDigests, KeysOrigin, LastUse, Revoked, SecretDigest};

use crate::columns::{former_columns, id, key_digests, last_use, last_use_columns, time, words};
use crate::store::{Failure, SqliteStore};
use crate::trail;

const SELECT: &str =
    "SELECT id, first, name, scopes, created_at, expires_at, digest, former_digest, former_until,
         last_used_at, last_used_from
     FROM identity_operator_keys";

#[async_trait]
impl OperatorKeys for SqliteStore {
    async fn operator_keys(&self) -> Result<Vec<StoredOperatorKey>, StoreError> {
        self.read(all).await
    }

    async fn put_operator_key(
        &self,
        key: StoredOperatorKey,
        max: Option<usize>,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.change(move |tables| put(tables, &key, max, &origin, now))
            .await
    }

    async fn rotate_operator_key(
        &self,
        id: OperatorKeyId,
        new: SecretDigest,
        former_until: Option<Timestamp>,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Option<KeyDigests>, StoreError> {
        self.change(move |tables| {
            let Some(key) = one(tables, id)? else {
                return Ok(None);
            };
            let digests = key.digests.rotated(new, former_until);
            let (former, until) = former_columns(digests);
            tables.execute(
                "UPDATE identity_operator_keys SET digest = ?2, former_digest = ?3, former_until = ?4 WHERE id = ?1",
                params![id.bits().to_be_bytes(), digests.current.as_bytes(), former, until],
            )?;
            trail::add(tables, &key, KeyChange::Rotated { former_until }, &origin, now)?;
            Ok(Some(digests))
        })
        .await
    }

    async fn revoke_operator_key(
        &self,
        id: OperatorKeyId,
        full_keys: FullKeys,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Revoked, StoreError> {
        self.change(move |tables| {
            let keys = all(tables)?;
            let Some(key) = keys.iter().find(|key| key.id == id) else {
                return Ok(Revoked::Unknown);
            };
            let mut others = keys.iter().filter(|key| key.id != id);
            if full_keys == FullKeys::KeepOne && !others.any(|key| key.is_full(now)) {
                return Ok(Revoked::LastFull);
            }
            tables.execute(
                "DELETE FROM identity_operator_keys WHERE id = ?1",
                [id.bits().to_be_bytes()],
            )?;
            trail::add(tables, key, KeyChange::Revoked, &origin, now)?;
            Ok(Revoked::Yes)
        })
        .await
    }

    async fn save_operator_key_uses(&self, uses: Vec<(OperatorKeyId, LastUse)>) -> Result<(), StoreError> {
        self.change(move |tables| {
            let mut update = tables.prepare_cached(
                "UPDATE identity_operator_keys SET last_used_at = ?2, last_used_from = ?3 WHERE id = ?1",
            )?;
            for (id, last) in uses {
                let (at, from) = last_use_columns(last);
                update.execute(params![id.bits().to_be_bytes(), at, from])?;
            }
            Ok(())
        })
        .await
    }
}

fn put(
    tables: &Connection,
    key: &StoredOperatorKey,
    max: Option<usize>,
    origin: &KeysOrigin,
    now: Timestamp,
) -> Result<bool, Failure> {
    if let Some(max) = max {
        let count: u32 = tables.query_row("SELECT count(*) FROM identity_operator_keys", [], |row| {
            row.get(0)
        })?;
        if usize::try_from(count).is_ok_and(|count| count >= max) {
            return Ok(false);
        }
    }
    let change = match one(tables, key.id)? {
        Some(_) => KeyChange::Rotated { former_until: None },
        None => KeyChange::Created,
    };
    let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    let (former, until) = former_columns(key.digests);
    let (used_at, used_from) = key.last_use.map(last_use_columns).unzip();
    tables.execute(
        "INSERT OR REPLACE INTO identity_operator_keys
             (id, first, name, scopes, digest, former_digest, former_until, created_at, expires_at,
              last_used_at, last_used_from)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            key.id.bits().to_be_bytes(),
            key.is_first,
            &*key.name,
            scopes.join(" "),
            key.digests.current.as_bytes(),
            former,
            until,
            key.created_at.millis(),
            key.expires_at.map(Timestamp::millis),
            used_at,
            used_from.flatten(),
        ],
    )?;
    trail::add(tables, key, change, origin, now)?;
    Ok(true)
}

fn all(tables: &Connection) -> Result<Vec<StoredOperatorKey>, Failure> {
    let mut select = tables.prepare_cached(&format!("{SELECT} ORDER BY id"))?;
    let rows = select.query_map([], stored)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn one(tables: &Connection, id: OperatorKeyId) -> Result<Option<StoredOperatorKey>, Failure> {
    let mut select = tables.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    Ok(select.query_row([id.bits().to_be_bytes()], stored).optional()?)
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredOperatorKey> {
    Ok(StoredOperatorKey {
        id: OperatorKeyId::from_bits(id(row, 0)?),
        is_first: row.get(1)?,
        name: row.get::<_, String>(2)?.into(),
        scopes: words(row, 3, |word| word.parse().ok())?,
        created_at: Timestamp::from_millis(row.get(4)?),
        expires_at: time(row, 5)?,
        digests: key_digests(row, 6)?,
        last_use: last_use(row, 9)?,
    })
}
