//! The operator's keys.

mod tables;
mod trail;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use usher_domain::text::Name;
use usher_domain::{OperatorKeyId, Secs, Timestamp};

pub use self::tables::OperatorKeysAtRest;
pub(crate) use self::tables::load;
use self::trail::Done;
pub use self::trail::{KeysChangedBy, KeysOrigin, TrailEntry, TrailFault, TrailReport};
use crate::kept::{Digests, LastUse, Usage};
use crate::secret::Digest;
use crate::shown::Asked;
use crate::{Identity, IdentityError, Secret, Unauthenticated, draw_bits};

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

/// All operator keys.
#[derive(Default)]
pub(crate) struct OperatorKeys {
    by_id: BTreeMap<OperatorKeyId, Kept>,
    by_digest: HashMap<Digest, OperatorKeyId>,
}

pub(crate) struct Kept {
    id: OperatorKeyId,
    is_first: bool,
    name: Arc<str>,
    scopes: BTreeSet<OperatorScope>,
    digests: Digests,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    usage: Usage,
}

impl OperatorKey {
    /// Whether the key is good for everything at `now`.
    #[must_use]
    pub fn is_full(&self, now: Timestamp) -> bool {
        self.scopes.contains(&OperatorScope::Everything) && self.expires_at.is_none_or(|end| now < end)
    }
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
        let digest = Digest::of(key);
        if self.memory.operator_keys().by_digest.contains_key(&digest) {
            return Ok(());
        }
        self.put_first(digest, now).await
    }

    async fn put_first(&self, digest: Digest, now: Timestamp) -> Result<(), IdentityError> {
        let first = self
            .memory
            .operator_keys()
            .by_id
            .values()
            .find(|key| key.is_first)
            .map(|key| key.id);
        let id = match first {
            Some(id) => id,
            None => OperatorKeyId::from_bits(draw_bits(now)?),
        };
        let key = Kept {
            id,
            is_first: true,
            name: FIRST_NAME.into(),
            scopes: BTreeSet::from([OperatorScope::Everything]),
            digests: Digests::of_one(digest),
            created_at: now,
            expires_at: None,
            usage: Usage::none(),
        };
        self.put(key, KeysOrigin::of(KeysChangedBy::Start), now).await
    }

    /// Makes a further operator key; its secret is to be shown once. None where there are [`OPERATOR_KEYS_MAX`].
    pub async fn add_operator_key(
        &self,
        id: OperatorKeyId,
        new: NewOperatorKey,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Option<Secret>, IdentityError> {
        if self.memory.operator_keys().by_id.len() >= OPERATOR_KEYS_MAX {
            return Ok(None);
        }
        let (key, secret) = Kept::draw(id, new, now)?;
        self.put(key, origin, now).await?;
        Ok(Some(secret))
    }

    async fn put(&self, key: Kept, origin: KeysOrigin, now: Timestamp) -> Result<(), IdentityError> {
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| tables::put(tables, &key, &origin, now).map(|()| key),
                move |key| memory.operator_keys_mut().insert(key),
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
        let new = Digest::of(secret.expose());
        let memory = Arc::clone(&self.memory);
        let rotated = self
            .store
            .change(
                move |tables| {
                    let Some((name, before)) = tables::digests(tables, id)? else {
                        return Ok(None);
                    };
                    let after = before.rotated(new, overlap, now);
                    tables::put_digests(tables, id, after)?;
                    let former_until = after.former.map(|(_, until)| until);
                    trail::note(tables, (id, &name), Done::Rotated { former_until }, &origin, now)?;
                    Ok(Some(after))
                },
                move |after| after.map(|after| memory.operator_keys_mut().set_digests(id, after)),
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
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    let keys = load(tables)?.list();
                    if !keys.iter().any(|key| key.id == id) {
                        return Ok(Revoked::Unknown);
                    }
                    if !keys.iter().any(|key| key.id != id && key.is_full(now)) {
                        return Ok(Revoked::LastFull);
                    }
                    tables::delete(tables, id, &origin, now)?;
                    Ok(Revoked::Yes)
                },
                move |revoked| {
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
        let memory = Arc::clone(&self.memory);
        self.store
            .read(move |tables| {
                *memory.operator_keys_mut() = load(tables)?;
                Ok(())
            })
            .await
    }

    pub(crate) async fn save_last_use_of_operator_keys(&self) -> Result<(), IdentityError> {
        let uses = self.memory.operator_keys().unsaved();
        if uses.is_empty() {
            return Ok(());
        }
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| tables::save_uses(tables, &uses).map(|()| uses),
                move |uses| {
                    let keys = memory.operator_keys();
                    for (id, last) in uses {
                        if let Some(key) = keys.by_id.get(&id) {
                            key.usage.mark_saved(last);
                        }
                    }
                },
            )
            .await
    }
}

impl OperatorKeys {
    /// The key that a secret belongs to, and what it is good for.
    pub(crate) fn known(
        &self,
        digest: &Digest,
        asked: Asked,
        now: Timestamp,
    ) -> Result<(OperatorKeyId, BTreeSet<OperatorScope>), Unauthenticated> {
        let id = self.by_digest.get(digest).ok_or(Unauthenticated::Unknown)?;
        let key = self.by_id.get(id).ok_or(Unauthenticated::Unknown)?;
        if key.expires_at.is_some_and(|end| end <= now) || !key.digests.works(digest, now) {
            return Err(Unauthenticated::Expired);
        }
        if let Asked::By(from) = asked {
            key.usage.touch(from, now);
        }
        Ok((key.id, key.scopes.clone()))
    }

    pub(crate) fn list(&self) -> Vec<OperatorKey> {
        self.by_id.values().map(Kept::shown).collect()
    }

    fn insert(&mut self, key: Kept) {
        self.remove(key.id);
        self.by_digest
            .extend(key.digests.each().map(|digest| (digest, key.id)));
        self.by_id.insert(key.id, key);
    }

    fn remove(&mut self, id: OperatorKeyId) {
        if let Some(key) = self.by_id.remove(&id) {
            for digest in key.digests.each() {
                self.by_digest.remove(&digest);
            }
        }
    }

    fn set_digests(&mut self, id: OperatorKeyId, digests: Digests) {
        if let Some(mut key) = self.by_id.remove(&id) {
            for digest in key.digests.each() {
                self.by_digest.remove(&digest);
            }
            key.digests = digests;
            self.insert(key);
        }
    }

    fn unsaved(&self) -> Vec<(OperatorKeyId, LastUse)> {
        let keys = self.by_id.values();
        keys.filter_map(|key| Some((key.id, key.usage.unsaved()?)))
            .collect()
    }
}

impl Kept {
    fn draw(id: OperatorKeyId, new: NewOperatorKey, now: Timestamp) -> Result<(Self, Secret), IdentityError> {
        let secret = Secret::draw(PREFIX)?;
        let key = Self {
            id,
            is_first: false,
            name: new.name.as_str().into(),
            scopes: new.scopes,
            digests: Digests::of_one(Digest::of(secret.expose())),
            created_at: now,
            expires_at: new.expires_at,
            usage: Usage::none(),
        };
        Ok((key, secret))
    }

    fn shown(&self) -> OperatorKey {
        OperatorKey {
            id: self.id,
            name: Arc::clone(&self.name),
            scopes: self.scopes.clone(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_use: self.usage.last(),
            former_until: self.digests.former.map(|(_, until)| until),
        }
    }
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
