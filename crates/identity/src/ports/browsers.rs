use std::collections::BTreeSet;

use async_trait::async_trait;
use usher_domain::{AccountId, Timestamp, UserId};

use super::{Owner, StoreError};
use crate::{KnownBrowser, OutboxEntry, OutboxRefused, SecretDigest};

/// A user who has proved the password but not the second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingSignIn {
    /// The digest of the secret in the browser's cookie.
    pub digest: SecretDigest,
    /// The user.
    pub owner: Owner,
    /// Until when a code is accepted.
    pub expires_at: Timestamp,
}

/// Pending sign-ins: password accepted, second factor still missing.
#[async_trait]
pub trait PendingSignIns: Send + Sync + 'static {
    /// Stores one.
    async fn put_pending_sign_in(&self, pending: PendingSignIn) -> Result<(), StoreError>;

    /// The user of the one with this digest that has not expired at `now`.
    async fn pending_sign_in(
        &self,
        digest: SecretDigest,
        now: Timestamp,
    ) -> Result<Option<Owner>, StoreError>;

    /// Removes the one with this digest. Returns its user where it had not expired: of several concurrent callers, only
    /// one gets it.
    async fn take_pending_sign_in(
        &self,
        digest: SecretDigest,
        now: Timestamp,
    ) -> Result<Option<Owner>, StoreError>;

    /// Removes those that have expired at `now`.
    async fn remove_expired_pending_sign_ins(&self, now: Timestamp) -> Result<(), StoreError>;
}

/// The browsers that users have signed in with before.
#[async_trait]
pub trait KnownBrowsers: Send + Sync + 'static {
    /// The users who signed in with a browser after `since`, latest first, at most `limit`.
    async fn users_of_browser(
        &self,
        browser: KnownBrowser,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Owner>, StoreError>;

    /// Notes that a user signed in with a browser at `now`. A user keeps the `max` browsers used last. If the user knows
    /// other browsers and not this one, `notice` is stored in the [outbox](super::Outbox), unless it is refused.
    async fn put_known_browser(
        &self,
        owner: Owner,
        browser: KnownBrowser,
        notice: Option<OutboxEntry>,
        now: Timestamp,
        max: usize,
    ) -> Result<OutboxRefused, StoreError>;

    /// The users of an account who have ever signed in with a browser, or got a [token](super::UserTokens).
    async fn users_signed_in_once(&self, account: AccountId) -> Result<BTreeSet<UserId>, StoreError>;

    /// Removes the browsers last used at `since` or before.
    async fn remove_unused_browsers(&self, since: Timestamp) -> Result<(), StoreError>;
}
