//! The time that a node works by: it goes on by what really passes, never falls, and follows the clock on the wall where
//! that goes ahead.
//!
//! It begins at the newest commit of any account or at the wall clock, whichever is later. Where people set the wall
//! clock back, it stays ahead; where they set it forward, it jumps there, and the jump counts as an outage, so that
//! nothing runs out by it (S11).

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use usher_domain::{Millis, Outage, Timestamp};

use crate::Clock;
use crate::outages::Outages;

/// From this size on, a step of the wall clock is reported, and one forward is jumped after. Less is caught up slowly.
const STEP_MILLIS: i64 = 2_000;

/// Catching up, an hour of this node takes a 64th of an hour less.
const CATCH_UP: i64 = 64;

/// A reading of both clocks in which more time than this passes says nothing of either against the other.
const READING_MILLIS_MAX: i64 = 100;

/// How the wall clock stands to the time that a node works by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WallClock {
    /// How far the node's time is ahead, because the wall clock was set back.
    pub behind: Millis,
    /// How often it was set back since the start, or stood before the newest commit at the start.
    pub steps_back: u64,
    /// How often it was set forward since the start.
    pub steps_forward: u64,
    /// The last step in milliseconds, negative where it went back; zero where there was none.
    pub last_step_millis: i64,
}

pub(crate) struct Time {
    clock: Clock,
    /// What is added to the elapsed time.
    offset: AtomicI64,
    /// The elapsed time at which a thread was last seen at work.
    seen: AtomicI64,
    outages: Mutex<Outages>,
    /// When the last outage ended, so that most turns need not ask for the others.
    last_outage: AtomicI64,
    wall: Wall,
}

/// What is known of the wall clock.
struct Wall {
    /// What the wall clock showed beyond the elapsed time when last looked at, and at which elapsed time that was.
    lead: AtomicI64,
    looked_at: AtomicI64,
    steps_back: AtomicU64,
    steps_forward: AtomicU64,
    last_step: AtomicI64,
}

impl Time {
    /// Starts at the newest commit or the wall clock, and takes what lies between them for an outage: until when Usher
    /// was at work before is not known, so nobody is charged for it.
    pub(crate) fn start(clock: Clock, newest: Option<Timestamp>) -> Self {
        let wall = clock.now();
        let elapsed = clock.elapsed();
        let mut outages = Outages::default();
        let mut now = wall;
        let mut stepped = 0;
        if let Some(newest) = newest {
            if wall < newest {
                stepped = wall.millis().saturating_sub(newest.millis());
                // How long Usher was down cannot be told: leases begin again.
                now = newest + Millis::new(1);
                tracing::warn!(
                    behind_millis = -stepped,
                    "the machine's clock is behind the newest stored change; time goes on from there"
                );
            }
            outages.add(newest, now);
        }
        Self {
            offset: AtomicI64::new(now.millis() - elapsed),
            seen: AtomicI64::new(elapsed),
            last_outage: AtomicI64::new(outages.end().unwrap_or_default().millis()),
            outages: Mutex::new(outages),
            wall: Wall {
                lead: AtomicI64::new(wall.millis() - elapsed),
                looked_at: AtomicI64::new(elapsed),
                steps_back: AtomicU64::new(u64::from(stepped < 0)),
                steps_forward: AtomicU64::new(0),
                last_step: AtomicI64::new(stepped),
            },
            clock,
        }
    }

    pub(crate) const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What time it is. Takes note where no thread had a turn for a while.
    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = self.clock.elapsed();
        if self.stalled(elapsed).is_some() {
            self.note_stall(elapsed);
        }
        self.seen.fetch_max(elapsed, Ordering::AcqRel);
        if matches!(self.clock, Clock::Manual(_)) {
            self.follow_wall();
        }
        self.at(elapsed)
    }

    fn at(&self, elapsed: i64) -> Timestamp {
        Timestamp::from_millis(elapsed.saturating_add(self.offset.load(Ordering::Acquire)))
    }

    fn stalled(&self, elapsed: i64) -> Option<i64> {
        self.clock.stalled(self.seen.load(Ordering::Acquire), elapsed)
    }

    fn note_stall(&self, elapsed: i64) {
        let mut outages = self.lock();
        // Another thread may have been quicker.
        let Some(from) = self.stalled(elapsed) else { return };
        outages.add(self.at(from), self.at(elapsed));
        self.took_note(&outages);
        // After the outage is known, so that nobody sees the one without the other.
        self.seen.fetch_max(elapsed, Ordering::AcqRel);
        drop(outages);
        tracing::warn!(
            away_millis = elapsed - from,
            "Usher could not act for a while; nobody loses anything by it"
        );
    }

    /// Looks at the wall clock, and follows it where it is ahead.
    pub(crate) fn follow_wall(&self) {
        let before = self.clock.elapsed();
        let wall = self.clock.now();
        let elapsed = self.clock.elapsed();
        if elapsed - before > READING_MILLIS_MAX {
            return;
        }
        let mut outages = self.lock();
        self.note_step(wall.millis() - elapsed);
        let passed = elapsed - self.wall.looked_at.swap(elapsed, Ordering::AcqRel);
        let now = self.at(elapsed);
        let missing = wall.millis() - now.millis();
        if missing >= STEP_MILLIS {
            outages.add(now, wall);
            self.took_note(&outages);
            self.offset.fetch_add(missing, Ordering::AcqRel);
        } else if missing > 0 {
            self.offset
                .fetch_add(missing.min(passed.max(0) / CATCH_UP), Ordering::AcqRel);
        }
    }

    fn note_step(&self, lead: i64) {
        let step = lead - self.wall.lead.swap(lead, Ordering::AcqRel);
        if step.abs() < STEP_MILLIS {
            return;
        }
        self.wall.last_step.store(step, Ordering::Release);
        if step < 0 {
            self.wall.steps_back.fetch_add(1, Ordering::AcqRel);
            tracing::warn!(
                by_millis = -step,
                "the machine's clock was set back; leases and minutes go on by the time that really passes"
            );
        } else {
            self.wall.steps_forward.fetch_add(1, Ordering::AcqRel);
            tracing::warn!(
                by_millis = step,
                "the machine's clock was set forward; nobody loses anything by it"
            );
        }
    }

    /// How the wall clock stands to this time.
    pub(crate) fn wall_clock(&self) -> WallClock {
        let ahead = self.offset.load(Ordering::Acquire) - self.wall.lead.load(Ordering::Acquire);
        WallClock {
            behind: Millis::new(u64::try_from(ahead).unwrap_or(0)),
            steps_back: self.wall.steps_back.load(Ordering::Acquire),
            steps_forward: self.wall.steps_forward.load(Ordering::Acquire),
            last_step_millis: self.wall.last_step.load(Ordering::Acquire),
        }
    }

    /// Whether an outage of the whole node ended after `at`.
    pub(crate) fn had_outage_after(&self, at: Timestamp) -> bool {
        self.last_outage.load(Ordering::Acquire) > at.millis()
    }

    /// The time in which Usher could not act since `at`: this node as a whole, or in `more` besides.
    pub(crate) fn outage_since(&self, at: Timestamp, more: &Outages) -> Option<Outage> {
        let mut all = more.clone();
        all.add_all(&self.lock(), at);
        let until = all.end().filter(|end| *end > at)?;
        Some(Outage {
            away: all.after(at),
            until,
        })
    }

    fn took_note(&self, outages: &Outages) {
        let end = outages.end().unwrap_or_default();
        self.last_outage.store(end.millis(), Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Outages> {
        self.outages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
