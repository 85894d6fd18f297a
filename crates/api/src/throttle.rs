//! Guessing is slowed down: by whom or what is guessed at, and by where the guesses come from. The API and the portal
//! count together, so that neither is a way around the other.
//!
//! Network addresses of IPv6 are counted by their first 64 bits. An attempt counts when it begins, so that many at once
//! are no way around either, and is given back when it was right: an office behind one network address can sign in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use usher_domain::{Secs, UserId};
use usher_engine::Engine;

use crate::arrival::network_of;

/// How many wrong passwords one e-mail address has at once; one more comes every 30 seconds.
pub const ATTEMPTS_PER_EMAIL: u32 = 8;
/// How many wrong passwords and second factors one network address has at once; one more comes every 2 seconds.
pub const ATTEMPTS_PER_ADDRESS: u32 = 60;
/// How many wrong codes of a second factor one user has at once; one more comes every 5 minutes. A code has six
/// digits only.
pub const CODES_PER_USER: u32 = 5;
/// How many codes that lead to no session one network address has at once; one more comes every 10 seconds.
pub const JOIN_CODES_PER_ADDRESS: u32 = 30;

/// From how many keys on those are forgotten that have all their attempts back.
const KEYS_KEPT: usize = 10_000;

/// How often was guessed of late.
pub struct Throttle {
    clock: Engine,
    spent: Mutex<Spent>,
}

/// What attempts are counted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    /// The address whose password is tried, or whatever else names the user.
    Email(String),
    /// Where attempts to sign in come from.
    Address(IpAddr),
    /// Whose second factor is tried.
    SecondFactor(UserId),
    /// Where codes of sessions are tried from.
    JoinCode(IpAddr),
}

/// How many attempts there are at once, and after how many milliseconds one more comes.
struct Rate {
    attempts: u32,
    refill_millis: i64,
}

struct Spent {
    /// When all attempts are back, in milliseconds.
    whole_at: HashMap<Key, i64>,
    /// At how many keys those that are whole again are forgotten.
    tidy_at: usize,
}

/// An attempt that was admitted. It counts as a wrong one until it is [`right`](Self::right).
#[must_use = "an attempt that was right is to be given back"]
pub struct Attempt<'a> {
    throttle: &'a Throttle,
    keys: Vec<Key>,
}

impl Throttle {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self {
            clock: engine.clone(),
            spent: Mutex::new(Spent {
                whole_at: HashMap::new(),
                tidy_at: KEYS_KEPT,
            }),
        }
    }

    /// Admits an attempt at a password; gives how long to wait where it is one too many. Known and unknown e-mail
    /// addresses are counted alike.
    pub fn password(&self, email: &str, from: Option<IpAddr>) -> Result<Attempt<'_>, Secs> {
        let email = Key::Email(email.trim().to_lowercase());
        let from = from.map(network_of).map(Key::Address);
        self.attempt(from.into_iter().chain([email]))
    }

    /// Admits an attempt at a user's second factor.
    pub fn second_factor(&self, user: UserId, from: Option<IpAddr>) -> Result<Attempt<'_>, Secs> {
        let user = Key::SecondFactor(user);
        let from = from.map(network_of).map(Key::Address);
        self.attempt(from.into_iter().chain([user]))
    }

    /// Admits an attempt at the code of a session.
    pub fn join_code(&self, from: Option<IpAddr>) -> Result<Attempt<'_>, Secs> {
        self.attempt(from.map(network_of).map(Key::JoinCode))
    }

    fn attempt(&self, keys: impl IntoIterator<Item = Key>) -> Result<Attempt<'_>, Secs> {
        let now = self.clock.now().millis();
        let mut admitted = Attempt {
            throttle: self,
            keys: Vec::with_capacity(2),
        };
        for key in keys {
            self.spent().take(&key, now)?;
            admitted.keys.push(key);
        }
        Ok(admitted)
    }

    fn spent(&self) -> std::sync::MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// It was no guess: it does not count.
    pub fn right(self) {
        let mut spent = self.throttle.spent();
        for key in &self.keys {
            if let Some(whole_at) = spent.whole_at.get_mut(key) {
                *whole_at -= key.rate().refill_millis;
            }
        }
    }
}

impl Spent {
    /// Takes one attempt, or says how long to wait for it.
    fn take(&mut self, key: &Key, now: i64) -> Result<(), Secs> {
        if self.whole_at.len() >= self.tidy_at {
            self.whole_at.retain(|_, whole_at| *whole_at > now);
            self.tidy_at = KEYS_KEPT.max(2 * self.whole_at.len());
        }
        let rate = key.rate();
        let whole_at = self.whole_at.get(key).copied().unwrap_or(now).max(now) + rate.refill_millis;
        let wait = whole_at - now - i64::from(rate.attempts) * rate.refill_millis;
        if wait > 0 {
            let secs = wait.unsigned_abs().div_ceil(1_000);
            return Err(Secs::new(u32::try_from(secs).unwrap_or(u32::MAX)));
        }
        self.whole_at.insert(key.clone(), whole_at);
        Ok(())
    }
}

impl Key {
    fn rate(&self) -> Rate {
        let (attempts, refill_millis) = match self {
            Self::Email(_) => (ATTEMPTS_PER_EMAIL, 30_000),
            Self::Address(_) => (ATTEMPTS_PER_ADDRESS, 2_000),
            Self::SecondFactor(_) => (CODES_PER_USER, 300_000),
            Self::JoinCode(_) => (JOIN_CODES_PER_ADDRESS, 10_000),
        };
        Rate {
            attempts,
            refill_millis,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn spent() -> Spent {
        Spent {
            whole_at: HashMap::new(),
            tidy_at: KEYS_KEPT,
        }
    }

    #[test]
    fn attempts_come_back_one_by_one() {
        let mut spent = spent();
        let key = Key::Address(FROM);
        for _ in 0..ATTEMPTS_PER_ADDRESS {
            assert_eq!(spent.take(&key, 0), Ok(()));
        }

        assert_eq!(spent.take(&key, 0), Err(Secs::new(2)));
        assert_eq!(spent.take(&key, 1_999), Err(Secs::new(1)));
        assert_eq!(spent.take(&key, 2_000), Ok(()));
        assert_eq!(spent.take(&key, 2_000), Err(Secs::new(2)));
        assert_eq!(spent.take(&Key::JoinCode(FROM), 2_000), Ok(()));
    }

    #[test]
    fn keys_that_are_whole_again_are_forgotten() {
        let mut spent = spent();
        for number in 0..KEYS_KEPT {
            assert_eq!(spent.take(&Key::Email(number.to_string()), 0), Ok(()));
        }

        assert_eq!(spent.take(&Key::Email("one more".to_owned()), 30_000), Ok(()));

        assert_eq!(spent.whole_at.len(), 1);
    }
}
