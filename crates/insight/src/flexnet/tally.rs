//! Counts the results of a replay.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use usher_domain::{Secs, Timestamp};

use super::text::{as_optional_wall_clock, as_wall_clock};

/// The most users that a count lists as refused most often.
pub const REFUSED_MOST_MAX: usize = 10;
/// Attempts of one user with less than this between them are one episode: programs and people try again.
pub const RETRY_WITHIN: Secs = Secs::new(600);

/// The figures of a replay while it runs. The driver reports each event, in the order of time.
///
/// Time counts from the first to the last reported event: a pool that is full at the end counts as full until then and
/// no longer.
#[derive(Debug, Clone)]
pub struct Tally {
    seats: u32,
    is_dated: bool,
    granted: u64,
    gave_back: u64,
    gave_back_nothing: u64,
    peak: u32,
    secs_at_limit: u64,
    longest: Option<Stretch>,
    full_since: Option<Timestamp>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    users: BTreeMap<Arc<str>, User>,
    ended: Episodes,
}

/// The attempts of one user so far.
#[derive(Debug, Clone)]
struct User {
    refused: u64,
    episode: Episode,
}

/// Attempts of a user without a longer pause between them.
#[derive(Debug, Clone, Copy)]
struct Episode {
    last: Timestamp,
    has_grant: bool,
    has_refusal: bool,
}

/// How many episodes there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Episodes {
    /// All of them.
    #[serde(rename = "episodes")]
    pub all: u64,
    /// Those with a refusal.
    #[serde(rename = "episodes_refused")]
    pub refused: u64,
    /// Those in which every attempt was refused.
    #[serde(rename = "episodes_never_granted")]
    pub never_granted: u64,
}

impl Episodes {
    const fn add(&mut self, episode: Episode) {
        self.all += 1;
        self.refused += episode.has_refusal as u64;
        self.never_granted += !episode.has_grant as u64;
    }
}

impl Tally {
    /// Starts a count for a pool of `seats` seats. A log without dates has no figures of time.
    #[must_use]
    pub const fn new(seats: u32, is_dated: bool) -> Self {
        Self {
            seats,
            is_dated,
            granted: 0,
            gave_back: 0,
            gave_back_nothing: 0,
            peak: 0,
            secs_at_limit: 0,
            longest: None,
            full_since: None,
            first: None,
            last: None,
            users: BTreeMap::new(),
            ended: Episodes {
                all: 0,
                refused: 0,
                never_granted: 0,
            },
        }
    }

    /// Counts a granted attempt of `user`, no matter how many checkouts it had. `occupied` is taken while the attempt
    /// holds its seats; after a probe, call [`Tally::occupied`] when it has given them back.
    pub fn granted(&mut self, at: Timestamp, user: &Arc<str>, occupied: u32) {
        self.granted += 1;
        self.attempt(at, user).episode.has_grant = true;
        self.occupied(at, occupied);
    }

    /// Counts a refused attempt of `user`.
    pub fn refused(&mut self, at: Timestamp, user: &Arc<str>, occupied: u32) {
        let user = self.attempt(at, user);
        user.refused += 1;
        user.episode.has_refusal = true;
        self.occupied(at, occupied);
    }

    fn attempt(&mut self, at: Timestamp, user: &Arc<str>) -> &mut User {
        let episode = Episode {
            last: at,
            has_grant: false,
            has_refusal: false,
        };
        let user = self
            .users
            .entry(Arc::clone(user))
            .or_insert(User { refused: 0, episode });
        if at.since(user.episode.last) >= RETRY_WITHIN {
            self.ended.add(user.episode);
            user.episode = episode;
        }
        user.episode.last = at;
        user
    }

    /// Counts a granted session that returned checkouts.
    pub fn gave_back(&mut self, at: Timestamp, occupied: u32) {
        self.gave_back += 1;
        self.occupied(at, occupied);
    }

    /// Counts the return of a checkout that is not in the log.
    pub fn gave_back_nothing(&mut self, at: Timestamp, occupied: u32) {
        self.gave_back_nothing += 1;
        self.occupied(at, occupied);
    }

    /// Sets the number of occupied seats from `at` on.
    pub fn occupied(&mut self, at: Timestamp, occupied: u32) {
        self.pass(at);
        self.peak = self.peak.max(occupied);
        if occupied >= self.seats {
            self.full_since.get_or_insert(at);
        } else {
            self.full_since = None;
        }
    }

    /// Adds the time up to `at` in the pool's current state.
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
        let refused = self.users.values().map(|user| user.refused).sum();
        let mut refused_most: Vec<Refused> = self
            .users
            .iter()
            .filter(|(_, user)| user.refused > 0)
            .map(|(name, user)| Refused {
                user: Arc::clone(name),
                times: user.refused,
            })
            .collect();
        refused_most.sort_by_key(|of| std::cmp::Reverse(of.times));
        refused_most.truncate(REFUSED_MOST_MAX);
        let longest = self.longest.filter(|longest| longest.secs > 0);
        Count {
            seats: self.seats,
            attempts: self.granted + refused,
            granted: self.granted,
            refused,
            episodes: self.is_dated.then(|| self.episodes()),
            peak: self.peak,
            secs_at_limit: self.is_dated.then_some(self.secs_at_limit),
            longest_full_secs: self.is_dated.then(|| longest.map_or(0, |longest| longest.secs)),
            longest_full: longest.filter(|_| self.is_dated),
            users: u64::try_from(self.users.len()).unwrap_or(u64::MAX),
            refused_most,
            gave_back: self.gave_back,
            gave_back_nothing: self.gave_back_nothing,
            first: self.first.filter(|_| self.is_dated),
            last: self.last.filter(|_| self.is_dated),
        }
    }

    fn episodes(&self) -> Episodes {
        let mut episodes = self.ended;
        self.users.values().for_each(|user| episodes.add(user.episode));
        episodes
    }
}

/// The figures of a replay. Those of time are `None` for a log without dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// How many seats the pool had.
    pub seats: u32,
    /// `OUT` lines, `UPGRADE` lines of granted sessions, and denials for lack of seats, each counted once no matter how
    /// many checkouts it has.
    pub attempts: u64,
    /// Attempts that got what they asked for.
    pub granted: u64,
    /// Attempts that were refused.
    pub refused: u64,
    /// Attempts of one user with less than [`RETRY_WITHIN`] between them, counted once.
    #[serde(flatten)]
    pub episodes: Option<Episodes>,
    /// Most seats occupied at once, including by an attempt that returned them at once.
    pub peak: u32,
    /// Total time in which every seat was occupied, in seconds.
    pub secs_at_limit: Option<u64>,
    /// Longest time in which every seat was occupied without a break, in seconds.
    pub longest_full_secs: Option<u64>,
    /// The first stretch of that length.
    pub longest_full: Option<Stretch>,
    /// How many different users made an attempt.
    pub users: u64,
    /// The users who were refused most often, at most [`REFUSED_MOST_MAX`]; ties are in the order of names.
    pub refused_most: Vec<Refused>,
    /// `IN` lines of granted sessions.
    pub gave_back: u64,
    /// `IN` lines of clients that held nothing in the log.
    pub gave_back_nothing: u64,
    /// The time of the first step. `None` without dates.
    #[serde(serialize_with = "as_optional_wall_clock")]
    pub first: Option<Timestamp>,
    /// The time of the last step. `None` without dates.
    #[serde(serialize_with = "as_optional_wall_clock")]
    pub last: Option<Timestamp>,
}

/// A stretch of time without a break.
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
    /// The user's name in the log.
    pub user: Arc<str>,
    /// How often the user was refused.
    pub times: u64,
}

#[cfg(test)]
#[path = "tally/tests.rs"]
mod tests;
