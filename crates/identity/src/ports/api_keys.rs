use std::collections::BTreeSet;

use async_trait::async_trait;
use usher_domain::permission::Scope;
use usher_domain::{AccountId, ApiKeyId, Timestamp};

use super::StoreError;
use crate::{KeyDigests, LastUse, SecretDigest};

/// An API key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredApiKey {
    /// The account that the key belongs to.
    pub account: AccountId,
    /// The id, under which the account lists it.
    pub id: ApiKeyId,
    /// What it allows.
    pub scopes: BTreeSet<Scope>,
    /// The digests of its secrets.
    pub digests: KeyDigests,
    /// Until when it is valid; `None` for ever.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, as far as it was saved.
    pub last_use: Option<LastUse>,
}

/// The API keys of accounts.
#[async_trait]
pub trait ApiKeys: Send + Sync + 'static {
    /// All keys of all accounts, in no order.
    async fn api_keys(&self) -> Result<Vec<StoredApiKey>, StoreError>;

    /// Stores a key, which replaces one with the same account and id.
    async fn put_api_key(&self, key: StoredApiKey) -> Result<(), StoreError>;

    /// Gives a key a new secret. The current one stays valid until `former_until`, or not at all if that is `None`; an
    /// even older one is dropped. Returns the new digests; `None` if there is no such key.
    async fn rotate_api_key(
        &self,
        account: AccountId,
        id: ApiKeyId,
        new: SecretDigest,
        former_until: Option<Timestamp>,
    ) -> Result<Option<KeyDigests>, StoreError>;

    /// Removes a key. Returns whether it existed.
    async fn remove_api_key(&self, account: AccountId, id: ApiKeyId) -> Result<bool, StoreError>;

    /// Removes all keys of an account. Returns how many there were.
    async fn remove_api_keys(&self, account: AccountId) -> Result<usize, StoreError>;

    /// Saves when keys were last used. Keys that have been removed meanwhile are skipped.
    async fn save_api_key_uses(&self, uses: Vec<((AccountId, ApiKeyId), LastUse)>) -> Result<(), StoreError>;
}
