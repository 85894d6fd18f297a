//! Where the time comes from: a clock that people set, and one that only ever goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use usher_domain::{Millis, Timestamp};

/// A stretch without any turn that is taken for Usher having been unable to act. The timer has one every half
/// second.
const STALL_MILLIS: i64 = 2_000;

/// Where the engine reads the time.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clocks. What is due fires by itself.
    #[default]
    System,
    /// Clocks that stand still until they are moved (the sandbox, tests). What is due fires when
    /// [`Engine::advance`](crate::Engine::advance) passes it.
    Manual(ManualClock),
}

/// Clocks that stand still until they are moved. Clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Hands>);

#[derive(Debug)]
struct Hands {
    wall: AtomicI64,
    /// Since the clock was made. [`step`](ManualClock::step) does not move it.
    elapsed: AtomicI64,
    /// The last stall, as elapsed times.
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

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.wall.load(Ordering::Acquire))
    }

    /// Lets the time until `now` pass without firing anything, as when Usher is down or its timer late. Never back.
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

    /// Sets the wall clock forward or back, as an administrator does: no time passes.
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

    /// What the clock on the wall shows. People set it, forward and back.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::from_millis(jiff::Timestamp::now().as_millisecond()),
            Self::Manual(clock) => clock.now(),
        }
    }

    /// How long it is since a moment that stays the same while the process runs, in milliseconds; time in which the
    /// machine sleeps counts. Nobody can set this.
    pub(crate) fn elapsed(&self) -> i64 {
        match self {
            Self::System => system_elapsed(),
            Self::Manual(clock) => clock.0.elapsed.load(Ordering::Acquire),
        }
    }

    /// Since when Usher could not act, where it could not between two readings of [`elapsed`](Self::elapsed).
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

/// `CLOCK_MONOTONIC`, which the standard library reads, stands still while the machine sleeps.
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
