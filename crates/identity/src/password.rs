//! Hashes passwords: argon2id, on blocking threads, a limited number at a time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc;
use argon2::{ARGON2ID_IDENT, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use usher_domain::{AccountId, ApiKeyId, UserId};

use crate::ports::StoreError;
use crate::random::fill;
use crate::{IdentityError, PasswordError, password_rules};

/// The most passwords hashed at a time: each takes 19 MiB and one core for about 20 ms.
pub const HASHING_AT_ONCE_MAX: usize = 4;
/// The most passwords that wait to be hashed; beyond that the answer is
/// [`Overloaded`](crate::PasswordError::Overloaded).
pub const HASHING_WAITING_MAX: usize = 60;
/// The most of these places for one account, so that its users cannot keep those of other accounts waiting.
pub const HASHING_PER_ACCOUNT_MAX: usize = 24;
/// The most of these places for one caller: a user, a key, or a network address without a credential.
pub const HASHING_PER_CALLER_MAX: usize = 12;

const SALT_BYTES: usize = 16;

/// The hash for users who do not exist or have no password. No password matches it.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The hash of a password, in the PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash that was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// A hash for users without one, so that checking takes as long.
    pub(crate) fn of_nobody() -> Self {
        Self(NOBODY.to_owned())
    }

    /// The hash as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// The shares of places that the hashing of a password counts against. With neither, it counts only against the total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HashingShare {
    /// The account that the caller names or belongs to. `None` if a caller without a credential names only an e-mail
    /// address: an exhausted share would reveal whether the address is known.
    pub account: Option<AccountId>,
    /// The caller.
    pub caller: Option<HashingCaller>,
}

/// The caller who has a password hashed or checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashingCaller {
    /// A signed-in user.
    User(UserId),
    /// An API key.
    ApiKey(ApiKeyId),
    /// Any operator key.
    Operator,
    /// A caller without a credential, by network address: for IPv6, the first 64 bits.
    Network(IpAddr),
}

/// What places are counted by, in addition to the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Holder {
    Account(AccountId),
    Caller(HashingCaller),
}

/// The result of checking a password.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wrong,
    Right,
    /// Right, but hashed with outdated parameters: store this hash instead.
    RightButDated(PasswordHash),
}

/// Limits the number of passwords that are being hashed, or wait for it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hashing {
    admitted: Arc<Semaphore>,
    shares: Shares,
    running: Arc<Semaphore>,
    done: Arc<AtomicU64>,
}

/// A permit to hash one password.
pub(crate) struct Turn {
    admitted: OwnedSemaphorePermit,
    held: Vec<Held>,
    running: Arc<Semaphore>,
    done: Arc<AtomicU64>,
}

/// How many places each holder has now. Holders without any are removed.
#[derive(Clone, Default)]
struct Shares(Arc<Mutex<HashMap<Holder, usize>>>);

/// A holder's slot, until it is dropped.
struct Held {
    shares: Shares,
    holder: Holder,
}

impl Shares {
    /// Takes a place from each holder's share; `None` if one has used up its share.
    fn take(&self, share: HashingShare) -> Option<Vec<Held>> {
        let account = share.account.map(Holder::Account);
        let caller = share.caller.map(Holder::Caller);
        let holders = account.into_iter().chain(caller);
        holders.map(|holder| self.take_one(holder)).collect()
    }

    fn take_one(&self, holder: Holder) -> Option<Held> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let most = match holder {
            Holder::Account(_) => HASHING_PER_ACCOUNT_MAX,
            Holder::Caller(_) => HASHING_PER_CALLER_MAX,
        };
        let places = taken.entry(holder).or_default();
        if *places >= most {
            return None;
        }
        *places += 1;
        Some(Held {
            shares: self.clone(),
            holder,
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut taken = self.shares.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Entry::Occupied(mut places) = taken.entry(self.holder) else {
            return;
        };
        *places.get_mut() -= 1;
        if *places.get() == 0 {
            places.remove();
        }
    }
}

impl Hashing {
    pub(crate) fn new() -> Self {
        Self {
            shares: Shares::default(),
            admitted: Arc::new(Semaphore::new(HASHING_AT_ONCE_MAX + HASHING_WAITING_MAX)),
            running: Arc::new(Semaphore::new(HASHING_AT_ONCE_MAX)),
            done: Arc::default(),
        }
    }

    pub(crate) fn admit(&self, share: HashingShare) -> Result<Turn, PasswordError> {
        let held = self.shares.take(share).ok_or(PasswordError::Overloaded)?;
        let admitted = Arc::clone(&self.admitted)
            .try_acquire_owned()
            .map_err(|_| PasswordError::Overloaded)?;
        Ok(Turn {
            admitted,
            held,
            running: Arc::clone(&self.running),
            done: Arc::clone(&self.done),
        })
    }

    /// How many passwords were hashed or checked.
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

impl Turn {
    /// Hashes a new password that has passed the rules.
    pub(crate) async fn hash(
        self,
        password: String,
        about: Vec<String>,
    ) -> Result<PasswordHash, PasswordError> {
        self.run(move || {
            password_rules::check(&password, &about)?;
            hash(&password)
        })
        .await
    }

    pub(crate) async fn verify(self, password: String, hash: PasswordHash) -> Result<Verdict, PasswordError> {
        self.run(move || verify(&password, &hash)).await
    }

    /// The permits stay with the work: it counts until it is done, even if nobody waits for it any more.
    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let running = self
            .running
            .acquire_owned()
            .await
            .map_err(|_| IdentityError::from(StoreError::Closed))?;
        let (admitted, held, done) = (self.admitted, self.held, self.done);
        tokio::task::spawn_blocking(move || {
            let result = work();
            if result.is_ok() {
                done.fetch_add(1, Ordering::Relaxed);
            }
            drop((running, admitted, held));
            result
        })
        .await
        .map_err(|_| IdentityError::from(StoreError::Closed))?
    }
}

/// Argon2id with the parameters that OWASP recommends: 19 MiB, two passes, one lane. They are the crate's defaults, and
/// a test checks them.
fn argon2id() -> Argon2<'static> {
    Argon2::default()
}

fn hash(password: &str) -> Result<PasswordHash, PasswordError> {
    let mut salt = [0_u8; SALT_BYTES];
    fill(&mut salt).map_err(IdentityError::from)?;
    let hash: phc::PasswordHash = argon2id()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(failure)?;
    Ok(PasswordHash(hash.to_string()))
}

fn verify(password: &str, stored: &PasswordHash) -> Result<Verdict, PasswordError> {
    let stored = phc::PasswordHash::new(&stored.0).map_err(|_| damaged())?;
    match argon2id().verify_password(password.as_bytes(), &stored) {
        Ok(()) if is_dated(&stored) => hash(password).map(Verdict::RightButDated),
        Ok(()) => Ok(Verdict::Right),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(failure(error)),
    }
}

fn is_dated(hash: &phc::PasswordHash) -> bool {
    let params = Params::try_from(hash).ok();
    let now = Params::DEFAULT;
    let same_costs = params.is_some_and(|then| {
        (then.m_cost(), then.t_cost(), then.p_cost()) == (now.m_cost(), now.t_cost(), now.p_cost())
    });
    hash.algorithm != ARGON2ID_IDENT || hash.version != Some(Version::default().into()) || !same_costs
}

fn failure(error: argon2::password_hash::Error) -> PasswordError {
    match error {
        argon2::password_hash::Error::OutOfMemory => PasswordError::Overloaded,
        _ => damaged(),
    }
}

const fn damaged() -> PasswordError {
    PasswordError::Identity(IdentityError::damaged("password hash"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The hash as an earlier version with cheaper parameters would have made it.
    pub(crate) fn dated(password: &str) -> PasswordHash {
        let argon2 = Argon2::from(Params::new(64, 1, 1, None).unwrap());
        let hash: phc::PasswordHash = argon2
            .hash_password_with_salt(password.as_bytes(), &[0; SALT_BYTES])
            .unwrap();
        PasswordHash(hash.to_string())
    }

    #[test]
    fn the_parameters_are_those_that_owasp_recommends() {
        let hash = hash("correct horse").unwrap();

        assert!(
            hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            hash.as_str()
        );
    }

    #[test]
    fn only_the_right_password_fits_and_no_two_hashes_are_the_same() {
        let first = hash("correct horse").unwrap();
        let second = hash("correct horse").unwrap();

        assert_ne!(first, second);
        assert_eq!(verify("correct horse", &first).unwrap(), Verdict::Right);
        assert_eq!(verify("correct horsf", &first).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_user_who_does_not_exist_costs_the_same_and_is_never_right() {
        let nobody = PasswordHash::of_nobody();

        assert!(!is_dated(&phc::PasswordHash::new(nobody.as_str()).unwrap()));
        assert_eq!(verify("correct horse", &nobody).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_right_password_with_old_parameters_gets_a_new_hash() {
        let stored = dated("correct horse");

        let Verdict::RightButDated(renewed) = verify("correct horse", &stored).unwrap() else {
            panic!("the hash was not renewed");
        };

        assert_eq!(verify("correct horse", &renewed).unwrap(), Verdict::Right);
        assert_eq!(verify("battery staple", &stored).unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn above_the_limit_nobody_is_admitted_until_a_turn_ends() {
        let hashing = Hashing::new();
        let mut turns: Vec<_> = (0..HASHING_AT_ONCE_MAX + HASHING_WAITING_MAX)
            .map(|_| hashing.admit(HashingShare::default()).unwrap())
            .collect();
        let one_more = hashing.admit(HashingShare::default());
        assert!(matches!(one_more, Err(PasswordError::Overloaded)));

        turns
            .pop()
            .unwrap()
            .hash("correct horse".into(), Vec::new())
            .await
            .unwrap();

        assert!(hashing.admit(HashingShare::default()).is_ok());
    }

    #[tokio::test]
    async fn no_account_and_no_caller_takes_the_slots_of_others() {
        let hashing = Hashing::new();
        let share = |account, user| HashingShare {
            account: Some(AccountId::from_bits(account)),
            caller: Some(HashingCaller::User(UserId::from_bits(user))),
        };
        let mut turns = Vec::new();
        for user in 1..=2 {
            for _ in 0..HASHING_PER_CALLER_MAX {
                turns.push(hashing.admit(share(1, user)).unwrap());
            }
            assert!(
                hashing.admit(share(1, user)).is_err(),
                "a caller's share is bounded"
            );
        }
        assert!(
            hashing.admit(share(1, 3)).is_err(),
            "an account's share is bounded"
        );

        let other = hashing.admit(share(2, 4));
        let whole = hashing.shares.0.lock().unwrap().len();

        assert!(other.is_ok());
        // Two accounts, two users who hold places, and the other account's user: refused attempts leave no counts
        // behind.
        assert_eq!(whole, 5);
        drop((turns, other));
        assert!(hashing.shares.0.lock().unwrap().is_empty());
    }
}
