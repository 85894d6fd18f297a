//! A naive seat pool in memory, to drive plans with in tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use usher_insight::flexnet::{Count, Grouping, Request, ShrinkCause, Step, StepKind, Tally};

struct Pool {
    seats: u32,
    grouping: Grouping,
    /// The holder and the checkouts of each session.
    sessions: BTreeMap<usize, (Arc<str>, u32)>,
}

impl Pool {
    fn occupied(&self) -> u32 {
        if self.grouping.shares() {
            let holders: BTreeSet<_> = self.sessions.values().map(|(holder, _)| holder).collect();
            holders.iter().map(|_| 1).sum()
        } else {
            self.sessions.values().map(|(_, checkouts)| checkouts).sum()
        }
    }

    fn take(&mut self, session: usize, request: &Request) -> bool {
        let has_seat = self
            .sessions
            .values()
            .any(|(holder, _)| *holder == request.holder);
        let wanted = match (self.grouping.shares(), has_seat) {
            (true, true) => 0,
            (true, false) => 1,
            (false, _) => request.checkouts,
        };
        let fits = wanted <= self.seats - self.occupied();
        if fits {
            let held = self
                .sessions
                .entry(session)
                .or_insert((Arc::clone(&request.holder), 0));
            held.1 += request.checkouts;
        }
        fits
    }
}

/// Drives the steps through a pool of `seats` seats.
pub(crate) fn replay(steps: &[Step], seats: u32, grouping: Grouping) -> Count {
    let mut pool = Pool {
        seats,
        grouping,
        sessions: BTreeMap::new(),
    };
    let mut tally = Tally::new(seats, true);
    for Step { at, kind } in steps {
        match kind {
            StepKind::Begin { session, request } | StepKind::Grow { session, request } => {
                let is_growth = matches!(kind, StepKind::Grow { .. });
                if is_growth && !pool.sessions.contains_key(session) {
                    continue;
                }
                if pool.take(*session, request) {
                    tally.granted(*at, &request.user, pool.occupied());
                } else {
                    tally.refused(*at, &request.user, pool.occupied());
                }
            }
            StepKind::Probe(request) => {
                if pool.take(usize::MAX, request) {
                    tally.granted(*at, &request.user, pool.occupied());
                    pool.sessions.remove(&usize::MAX);
                    tally.occupied(*at, pool.occupied());
                } else {
                    tally.refused(*at, &request.user, pool.occupied());
                }
            }
            StepKind::Shrink { session, left, cause } => {
                let Some((_, checkouts)) = pool.sessions.get_mut(session) else {
                    tally.occupied(*at, pool.occupied());
                    continue;
                };
                *checkouts = (*checkouts).min(*left);
                if *left == 0 {
                    pool.sessions.remove(session);
                }
                match cause {
                    ShrinkCause::Returned => tally.gave_back(*at, pool.occupied()),
                    ShrinkCause::Restarted => tally.occupied(*at, pool.occupied()),
                }
            }
            StepKind::ReturnUnseen => tally.gave_back_nothing(*at, pool.occupied()),
        }
    }
    tally.count()
}
