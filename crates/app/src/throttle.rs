//! Throttling of guesses. The API and the portal share the counts, so that neither is a way around the other.
//!
//! Wrong passwords are counted by the network they come from, by e-mail address and network together, and, with a wider
//! bound, by e-mail address alone: guesses from one network do not use up the attempts that the address has from
//! another, however long they go on. A browser in which the user has signed in before has a count of its own, so that an
//! attacker who only knows the address cannot keep its user out. Second factors are counted in the same way, by user.
//!
//! An attempt counts when it begins, so that many concurrent ones are limited, too. It is given back if it was right,
//! so that an office behind one network address can sign in. A refused attempt costs nothing.

mod spent;

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use usher_domain::text::Email;
use usher_domain::{AccountId, Secs, UserId, network_of};
use usher_engine::Engine;
use usher_identity::KnownBrowser;

use self::spent::{Key, Spent};

/// How many wrong passwords are allowed at once for one e-mail address from one network; one more is allowed every 24
/// minutes. A known browser, or a session that asks for the current password, has as many of its own, and one more
/// every 30 seconds.
pub const ATTEMPTS_PER_EMAIL: u32 = 8;
/// How many wrong passwords are allowed at once for one e-mail address from all networks together, not counting known
/// browsers; one more is allowed every 2 minutes.
pub const ATTEMPTS_PER_EMAIL_FROM_ANYWHERE: u32 = 100;
/// How many wrong passwords and second factors are allowed at once from one network address; one more is allowed every
/// 2 seconds.
pub const ATTEMPTS_PER_ADDRESS: u32 = 60;
/// How many wrong codes of a second factor are allowed at once for one user from one network; one more is allowed every
/// 15 minutes. A known browser has as many of its own, and one more every 5 minutes. A code has only six digits.
pub const CODES_PER_USER: u32 = 5;
/// How many wrong codes of a second factor are allowed at once for one user from all networks together, not counting
/// known browsers; one more is allowed every 5 minutes.
pub const CODES_PER_USER_FROM_ANYWHERE: u32 = 20;
/// How many codes without a session are allowed at once from one network address; one more is allowed every 10 seconds.
pub const JOIN_CODES_PER_ADDRESS: u32 = 30;
/// How many wrong operator keys are allowed at once from one network; one more is allowed every minute. Usher's own keys
/// cannot be guessed, but an operator may have chosen one.
pub const OPERATOR_KEYS_PER_NETWORK: u32 = 10;

/// How many password reset links are sent at once to one e-mail address; one more is sent every 20 minutes.
pub const LINKS_PER_EMAIL: u32 = 3;
/// For how many addresses a link may be asked at once from one network; one more is allowed every minute.
pub const LINKS_PER_NETWORK: u32 = 10;

/// How many attempts are allowed at once, and after how many milliseconds one more is allowed.
#[derive(Debug, Clone, Copy)]
struct Rate {
    attempts: u32,
    refill_millis: i64,
}

impl Rate {
    const fn new(attempts: u32, refill_millis: i64) -> Self {
        Self {
            attempts,
            refill_millis,
        }
    }

    /// One network's share of this limit: `attempts` at once. Together, as many networks as cannot exhaust the limit
    /// at once are given no more attempts than it gets back, so they cannot exhaust it by going on, either.
    const fn share(self, attempts: u32) -> Self {
        let networks = (self.attempts - 1) / attempts;
        Self::new(attempts, self.refill_millis * networks as i64)
    }
}

/// A key by which attempts are counted, with its limit.
type Counted = (Key, Rate);

const PER_NETWORK: Rate = Rate::new(ATTEMPTS_PER_ADDRESS, 2_000);
const PER_EMAIL_ANYWHERE: Rate = Rate::new(ATTEMPTS_PER_EMAIL_FROM_ANYWHERE, 120_000);
const PER_EMAIL_AND_NETWORK: Rate = PER_EMAIL_ANYWHERE.share(ATTEMPTS_PER_EMAIL);
const PER_KNOWN_BROWSER: Rate = Rate::new(ATTEMPTS_PER_EMAIL, 30_000);
const PER_CODE_ANYWHERE: Rate = Rate::new(CODES_PER_USER_FROM_ANYWHERE, 300_000);
const PER_CODE_AND_NETWORK: Rate = PER_CODE_ANYWHERE.share(CODES_PER_USER);
const PER_CODE_IN_KNOWN_BROWSER: Rate = Rate::new(CODES_PER_USER, 300_000);
const PER_OPERATOR_NETWORK: Rate = Rate::new(OPERATOR_KEYS_PER_NETWORK, 60_000);
const PER_FORGOTTEN_EMAIL: Rate = Rate::new(LINKS_PER_EMAIL, 1_200_000);
const PER_FORGETTING_NETWORK: Rate = Rate::new(LINKS_PER_NETWORK, 60_000);
const PER_JOINING_NETWORK: Rate = Rate::new(JOIN_CODES_PER_ADDRESS, 10_000);

/// Where an attempt comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct AttemptFrom {
    /// The network address of the client; `None` if the request did not come over a socket.
    pub address: Option<IpAddr>,
    /// The browser, if the user in question has signed in with it before.
    pub browser: Option<KnownBrowser>,
}

/// The recent attempts.
pub struct Throttle {
    clock: Engine,
    spent: Mutex<Spent>,
}

/// An attempt that was admitted. It counts as a wrong one until it is [`right`](Self::right).
#[must_use = "an attempt that was right is to be given back"]
pub struct Attempt<'a> {
    throttle: &'a Throttle,
    counted: Vec<Counted>,
}

impl Throttle {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self {
            clock: engine.clone(),
            spent: Mutex::default(),
        }
    }

    /// Admits an attempt at the password of an e-mail address, or returns how long to wait. Known and unknown addresses
    /// are counted alike. `None` is a text that is no address.
    pub fn password(&self, email: Option<&Email>, from: AttemptFrom) -> Result<Attempt<'_>, Secs> {
        let email = email.map(|email| email.as_str().as_bytes());
        if let (Some(email), Some(browser)) = (email, from.browser) {
            let key = Key::of("password in browser", &[email, &browser.bits().to_be_bytes()]);
            return self.attempt(vec![(key, PER_KNOWN_BROWSER)]);
        }
        let mut counted = network(from);
        if let Some(email) = email {
            let here = Key::of("password", &[email, &network_bytes(from)]);
            counted.push((here, PER_EMAIL_AND_NETWORK));
            counted.push((Key::of("password", &[email]), PER_EMAIL_ANYWHERE));
        }
        self.attempt(counted)
    }

    /// Admits an attempt at the password of a user who is already signed in with `credential`, a session or token.
    pub fn present_password(
        &self,
        account: AccountId,
        user: UserId,
        credential: &str,
    ) -> Result<Attempt<'_>, Secs> {
        let (account, user) = (account.bits().to_be_bytes(), user.bits().to_be_bytes());
        let key = Key::of("present password", &[&account, &user, credential.as_bytes()]);
        self.attempt(vec![(key, PER_KNOWN_BROWSER)])
    }

    /// Admits an attempt at a user's second factor, by somebody who knows the password.
    pub fn second_factor(&self, user: UserId, from: AttemptFrom) -> Result<Attempt<'_>, Secs> {
        let user = user.bits().to_be_bytes();
        if let Some(browser) = from.browser {
            let key = Key::of("code in browser", &[&user, &browser.bits().to_be_bytes()]);
            return self.attempt(vec![(key, PER_CODE_IN_KNOWN_BROWSER)]);
        }
        let mut counted = network(from);
        let here = Key::of("code", &[&user, &network_bytes(from)]);
        counted.push((here, PER_CODE_AND_NETWORK));
        counted.push((Key::of("code", &[&user]), PER_CODE_ANYWHERE));
        self.attempt(counted)
    }

    /// Admits an attempt at the code of a session.
    pub fn join_code(&self, from: Option<IpAddr>) -> Result<Attempt<'_>, Secs> {
        let bytes = from.map(|address| address_bytes(network_of(address)));
        let key = bytes.map(|bytes| (Key::of("join code", &[&bytes]), PER_JOINING_NETWORK));
        self.attempt(key.into_iter().collect())
    }

    /// Admits an attempt at an operator key on the operator pages.
    pub fn operator_key(&self, address: Option<IpAddr>) -> Result<Attempt<'_>, Secs> {
        let from = AttemptFrom {
            address,
            browser: None,
        };
        let mut counted = network(from);
        let here = Key::of("operator key", &[&network_bytes(from)]);
        counted.push((here, PER_OPERATOR_NETWORK));
        self.attempt(counted)
    }

    /// Admits a request for a password reset link, or returns how long its network has to wait. Known and
    /// unknown addresses are counted alike. False if the address has been sent enough: that is told to nobody, because
    /// its links are in its mailbox.
    pub fn forgotten_password(&self, email: &Email, from: Option<IpAddr>) -> Result<bool, Secs> {
        let network = from.map(|address| address_bytes(network_of(address)));
        let network = network.map(|bytes| {
            (
                Key::of("forgotten", &[b"network", &bytes]),
                PER_FORGETTING_NETWORK,
            )
        });
        let _counted = self.attempt(network.into_iter().collect())?;
        let key = Key::of("forgotten", &[b"email", email.as_str().as_bytes()]);
        Ok(self.attempt(vec![(key, PER_FORGOTTEN_EMAIL)]).is_ok())
    }

    fn attempt(&self, counted: Vec<Counted>) -> Result<Attempt<'_>, Secs> {
        self.spent().take(&counted, self.clock.now().millis())?;
        Ok(Attempt {
            throttle: self,
            counted,
        })
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// The attempt was right: it does not count.
    pub fn right(self) {
        let now = self.throttle.clock.now().millis();
        self.throttle.spent().give_back(&self.counted, now);
    }
}

/// All attempts from one network, for any user.
fn network(from: AttemptFrom) -> Vec<Counted> {
    let bytes = from.address.map(|address| address_bytes(network_of(address)));
    let key = bytes.map(|bytes| (Key::of("network", &[&bytes]), PER_NETWORK));
    key.into_iter().collect()
}

fn network_bytes(from: AttemptFrom) -> Vec<u8> {
    let network = from.address.map(network_of);
    network.map(address_bytes).unwrap_or_default()
}

fn address_bytes(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}
