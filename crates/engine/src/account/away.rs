//! Time in which the journal kept an account from acting (S11), and the time that an account works by.

use usher_domain::{Millis, Outage, Secs, Timestamp};

use super::job::Phase;
use super::resident::Resident;
use super::state::State;
use super::turn::Turn;
use crate::{Failure, Reason};

/// A wait for the journal that is taken for an outage. Heartbeats that arrive in a shorter one are in time: they are
/// taken before what is due, and no lease is as short.
const HANG: Secs = Secs::new(2);

/// How long questions are answered of what is stored, after the journal stored nothing, before one of them tries again.
/// Commands, and what is due, try each time.
const RETRY: Secs = Secs::new(1);

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
        // Of the time before, so after what depends on when the account last acted.
        state.catch_up(here);
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
            self.failed_at = self.node.now();
        }
    }

    /// Whether the journal stores nothing, and it is too soon to try again for the sake of a question.
    pub(super) fn has_failed_lately(&self) -> bool {
        self.failing_since.is_some() && self.node.now() < self.failed_at + RETRY
    }

    /// Runs questions on what the journal has, where it stores nothing: the account stands still since then, so they
    /// see it as it was at that moment, and nothing of what is due is done.
    pub(super) fn look(&mut self, run: &mut dyn FnMut(&mut Turn<'_>, Phase)) -> Result<(), Failure> {
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
