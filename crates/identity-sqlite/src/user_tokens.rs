//! The table of user tokens.

use async_trait::async_trait;
use rusqlite::{Connection, params};
use usher_domain::Timestamp;
use usher_identity::SecretDigest;
use usher_identity::ports::{StoreError, StoredUserToken, UserTokens};

use crate::browsers;
use crate::columns::{digest, digests, key_of, limit, owner};
use crate::store::{Failure, SqliteStore};

pub(crate) const TABLE: &str = "identity_user_tokens";

#[async_trait]
impl UserTokens for SqliteStore {
    async fn user_tokens(&self) -> Result<Vec<StoredUserToken>, StoreError> {
        self.read(|tables| {
            let select = "SELECT digest, account, user, expires_at FROM identity_user_tokens";
            let mut select = tables.prepare(select)?;
            let rows = select.query_map([], |row| {
                Ok(StoredUserToken {
                    digest: digest(row, 0)?,
                    owner: owner(row, 1)?,
                    expires_at: Timestamp::from_millis(row.get(3)?),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn put_user_token(
        &self,
        token: StoredUserToken,
        max: usize,
    ) -> Result<Vec<SecretDigest>, StoreError> {
        self.change(move |tables| put(tables, &token, max)).await
    }

    async fn remove_user_token(&self, digest: SecretDigest) -> Result<bool, StoreError> {
        self.change(move |tables| {
            let deleted = tables.execute(
                "DELETE FROM identity_user_tokens WHERE digest = ?1",
                [digest.as_bytes()],
            )?;
            Ok(deleted > 0)
        })
        .await
    }

    async fn remove_expired_user_tokens(
        &self,
        now: Timestamp,
        rows: usize,
    ) -> Result<Vec<SecretDigest>, StoreError> {
        self.change(move |tables| {
            digests(
                tables,
                "DELETE FROM identity_user_tokens WHERE digest IN (
                     SELECT digest FROM identity_user_tokens WHERE expires_at <= ?1 LIMIT ?2
                 ) RETURNING digest",
                params![now.millis(), limit(rows)],
            )
        })
        .await
    }
}

/// Stores a token; returns those of the user that were removed to make room.
pub(crate) fn put(
    tables: &Connection,
    token: &StoredUserToken,
    max: usize,
) -> Result<Vec<SecretDigest>, Failure> {
    browsers::note_sign_in(tables, token.owner)?;
    let [account, user] = key_of(token.owner);
    let replaced = digests(
        tables,
        "DELETE FROM identity_user_tokens WHERE digest IN (
             SELECT digest FROM identity_user_tokens WHERE account = ?1 AND user = ?2
             ORDER BY expires_at DESC LIMIT -1 OFFSET ?3
         ) RETURNING digest",
        params![account, user, limit(max.saturating_sub(1))],
    )?;
    tables.execute(
        "INSERT INTO identity_user_tokens (digest, account, user, expires_at) VALUES (?1, ?2, ?3, ?4)",
        params![token.digest.as_bytes(), account, user, token.expires_at.millis()],
    )?;
    Ok(replaced)
}
