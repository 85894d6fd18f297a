//! The sources of time: a wall clock that people can set, and a monotonic clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use usher_domain::{Millis, Timestamp};

/// A stretch without any turn that counts as Usher having been unable to act. The timer has a turn every half second.
const STALL_MILLIS: i64 = 2_000;

/// The clock that the engine reads.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clocks. Due entries fire by themselves.
    #[default]
    System,
    /// Clocks that run only when they are moved (the sandbox, tests). Due entries fire when
    /// [`Engine::advance`](crate::Engine::advance) passes them.
    Manual(ManualClock),
}

/// Clocks that run only when they are moved. Clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Hands>);

#[derive(Debug)]
struct Hands {
    wall: AtomicI64,
    /// Since the clock was created. [`step`](ManualClock::step) does not move it.
    elapsed: AtomicI64,
    /// The last stall, in elapsed time.
    stalled_from: AtomicI64,
    stalled_until: AtomicI64,
}

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(Hands {
            wall: AtomicI64::new(start.millis()),
            elapsed: AtomicI64::new(0),
            stalled_from: AtomicI64::new(0),
            stalled_until: AtomicI64::new(0),
        }))
    }

    /// The time it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.wall.load(Ordering::Acquire))
    }

    /// Lets the time until `now` pass without firing anything, as when Usher is down or its timer late. Never goes
    /// back.
    pub fn set(&self, now: Timestamp) {
        let passed = now.millis() - self.now().millis();
        if passed > 0 {
            self.pass(passed);
        }
    }

    /// Lets time pass in which no thread of Usher runs.
    pub fn stall(&self, by: Millis) {
        let from = self.0.elapsed.load(Ordering::Acquire);
        let by = i64::try_from(by.get()).unwrap_or(i64::MAX);
        self.0.stalled_from.store(from, Ordering::Release);
        self.0
            .stalled_until
            .store(from.saturating_add(by), Ordering::Release);
        self.pass(by);
    }

    /// Sets the wall clock forward or back, as an administrator would: no time passes.
    pub fn step(&self, millis: i64) {
        self.0.wall.fetch_add(millis, Ordering::AcqRel);
    }

    pub(crate) fn pass(&self, millis: i64) {
        self.0.elapsed.fetch_add(millis, Ordering::AcqRel);
        self.0.wall.fetch_add(millis, Ordering::AcqRel);
    }
}

impl Clock {
    /// A manual clock that shows `start`.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(ManualClock::new(start))
    }

    /// The wall clock, which people can set forward and back.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::from_millis(jiff::Timestamp::now().as_millisecond()),
            Self::Manual(clock) => clock.now(),
        }
    }

    /// The milliseconds since a fixed moment of the process, including time in which the machine sleeps. Nobody can set
    /// this.
    pub(crate) fn elapsed(&self) -> i64 {
        match self {
            Self::System => system_elapsed(),
            Self::Manual(clock) => clock.0.elapsed.load(Ordering::Acquire),
        }
    }

    /// Since when Usher could not act, if it could not between two readings of [`elapsed`](Self::elapsed).
    pub(crate) fn stalled(&self, seen: i64, now: i64) -> Option<i64> {
        match self {
            Self::System => (now - seen >= STALL_MILLIS).then_some(seen),
            Self::Manual(clock) => {
                let until = clock.0.stalled_until.load(Ordering::Acquire);
                (until > seen).then(|| clock.0.stalled_from.load(Ordering::Acquire))
            }
        }
    }
}

/// `CLOCK_MONOTONIC`, which the standard library reads, does not count time in which the machine sleeps.
#[cfg(target_os = "linux")]
fn system_elapsed() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    time.tv_sec
        .saturating_mul(1_000)
        .saturating_add(time.tv_nsec / 1_000_000)
}

#[cfg(not(target_os = "linux"))]
fn system_elapsed() -> i64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    let elapsed = START.get_or_init(Instant::now).elapsed();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
