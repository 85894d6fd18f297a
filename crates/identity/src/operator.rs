//! The operator's keys.

mod at_rest;
mod trail;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use usher_domain::text::Name;
use usher_domain::{OperatorKeyId, Secs, Timestamp};

pub use self::at_rest::OperatorKeysAtRest;
pub use self::trail::{
    KeyChange, KeysChangedBy, KeysOrigin, TrailCheck, TrailEntry, TrailFault, TrailReport, TrailRow,
};
use crate::keys::{UseTracker, former_until};
use crate::ports::{FullKeys, StoredOperatorKey};
use crate::shown::Asked;
use crate::{Identity, IdentityError, KeyDigests, LastUse, Secret, SecretDigest, Unauthenticated, draw_bits};

/// What a key starts with that Usher draws.
const PREFIX: &str = "usher_op_";

/// What the tokens of everybody else start with.
const PREFIX_OF_ALL: &str = "usher_";

/// The fewest characters that an operator's own key may have.
pub const OPERATOR_KEY_CHARS_MIN: usize = 20;
/// The most characters that an operator's own key may have.
pub const OPERATOR_KEY_CHARS_MAX: usize = 256;
/// The most operator keys that there are at a time.
pub const OPERATOR_KEYS_MAX: usize = 100;

/// What the key is called that the first start draws, or that the environment brings.
const FIRST_NAME: &str = "First key";

macro_rules! scopes {
    ($($(#[$doc:meta])* $scope:ident = $word:literal,)*) => {
        /// What an operator key is good for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum OperatorScope {
            $($(#[$doc])* $scope,)*
        }

        impl OperatorScope {
            /// Every scope.
            pub const ALL: &[Self] = &[$(Self::$scope,)*];

            /// The word that the API uses.
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
    /// Look at every account, and change nothing.
    AccountsRead = "accounts.read",
    /// Look at every account, and make, change and close accounts and what is in them, except what is billed.
    AccountsManage = "accounts.manage",
    /// Look at every account, set subscriptions and add minutes.
    BillingManage = "billing.manage",
    /// All of that, and operator keys.
    Everything = "everything",
}

/// The text names no scope of an operator key.
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

/// An operator key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOperatorKey {
    /// What people call it.
    pub name: Name,
    /// What it is good for; at least one.
    pub scopes: BTreeSet<OperatorScope>,
    /// Until when it is good; none for always.
    pub expires_at: Option<Timestamp>,
}

/// What is known of an operator key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorKey {
    /// The id.
    pub id: OperatorKeyId,
    /// What people call it.
    pub name: Arc<str>,
    /// What it is good for.
    pub scopes: BTreeSet<OperatorScope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good; none for always.
    pub expires_at: Option<Timestamp>,
    /// When and from where it was used last.
    pub last_use: Option<LastUse>,
    /// Until when the secret before the last rotation works, where it does.
    pub former_until: Option<Timestamp>,
}

/// What became of a key that was to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It is dead.
    Yes,
    /// There is none with this id.
    Unknown,
    /// Without it, nobody could do everything any more: it lives.
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
    /// Draws the first operator key where there is none at all. It is good for something only once it is
    /// [set](Self::set_operator_key): show it before, so that no key is ever stored that nobody has seen.
    pub fn draw_operator_key(&self) -> Result<Option<Secret>, IdentityError> {
        if !self.memory.operator_keys().by_id.is_empty() {
            return Ok(None);
        }
        Ok(Some(Secret::draw(PREFIX)?))
    }

    /// Makes `key` the first operator key: [`OPERATOR_KEY_CHARS_MIN`] to [`OPERATOR_KEY_CHARS_MAX`] visible ASCII
    /// characters, as drawn by a password generator. The one that was the first before is dead; further keys are not
    /// touched.
    pub async fn set_operator_key(&self, key: &str, now: Timestamp) -> Result<(), IdentityError> {
        check(key)?;
        let digest = SecretDigest::of(key);
        if self.memory.operator_keys().by_digest.contains_key(&digest) {
            return Ok(());
        }
        self.put_first(digest, now).await
    }

    async fn put_first(&self, digest: SecretDigest, now: Timestamp) -> Result<(), IdentityError> {
        let first = self
            .memory
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

    /// Makes a further operator key; its secret is to be shown once. None where there are [`OPERATOR_KEYS_MAX`].
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
            |memory, stored| match stored {
                Some(key) => {
                    memory.operator_keys_mut().insert(key);
                    true
                }
                None => false,
            },
        )
        .await
    }

    /// Draws a new secret for a key, to be shown once; none where there is no such key. The one before works on for
    /// `overlap`, at most [`KEY_OVERLAP_MAX`](crate::KEY_OVERLAP_MAX).
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
                move |memory, digests| {
                    digests.map(|digests| memory.operator_keys_mut().set_digests(id, digests))
                },
            )
            .await?;
        Ok(rotated.map(|()| secret))
    }

    /// Kills a key, unless it is the last one that is good for everything.
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
            move |memory, revoked| {
                if revoked == Revoked::Yes {
                    memory.operator_keys_mut().remove(id);
                }
                revoked
            },
        )
        .await
    }

    /// All operator keys, in the order of their ids.
    #[must_use]
    pub fn operator_keys(&self) -> Vec<OperatorKey> {
        self.memory.operator_keys().list()
    }

    /// Reads the keys again, which a command at the terminal may have changed in the database
    /// ([`OperatorKeysAtRest`]). For every few seconds.
    pub async fn reread_operator_keys(&self) -> Result<(), IdentityError> {
        self.save_last_use_of_operator_keys().await?;
        self.change(
            |store| async move { store.operator_keys().await },
            |memory, keys| *memory.operator_keys_mut() = OperatorKeyCache::of(keys),
        )
        .await
    }

    /// What was done to operator keys, the newest first, at most `limit` entries; with `before`, those before that
    /// place.
    pub async fn operator_trail(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<TrailEntry>, IdentityError> {
        Ok(self.store.trail(before, limit).await?)
    }

    pub(crate) async fn save_last_use_of_operator_keys(&self) -> Result<(), IdentityError> {
        let uses = self.memory.operator_keys().unsaved_uses();
        if uses.is_empty() {
            return Ok(());
        }
        self.change(
            move |store| async move { store.save_operator_key_uses(uses.clone()).await.map(|()| uses) },
            |memory, uses| memory.operator_keys().mark_saved(&uses),
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

    /// The key that a secret belongs to, and what it is good for.
    pub(crate) fn known(
        &self,
        digest: &SecretDigest,
        asked: Asked,
        now: Timestamp,
    ) -> Result<(OperatorKeyId, BTreeSet<OperatorScope>), Unauthenticated> {
        let id = self.by_digest.get(digest).ok_or(Unauthenticated::Unknown)?;
        let key = self.by_id.get(id).ok_or(Unauthenticated::Unknown)?;
        let has_expired = key.stored.expires_at.is_some_and(|end| end <= now);
        if has_expired || !key.stored.digests.works(digest, now) {
            return Err(Unauthenticated::Expired);
        }
        if let Asked::By(from) = asked {
            key.last_use.touch(from, now);
        }
        Ok((key.stored.id, key.stored.scopes.clone()))
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
