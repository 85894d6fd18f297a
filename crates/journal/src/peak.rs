//! How many shared seats of an account were occupied at once.

use std::collections::{BTreeMap, BTreeSet};

use usher_domain::{PoolId, Timestamp};

use crate::OccupancyRow;

/// The recent changes of the occupancy of an account's pools.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecentOccupancy {
    /// The changes since a time, oldest first; before them, of each pool with one, the last change before that time.
    pub rows: Vec<OccupancyRow>,
    /// Whether nothing is missing: the search reached the beginning of what is asked for, or of the account.
    pub is_whole: bool,
    /// The time of the account's newest commit.
    pub last_commit_at: Option<Timestamp>,
    /// How many commits were looked at.
    pub commits_read: usize,
}

/// The most shared seats that were occupied at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peak {
    /// How many.
    pub seats: u32,
    /// Whether there may have been more, before the first change that was looked at.
    pub is_at_least: bool,
}

impl RecentOccupancy {
    /// The most seats of all pools that were occupied at once since `since`, the time that was asked for. `current` is
    /// how many seats of each pool are occupied now: the pools without a change had as many all the time.
    #[must_use]
    pub fn peak(&self, since: Timestamp, current: &BTreeMap<PoolId, u32>) -> Peak {
        let mut occupied = current.clone();
        for row in self.rows.iter().rev() {
            // The row before the first one of a pool is not known: there is none, or it was not looked for.
            let unknown = if self.is_whole { 0 } else { row.entry.occupied };
            let first = if row.at < since {
                row.entry.occupied
            } else {
                unknown
            };
            occupied.insert(row.entry.pool, first);
        }
        let mut seats = total(&occupied);
        let recent: Vec<_> = self.rows.iter().filter(|row| row.at >= since).collect();
        for of_commit in recent.chunk_by(|a, b| a.seq == b.seq) {
            for row in of_commit {
                occupied.insert(row.entry.pool, row.entry.occupied);
            }
            seats = seats.max(total(&occupied));
        }
        Peak {
            seats,
            is_at_least: !self.is_whole,
        }
    }
}

fn total(occupied: &BTreeMap<PoolId, u32>) -> u32 {
    occupied.values().fold(0, |sum, seats| sum.saturating_add(*seats))
}

/// Gathers rows, newest first, until everything is known.
#[derive(Debug)]
pub struct OccupancySearch {
    since: Timestamp,
    commits_left: usize,
    commits_read: usize,
    /// Pools that changed since, whose last change before is not found yet.
    wanted: BTreeSet<PoolId>,
    found: Vec<OccupancyRow>,
}

impl OccupancySearch {
    /// A search for the changes since `since`, among the newest `commits_max` commits.
    #[must_use]
    pub const fn new(since: Timestamp, commits_max: usize) -> Self {
        Self {
            since,
            commits_left: commits_max,
            commits_read: 0,
            wanted: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// Whether everything is known before the commit made at `at`.
    #[must_use]
    pub fn is_done(&self, at: Timestamp) -> bool {
        at < self.since && self.wanted.is_empty()
    }

    /// Whether one more commit may be looked at; counts it.
    pub fn may_go_on(&mut self) -> bool {
        if self.commits_left == 0 {
            return false;
        }
        self.commits_left -= 1;
        self.commits_read += 1;
        true
    }

    /// Takes the next older row.
    pub fn take(&mut self, row: OccupancyRow) {
        if row.at >= self.since {
            self.wanted.insert(row.entry.pool);
            self.found.push(row);
        } else if self.wanted.remove(&row.entry.pool) {
            self.found.push(row);
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(mut self, is_whole: bool, last_commit_at: Option<Timestamp>) -> RecentOccupancy {
        self.found.reverse();
        RecentOccupancy {
            rows: self.found,
            is_whole,
            last_commit_at,
            commits_read: self.commits_read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Occupancy, Seq};

    const SINCE: Timestamp = Timestamp::from_millis(100);

    fn row(seq: u64, at: i64, pool: u128, occupied: u32) -> OccupancyRow {
        OccupancyRow {
            at: Timestamp::from_millis(at),
            seq: Seq::new(seq),
            index: 0,
            entry: Occupancy {
                pool: PoolId::from_bits(pool),
                product: "desk".into(),
                seats: 9,
                occupied,
                offered: 0,
                waiting: 0,
            },
        }
    }

    fn peak(rows: Vec<OccupancyRow>, is_whole: bool, current: &[(u128, u32)]) -> (u32, bool) {
        let recent = RecentOccupancy {
            rows,
            is_whole,
            last_commit_at: None,
            commits_read: 0,
        };
        let current = current
            .iter()
            .map(|(pool, seats)| (PoolId::from_bits(*pool), *seats));
        let peak = recent.peak(SINCE, &current.collect());
        (peak.seats, peak.is_at_least)
    }

    #[test]
    fn pools_are_added_up_at_each_moment_and_not_at_their_own_peaks() {
        let rows = vec![
            row(1, 110, 1, 4),
            row(2, 120, 1, 0),
            row(3, 130, 2, 3),
            row(4, 140, 2, 1),
        ];

        assert_eq!(peak(rows, true, &[(1, 0), (2, 1)]), (4, false));
    }

    #[test]
    fn what_was_occupied_at_the_beginning_counts() {
        let before = vec![row(1, 90, 1, 5), row(2, 110, 1, 4)];

        assert_eq!(peak(before, true, &[(1, 4), (2, 2)]), (7, false));
        assert_eq!(peak(Vec::new(), true, &[(1, 3)]), (3, false));
    }

    #[test]
    fn a_pool_that_moves_seats_in_one_commit_is_counted_after_it() {
        let rows = vec![
            row(1, 90, 1, 3),
            row(1, 90, 2, 0),
            row(2, 110, 1, 0),
            row(2, 110, 2, 3),
        ];

        assert_eq!(peak(rows, true, &[(1, 0), (2, 3)]), (3, false));
    }

    #[test]
    fn a_search_that_stopped_early_says_at_least() {
        assert_eq!(peak(vec![row(8, 150, 1, 2)], false, &[(1, 2)]), (2, true));
    }
}
