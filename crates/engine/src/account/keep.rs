//! Leaving memory.

use usher_domain::Secs;

use super::job::Phase;
use super::resident::Resident;
use super::task::Leave;
use super::turn::Turn;

/// An idle account with a deadline this soon stays in memory: it would have to be loaded again.
const DUE_SOON: Secs = Secs::new(60);

impl Resident {
    /// Prepares to leave memory: what only memory knows is stored in the journal. Returns whether the account may
    /// leave.
    pub(super) async fn leave(&mut self, leave: Leave) -> bool {
        if leave != Leave::Closing && self.has_subscribers() {
            return false;
        }
        // An account that could not be stored must stay, so that the outage is known when it ends.
        if leave == Leave::Idle && (self.is_due_soon() || self.failing_since.is_some()) {
            return false;
        }
        let mut save = |turn: &mut Turn<'_>, phase| {
            if phase == Phase::Main {
                turn.save_renewals();
            }
        };
        if (self.has_unsaved_renewals() || !self.outages.is_empty())
            && let Err(failure) = self.carry_out(&mut save).await
        {
            tracing::error!(account = %self.id, error = %failure, "lease renewals could not be saved");
            return false;
        }
        match leave {
            Leave::Closing => self.last_snapshot().await,
            // There will be room again soon, and nobody needs the account's place.
            Leave::Idle if !self.try_last_snapshot() => return false,
            Leave::Idle => {}
            Leave::Pressed => {
                self.try_last_snapshot();
            }
        }
        if let Some(state) = &self.state {
            self.marked = state.next_due().map(|due| due - state.ahead);
            self.node.wheel.set(self.id, self.marked);
        }
        true
    }

    /// Whether memory knows of heartbeats that the journal does not, in the state or kept from a dropped one.
    pub(super) fn has_unsaved_renewals(&self) -> bool {
        let account = self
            .state
            .as_ref()
            .and_then(|state| state.replayed.account.as_ref());
        !self.heartbeats.is_empty() || account.is_some_and(usher_domain::Account::has_unsaved_renewals)
    }

    fn is_due_soon(&self) -> bool {
        let Some(state) = &self.state else { return false };
        let due = state.next_due();
        due.is_some_and(|due| due - state.ahead <= self.node.now() + DUE_SOON)
    }
}
