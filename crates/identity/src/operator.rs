//! The operator's keys, and the owners who are operators.

mod at_rest;
mod grants;
mod sessions;
mod trail;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use usher_domain::text::Name;
use usher_domain::{OperatorKeyId, Secs, Timestamp};

pub use self::at_rest::OperatorKeysAtRest;
pub(crate) use self::grants::GrantCache;
pub use self::grants::{GRANT_PAUSE, GrantOpening, OPERATOR_GRANTS_MAX, OperatorGrant, is_reset};
pub(crate) use self::sessions::OperatorSessions;
pub use self::sessions::{
    OPERATOR_SESSION_IDLE, OPERATOR_SESSION_LIFE, OPERATOR_SESSIONS_PER_HOLDER_MAX, OperatorHolder,
    OperatorSession,
};
pub use self::trail::{
    GrantChange, KeyChange, KeysChangedBy, KeysOrigin, TrailCheck, TrailEntry, TrailFault, TrailReport,
    TrailRow, TrailSubject,
};
use crate::keys::{UseTracker, former_until};
use crate::ports::{FullKeys, StoredOperatorKey};
use crate::shown::CredentialUse;
use crate::{Identity, IdentityError, KeyDigests, LastUse, Secret, SecretDigest, Unauthenticated, draw_bits};

/// The prefix of keys drawn by Usher.
const PREFIX: &str = "usher_op_";

/// The prefix of all other callers' tokens.
const PREFIX_OF_ALL: &str = "usher_";

/// The fewest characters of an operator's own key.
pub const OPERATOR_KEY_CHARS_MIN: usize = 20;
/// The most characters of an operator's own key.
pub const OPERATOR_KEY_CHARS_MAX: usize = 256;
/// The most operator keys at a time.
pub const OPERATOR_KEYS_MAX: usize = 100;

/// The name of the key that the first start draws, or that the environment sets.
const FIRST_NAME: &str = "First key";

macro_rules! scopes {
    ($($(#[$doc:meta])* $scope:ident = $word:literal,)*) => {
        /// What an operator key may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum OperatorScope {
            $($(#[$doc])* $scope,)*
        }

        impl OperatorScope {
            /// Every scope.
            pub const ALL: &[Self] = &[$(Self::$scope,)*];

            /// The scope's name in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$scope => $word,)*
                }
            }
        }
    };
}

scopes! {
    /// Read every account.
    AccountsRead = "accounts.read",
    /// Read every account, and create, change and close accounts and everything in them, except billing.
    AccountsManage = "accounts.manage",
    /// Read every account, set subscriptions and add minutes.
    BillingManage = "billing.manage",
    /// All of these, and operator keys.
    Everything = "everything",
}

/// The text is not a scope of an operator key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a scope of operator keys: they are accounts.read, accounts.manage, billing.manage and everything"
)]
pub struct InvalidOperatorScope;

impl std::str::FromStr for OperatorScope {
    type Err = InvalidOperatorScope;

    fn from_str(text: &str) -> Result<Self, InvalidOperatorScope> {
        let known = Self::ALL.iter().find(|scope| scope.as_str() == text);
        known.copied().ok_or(InvalidOperatorScope)
    }
}

/// A new operator key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOperatorKey {
    /// The key's name, for people.
    pub name: Name,
    /// The key's scopes; at least one.
    pub scopes: BTreeSet<OperatorScope>,
    /// When it expires; `None` for never.
    pub expires_at: Option<Timestamp>,
}

/// An operator key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorKey {
    /// The key's id.
    pub id: OperatorKeyId,
    /// The key's name, for people.
    pub name: Arc<str>,
    /// The key's scopes.
    pub scopes: BTreeSet<OperatorScope>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When and from where it was last used.
    pub last_use: Option<LastUse>,
    /// Until when the previous secret works after a rotation, if it still does.
    pub former_until: Option<Timestamp>,
}

/// The result of revoking a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// The key is revoked.
    Yes,
    /// There is no key with this id.
    Unknown,
    /// It is the last key with all scopes, so it was not revoked.
    LastFull,
}

/// All operator keys, in memory.
#[derive(Default)]
pub(crate) struct OperatorKeyCache {
    by_id: BTreeMap<OperatorKeyId, CachedKey>,
    by_digest: HashMap<SecretDigest, OperatorKeyId>,
}

struct CachedKey {
    /// Its last use is as old as the cache.
    stored: StoredOperatorKey,
    last_use: UseTracker,
}

impl Identity {
    /// Draws the first operator key if there is none at all. It is valid only once it is [set](Self::set_operator_key):
    /// show it before that, so that no key is stored that nobody has seen.
    pub fn draw_operator_key(&self) -> Result<Option<Secret>, IdentityError> {
        if !self.cache.operator_keys().by_id.is_empty() {
            return Ok(None);
        }
        Ok(Some(Secret::draw(PREFIX)?))
    }

    /// Makes `key` the first operator key: [`OPERATOR_KEY_CHARS_MIN`] to [`OPERATOR_KEY_CHARS_MAX`] visible ASCII
    /// characters, as drawn by a password generator. The previous first key is revoked; other keys are not affected.
    pub async fn set_operator_key(&self, key: &str, now: Timestamp) -> Result<(), IdentityError> {
        check(key)?;
        let digest = SecretDigest::of(key);
        if self.cache.operator_keys().by_digest.contains_key(&digest) {
            return Ok(());
        }
        self.put_first(digest, now).await
    }

    async fn put_first(&self, digest: SecretDigest, now: Timestamp) -> Result<(), IdentityError> {
        let first = self
            .cache
            .operator_keys()
            .by_id
            .values()
            .find(|key| key.stored.is_first)
            .map(|key| key.stored.id);
        let id = match first {
            Some(id) => id,
            None => OperatorKeyId::from_bits(draw_bits(now)?),
        };
        let key = StoredOperatorKey {
            id,
            is_first: true,
            name: FIRST_NAME.into(),
            scopes: BTreeSet::from([OperatorScope::Everything]),
            digests: KeyDigests::of_one(digest),
            created_at: now,
            expires_at: None,
            last_use: None,
        };
        let origin = KeysOrigin::of(KeysChangedBy::Start);
        self.put(key, None, origin, now).await.map(drop)
    }

    /// Creates another operator key; its secret is to be shown once. `None` if there are [`OPERATOR_KEYS_MAX`].
    pub async fn add_operator_key(
        &self,
        id: OperatorKeyId,
        new: NewOperatorKey,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Option<Secret>, IdentityError> {
        let (key, secret) = draw(id, new, now)?;
        let is_stored = self.put(key, Some(OPERATOR_KEYS_MAX), origin, now).await?;
        Ok(is_stored.then_some(secret))
    }

    async fn put(
        &self,
        key: StoredOperatorKey,
        max: Option<usize>,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, IdentityError> {
        self.change(
            move |store| async move {
                let is_stored = store.put_operator_key(key.clone(), max, origin, now).await?;
                Ok(is_stored.then_some(key))
            },
            |cache, stored| match stored {
                Some(key) => {
                    cache.operator_keys_mut().insert(key);
                    true
                }
                None => false,
            },
        )
        .await
    }

    /// Draws a new secret for a key, to be shown once; `None` if there is no such key. The previous one keeps working
    /// for `overlap`, at most [`KEY_OVERLAP_MAX`](crate::KEY_OVERLAP_MAX).
    pub async fn rotate_operator_key(
        &self,
        id: OperatorKeyId,
        overlap: Secs,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Option<Secret>, IdentityError> {
        let secret = Secret::draw(PREFIX)?;
        let new = SecretDigest::of(secret.expose());
        let until = former_until(overlap, now);
        let rotated = self
            .change(
                move |store| async move { store.rotate_operator_key(id, new, until, origin, now).await },
                move |cache, digests| {
                    digests.map(|digests| cache.operator_keys_mut().set_digests(id, digests))
                },
            )
            .await?;
        Ok(rotated.map(|()| secret))
    }

    /// Revokes a key, unless it is the last one with all scopes.
    pub async fn revoke_operator_key(
        &self,
        id: OperatorKeyId,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Revoked, IdentityError> {
        self.change(
            move |store| async move {
                store
                    .revoke_operator_key(id, FullKeys::KeepOne, origin, now)
                    .await
            },
            move |cache, revoked| {
                if revoked == Revoked::Yes {
                    cache.operator_keys_mut().remove(id);
                }
                revoked
            },
        )
        .await
    }

    /// All operator keys, in the order of their ids.
    #[must_use]
    pub fn operator_keys(&self) -> Vec<OperatorKey> {
        self.cache.operator_keys().list()
    }

    /// Reloads the keys and grants, which a command at the terminal may have changed in the database
    /// ([`OperatorKeysAtRest`]). Call it every few seconds.
    pub async fn reread_operator_keys(&self) -> Result<(), IdentityError> {
        self.reread_operator_grants().await?;
        self.save_last_use_of_operator_keys().await?;
        self.change(
            |store| async move { store.operator_keys().await },
            |cache, keys| *cache.operator_keys_mut() = OperatorKeyCache::of(keys),
        )
        .await
    }

    /// Entries of the trail, newest first, at most `limit`; with `before`, those before that number.
    pub async fn operator_trail(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<TrailEntry>, IdentityError> {
        Ok(self.store.trail(before, limit).await?)
    }

    pub(crate) async fn save_last_use_of_operator_keys(&self) -> Result<(), IdentityError> {
        let uses = self.cache.operator_keys().unsaved_uses();
        if uses.is_empty() {
            return Ok(());
        }
        self.change(
            move |store| async move { store.save_operator_key_uses(uses.clone()).await.map(|()| uses) },
            |cache, uses| cache.operator_keys().mark_saved(&uses),
        )
        .await
    }
}

impl OperatorKeyCache {
    pub(crate) fn of(keys: Vec<StoredOperatorKey>) -> Self {
        let mut cache = Self::default();
        for key in keys {
            cache.insert(key);
        }
        cache
    }

    /// The key that a secret belongs to, and its scopes.
    pub(crate) fn known(
        &self,
        digest: &SecretDigest,
        asked: CredentialUse,
        now: Timestamp,
    ) -> Result<(OperatorKeyId, BTreeSet<OperatorScope>), Unauthenticated> {
        let id = self.by_digest.get(digest).ok_or(Unauthenticated::Unknown)?;
        let key = self.by_id.get(id).ok_or(Unauthenticated::Unknown)?;
        let has_expired = key.stored.expires_at.is_some_and(|end| end <= now);
        if has_expired || !key.stored.digests.works(digest, now) {
            return Err(Unauthenticated::Expired);
        }
        if let CredentialUse::By(from) = asked {
            key.last_use.touch(from, now);
        }
        Ok((key.stored.id, key.stored.scopes.clone()))
    }

    /// The name of a key; `None` if there is no such key.
    fn name(&self, id: OperatorKeyId) -> Option<Arc<str>> {
        self.by_id.get(&id).map(|key| Arc::clone(&key.stored.name))
    }

    fn list(&self) -> Vec<OperatorKey> {
        let told = self.by_id.values().map(|key| OperatorKey {
            last_use: key.last_use.last(),
            ..key.stored.told()
        });
        told.collect()
    }

    fn insert(&mut self, stored: StoredOperatorKey) {
        self.remove(stored.id);
        let id = stored.id;
        self.by_digest
            .extend(stored.digests.each().map(|digest| (digest, id)));
        let last_use = UseTracker::new(stored.last_use);
        self.by_id.insert(id, CachedKey { stored, last_use });
    }

    fn remove(&mut self, id: OperatorKeyId) {
        if let Some(key) = self.by_id.remove(&id) {
            for digest in key.stored.digests.each() {
                self.by_digest.remove(&digest);
            }
        }
    }

    fn set_digests(&mut self, id: OperatorKeyId, digests: KeyDigests) {
        let Some(key) = self.by_id.get_mut(&id) else {
            return;
        };
        for digest in key.stored.digests.each() {
            self.by_digest.remove(&digest);
        }
        key.stored.digests = digests;
        self.by_digest.extend(digests.each().map(|digest| (digest, id)));
    }

    fn unsaved_uses(&self) -> Vec<(OperatorKeyId, LastUse)> {
        let keys = self.by_id.iter();
        keys.filter_map(|(id, key)| Some((*id, key.last_use.unsaved()?)))
            .collect()
    }

    fn mark_saved(&self, uses: &[(OperatorKeyId, LastUse)]) {
        for (id, last) in uses {
            if let Some(key) = self.by_id.get(id) {
                key.last_use.mark_saved(*last);
            }
        }
    }
}

/// A new key, with its secret.
fn draw(
    id: OperatorKeyId,
    new: NewOperatorKey,
    now: Timestamp,
) -> Result<(StoredOperatorKey, Secret), IdentityError> {
    let secret = Secret::draw(PREFIX)?;
    let key = StoredOperatorKey {
        id,
        is_first: false,
        name: new.name.as_str().into(),
        scopes: new.scopes,
        digests: KeyDigests::of_one(SecretDigest::of(secret.expose())),
        created_at: now,
        expires_at: new.expires_at,
        last_use: None,
    };
    Ok((key, secret))
}

fn check(key: &str) -> Result<(), IdentityError> {
    let fits = (OPERATOR_KEY_CHARS_MIN..=OPERATOR_KEY_CHARS_MAX).contains(&key.len());
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    let looks_foreign = key.starts_with(PREFIX_OF_ALL) && !key.starts_with(PREFIX);
    if !fits || !visible || looks_foreign {
        return Err(IdentityError::OperatorKey);
    }
    Ok(())
}
