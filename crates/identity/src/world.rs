//! The time of the world, by which authenticator apps draw their codes.

use std::fmt;
use std::sync::OnceLock;

use usher_domain::Timestamp;

use crate::Identity;

type Reading = Box<dyn Fn(Timestamp) -> Timestamp + Send + Sync>;

/// How the world's time follows from the time that credentials live by; the same until it is told.
#[derive(Default)]
pub(crate) struct World(OnceLock<Reading>);

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

impl Identity {
    /// Says how the world's time follows from the time that is handed in as `now`. That one never falls, so after the
    /// machine's clock was set back it is ahead of the one by which people's devices draw codes. Counts once.
    pub fn follow_world(&self, reading: impl Fn(Timestamp) -> Timestamp + Send + Sync + 'static) {
        // Whoever comes second means the same clock.
        let _ = self.memory.world.0.set(Box::new(reading));
    }

    pub(crate) fn world(&self, now: Timestamp) -> Timestamp {
        self.memory.world.0.get().map_or(now, |reading| reading(now))
    }
}
