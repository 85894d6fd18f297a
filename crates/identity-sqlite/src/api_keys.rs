//! The table of API keys.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use usher_domain::permission::Scope;
use usher_domain::{AccountId, ApiKeyId, Timestamp};
use usher_identity::ports::{ApiKeys, StoreError, StoredApiKey};
use usher_identity::{KeyDigests, LastUse, SecretDigest};

use crate::columns::{
    delete_of_account, former_columns, id, key_digests, last_use, last_use_columns, time, words,
};
use crate::store::{Failure, SqliteStore};

pub(crate) const TABLE: &str = "identity_api_keys";

#[async_trait]
impl ApiKeys for SqliteStore {
    async fn api_keys(&self) -> Result<Vec<StoredApiKey>, StoreError> {
        self.read(|tables| {
            let mut select = tables.prepare(
                "SELECT account, id, scopes, expires_at, digest, former_digest, former_until,
                     last_used_at, last_used_from
                 FROM identity_api_keys",
            )?;
            let rows = select.query_map([], stored)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn put_api_key(&self, key: StoredApiKey) -> Result<(), StoreError> {
        self.change(move |tables| {
            let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
            let (former, until) = former_columns(key.digests);
            let (used_at, used_from) = key.last_use.map(last_use_columns).unzip();
            tables.execute(
                "INSERT OR REPLACE INTO identity_api_keys
                     (account, id, digest, scopes, expires_at, former_digest, former_until, last_used_at, last_used_from)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    key.account.bits().to_be_bytes(),
                    key.id.bits().to_be_bytes(),
                    key.digests.current.as_bytes(),
                    scopes.join(" "),
                    key.expires_at.map(Timestamp::millis),
                    former,
                    until,
                    used_at,
                    used_from.flatten(),
                ],
            )?;
            Ok(())
        })
        .await
    }

    async fn rotate_api_key(
        &self,
        account: AccountId,
        id: ApiKeyId,
        new: SecretDigest,
        former_until: Option<Timestamp>,
    ) -> Result<Option<KeyDigests>, StoreError> {
        self.change(move |tables| rotate(tables, account, id, new, former_until))
            .await
    }

    async fn remove_api_key(&self, account: AccountId, id: ApiKeyId) -> Result<bool, StoreError> {
        self.change(move |tables| {
            let deleted = tables.execute(
                "DELETE FROM identity_api_keys WHERE account = ?1 AND id = ?2",
                [account.bits().to_be_bytes(), id.bits().to_be_bytes()],
            )?;
            Ok(deleted > 0)
        })
        .await
    }

    async fn remove_api_keys(&self, account: AccountId) -> Result<usize, StoreError> {
        self.change(move |tables| delete_of_account(tables, TABLE, account))
            .await
    }

    async fn save_api_key_uses(&self, uses: Vec<((AccountId, ApiKeyId), LastUse)>) -> Result<(), StoreError> {
        self.change(move |tables| {
            let mut update = tables.prepare_cached(
                "UPDATE identity_api_keys SET last_used_at = ?3, last_used_from = ?4 WHERE account = ?1 AND id = ?2",
            )?;
            for ((account, id), last) in uses {
                let (account, id) = (account.bits().to_be_bytes(), id.bits().to_be_bytes());
                let (at, from) = last_use_columns(last);
                update.execute(params![account, id, at, from])?;
            }
            Ok(())
        })
        .await
    }
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredApiKey> {
    let scope = |word: &str| Scope::ALL.into_iter().find(|scope| scope.as_str() == word);
    Ok(StoredApiKey {
        account: AccountId::from_bits(id(row, 0)?),
        id: ApiKeyId::from_bits(id(row, 1)?),
        scopes: words(row, 2, scope)?,
        expires_at: time(row, 3)?,
        digests: key_digests(row, 4)?,
        last_use: last_use(row, 7)?,
    })
}

fn rotate(
    tables: &Connection,
    account: AccountId,
    id: ApiKeyId,
    new: SecretDigest,
    former_until: Option<Timestamp>,
) -> Result<Option<KeyDigests>, Failure> {
    let (account, id) = (account.bits().to_be_bytes(), id.bits().to_be_bytes());
    let select =
        "SELECT digest, former_digest, former_until FROM identity_api_keys WHERE account = ?1 AND id = ?2";
    let before = tables.query_row(select, [account, id], |row| key_digests(row, 0));
    let Some(before) = before.optional()? else {
        return Ok(None);
    };
    let after = before.rotated(new, former_until);
    let (former, until) = former_columns(after);
    tables.execute(
        "UPDATE identity_api_keys SET digest = ?3, former_digest = ?4, former_until = ?5
         WHERE account = ?1 AND id = ?2",
        params![account, id, after.current.as_bytes(), former, until],
    )?;
    Ok(Some(after))
}
