//! Guessing of passwords is slowed down: by the address that is guessed at, and by where the guesses come from. The
//! API and the portal count together, so that neither is a way around the other.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use usher_domain::Secs;
use usher_engine::Engine;

/// How many attempts one e-mail address has at once; one more comes every [`EMAIL_REFILL`].
pub const ATTEMPTS_PER_EMAIL: NonZeroU32 = NonZeroU32::new(8).unwrap();
/// How many attempts one network address has at once: a whole office may share it.
pub const ATTEMPTS_PER_ADDRESS: NonZeroU32 = NonZeroU32::new(60).unwrap();

const EMAIL_REFILL: Duration = Duration::from_secs(30);
const ADDRESS_REFILL: Duration = Duration::from_secs(2);

/// From how many keys on those are forgotten that have all their attempts back.
const KEYS_KEPT: usize = 10_000;

/// The engine's clock, so that a test moves it and nothing sleeps.
#[derive(Clone)]
struct EngineClock(Engine);

type Limiter<K> = RateLimiter<K, DefaultKeyedStateStore<K>, EngineClock, NoOpMiddleware<Duration>>;

/// How often passwords were tried of late.
pub struct Throttle {
    clock: EngineClock,
    emails: Limiter<String>,
    addresses: Limiter<IpAddr>,
}

impl Throttle {
    pub(crate) fn new(engine: &Engine) -> Self {
        let clock = EngineClock(engine.clone());
        Self {
            emails: limiter(ATTEMPTS_PER_EMAIL, EMAIL_REFILL, &clock),
            addresses: limiter(ATTEMPTS_PER_ADDRESS, ADDRESS_REFILL, &clock),
            clock,
        }
    }

    /// Counts an attempt; gives how long to wait where it is one too many. Known and unknown e-mail addresses are
    /// counted alike.
    pub fn attempt(&self, email: &str, from: Option<IpAddr>) -> Result<(), Secs> {
        if let Some(from) = from {
            self.count(&self.addresses, &from)?;
        }
        self.count(&self.emails, &email.trim().to_lowercase())
    }

    fn count<K: Clone + Eq + std::hash::Hash>(&self, limiter: &Limiter<K>, key: &K) -> Result<(), Secs> {
        if limiter.len() > KEYS_KEPT {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Secs::new(
                u32::try_from(wait.as_secs())
                    .unwrap_or(u32::MAX)
                    .saturating_add(1),
            )
        })
    }
}

fn limiter<K: Clone + Eq + std::hash::Hash>(
    burst: NonZeroU32,
    refill: Duration,
    clock: &EngineClock,
) -> Limiter<K> {
    let quota = Quota::with_period(refill).unwrap_or_else(|| Quota::per_minute(burst));
    RateLimiter::new(
        quota.allow_burst(burst),
        DefaultKeyedStateStore::default(),
        clock.clone(),
    )
}

impl Clock for EngineClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().millis()).unwrap_or(0))
    }
}
