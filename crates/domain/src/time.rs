//! Instants and durations. The domain never reads a clock: callers pass the time in.

use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A length of time in whole seconds. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secs(u32);

/// A length of time in whole milliseconds, for what was measured rather than chosen. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(u64);

/// Time in which Usher could not act (S11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// How much time that was in all.
    pub away: Millis,
    /// When Usher could act again.
    pub until: Timestamp,
}

impl Timestamp {
    /// The instant that lies `millis` milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this instant lies, in whole seconds rounded down; zero where it does not.
    #[must_use]
    pub fn since(self, earlier: Self) -> Secs {
        let secs = self.0.saturating_sub(earlier.0).max(0) / 1000;
        Secs(u32::try_from(secs).unwrap_or(u32::MAX))
    }

    /// How long it takes from `now` until this instant, in whole seconds rounded up; zero where it has passed.
    #[must_use]
    pub fn remaining(self, now: Self) -> Secs {
        let millis = self.0.saturating_sub(now.0).max(0);
        Secs(u32::try_from((millis.saturating_add(999)) / 1000).unwrap_or(u32::MAX))
    }
}

impl Millis {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A duration of `millis` milliseconds.
    #[must_use]
    pub const fn new(millis: u64) -> Self {
        Self(millis)
    }

    /// The time from one instant to another; zero where the second does not lie after the first.
    #[must_use]
    pub const fn between(from: Timestamp, until: Timestamp) -> Self {
        let millis = until.0.saturating_sub(from.0);
        Self(if millis > 0 { millis.unsigned_abs() } else { 0 })
    }

    /// The number of milliseconds.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether this is at least as long as `secs`.
    #[must_use]
    pub const fn is_at_least(self, secs: Secs) -> bool {
        self.0 >= secs.0 as u64 * 1000
    }
}

impl Secs {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A duration of `secs` seconds.
    #[must_use]
    pub const fn new(secs: u32) -> Self {
        Self(secs)
    }

    /// The number of seconds.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number of milliseconds.
    const fn millis(self) -> i64 {
        self.0 as i64 * 1000
    }

    /// The length that is left when `other` is taken off; zero where nothing is.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add<Secs> for Timestamp {
    type Output = Self;

    fn add(self, secs: Secs) -> Self {
        Self(self.0.saturating_add(secs.millis()))
    }
}

impl Add<Millis> for Timestamp {
    type Output = Self;

    fn add(self, millis: Millis) -> Self {
        Self(self.0.saturating_add_unsigned(millis.0))
    }
}

impl Sub<Millis> for Timestamp {
    type Output = Self;

    fn sub(self, millis: Millis) -> Self {
        Self(self.0.saturating_sub_unsigned(millis.0))
    }
}

impl Add for Millis {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub<Secs> for Timestamp {
    type Output = Self;

    fn sub(self, secs: Secs) -> Self {
        Self(self.0.saturating_sub(secs.millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remaining_time_rounds_up_and_elapsed_time_rounds_down() {
        let start = Timestamp::from_millis(1_000);
        let later = Timestamp::from_millis(2_500);

        assert_eq!(later.since(start), Secs::new(1));
        assert_eq!(later.remaining(start), Secs::new(2));
        assert_eq!(start.remaining(later), Secs::ZERO);
    }
}
