//! The API keys of accounts.

use std::collections::BTreeSet;

use usher_domain::permission::Scope;
use usher_domain::{AccountId, ApiKeyId, Timestamp};

use crate::{Identity, IdentityError, Secret};

impl Identity {
    /// Draws the secret of an API key and returns it, to be shown once. For after the account has the key: one
    /// whose account does not list it could not be revoked. Drawing again for the same key replaces its secret.
    pub async fn put_api_key(
        &self,
        account: AccountId,
        id: ApiKeyId,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
    ) -> Result<Secret, IdentityError> {
        let _ = (account, id, scopes, expires_at);
        unimplemented!()
    }

    /// Kills an API key. For before the account drops it. Whether there was one.
    pub async fn revoke_api_key(&self, account: AccountId, id: ApiKeyId) -> Result<bool, IdentityError> {
        let _ = (account, id);
        unimplemented!()
    }

    /// Kills all API keys of an account. How many there were.
    pub async fn revoke_api_keys(&self, account: AccountId) -> Result<usize, IdentityError> {
        let _ = account;
        unimplemented!()
    }

    /// When the key was last used, to the minute; none where it never was or does not exist.
    #[must_use]
    pub fn api_key_last_used_at(&self, account: AccountId, id: ApiKeyId) -> Option<Timestamp> {
        let _ = (account, id);
        unimplemented!()
    }
}
