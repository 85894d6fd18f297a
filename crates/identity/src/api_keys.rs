//! The API keys of accounts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use usher_domain::account::ApiKey as ApiKeyOfAccount;
use usher_domain::permission::Scope;
use usher_domain::{AccountId, ApiKeyId, Secs, Timestamp};

use crate::keys::{UseTracker, former_until};
use crate::ports::StoredApiKey;
use crate::shown::CredentialUse;
use crate::{Caller, Identity, IdentityError, KeyDigests, LastUse, Secret, SecretDigest, Unauthenticated};

/// The prefix of an API key.
pub(crate) const PREFIX: &str = "usher_key_";

/// All API keys of the server, in memory.
#[derive(Default)]
pub(crate) struct ApiKeyCache {
    by_id: BTreeMap<KeyOfAccount, ApiKey>,
    by_digest: HashMap<SecretDigest, KeyOfAccount>,
}

type KeyOfAccount = (AccountId, ApiKeyId);

struct ApiKey {
    account: AccountId,
    id: ApiKeyId,
    scopes: BTreeSet<Scope>,
    digests: KeyDigests,
    expires_at: Option<Timestamp>,
    last_use: UseTracker,
}

/// Facts about a key that only the credentials know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiKeyUse {
    /// When and from where it was last used.
    pub last: Option<LastUse>,
    /// Until when the previous secret works after a rotation, if it still does.
    pub former_until: Option<Timestamp>,
}

impl Identity {
    /// Draws the secret of an API key and returns it, to be shown once. Call it after the account has the key: one that
    /// its account does not list could not be revoked. Drawing again for the same key replaces its secret.
    pub async fn put_api_key(
        &self,
        account: AccountId,
        id: ApiKeyId,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
    ) -> Result<Secret, IdentityError> {
        let secret = Secret::draw(PREFIX)?;
        let key = StoredApiKey {
            account,
            id,
            scopes,
            digests: KeyDigests::of_one(SecretDigest::of(secret.expose())),
            expires_at,
            last_use: None,
        };
        self.change(
            move |store| async move { store.put_api_key(key.clone()).await.map(|()| key) },
            |cache, key| cache.api_keys_mut().insert(key.into()),
        )
        .await?;
        Ok(secret)
    }

    /// Revokes an API key, before the account drops it. Returns whether it existed.
    pub async fn revoke_api_key(&self, account: AccountId, id: ApiKeyId) -> Result<bool, IdentityError> {
        self.change(
            move |store| async move { store.remove_api_key(account, id).await },
            move |cache, removed| {
                cache.api_keys_mut().remove(account, id);
                removed
            },
        )
        .await
    }

    /// Revokes all API keys of an account. Returns how many there were.
    pub async fn revoke_api_keys(&self, account: AccountId) -> Result<usize, IdentityError> {
        self.change(
            move |store| async move { store.remove_api_keys(account).await },
            move |cache, removed| {
                cache.api_keys_mut().remove_of_account(account);
                removed
            },
        )
        .await
    }

    /// Draws a new secret for a key that the account has, to be shown once. The former one works for `overlap`, at
    /// most [`KEY_OVERLAP_MAX`](crate::KEY_OVERLAP_MAX).
    pub async fn rotate_api_key(
        &self,
        account: AccountId,
        key: &ApiKeyOfAccount,
        overlap: Secs,
        now: Timestamp,
    ) -> Result<Secret, IdentityError> {
        let id = key.id;
        let secret = Secret::draw(PREFIX)?;
        let new = SecretDigest::of(secret.expose());
        let until = former_until(overlap, now);
        let rotated = self
            .change(
                move |store| async move { store.rotate_api_key(account, id, new, until).await },
                move |cache, digests| {
                    digests.map(|digests| cache.api_keys_mut().set_digests(account, id, digests))
                },
            )
            .await?;
        match rotated {
            Some(()) => Ok(secret),
            // The program ended after the account got the key and before its secret was stored.
            None => {
                self.put_api_key(account, id, key.scopes.clone(), key.expires_at)
                    .await
            }
        }
    }

    /// When the key was last used, to the minute; `None` if it never was, or does not exist.
    #[must_use]
    pub fn api_key_last_used_at(&self, account: AccountId, id: ApiKeyId) -> Option<Timestamp> {
        self.api_key_use(account, id)?.last.map(|last| last.at)
    }

    /// How the key was used, and whether its previous secret still works; `None` if it does not exist.
    #[must_use]
    pub fn api_key_use(&self, account: AccountId, id: ApiKeyId) -> Option<ApiKeyUse> {
        let keys = self.cache.api_keys();
        let key = keys.by_id.get(&(account, id))?;
        Some(ApiKeyUse {
            last: key.last_use.last(),
            former_until: key.digests.former.map(|(_, until)| until),
        })
    }

    pub(crate) async fn save_last_use_of_api_keys(&self) -> Result<(), IdentityError> {
        let uses = self.cache.api_keys().unsaved_uses();
        if uses.is_empty() {
            return Ok(());
        }
        self.change(
            move |store| async move { store.save_api_key_uses(uses.clone()).await.map(|()| uses) },
            |cache, uses| cache.api_keys().mark_saved(&uses),
        )
        .await
    }
}

impl ApiKeyCache {
    pub(crate) fn of(keys: Vec<StoredApiKey>) -> Self {
        let mut cache = Self::default();
        for key in keys {
            cache.insert(key.into());
        }
        cache
    }

    pub(crate) fn caller(
        &self,
        digest: &SecretDigest,
        asked: CredentialUse,
        now: Timestamp,
    ) -> Result<Caller, Unauthenticated> {
        let owned = self.by_digest.get(digest).ok_or(Unauthenticated::Unknown)?;
        let key = self.by_id.get(owned).ok_or(Unauthenticated::Unknown)?;
        if key.expires_at.is_some_and(|end| end <= now) || !key.digests.works(digest, now) {
            return Err(Unauthenticated::Expired);
        }
        if let CredentialUse::By(from) = asked {
            key.last_use.touch(from, now);
        }
        Ok(Caller::ApiKey {
            account: key.account,
            id: key.id,
            scopes: key.scopes.clone(),
        })
    }

    pub(crate) fn remove_of_account(&mut self, account: AccountId) {
        let all = (account, ApiKeyId::from_bits(0))..=(account, ApiKeyId::from_bits(u128::MAX));
        for (_, key) in self.by_id.extract_if(all, |_, _| true) {
            for digest in key.digests.each() {
                self.by_digest.remove(&digest);
            }
        }
    }

    fn insert(&mut self, key: ApiKey) {
        let owned = (key.account, key.id);
        self.remove(key.account, key.id);
        self.by_digest
            .extend(key.digests.each().map(|digest| (digest, owned)));
        self.by_id.insert(owned, key);
    }

    fn remove(&mut self, account: AccountId, id: ApiKeyId) -> Option<ApiKey> {
        let key = self.by_id.remove(&(account, id))?;
        for digest in key.digests.each() {
            self.by_digest.remove(&digest);
        }
        Some(key)
    }

    fn set_digests(&mut self, account: AccountId, id: ApiKeyId, digests: KeyDigests) {
        if let Some(key) = self.remove(account, id) {
            self.insert(ApiKey { digests, ..key });
        }
    }

    fn unsaved_uses(&self) -> Vec<(KeyOfAccount, LastUse)> {
        let keys = self.by_id.iter();
        keys.filter_map(|(owned, key)| Some((*owned, key.last_use.unsaved()?)))
            .collect()
    }

    fn mark_saved(&self, uses: &[(KeyOfAccount, LastUse)]) {
        for (owned, last) in uses {
            if let Some(key) = self.by_id.get(owned) {
                key.last_use.mark_saved(*last);
            }
        }
    }
}

impl From<StoredApiKey> for ApiKey {
    fn from(stored: StoredApiKey) -> Self {
        Self {
            account: stored.account,
            id: stored.id,
            scopes: stored.scopes,
            digests: stored.digests,
            expires_at: stored.expires_at,
            last_use: UseTracker::new(stored.last_use),
        }
    }
}
