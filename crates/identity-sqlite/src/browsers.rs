//! The tables of pending sign-ins and known browsers.

use std::collections::BTreeSet;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use usher_domain::{AccountId, Timestamp, UserId};
use usher_identity::ports::{KnownBrowsers, Owner, PendingSignIn, PendingSignIns, StoreError};
use usher_identity::{KnownBrowser, OutboxEntry, OutboxRefused, SecretDigest};

use crate::columns::{key_of, limit, owner};
use crate::outbox;
use crate::store::{Failure, SqliteStore};

pub(crate) const PENDING_TABLE: &str = "identity_half_sign_ins";
pub(crate) const SIGNED_IN_TABLE: &str = "identity_signed_in";
pub(crate) const BROWSERS_TABLE: &str = "identity_known_browsers";

#[async_trait]
impl PendingSignIns for SqliteStore {
    async fn put_pending_sign_in(&self, pending: PendingSignIn) -> Result<(), StoreError> {
        self.change(move |tables| {
            let [account, user] = key_of(pending.owner);
            tables.execute(
                "INSERT INTO identity_half_sign_ins (digest, account, user, expires_at) VALUES (?1, ?2, ?3, ?4)",
                params![
                    pending.digest.as_bytes(),
                    account,
                    user,
                    pending.expires_at.millis()
                ],
            )?;
            Ok(())
        })
        .await
    }

    async fn pending_sign_in(
        &self,
        digest: SecretDigest,
        now: Timestamp,
    ) -> Result<Option<Owner>, StoreError> {
        self.read(move |tables| pending(tables, &digest, now)).await
    }

    async fn take_pending_sign_in(
        &self,
        digest: SecretDigest,
        now: Timestamp,
    ) -> Result<Option<Owner>, StoreError> {
        self.change(move |tables| {
            let taken = pending(tables, &digest, now)?;
            tables.execute(
                "DELETE FROM identity_half_sign_ins WHERE digest = ?1",
                [digest.as_bytes()],
            )?;
            Ok(taken)
        })
        .await
    }

    async fn remove_expired_pending_sign_ins(&self, now: Timestamp) -> Result<(), StoreError> {
        self.change(move |tables| {
            let delete = "DELETE FROM identity_half_sign_ins WHERE expires_at <= ?1";
            tables.execute(delete, [now.millis()])?;
            Ok(())
        })
        .await
    }
}

fn pending(tables: &Connection, digest: &SecretDigest, now: Timestamp) -> Result<Option<Owner>, Failure> {
    let select = "SELECT account, user FROM identity_half_sign_ins WHERE digest = ?1 AND expires_at > ?2";
    let found = tables
        .prepare_cached(select)?
        .query_row(params![digest.as_bytes(), now.millis()], |row| owner(row, 0));
    Ok(found.optional()?)
}

/// Notes that a user has ever signed in.
pub(crate) fn note_sign_in(tables: &Connection, owner: Owner) -> Result<(), Failure> {
    tables
        .prepare_cached("INSERT OR IGNORE INTO identity_signed_in (account, user) VALUES (?1, ?2)")?
        .execute(key_of(owner))?;
    Ok(())
}

#[async_trait]
impl KnownBrowsers for SqliteStore {
    async fn users_of_browser(
        &self,
        browser: KnownBrowser,
        since: Timestamp,
        rows: usize,
    ) -> Result<Vec<Owner>, StoreError> {
        self.read(move |tables| {
            let mut select = tables.prepare_cached(
                "SELECT account, user FROM identity_known_browsers
                 WHERE browser = ?1 AND used_at > ?2 ORDER BY used_at DESC LIMIT ?3",
            )?;
            let of = params![browser.bits().to_be_bytes(), since.millis(), limit(rows)];
            let users = select.query_map(of, |row| owner(row, 0))?;
            Ok(users.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn put_known_browser(
        &self,
        owner: Owner,
        browser: KnownBrowser,
        notice: Option<OutboxEntry>,
        now: Timestamp,
        max: usize,
    ) -> Result<OutboxRefused, StoreError> {
        self.change(move |tables| {
            note_sign_in(tables, owner)?;
            let [account, user] = key_of(owner);
            let is_another = tables
                .prepare_cached(
                    "SELECT count(*) > 0 AND sum(browser = ?3) = 0 FROM identity_known_browsers
                     WHERE account = ?1 AND user = ?2",
                )?
                .query_row(params![account, user, browser.bits().to_be_bytes()], |row| {
                    row.get::<_, Option<bool>>(0)
                })?;
            let notice = notice.filter(|_| is_another == Some(true));
            let refused = outbox::put(tables, notice.into_iter().collect())?;
            tables.execute(
                "INSERT OR REPLACE INTO identity_known_browsers (account, user, browser, used_at)
                 VALUES (?1, ?2, ?3, ?4)",
                params![account, user, browser.bits().to_be_bytes(), now.millis()],
            )?;
            tables.execute(
                "DELETE FROM identity_known_browsers WHERE account = ?1 AND user = ?2 AND browser IN (
                     SELECT browser FROM identity_known_browsers WHERE account = ?1 AND user = ?2
                     ORDER BY used_at DESC LIMIT -1 OFFSET ?3
                 )",
                params![account, user, limit(max)],
            )?;
            Ok(refused)
        })
        .await
    }

    async fn users_signed_in_once(&self, account: AccountId) -> Result<BTreeSet<UserId>, StoreError> {
        self.read(move |tables| {
            let mut select =
                tables.prepare_cached("SELECT user FROM identity_signed_in WHERE account = ?1")?;
            let users = select.query_map([account.bits().to_be_bytes()], |row| {
                crate::columns::id(row, 0).map(UserId::from_bits)
            })?;
            Ok(users.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn remove_unused_browsers(&self, since: Timestamp) -> Result<(), StoreError> {
        self.change(move |tables| {
            let delete = "DELETE FROM identity_known_browsers WHERE used_at <= ?1";
            tables.execute(delete, [since.millis()])?;
            Ok(())
        })
        .await
    }
}
