//! The entry point: opens the store and identifies callers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::task::{Context, Poll, Waker};

use tokio::sync::Mutex;
use usher_domain::{AccountId, OperatorKeyId, Timestamp, UserId};

use crate::api_keys::ApiKeyCache;
use crate::join_codes::{self, JoinCodes};
use crate::operator::{GrantCache, OperatorKeyCache, OperatorSessions};
use crate::outbox::OutboxSignals;
use crate::own_changes::OwnChanges;
use crate::password::Hashing;
use crate::portal_sessions::PortalSessionCache;
use crate::ports::{Owner, Store, StoreError};
use crate::reseal::reseal;
use crate::second_factor::SecondFactors;
use crate::shown::{CredentialUse, Shown};
use crate::signing::{self, Keyring};
use crate::user_links::LinkCache;
use crate::user_tokens::UserTokenCache;
use crate::wall_clock::WallClock;
use crate::{
    Branding, Caller, IdentityError, KNOWN_BROWSER_LIFE, Lifetimes, LinksMade, MemoryStore, OperatorScope,
    PasswordLife, Preferences, Sealer, SecretsKeys, Unauthenticated, UserTokenId,
};

/// The credentials of one server. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) cache: Arc<Caches>,
    pub(crate) hashing: Hashing,
    /// Held by one change at a time, so that memory follows the store in order.
    turn: Arc<Mutex<()>>,
    pub(crate) own_changes: OwnChanges,
    pub(crate) outbox: Arc<OutboxSignals>,
    sealer: Sealer,
    join_codes: JoinCodes,
    lifetimes: Lifetimes,
}

/// The holder of a token, and which credential it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// The holder.
    pub caller: Caller,
    /// The credential that was used.
    pub credential: Credential,
    /// The same credential, to ask later whether it is still valid ([`Identity::identify_again`]).
    pub shown: Shown,
}

/// Which of a caller's credentials was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// Identified by the caller itself: an API key, or the token of a sign-in or ticket.
    Itself,
    /// A user token.
    UserToken(UserTokenId),
    /// An operator key.
    OperatorKey {
        /// The key's id.
        id: OperatorKeyId,
        /// The key's scopes.
        scopes: BTreeSet<OperatorScope>,
    },
    /// A session of an owner who is operator. It has the scopes of [`OperatorGrant::scopes`](crate::OperatorGrant::scopes).
    OperatorGrant {
        /// The owner's account.
        account: AccountId,
        /// The owner.
        user: UserId,
    },
}

/// The stored data that every request needs. Each lock is held only for a lookup or a small change.
pub(crate) struct Caches {
    operator_keys: RwLock<OperatorKeyCache>,
    operator_grants: RwLock<GrantCache>,
    pub(crate) operator_sessions: OperatorSessions,
    api_keys: RwLock<ApiKeyCache>,
    user_tokens: RwLock<UserTokenCache>,
    portal_sessions: RwLock<PortalSessionCache>,
    second_factors: RwLock<SecondFactors>,
    /// The users whose password is temporary.
    temporary_passwords: RwLock<BTreeSet<Owner>>,
    preferences: RwLock<BTreeMap<Owner, Preferences>>,
    branding: RwLock<Arc<Branding>>,
    user_links: RwLock<LinkCache>,
    keyring: RwLock<Keyring>,
    pub(crate) wall_clock: WallClock,
}

impl Identity {
    /// Reads the credentials in `store` into memory. Sealed values are opened with `keys`; values that early versions
    /// stored in plain text, or that are sealed with an older key, are sealed again.
    pub async fn open(store: Arc<dyn Store>, keys: &SecretsKeys) -> Result<Self, IdentityError> {
        let sealer = Sealer::new(keys);
        reseal(&*store, &sealer).await?;
        let keyring = signing::load_or_create(&*store, &sealer).await?;
        let join_codes = join_codes::load_or_create(&*store, &sealer).await?;
        let second_factors = store.users_with_second_factor().await?;
        let temporary_passwords = store.temporary_passwords().await?;
        let cache = Caches {
            operator_keys: RwLock::new(OperatorKeyCache::of(store.operator_keys().await?)),
            operator_grants: RwLock::new(GrantCache::of(store.operator_grants().await?)),
            operator_sessions: OperatorSessions::default(),
            api_keys: RwLock::new(ApiKeyCache::of(store.api_keys().await?)),
            user_tokens: RwLock::new(UserTokenCache::of(store.user_tokens().await?)),
            portal_sessions: RwLock::new(PortalSessionCache::of(store.portal_sessions().await?)),
            second_factors: RwLock::new(second_factors.into_iter().collect()),
            temporary_passwords: RwLock::new(temporary_passwords.into_iter().collect()),
            branding: RwLock::new(Arc::new(store.branding().await?)),
            preferences: RwLock::new(store.preferences().await?.into_iter().collect()),
            user_links: RwLock::new(LinkCache::of(store.user_links().await?)),
            keyring: RwLock::new(keyring),
            wall_clock: WallClock::default(),
        };
        Ok(Self {
            store,
            cache: Arc::new(cache),
            hashing: Hashing::new(),
            turn: Arc::default(),
            own_changes: OwnChanges::default(),
            outbox: Arc::default(),
            sealer,
            join_codes,
            lifetimes: Lifetimes::default(),
        })
    }

    /// The same credentials with these lifetimes of sessions and new tokens.
    #[must_use]
    pub fn with_lifetimes(self, lifetimes: Lifetimes) -> Self {
        self.cache.portal_sessions_mut().set_lifetimes(lifetimes);
        Self { lifetimes, ..self }
    }

    /// The lifetimes of sessions and new tokens.
    #[must_use]
    pub const fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    /// Credentials in memory, for the sandbox and for tests.
    pub fn in_memory() -> Result<Self, IdentityError> {
        let keys = SecretsKeys::draw()?;
        let opening = Self::open(Arc::new(MemoryStore::new()), &keys);
        // A store in memory never waits, so there is nothing to come back for.
        match pin!(opening).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(opened) => opened,
            Poll::Pending => Err(StoreError::Closed.into()),
        }
    }

    /// Seals and opens this server's secrets.
    #[must_use]
    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Digests, seals and opens the codes with which customers join sessions.
    #[must_use]
    pub const fn join_codes(&self) -> &JoinCodes {
        &self.join_codes
    }

    /// Identifies the holder of the token `bearer` (the text after `Bearer `) and the credential. `account` is the
    /// account that the request names: tokens of sign-ins and tickets are valid only in their own account, and nowhere
    /// without one. `from` is the client's address, to record the credential's last use. The caller's right to enter
    /// that account is checked by [`Caller::is_foreign_to`] and the domain; the scopes of an operator key are up to the
    /// caller of this function.
    ///
    /// Answers from memory and never waits for the database, because every request needs it.
    pub fn identify(
        &self,
        bearer: &str,
        account: Option<AccountId>,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Identified, Unauthenticated> {
        let shown = self.cache.shown(bearer, account)?;
        self.cache.holder(&shown, CredentialUse::By(from), now)
    }

    /// Identifies the holder of a token without the credential. See [`identify`](Self::identify).
    pub fn authenticate(
        &self,
        bearer: &str,
        account: Option<AccountId>,
        now: Timestamp,
    ) -> Result<Caller, Unauthenticated> {
        self.identify(bearer, account, None, now)
            .map(|identified| identified.caller)
    }

    /// Deletes all credentials of a deleted user.
    pub async fn forget_user(&self, account: AccountId, user: UserId) -> Result<(), IdentityError> {
        let owner = (account, user);
        self.change(
            move |store| async move { store.forget_user(owner).await },
            move |cache, ()| {
                cache.second_factors_mut().remove(&owner);
                cache.temporary_passwords_mut().remove(&owner);
                cache.preferences_mut().remove(&owner);
                cache.user_links_mut().remove_of_user(owner);
                cache.operator_grants_mut().remove(owner);
                cache.forget_presence_of_user(account, user);
            },
        )
        .await
    }

    /// Deletes all credentials of a deleted account. The tokens of its devices end with the account itself.
    pub async fn forget_account(&self, account: AccountId) -> Result<(), IdentityError> {
        self.change(
            move |store| async move { store.forget_account(account).await },
            move |cache, ()| {
                cache.second_factors_mut().retain(|(other, _)| *other != account);
                cache
                    .temporary_passwords_mut()
                    .retain(|(other, _)| *other != account);
                cache.preferences_mut().retain(|(other, _), _| *other != account);
                cache.user_links_mut().remove_of_account(account);
                cache.operator_grants_mut().remove_of_account(account);
                cache.forget_presence_of_account(account);
                cache.api_keys_mut().remove_of_account(account);
            },
        )
        .await
    }

    /// Removes what has expired, and saves when API keys, operator keys and portal sessions were last used. Call it
    /// every few minutes, and before the program ends.
    pub async fn maintain(&self, now: Timestamp) -> Result<(), IdentityError> {
        self.purge_user_tokens(now).await?;
        self.purge_user_links(now).await?;
        self.store.remove_expired_pending_sign_ins(now).await?;
        self.store
            .remove_unused_browsers(now - KNOWN_BROWSER_LIFE)
            .await?;
        self.maintain_portal_sessions(now).await?;
        self.maintain_outbox(now).await?;
        self.save_last_use_of_operator_keys().await?;
        self.save_last_use_of_api_keys().await
    }

    /// Closes the store, after running work has finished; for the end of the program.
    pub async fn close(&self) {
        let _turn = self.turn.lock().await;
        self.store.close().await;
    }

    /// Changes the store, and then applies the result to memory; both before any other change, so that memory follows
    /// the store in order. Runs to its end even if the caller stops waiting.
    pub(crate) async fn change<T, U, F>(
        &self,
        change: impl FnOnce(Arc<dyn Store>) -> F + Send + 'static,
        remember: impl FnOnce(&Caches, T) -> U + Send + 'static,
    ) -> Result<U, IdentityError>
    where
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
        U: Send + 'static,
    {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let (store, cache) = (Arc::clone(&self.store), Arc::clone(&self.cache));
        let changing = tokio::spawn(async move {
            let done = change(store).await?;
            let answer = remember(&cache, done);
            drop(turn);
            Ok::<_, StoreError>(answer)
        });
        Ok(changing.await.map_err(|_| StoreError::Closed)??)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl Caches {
    /// Remembers whether a user's password is temporary.
    pub(crate) fn note_password_life(&self, account: AccountId, user: UserId, life: PasswordLife) {
        let mut temporary = self.temporary_passwords_mut();
        match life {
            PasswordLife::Temporary => temporary.insert((account, user)),
            PasswordLife::Lasting => temporary.remove(&(account, user)),
        };
    }

    /// Forgets what a user is signed in with: tokens, portal sessions, and operator sessions of the user's grant; and the
    /// one-time links that they made for others.
    pub(crate) fn forget_presence_of_user(&self, account: AccountId, user: UserId) {
        self.operator_grants_mut().end_sessions((account, user));
        self.user_tokens_mut().remove_of_user(account, user);
        self.portal_sessions_mut().remove_of_user((account, user));
        self.user_links_mut().remove_made((account, user), LinksMade::All);
    }

    /// The same of all users of an account.
    pub(crate) fn forget_presence_of_account(&self, account: AccountId) {
        self.portal_sessions_mut().remove_of_account(account);
        self.user_tokens_mut().remove_of_account(account);
    }
}

macro_rules! locks {
    ($($name:ident, $name_mut:ident: $kind:ty;)*) => {
        /// A panic elsewhere cannot leave these half changed: they are changed after the store, in steps that cannot
        /// fail.
        impl Caches {$(
            pub(crate) fn $name(&self) -> RwLockReadGuard<'_, $kind> {
                self.$name.read().unwrap_or_else(PoisonError::into_inner)
            }

            pub(crate) fn $name_mut(&self) -> RwLockWriteGuard<'_, $kind> {
                self.$name.write().unwrap_or_else(PoisonError::into_inner)
            }
        )*}
    };
}

locks! {
    operator_keys, operator_keys_mut: OperatorKeyCache;
    operator_grants, operator_grants_mut: GrantCache;
    api_keys, api_keys_mut: ApiKeyCache;
    user_tokens, user_tokens_mut: UserTokenCache;
    portal_sessions, portal_sessions_mut: PortalSessionCache;
    second_factors, second_factors_mut: SecondFactors;
    temporary_passwords, temporary_passwords_mut: BTreeSet<Owner>;
    preferences, preferences_mut: BTreeMap<Owner, Preferences>;
    branding, branding_mut: Arc<Branding>;
    user_links, user_links_mut: LinkCache;
    keyring, keyring_mut: Keyring;
}
