//! What time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use usher_domain::Timestamp;

/// Where the engine reads the time.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock. What is due fires by itself.
    #[default]
    System,
    /// A clock that stands still until it is moved (the sandbox, tests). What is due fires when
    /// [`Engine::advance`](crate::Engine::advance) passes it.
    Manual(ManualClock),
}

/// A clock that stands still until it is moved. Clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.millis())))
    }

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Acquire))
    }

    /// Moves it without firing anything, as when Usher is down for a while. Never back.
    pub fn set(&self, now: Timestamp) {
        self.0.fetch_max(now.millis(), Ordering::AcqRel);
    }
}

impl Clock {
    /// A manual clock that shows `start`.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(ManualClock::new(start))
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::from_millis(jiff::Timestamp::now().as_millisecond()),
            Self::Manual(clock) => clock.now(),
        }
    }
}
