//! The entrance: opening the tables and telling who is calling.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rusqlite::Connection;
use usher_domain::{AccountId, OperatorKeyId, Timestamp, UserId};

use crate::api_keys::{self, ApiKeys};
use crate::join_codes::{self, JoinCodes};
use crate::operator::OperatorKeys;
use crate::owned;
use crate::password::Hashing;
use crate::portal_sessions::{self, PortalSessions};
use crate::second_factor::{self, SecondFactors};
use crate::shown::{Asked, Shown};
use crate::signing::{self, Keyring};
use crate::store::{self, Store};
use crate::user_tokens::{self, UserTokens};
use crate::world::World;
use crate::{
    Caller, IdentityError, Lives, OperatorScope, PasswordLife, Sealer, SecretsKeys, Unauthenticated,
    UserTokenId, known_browsers, operator, passwords, single_sign_on,
};

/// The credentials of one server. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    pub(crate) store: Store,
    pub(crate) memory: Arc<Memory>,
    pub(crate) hashing: Hashing,
    sealer: Sealer,
    join_codes: JoinCodes,
    lives: Lives,
}

/// Who holds a token, and which one it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// Who.
    pub caller: Caller,
    /// Which credential.
    pub credential: Credential,
    /// The same, to ask later whether it is still good ([`Identity::identify_again`]).
    pub shown: Shown,
}

/// Which of a caller's credentials was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// The caller's name says it: an API key, or the token of a sign-in or ticket.
    Itself,
    /// A user token.
    UserToken(UserTokenId),
    /// An operator key.
    OperatorKey {
        /// Which.
        id: OperatorKeyId,
        /// What it is good for.
        scopes: BTreeSet<OperatorScope>,
    },
}

/// What the tables hold, for the path that every request takes. Each lock is held for a look or a small change only.
pub(crate) struct Memory {
    operator_keys: RwLock<OperatorKeys>,
    api_keys: RwLock<ApiKeys>,
    user_tokens: RwLock<UserTokens>,
    portal_sessions: RwLock<PortalSessions>,
    second_factors: RwLock<SecondFactors>,
    /// Whose password is temporary.
    temporary_passwords: RwLock<BTreeSet<(AccountId, UserId)>>,
    keyring: RwLock<Keyring>,
    pub(crate) world: World,
}

impl Identity {
    /// Makes or migrates the credential tables in the database behind `connection`, which nobody else uses from now
    /// on, and reads them into memory. What is sealed there opens with `keys`; what stands there plainly, from before
    /// there were such keys, or sealed with an older one, is sealed again. Blocks: for the start of the program.
    pub fn open(connection: Connection, keys: &SecretsKeys) -> Result<Self, IdentityError> {
        let sealer = Sealer::new(keys);
        let mut connection = store::prepare(connection)?;
        let renewed = store::transact(&mut connection, |tables| renew(tables, &sealer))?;
        if renewed {
            store::forget_what_was(&connection)?;
        }
        let keyring = store::transact(&mut connection, |tables| signing::load_or_create(tables, &sealer))?;
        let join_codes = store::transact(&mut connection, |tables| {
            join_codes::load_or_create(tables, &sealer)
        })?;
        let memory = Memory {
            operator_keys: RwLock::new(operator::load(&connection)?),
            api_keys: RwLock::new(api_keys::load(&connection)?),
            user_tokens: RwLock::new(user_tokens::load(&connection)?),
            portal_sessions: RwLock::new(portal_sessions::load(&connection)?),
            second_factors: RwLock::new(second_factor::load(&connection)?),
            temporary_passwords: RwLock::new(passwords::load_temporary(&connection)?),
            keyring: RwLock::new(keyring),
            world: World::default(),
        };
        Ok(Self {
            store: Store::new(connection),
            memory: Arc::new(memory),
            hashing: Hashing::new(),
            sealer,
            join_codes,
            lives: Lives::default(),
        })
    }

    /// The same credentials, of which sessions and new tokens live this long.
    #[must_use]
    pub fn with_lives(self, lives: Lives) -> Self {
        self.memory.portal_sessions_mut().set_lives(lives);
        Self { lives, ..self }
    }

    /// How long sessions and new tokens live.
    #[must_use]
    pub const fn lives(&self) -> Lives {
        self.lives
    }

    /// Credentials that are gone when the program ends, for the sandbox and for tests.
    pub fn in_memory() -> Result<Self, IdentityError> {
        Self::open(Connection::open_in_memory()?, &SecretsKeys::draw()?)
    }

    /// Whether the database behind `connection` holds secrets that are sealed, so that it cannot be opened without
    /// the keys they are sealed with.
    pub fn holds_sealed_secrets(connection: &Connection) -> Result<bool, IdentityError> {
        signing::are_sealed(connection)
    }

    /// Seals and opens the secrets of this server that have to be read again.
    #[must_use]
    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Digests, seals and opens the codes that customers come into sessions by.
    #[must_use]
    pub const fn join_codes(&self) -> &JoinCodes {
        &self.join_codes
    }

    /// Tells who holds the token `bearer` (the text after `Bearer `) and which credential it is. `account` is the
    /// account that the request names: the tokens of sign-ins and tickets are good in their own account only, and
    /// nowhere without one. `from` is where the request comes from, for what is known of the credential's last use.
    /// Whether the caller may enter that account is for [`Caller::is_foreign_to`] and the domain to say, and what an
    /// operator key is good for, for whoever asks.
    ///
    /// Answers from memory and never waits for the database: for every request.
    pub fn identify(
        &self,
        bearer: &str,
        account: Option<AccountId>,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Identified, Unauthenticated> {
        let shown = self.memory.shown(bearer, account)?;
        self.memory.holder(&shown, Asked::By(from), now)
    }

    /// Tells who holds a token, whatever an operator key is good for. See [`identify`](Self::identify).
    pub fn authenticate(
        &self,
        bearer: &str,
        account: Option<AccountId>,
        now: Timestamp,
    ) -> Result<Caller, Unauthenticated> {
        self.identify(bearer, account, None, now)
            .map(|identified| identified.caller)
    }

    /// Forgets all credentials of a user who was deleted.
    pub async fn forget_user(&self, account: AccountId, user: UserId) -> Result<(), IdentityError> {
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    passwords::delete(tables, account, user)?;
                    for table in [known_browsers::TABLE].iter().chain(second_factor::TABLES) {
                        owned::delete_of_user(tables, table, account, user)?;
                    }
                    user_tokens::delete_of_user(tables, account, user)
                },
                move |_| {
                    memory.second_factors_mut().remove(&(account, user));
                    memory.temporary_passwords_mut().remove(&(account, user));
                    memory.forget_presence_of_user(account, user);
                },
            )
            .await
    }

    /// Forgets all credentials of an account that was deleted. Its devices' tokens die with the account itself.
    pub async fn forget_account(&self, account: AccountId) -> Result<(), IdentityError> {
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    let of_users = [passwords::TABLE, known_browsers::TABLE];
                    for table in of_users.iter().chain(second_factor::TABLES) {
                        owned::delete_of_account(tables, table, account)?;
                    }
                    single_sign_on::delete(tables, account)?;
                    user_tokens::delete_of_account(tables, account)?;
                    owned::delete_of_account(tables, api_keys::TABLE, account)
                },
                move |_| {
                    memory.second_factors_mut().retain(|(other, _)| *other != account);
                    memory
                        .temporary_passwords_mut()
                        .retain(|(other, _)| *other != account);
                    memory.portal_sessions_mut().remove_of_account(account);
                    memory.user_tokens_mut().remove_of_account(account);
                    memory.api_keys_mut().remove_of_account(account);
                },
            )
            .await
    }

    /// Deletes user tokens and sessions that are over and writes down when API keys and sessions were last used. For
    /// every few minutes, and before the program ends.
    pub async fn maintain(&self, now: Timestamp) -> Result<(), IdentityError> {
        self.purge_user_tokens(now).await?;
        self.purge_half_sign_ins(now).await?;
        self.purge_known_browsers(now).await?;
        self.maintain_portal_sessions(now).await?;
        self.save_last_use_of_operator_keys().await?;
        self.save_last_use_of_api_keys().await
    }

    /// Closes the tables, after what is under way: for the end of the program. The last connection that is closed to a
    /// database leaves no write-ahead log behind.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

/// Seals again whatever is not sealed with the current secrets key. Whether there was anything.
fn renew(tables: &Connection, sealer: &Sealer) -> Result<bool, IdentityError> {
    let keys = signing::renew(tables, sealer)?;
    let providers = single_sign_on::renew(tables, sealer)?;
    let sessions = portal_sessions::renew(tables, sealer)?;
    let second_factors = second_factor::renew(tables, sealer)?;
    let join_codes = join_codes::renew(tables, sealer)?;
    Ok(join_codes || keys || providers || sessions || second_factors)
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl Memory {
    /// Remembers whether a user's password is temporary.
    pub(crate) fn note_password_life(&self, account: AccountId, user: UserId, life: PasswordLife) {
        let mut temporary = self.temporary_passwords_mut();
        match life {
            PasswordLife::Temporary => temporary.insert((account, user)),
            PasswordLife::Lasting => temporary.remove(&(account, user)),
        };
    }

    /// Forgets by what a user is known at the moment: tokens, and sessions of the portal.
    pub(crate) fn forget_presence_of_user(&self, account: AccountId, user: UserId) {
        self.user_tokens_mut().remove_of_user(account, user);
        self.portal_sessions_mut().remove_of_user(account, user);
    }
}

macro_rules! locks {
    ($($name:ident, $name_mut:ident: $kind:ty;)*) => {
        /// A panic elsewhere cannot leave these half changed: they are changed after the tables, in steps that do
        /// not fail.
        impl Memory {$(
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
    operator_keys, operator_keys_mut: OperatorKeys;
    api_keys, api_keys_mut: ApiKeys;
    user_tokens, user_tokens_mut: UserTokens;
    portal_sessions, portal_sessions_mut: PortalSessions;
    second_factors, second_factors_mut: SecondFactors;
    temporary_passwords, temporary_passwords_mut: BTreeSet<(AccountId, UserId)>;
    keyring, keyring_mut: Keyring;
}
