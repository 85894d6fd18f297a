//! The wall clock, by which authenticator apps generate their codes.

use std::fmt;
use std::sync::OnceLock;

use usher_domain::Timestamp;

use crate::Identity;

type Reading = Box<dyn Fn(Timestamp) -> Timestamp + Send + Sync>;

/// Converts the credentials' time to wall time; the same until it is set.
#[derive(Default)]
pub(crate) struct WallClock(OnceLock<Reading>);

impl fmt::Debug for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WallClock")
    }
}

impl Identity {
    /// Sets how wall time follows from the time that is passed as `now`. The latter never goes back, so after the
    /// machine's clock was set back it is ahead of the clocks of people's devices. Only the first call counts.
    pub fn follow_wall_clock(&self, reading: impl Fn(Timestamp) -> Timestamp + Send + Sync + 'static) {
        // A second call means the same clock.
        let _ = self.cache.wall_clock.0.set(Box::new(reading));
    }

    pub(crate) fn wall_time(&self, now: Timestamp) -> Timestamp {
        self.cache.wall_clock.0.get().map_or(now, |reading| reading(now))
    }
}
