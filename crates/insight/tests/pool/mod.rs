//! A naive seat pool in memory, to drive plans with in tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use usher_insight::flexnet::{Count, Grouping, Ledger, Request, Step, StepKind, Tally};

struct Pool {
    seats: u32,
    grouping: Grouping,
    checkouts: BTreeMap<Arc<str>, u32>,
}

impl Pool {
    fn occupied(&self) -> u32 {
        if self.grouping.shares() {
            self.checkouts.keys().map(|_| 1).sum()
        } else {
            self.checkouts.values().sum()
        }
    }

    fn take(&mut self, request: &Request) -> bool {
        let wanted = match (
            self.grouping.shares(),
            self.checkouts.contains_key(&request.holder),
        ) {
            (true, true) => 0,
            (true, false) => 1,
            (false, _) => request.checkouts,
        };
        let fits = wanted <= self.seats - self.occupied();
        if fits {
            *self.checkouts.entry(Arc::clone(&request.holder)).or_default() += request.checkouts;
        }
        fits
    }

    fn give_back(&mut self, holder: &Arc<str>, checkouts: u32) {
        if let Some(held) = self.checkouts.get_mut(holder) {
            *held -= checkouts;
            if *held == 0 {
                self.checkouts.remove(holder);
            }
        }
    }
}

/// Drives the steps through a pool of so many seats.
pub(crate) fn replay(steps: &[Step], seats: u32, grouping: Grouping) -> Count {
    let mut pool = Pool {
        seats,
        grouping,
        checkouts: BTreeMap::new(),
    };
    let mut ledger = Ledger::default();
    let mut tally = Tally::new(seats);
    for Step { at, kind } in steps {
        match kind {
            StepKind::Take(request) if pool.take(request) => {
                ledger.take(request);
                tally.granted(*at, &request.user, pool.occupied());
            }
            StepKind::Probe(request) if pool.take(request) => {
                tally.granted(*at, &request.user, pool.occupied());
                pool.give_back(&request.holder, request.checkouts);
                tally.occupied(*at, pool.occupied());
            }
            StepKind::Take(request) | StepKind::Probe(request) => {
                tally.refused(*at, &request.user, pool.occupied());
            }
            StepKind::GiveBack(request) => {
                let given = ledger.give_back(request);
                pool.give_back(&request.holder, given);
                tally.gave_back(*at, given, pool.occupied());
            }
            StepKind::FreeAll => {
                ledger.free_all();
                pool.checkouts.clear();
                tally.occupied(*at, 0);
            }
        }
    }
    tally.count()
}
