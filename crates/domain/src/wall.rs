//! The wall clock, recorded beside the account's own time, which never goes back.
//!
//! Decisions, order and durations use the account's time. People are shown what the wall clock showed at that moment: a
//! [`WallTime`], which only [`WallTimes`] can compute from the account's time.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::time::{Millis, Timestamp};

/// While an account's time is ahead, the wall clock catches up by one hour in this many hours. The times that
/// [`WallTimes`] computes between two notes depend on it, including those of stored notes.
pub const CATCH_UP: u64 = 64;

/// The smallest difference that is worth a note.
const NOTED_FROM_MILLIS: u64 = 1_000;

/// The most notes that are kept. A clock that is set back makes one, and so does each start while it catches up. Times
/// before the oldest note are shown in the account's time.
const NOTES_MAX: usize = 256;

/// A time by the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(Timestamp);

impl WallTime {
    /// A time that a person entered, or that the wall clock shows now.
    #[must_use]
    pub const fn new(at: Timestamp) -> Self {
        Self(at)
    }

    /// The moment.
    #[must_use]
    pub const fn get(self) -> Timestamp {
        self.0
    }
}

/// How far an account's time was ahead of the wall clock, from some moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    at: Timestamp,
    ahead: Millis,
}

impl Note {
    /// How far it is ahead at a later moment: the wall clock catches up.
    fn ahead_at(self, at: Timestamp) -> Millis {
        let caught_up = Millis::between(self.at, at).get() / (CATCH_UP - 1);
        Millis::new(self.ahead.get().saturating_sub(caught_up))
    }

    /// The account's time at which the wall clock shows `wall`, which must be later than what it showed at the note.
    fn account_time(self, wall: Timestamp) -> Timestamp {
        let passed = Millis::between(self.at - self.ahead, wall).get();
        wall.max(self.at + Millis::new(passed - passed / CATCH_UP))
    }
}

/// The offsets of an account's time from the wall clock, as recorded in its events. Empty if nobody ever set the clock
/// back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WallTimes {
    /// Oldest first.
    notes: Vec<Note>,
    /// The current offset, not recorded yet, during a step.
    #[serde(skip)]
    present: Option<Note>,
}

impl WallTimes {
    /// Whether the wall clock was never behind.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.notes.is_empty() && self.present.is_none()
    }

    /// What the wall clock showed at this moment of the account, or will show then.
    #[must_use]
    pub fn shown(&self, at: Timestamp) -> WallTime {
        WallTime(at - self.ahead_at(at))
    }

    /// The first moment of the account from which on the wall clock never shows less than `wall`: everything that
    /// happened before `wall` is before it. If the clock was set back, some later events may be too.
    #[must_use]
    pub fn last_before(&self, wall: WallTime) -> Timestamp {
        let mut next = None;
        for note in self.all().rev() {
            if self.shown(note.at) < wall {
                let until = note.account_time(wall.0);
                return next.map_or(until, |next| until.min(next));
            }
            next = Some(note.at);
        }
        next.map_or(wall.0, |next| wall.0.min(next))
    }

    fn ahead_at(&self, at: Timestamp) -> Millis {
        let note = self.all().rev().find(|note| note.at <= at);
        note.map_or(Millis::ZERO, |note| note.ahead_at(at))
    }

    fn all(&self) -> impl DoubleEndedIterator<Item = Note> {
        self.notes.iter().copied().chain(self.present)
    }

    pub(crate) fn note(&mut self, at: Timestamp, ahead: Millis) {
        if self.notes.len() >= NOTES_MAX {
            self.notes.remove(0);
        }
        self.notes.push(Note { at, ahead });
    }

    /// Sets what the wall clock shows at `now` by the account's time, until it is forgotten.
    pub(crate) fn look(&mut self, now: Timestamp, wall: Timestamp) {
        self.present = None;
        let ahead = Millis::between(wall, now);
        if self.ahead_at(now).get().abs_diff(ahead.get()) >= NOTED_FROM_MILLIS {
            self.present = Some(Note { at: now, ahead });
        }
    }

    /// Forgets what the wall clock shows.
    pub(crate) fn look_away(&mut self) {
        self.present = None;
    }

    /// How far the account's time is ahead of the wall clock now, if that does not follow from the notes.
    pub(crate) fn news(&self) -> Option<Millis> {
        self.present.map(|note| note.ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const NOON: i64 = 1_780_315_200_000;

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(NOON + millis)
    }

    /// The clock was set back by an hour at noon.
    fn set_back() -> WallTimes {
        let mut times = WallTimes::default();
        times.note(at(0), Millis::new(3_600_000));
        times
    }

    fn shown(times: &WallTimes, millis: i64) -> i64 {
        times.shown(at(millis)).get().millis() - NOON
    }

    #[test]
    fn moments_are_shown_as_the_clock_showed_them() {
        let times = set_back();

        assert_eq!(shown(&times, -1), -1);
        assert_eq!(shown(&times, 0), -HOUR);
        // While 63 minutes passed on the account's clock, 64 did on the wall clock.
        assert_eq!(shown(&times, 63 * 60_000), 64 * 60_000 - HOUR);
        assert_eq!(shown(&times, 63 * HOUR), 63 * HOUR);
        assert_eq!(shown(&times, 100 * HOUR), 100 * HOUR);
    }

    #[test]
    fn only_what_does_not_follow_from_the_last_note_is_news() {
        let mut times = set_back();

        times.look(at(63 * 60_000), at(64 * 60_000 - HOUR + 999));
        assert_eq!(times.news(), None);
        times.look(at(63 * 60_000), at(64 * 60_000 - HOUR + 1_000));
        assert_eq!(shown(&times, 63 * 60_000), 64 * 60_000 - HOUR + 1_000);
        assert_eq!(times.news(), Some(Millis::new(59 * 60_000 - 1_000)));
        times.look(at(63 * 60_000), at(63 * 60_000));
        assert_eq!(times.news(), Some(Millis::ZERO));
        times.look_away();
        assert_eq!(times, set_back());
    }

    #[test]
    fn what_the_clock_showed_last_before_a_moment_lies_before_it() {
        let times = set_back();

        for (wall, until) in [
            // It showed 10:59 once, and from 11:00 to 12:00 twice.
            (-HOUR - 1, -HOUR - 1),
            (-HOUR + 64_000, 63_000),
            (0, HOUR - HOUR / 64),
            (HOUR * 100, HOUR * 100),
        ] {
            let found = times.last_before(WallTime::new(at(wall))).millis() - NOON;

            assert_eq!(found, until, "{wall}");
            assert!(shown(&times, found) >= wall, "{wall}");
            assert!(shown(&times, found - 1) < wall, "{wall}");
        }
    }

    #[test]
    fn notes_have_a_bound() {
        let mut times = WallTimes::default();
        for number in 0..1_000 {
            times.note(at(number), Millis::new(5_000));
        }

        assert_eq!(times.notes.len(), NOTES_MAX);
        assert_eq!(shown(&times, 999), 999 - 5_000);
    }
}
