//! Counts what came of a replay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use usher_domain::Timestamp;

use super::text::{as_optional_wall_clock, as_wall_clock};

/// How many of those refused most a count names.
pub const REFUSED_MOST_MAX: usize = 10;

/// The figures of a replay in the making. The driver tells it what happened, in the order of time.
///
/// Time counts from the first to the last thing told: a pool that is full at the end counts as full until then
/// and no longer.
#[derive(Debug, Clone)]
pub struct Tally {
    seats: u32,
    granted: u64,
    gave_back: u64,
    gave_back_nothing: u64,
    peak: u32,
    secs_at_limit: u64,
    longest: Option<Stretch>,
    full_since: Option<Timestamp>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    users: BTreeSet<Arc<str>>,
    refused: BTreeMap<Arc<str>, u64>,
}

impl Tally {
    /// Nothing has happened yet in a pool of so many seats.
    #[must_use]
    pub const fn new(seats: u32) -> Self {
        Self {
            seats,
            granted: 0,
            gave_back: 0,
            gave_back_nothing: 0,
            peak: 0,
            secs_at_limit: 0,
            longest: None,
            full_since: None,
            first: None,
            last: None,
            users: BTreeSet::new(),
            refused: BTreeMap::new(),
        }
    }

    /// An attempt of `user` was granted, whatever its number of checkouts. `occupied` is taken while the
    /// attempt holds its seats; after a probe, say [`Tally::occupied`] when it has given them back.
    pub fn granted(&mut self, at: Timestamp, user: &Arc<str>, occupied: u32) {
        self.granted += 1;
        self.users.insert(Arc::clone(user));
        self.occupied(at, occupied);
    }

    /// An attempt of `user` was refused.
    pub fn refused(&mut self, at: Timestamp, user: &Arc<str>, occupied: u32) {
        *self.refused.entry(Arc::clone(user)).or_default() += 1;
        self.users.insert(Arc::clone(user));
        self.occupied(at, occupied);
    }

    /// A client wanted to give back and gave back so many checkouts: 0 where it held none.
    pub fn gave_back(&mut self, at: Timestamp, checkouts: u32, occupied: u32) {
        if checkouts == 0 {
            self.gave_back_nothing += 1;
        } else {
            self.gave_back += 1;
        }
        self.occupied(at, occupied);
    }

    /// So many seats are occupied from now on.
    pub fn occupied(&mut self, at: Timestamp, occupied: u32) {
        self.pass(at);
        self.peak = self.peak.max(occupied);
        if occupied >= self.seats {
            self.full_since.get_or_insert(at);
        } else {
            self.full_since = None;
        }
    }

    /// Lets time pass up to `at` in the state that the pool is in.
    fn pass(&mut self, at: Timestamp) {
        let at = self.last.map_or(at, |last| last.max(at));
        self.first.get_or_insert(at);
        if let (Some(from), Some(last)) = (self.full_since, self.last) {
            self.secs_at_limit += u64::from(at.since(last).get());
            let secs = u64::from(at.since(from).get());
            if self.longest.is_none_or(|longest| secs > longest.secs) {
                self.longest = Some(Stretch { from, secs });
            }
        }
        self.last = Some(at);
    }

    /// The figures so far.
    #[must_use]
    pub fn count(&self) -> Count {
        let refused = self.refused.values().sum();
        let mut refused_most: Vec<Refused> = self
            .refused
            .iter()
            .map(|(user, times)| Refused {
                user: Arc::clone(user),
                times: *times,
            })
            .collect();
        refused_most.sort_by_key(|of| std::cmp::Reverse(of.times));
        refused_most.truncate(REFUSED_MOST_MAX);
        Count {
            seats: self.seats,
            attempts: self.granted + refused,
            granted: self.granted,
            refused,
            peak: self.peak,
            secs_at_limit: self.secs_at_limit,
            longest_full_secs: self.longest.map_or(0, |longest| longest.secs),
            longest_full: self.longest.filter(|longest| longest.secs > 0),
            users: u64::try_from(self.users.len()).unwrap_or(u64::MAX),
            refused_most,
            gave_back: self.gave_back,
            gave_back_nothing: self.gave_back_nothing,
            first: self.first,
            last: self.last,
        }
    }
}

/// The figures of a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// How many seats the pool had.
    pub seats: u32,
    /// `OUT` lines and denials by the limit, each once whatever its number of checkouts.
    pub attempts: u64,
    /// Attempts that got what they asked for.
    pub granted: u64,
    /// Attempts that did not.
    pub refused: u64,
    /// Most seats occupied at once, also by an attempt that gave back at once.
    pub peak: u32,
    /// For how long every seat was occupied, in all.
    pub secs_at_limit: u64,
    /// For how long every seat was occupied without a break, at most.
    pub longest_full_secs: u64,
    /// When that was, the first time.
    pub longest_full: Option<Stretch>,
    /// How many different users made an attempt.
    pub users: u64,
    /// Who was refused most, at most [`REFUSED_MOST_MAX`]; equals by name.
    pub refused_most: Vec<Refused>,
    /// `IN` lines that gave back something.
    pub gave_back: u64,
    /// `IN` lines of clients that held nothing in the replay.
    pub gave_back_nothing: u64,
    /// The time of the first step.
    #[serde(serialize_with = "as_optional_wall_clock")]
    pub first: Option<Timestamp>,
    /// The time of the last step.
    #[serde(serialize_with = "as_optional_wall_clock")]
    pub last: Option<Timestamp>,
}

/// A time without a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// Its start.
    #[serde(serialize_with = "as_wall_clock")]
    pub from: Timestamp,
    /// How long it is.
    pub secs: u64,
}

/// A user who was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Who.
    pub user: Arc<str>,
    /// How often.
    pub times: u64,
}

#[cfg(test)]
#[path = "tally/tests.rs"]
mod tests;
