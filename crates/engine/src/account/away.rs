//! Time in which the journal kept an account from acting (S11), and the account's own time.

use usher_domain::{Millis, Outage, Secs, Timestamp};

use super::job::Phase;
use super::resident::Resident;
use super::state::State;
use super::turn::Turn;
use crate::{Failure, Reason};

/// A wait for the journal of at least this length counts as an outage. Heartbeats that arrive during a shorter one are
/// in time: they are processed before anything that is due, and no lease is that short.
const HANG: Secs = Secs::new(2);

/// How long queries are answered from the stored state after the journal failed to store something, before one of them
/// tries again. Commands and due entries try every time.
const RETRY: Secs = Secs::new(1);

impl Resident {
    /// The account's current time, and the time since its last turn in which Usher could not act.
    ///
    /// An account's time is its newest commit's plus the time that has really passed since, so it never goes back, and
    /// any node can continue it.
    pub(super) fn time_for(&mut self, state: &mut State) -> (Timestamp, Option<Outage>) {
        let here = self.node.now();
        // Another thread may have read the clock earlier, which the difference has to allow for.
        if here + state.ahead < state.replayed.at {
            state.ahead = Millis::between(here, state.replayed.at);
            state.caught_up_until = here;
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
        // This concerns the time before, so it comes after everything that depends on when the account last acted.
        state.catch_up(here);
        let outage = outage.map(|outage| Outage {
            until: outage.until + state.ahead,
            ..outage
        });
        (here + state.ahead, outage)
    }

    /// Records how long a read from the journal took, from `began` until now.
    pub(super) fn note_wait<T, E>(&mut self, began: Timestamp, result: &Result<T, E>) {
        if result.is_err() {
            self.failing_since.get_or_insert(began);
        } else {
            self.note_outage(began, self.node.now());
        }
    }

    /// Records how long the journal took to answer an append, from `began` until now, and whether it stored it.
    pub(super) fn note_append(&mut self, began: Timestamp, was_taken: bool) {
        if was_taken {
            let since = self.failing_since.take().unwrap_or(began);
            self.note_outage(since, self.node.now());
        } else {
            self.failing_since.get_or_insert(began);
            self.failed_at = self.node.now();
        }
    }

    /// Whether the journal stores nothing, and it is too soon for a query to try again.
    pub(super) fn has_failed_lately(&self) -> bool {
        self.failing_since.is_some() && self.node.now() < self.failed_at + RETRY
    }

    /// Runs queries on the stored state, if the journal stores nothing: the account has not moved since then, so they
    /// see it as it was at that moment, and nothing that is due is done.
    pub(super) fn answer_from_stored(
        &mut self,
        run: &mut dyn FnMut(&mut Turn<'_>, Phase),
    ) -> Result<(), Failure> {
        let Some(mut state) = self.state.take() else {
            return Err(Failure::Unavailable(Reason::OutcomeUnknown));
        };
        let here = self.failing_since.unwrap_or_else(|| self.node.now());
        let now = (here + state.ahead).max(state.replayed.at);
        run(
            &mut Turn::begin(&self.node, self.id, &mut state, now),
            Phase::Main,
        );
        self.state = Some(state);
        Ok(())
    }

    fn note_outage(&mut self, from: Timestamp, until: Timestamp) {
        if Millis::between(from, until).is_at_least(HANG) {
            self.outages.add(from, until);
        }
    }
}
