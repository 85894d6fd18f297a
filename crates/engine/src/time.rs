//! A node's own time: it follows real time and never goes back.
//!
//! It begins at the newest commit of any account or at the wall clock, whichever is later. If people set the wall clock
//! back, it stays ahead and lets the wall clock catch up slowly; if they set it forward, it jumps too, and the jump
//! counts as an outage, so that nothing expires because of it (S11).
//!
//! An outage is time in which nothing ran: before a start, during a stall of two seconds or more, and when the wall
//! clock was set forward. When Usher stopped before a start is unknown, so the time of the newest commit of any account
//! is used. `account/away.rs` adds the time in which the journal did not answer for one account. The account's next
//! turn makes up for all of it (`Input::Resume`): leases and offers get their full time again; minutes, codes and
//! notices continue where they stopped.
//!
//! When a turn finds that the offset between the account's time and the wall clock differs from the one in the journal,
//! its commit records the new one (`WallClockRead`), so that people are shown what the wall clock showed.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use usher_domain::{Millis, Outage, Timestamp};

use crate::Clock;
use crate::outages::Outages;

/// The smallest step of the wall clock that is reported, and followed at once if it is forward. Smaller differences are
/// caught up slowly.
const STEP_MILLIS: i64 = 2_000;

/// While catching up, an hour of this node is a 64th of an hour longer or shorter: at most 1.4 s for a lease of 90 s.
pub(crate) const CATCH_UP: i64 = usher_domain::CATCH_UP.cast_signed();

/// A reading of both clocks that takes longer than this says nothing about their difference.
const READING_MILLIS_MAX: i64 = 100;

/// The offset of the wall clock from a node's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WallClock {
    /// How far the node's time is ahead, because the wall clock was set back.
    pub behind: Millis,
    /// How often it was set back since the start, including once if it was before the newest commit at the start.
    pub steps_back: u64,
    /// How often it was set forward since the start.
    pub steps_forward: u64,
    /// The last step in milliseconds, negative if it was back; zero if there was none.
    pub last_step_millis: i64,
}

pub(crate) struct Time {
    clock: Clock,
    /// The difference between the node's time and the elapsed time.
    offset: AtomicI64,
    /// The elapsed time at which a thread last ran.
    seen: AtomicI64,
    /// The latest time that was returned: a step of [catching up](CATCH_UP) goes back some milliseconds at once.
    told: AtomicI64,
    outages: Mutex<Outages>,
    /// When the last outage ended, so that most turns need not look at the others.
    last_outage: AtomicI64,
    wall: Wall,
}

/// What is known about the wall clock.
struct Wall {
    /// The wall clock's lead over the elapsed time at the last reading, and the elapsed time of that reading.
    lead: AtomicI64,
    looked_at: AtomicI64,
    steps_back: AtomicU64,
    steps_forward: AtomicU64,
    last_step: AtomicI64,
}

impl Time {
    /// Starts at the newest commit or the wall clock, and counts the time between them as an outage: when Usher stopped
    /// before is unknown, so nobody is charged for it.
    pub(crate) fn start(clock: Clock, newest: Option<Timestamp>) -> Self {
        let wall = clock.now();
        let elapsed = clock.elapsed();
        let mut outages = Outages::default();
        let mut now = wall;
        let mut stepped = 0;
        if let Some(newest) = newest {
            if wall < newest {
                stepped = wall.millis().saturating_sub(newest.millis());
                // How long Usher was down is unknown: leases begin again.
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
            told: AtomicI64::new(now.millis()),
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

    /// The time. Notices if no thread had a turn for a while.
    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = self.clock.elapsed();
        if self.stalled(elapsed).is_some() {
            self.note_stall(elapsed);
        }
        self.seen.fetch_max(elapsed, Ordering::AcqRel);
        if matches!(self.clock, Clock::Manual(_)) {
            self.follow_wall();
        }
        let now = self.at(elapsed);
        let told = self.told.fetch_max(now.millis(), Ordering::AcqRel);
        now.max(Timestamp::from_millis(told))
    }

    fn at(&self, elapsed: i64) -> Timestamp {
        Timestamp::from_millis(elapsed.saturating_add(self.offset.load(Ordering::Acquire)))
    }

    fn stalled(&self, elapsed: i64) -> Option<i64> {
        self.clock.stalled(self.seen.load(Ordering::Acquire), elapsed)
    }

    fn note_stall(&self, elapsed: i64) {
        let mut outages = self.lock();
        // Another thread may have been faster.
        let Some(from) = self.stalled(elapsed) else { return };
        outages.add(self.at(from), self.at(elapsed));
        self.took_note(&outages);
        // Only after the outage is recorded, so that nobody sees one without the other.
        self.seen.fetch_max(elapsed, Ordering::AcqRel);
        drop(outages);
        tracing::warn!(
            away_millis = elapsed - from,
            "Usher could not act for a while; nobody loses anything by it"
        );
    }

    /// Reads the wall clock, and follows it if it is ahead.
    pub(crate) fn follow_wall(&self) {
        let before = self.clock.elapsed();
        let wall = self.clock.now();
        let elapsed = self.clock.elapsed();
        if elapsed - before > READING_MILLIS_MAX {
            return;
        }
        let mut outages = self.lock();
        self.note_step(wall.millis() - elapsed);
        let passed = (elapsed - self.wall.looked_at.load(Ordering::Acquire)).max(0);
        let now = self.at(elapsed);
        let missing = wall.millis() - now.millis();
        if missing >= STEP_MILLIS {
            outages.add(now, wall);
            self.took_note(&outages);
            self.offset.fetch_add(missing, Ordering::AcqRel);
        } else {
            // Slower than time passes: at worst, time stands still for as long.
            let most = passed / CATCH_UP;
            self.offset
                .fetch_add(missing.clamp(-most, most), Ordering::AcqRel);
        }
        // The remainder counts the next time: a busy node reads the clock every few milliseconds.
        self.wall
            .looked_at
            .store(elapsed - passed % CATCH_UP, Ordering::Release);
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

    /// The offset of the wall clock from this time.
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

    /// The time since `at` in which Usher could not act: this node as a whole, or in addition `more`.
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

#[cfg(test)]
mod tests {
    use usher_domain::Secs;

    use super::*;
    use crate::ManualClock;

    const START: Timestamp = Timestamp::from_millis(1_780_304_400_000);

    fn started() -> (ManualClock, Time) {
        let clock = ManualClock::new(START);
        let time = Time::start(Clock::Manual(clock.clone()), None);
        (clock, time)
    }

    /// Lets seconds pass, one by one, and checks that time does not go back.
    fn pass(clock: &ManualClock, time: &Time, secs: u32) {
        for _ in 0..secs {
            let before = time.now();
            clock.pass(1_000);
            assert!(time.now() > before);
        }
    }

    #[test]
    fn time_that_is_ahead_lets_the_wall_clock_catch_up_slowly() {
        let (clock, time) = started();

        clock.step(-60_000);
        pass(&clock, &time, 64);
        let behind = time.wall_clock().behind;
        pass(&clock, &time, 64 * 64);

        assert_eq!(behind.get() / 1_000, 59);
        assert_eq!(time.wall_clock().behind, Millis::ZERO);
        assert_eq!(time.now(), clock.now());
        assert_eq!(time.wall_clock().last_step_millis, -60_000);
    }

    #[test]
    fn time_that_is_looked_at_all_the_time_catches_up_as_fast() {
        for step in [1, 7, 63, 100] {
            let (clock, time) = started();

            clock.step(-3_000);
            let mut passed = 0;
            time.now();
            while time.wall_clock().behind > Millis::ZERO {
                let before = time.now();
                clock.pass(step);
                assert!(time.now() >= before);
                passed += step;
                assert!(passed <= 64 * 3_100, "every {step} ms: {:?}", time.wall_clock());
            }

            assert_eq!(time.now(), clock.now());
        }
    }

    #[test]
    fn time_that_lags_a_little_catches_up_without_an_outage() {
        let (clock, time) = started();

        clock.step(1_000);
        pass(&clock, &time, 128);

        assert_eq!(time.now(), clock.now());
        assert_eq!(time.outage_since(START, &Outages::default()), None);
    }

    #[test]
    fn a_jump_after_the_wall_clock_is_an_outage_of_its_size() {
        let (clock, time) = started();

        clock.step(86_400_000);
        let now = time.now();

        assert_eq!(now, START + Secs::new(86_400));
        let outage = time.outage_since(START, &Outages::default());
        assert_eq!(outage.map(|outage| outage.away), Some(Millis::new(86_400_000)));
        assert_eq!(time.outage_since(now, &Outages::default()), None);
    }

    #[test]
    fn a_start_is_an_outage_since_the_newest_commit() {
        let clock = Clock::manual(START);
        let newest = START - Secs::new(65);

        let time = Time::start(clock, Some(newest));

        let outage = time.outage_since(newest, &Outages::default());
        assert_eq!(outage.map(|outage| outage.away), Some(Millis::new(65_000)));
    }

    #[test]
    fn a_start_with_a_clock_that_was_set_back_goes_on_from_the_newest_commit() {
        let clock = Clock::manual(START);
        let newest = START + Secs::new(3_600);

        let time = Time::start(clock, Some(newest));

        assert!(time.now() > newest);
        assert_eq!(time.wall_clock().steps_back, 1);
        assert_eq!(time.wall_clock().last_step_millis, -3_600_000);
    }
}
