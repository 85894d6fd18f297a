//! What is due, done step by step.

use usher_domain::{Actor, Broken, Command, Event, PoolId, decide, oversold_by};

use super::{SYSTEM, TIMER, Turn};

impl Turn<'_> {
    pub(in crate::account) fn is_due(&self) -> bool {
        self.state.next_due().is_some_and(|due| due <= self.now)
    }

    /// What [`usher_domain::execute`] does of a tick, step by step, so that each event meets its recorder first.
    pub(super) fn do_what_is_due(&mut self) -> Vec<Event> {
        let mut done = Vec::new();
        while self.is_due() {
            let Some(account) = &self.state.replayed.account else {
                break;
            };
            let decision = decide(account, &Command::Tick, &Actor::System, self.now);
            let events = decision.map(|decision| decision.events).unwrap_or_default();
            let events = self.without_broken(events);
            if events.is_empty() {
                self.drop_first_due();
            } else {
                done.extend(self.take_in(events, &SYSTEM, &TIMER));
            }
        }
        done.retain(|event| !is_empty_renewal(event));
        done
    }

    /// Leaves out what would break the promise (S1), so that all else that is due is done.
    pub(super) fn without_broken(&self, mut events: Vec<Event>) -> Vec<Event> {
        if let Some(account) = self.account() {
            events.retain(|event| match oversold_by(account, std::slice::from_ref(event)) {
                Some(pool) => {
                    self.note_left_out(pool);
                    false
                }
                None => true,
            });
        }
        events
    }

    pub(super) fn note_left_out(&self, pool: PoolId) {
        let what = "an event that would have given a seat that is not there was left out";
        self.node.note_broken(self.id, &Broken::Oversold(pool), what);
    }

    /// Something was on the schedule and came to nothing. It must not keep the rest from being done.
    fn drop_first_due(&mut self) {
        if let Some(account) = &mut self.state.replayed.account {
            tracing::error!(account = %self.id, due = ?account.next_due(), "what was due came to nothing");
            account.drop_first_due();
        }
    }
}

/// Whether all whose renewal was to be stored are gone.
const fn is_empty_renewal(event: &Event) -> bool {
    matches!(event, Event::LeasesRenewed { sign_ins, tickets } if sign_ins.is_empty() && tickets.is_empty())
}
