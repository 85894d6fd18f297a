//! Pending sign-ins at a provider: begun here, and not back yet.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use usher_domain::{AccountId, Secs, Timestamp, UserId, network_of};

use crate::{RandomError, Secret, SecretDigest};

/// How long a user has to sign in at the provider.
pub const ATTEMPT_LIFE: Secs = Secs::new(600);

/// The most pending sign-ins at a time; beyond that the oldest has to start over.
pub const ATTEMPTS_MAX: usize = 10_000;

/// The most of them for one network address (for IPv6, one /64), so that nobody can push out everybody else's.
pub const ATTEMPTS_PER_ADDRESS_MAX: usize = 200;

/// The longest URL to return to that is kept, in bytes; a longer one is dropped.
const BACK_BYTES_MAX: usize = 2_048;

/// The pending sign-ins, by the digest of their state. In memory only: a person who comes back to a restarted server
/// starts over.
#[derive(Default)]
pub(super) struct Attempts(Mutex<Open>);

#[derive(Default)]
struct Open {
    by_state: BTreeMap<[u8; 32], Attempt>,
    /// In the order in which they began.
    order: BTreeMap<u64, [u8; 32]>,
    begun: u64,
}

/// One pending sign-in.
pub(super) struct Attempt {
    pub(super) account: AccountId,
    /// The issuer the browser was sent to: if the provider is changed meanwhile, the new one cannot answer.
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) nonce: Secret,
    pub(super) verifier: Secret,
    /// The redirect URI the browser was sent with.
    pub(super) return_to: ReturnTo,
    /// Where to go afterwards.
    pub(super) back: String,
    /// The signed-in user who wants to connect to the provider.
    pub(super) link_to: Option<UserId>,
    /// The digest of the secret in the browser's cookie.
    browser: SecretDigest,
    /// The network in which it was begun.
    from: Option<IpAddr>,
    until: Timestamp,
    number: u64,
}

/// A redirect URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReturnTo {
    pub(super) redirect_uri: String,
    /// Whether all accounts share it.
    pub(super) is_shared: bool,
}

/// The values that bind a provider's answer to its sign-in.
pub(super) struct Binding {
    pub(super) nonce: Secret,
    pub(super) verifier: Secret,
    pub(super) return_to: ReturnTo,
}

/// The data of a new sign-in.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The account to sign in to.
    pub account: AccountId,
    /// Where to go afterwards.
    pub back: String,
    /// The signed-in user who wants to connect to the provider.
    pub link_to: Option<UserId>,
    /// The client's network address.
    pub from: Option<IpAddr>,
}

/// The identifiers of a new attempt.
pub(super) struct Begun {
    pub(super) state: Secret,
    pub(super) browser: Secret,
}

impl Attempts {
    pub(super) fn begin(
        &self,
        intent: Intent,
        issuer: String,
        client_id: String,
        binding: Binding,
        now: Timestamp,
    ) -> Result<Begun, RandomError> {
        let begun = Begun {
            state: Secret::draw("")?,
            browser: Secret::draw("")?,
        };
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = intent.from.map(network_of);
        // Attempts are kept in memory, and this comes from the browser.
        let back = Some(intent.back).filter(|back| back.len() <= BACK_BYTES_MAX);
        let back = back.unwrap_or_default();
        open.make_room(from, now);
        open.begun += 1;
        let (number, key) = (open.begun, key(begun.state.expose()));
        open.order.insert(number, key);
        let attempt = Attempt {
            account: intent.account,
            issuer,
            client_id,
            nonce: binding.nonce,
            verifier: binding.verifier,
            return_to: binding.return_to,
            back,
            link_to: intent.link_to,
            browser: SecretDigest::of(begun.browser.expose()),
            from,
            until: now + ATTEMPT_LIFE,
            number,
        };
        open.by_state.insert(key, attempt);
        Ok(begun)
    }

    /// Removes an attempt, so that it works once. Another browser than the one that began it gets nothing, and does not
    /// remove it.
    pub(super) fn take(&self, state: &str, browser: &str, now: Timestamp) -> Option<Attempt> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(state);
        let attempt = open.by_state.get(&key)?;
        if attempt.browser != SecretDigest::of(browser) {
            return None;
        }
        let attempt = open.remove(&key)?;
        (attempt.until > now).then_some(attempt)
    }
}

impl Open {
    fn make_room(&mut self, from: Option<IpAddr>, now: Timestamp) {
        while let Some(key) = self.order.first_key_value().map(|(_, key)| *key) {
            let is_over = self.by_state.get(&key).is_none_or(|attempt| attempt.until <= now);
            if !is_over && self.order.len() < ATTEMPTS_MAX {
                break;
            }
            if self.remove(&key).is_none() {
                self.order.pop_first();
            }
        }
        let same = |key: &&[u8; 32]| self.by_state.get(*key).is_some_and(|one| one.from == from);
        let mut of_address = self.order.values().filter(same);
        let oldest = of_address.next().copied();
        if of_address.count() + 1 >= ATTEMPTS_PER_ADDRESS_MAX
            && let Some(oldest) = oldest
        {
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &[u8; 32]) -> Option<Attempt> {
        let attempt = self.by_state.remove(key)?;
        self.order.remove(&attempt.number);
        Some(attempt)
    }
}

/// Looked up by digest, so that the timing reveals nothing about existing states.
fn key(state: &str) -> [u8; 32] {
    *SecretDigest::of(state).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn begin(attempts: &Attempts, from: [u8; 4], now: Timestamp) -> Begun {
        begin_from(attempts, from.into(), now)
    }

    fn begin_from(attempts: &Attempts, from: IpAddr, now: Timestamp) -> Begun {
        begin_to(attempts, String::new(), from, now)
    }

    fn begin_to(attempts: &Attempts, back: String, from: IpAddr, now: Timestamp) -> Begun {
        let intent = Intent {
            account: AccountId::from_bits(1),
            back,
            link_to: None,
            from: Some(from),
        };
        let binding = Binding {
            nonce: Secret::draw("").unwrap(),
            verifier: Secret::draw("").unwrap(),
            return_to: ReturnTo {
                redirect_uri: String::new(),
                is_shared: false,
            },
        };
        attempts
            .begin(intent, String::new(), String::new(), binding, now)
            .unwrap()
    }

    fn is_taken(attempts: &Attempts, begun: &Begun, now: Timestamp) -> bool {
        attempts
            .take(begun.state.expose(), begun.browser.expose(), now)
            .is_some()
    }

    #[test]
    fn an_attempt_works_once_in_its_own_browser_within_ten_minutes() {
        let attempts = Attempts::default();
        let (mine, other) = (begin(&attempts, [1; 4], NOW), begin(&attempts, [1; 4], NOW));

        let crossed = Begun {
            state: mine.state.clone(),
            browser: other.browser.clone(),
        };
        assert!(!is_taken(&attempts, &crossed, NOW));
        assert!(is_taken(&attempts, &mine, NOW));
        assert!(!is_taken(&attempts, &mine, NOW));
        assert!(!is_taken(&attempts, &other, NOW + ATTEMPT_LIFE));
    }

    #[test]
    fn one_address_displaces_only_its_own_attempts() {
        let attempts = Attempts::default();
        let victim = begin(&attempts, [1; 4], NOW);
        let first = begin(&attempts, [2; 4], NOW);

        for _ in 0..ATTEMPTS_PER_ADDRESS_MAX {
            begin(&attempts, [2; 4], NOW);
        }

        assert!(!is_taken(&attempts, &first, NOW));
        assert!(is_taken(&attempts, &victim, NOW));
        assert_eq!(attempts.0.lock().unwrap().order.len(), ATTEMPTS_PER_ADDRESS_MAX);
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_are_one() {
        let attempts = Attempts::default();
        let first = begin_from(&attempts, "2001:db8:0:1::1".parse().unwrap(), NOW);
        let other = begin_from(&attempts, "2001:db8:0:2::1".parse().unwrap(), NOW);

        for number in 0..ATTEMPTS_PER_ADDRESS_MAX {
            let from = format!("2001:db8:0:1:ffff::{number:x}").parse().unwrap();
            begin_from(&attempts, from, NOW);
        }

        assert!(!is_taken(&attempts, &first, NOW));
        assert!(is_taken(&attempts, &other, NOW));
    }

    #[test]
    fn return_addresses_of_browsers_take_bounded_memory() {
        let attempts = Attempts::default();
        let begun = begin_to(&attempts, "x".repeat(250_000), [1; 4].into(), NOW);

        let taken = attempts.take(begun.state.expose(), begun.browser.expose(), NOW);

        assert_eq!(taken.unwrap().back, "");
    }

    #[test]
    fn finished_attempts_make_room() {
        let attempts = Attempts::default();
        begin(&attempts, [1; 4], NOW);

        begin(&attempts, [2; 4], NOW + ATTEMPT_LIFE);

        assert_eq!(attempts.0.lock().unwrap().by_state.len(), 1);
    }
}
