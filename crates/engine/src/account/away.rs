//! Time in which the journal kept an account from acting (S11), and the time that an account works by.

use usher_domain::{Millis, Outage, Secs, Timestamp};

use super::resident::Resident;
use super::state::State;

/// A wait for the journal that is taken for an outage. Heartbeats that arrive in a shorter one are in time: they are
/// taken before what is due, and no lease is as short.
const HANG: Secs = Secs::new(2);

impl Resident {
    /// The account's time at present, and the time since its last turn in which Usher could not act.
    ///
    /// An account's time is its newest commit's plus what really passed since, so it never falls, and any node can go
    /// on with it.
    pub(super) fn time_for(&mut self, state: &mut State) -> (Timestamp, Option<Outage>) {
        let here = self.node.now();
        // Also by the moment by which another thread read the clock earlier.
        if here + state.ahead < state.replayed.at {
            state.ahead = Millis::between(here, state.replayed.at);
        }
        if let Some(since) = self.failing_since {
            self.note_outage(since, here);
        }
        let acted_at = (state.replayed.at - state.ahead).max(state.made_up_until);
        self.outages.forget(acted_at);
        let has_acted = self.outages.is_empty() && !self.node.time.had_outage_after(acted_at);
        let outage = if has_acted {
            None
        } else {
            self.node.time.outage_since(acted_at, &self.outages)
        };
        state.made_up_until = here;
        let outage = outage.map(|outage| Outage {
            until: outage.until + state.ahead,
            ..outage
        });
        (here + state.ahead, outage)
    }

    /// Takes note of how long the journal took to be read, from `began` until now.
    pub(super) fn note_wait<T, E>(&mut self, began: Timestamp, result: &Result<T, E>) {
        if result.is_err() {
            self.failing_since.get_or_insert(began);
        } else {
            self.note_outage(began, self.node.now());
        }
    }

    /// Takes note of how long the journal took to answer an append, from `began` until now, and whether it took it in.
    pub(super) fn note_append(&mut self, began: Timestamp, was_taken: bool) {
        if was_taken {
            let since = self.failing_since.take().unwrap_or(began);
            self.note_outage(since, self.node.now());
        } else {
            self.failing_since.get_or_insert(began);
        }
    }

    fn note_outage(&mut self, from: Timestamp, until: Timestamp) {
        if Millis::between(from, until).is_at_least(HANG) {
            self.outages.add(from, until);
        }
    }
}
