//! Instants and durations. The domain never reads a clock: callers pass the time in.

use core::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A duration in whole seconds. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secs(u32);

/// A duration in whole milliseconds, for times that are measured rather than configured. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(u64);

/// Time in which Usher could not act (S11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// The total duration.
    pub away: Millis,
    /// When Usher could act again.
    pub until: Timestamp,
}

impl Timestamp {
    /// The time `millis` milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The time since `earlier`, in whole seconds rounded down; zero if it is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Secs {
        let secs = self.0.saturating_sub(earlier.0).max(0) / 1000;
        Secs(u32::try_from(secs).unwrap_or(u32::MAX))
    }

    /// The time from `now` until this one, in whole seconds rounded up; zero if it has passed.
    #[must_use]
    pub fn remaining(self, now: Self) -> Secs {
        let millis = self.0.saturating_sub(now.0).max(0);
        Secs(u32::try_from((millis.saturating_add(999)) / 1000).unwrap_or(u32::MAX))
    }
}

impl Millis {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// A duration of `millis` milliseconds.
    #[must_use]
    pub const fn new(millis: u64) -> Self {
        Self(millis)
    }

    /// The time from one point to another; zero if the second is not after the first.
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
    /// Zero.
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

    /// The duration left after subtracting `other`; zero if nothing is left.
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
