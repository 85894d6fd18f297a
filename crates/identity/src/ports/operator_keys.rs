use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use usher_domain::{OperatorKeyId, Timestamp};

use super::StoreError;
use crate::{
    KeyDigests, KeysOrigin, LastUse, OperatorKey, OperatorScope, Revoked, SecretDigest, TrailEntry,
    TrailReport,
};

/// An operator key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOperatorKey {
    /// The id.
    pub id: OperatorKeyId,
    /// Whether it is the key that the first start draws, or that the environment brings. At most one key is.
    pub is_first: bool,
    /// Its name.
    pub name: Arc<str>,
    /// What it allows.
    pub scopes: BTreeSet<OperatorScope>,
    /// The digests of its secrets.
    pub digests: KeyDigests,
    /// When it was created.
    pub created_at: Timestamp,
    /// Until when it is valid; `None` for ever.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, as far as it was saved.
    pub last_use: Option<LastUse>,
}

impl StoredOperatorKey {
    /// Whether the key has all scopes at `now`.
    #[must_use]
    pub fn is_full(&self, now: Timestamp) -> bool {
        self.scopes.contains(&OperatorScope::Everything) && self.expires_at.is_none_or(|end| now < end)
    }

    /// What the trail says of the key.
    #[must_use]
    pub fn told(&self) -> OperatorKey {
        OperatorKey {
            id: self.id,
            name: Arc::clone(&self.name),
            scopes: self.scopes.clone(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_use: self.last_use,
            former_until: self.digests.former.map(|(_, until)| until),
        }
    }
}

/// Whether the last key with full rights may be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FullKeys {
    /// Another key must allow everything.
    KeepOne,
    /// Any key may be revoked: the caller has the data, and can create another.
    MayGo,
}

/// The operator's keys. Each change is stored together with its entry in the [`Trail`].
#[async_trait]
pub trait OperatorKeys: Send + Sync + 'static {
    /// All keys, in the order of their ids.
    async fn operator_keys(&self) -> Result<Vec<StoredOperatorKey>, StoreError>;

    /// Stores a key. One with the same id is replaced: it then counts as rotated. Returns whether it was stored: not
    /// where there are `max` keys already.
    async fn put_operator_key(
        &self,
        key: StoredOperatorKey,
        max: Option<usize>,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Gives a key a new secret. The current one stays valid until `former_until`, or not at all if that is `None`; an
    /// even older one is dropped. Returns the new digests; `None` if there is no such key.
    async fn rotate_operator_key(
        &self,
        id: OperatorKeyId,
        new: SecretDigest,
        former_until: Option<Timestamp>,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Option<KeyDigests>, StoreError>;

    /// Removes a key, unless it is the last full one, and one has to be kept.
    async fn revoke_operator_key(
        &self,
        id: OperatorKeyId,
        full_keys: FullKeys,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Revoked, StoreError>;

    /// Saves when keys were last used. Keys that have been removed meanwhile are skipped.
    async fn save_operator_key_uses(&self, uses: Vec<(OperatorKeyId, LastUse)>) -> Result<(), StoreError>;
}

/// The trail of operator keys: entries are added by [`OperatorKeys`], and never changed or removed.
#[async_trait]
pub trait Trail: Send + Sync + 'static {
    /// The entries before `before` (none: all), newest first, at most `limit`.
    async fn trail(&self, before: Option<u64>, limit: usize) -> Result<Vec<TrailEntry>, StoreError>;

    /// The hash of an entry; `None` if the entry is missing or unreadable.
    async fn trail_hash(&self, seq: u64) -> Result<Option<[u8; 32]>, StoreError>;

    /// Hands every entry to a [`TrailCheck`](crate::TrailCheck), and returns what it found.
    async fn check_trail(&self) -> Result<TrailReport, StoreError>;
}
