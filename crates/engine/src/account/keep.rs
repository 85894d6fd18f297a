//! Snapshots, and leaving memory.

use std::sync::Arc;

use usher_domain::Secs;
use usher_journal::{Hash, Snapshot};

use super::job::Phase;
use super::resident::Resident;
use super::state::LARGE_BYTES;
use super::task::Leave;
use super::turn::Turn;
use crate::snapshot;

/// An idle account that is due so soon stays: it would have to be loaded again.
const DUE_SOON: Secs = Secs::new(60);

/// With each of so many snapshots, all rules are checked on the whole account, beyond what each commit touches. A
/// snapshot costs about as much as the check, and is taken in proportion to what is committed.
const SNAPSHOTS_PER_CHECK: u64 = 4;

impl Resident {
    /// Takes a snapshot where loading would replay more than half of what the account weighs, so that the cost of
    /// snapshots stays in proportion to that of commits.
    pub(super) async fn snapshot_if_worth_it(&mut self) {
        let Some(state) = &self.state else { return };
        let worth = (state.snapshot_bytes / 2).max(self.node.options.snapshot_bytes_min);
        let is_saving = self.saving.as_ref().is_some_and(|saving| !saving.is_finished());
        if state.unsnapped_bytes >= worth && !is_saving {
            self.snapshot().await;
        }
    }

    /// Encodes the state, where it is large on a thread that keeps no other account waiting, and has it saved.
    async fn snapshot(&mut self) {
        let is_account = |state: &mut super::state::State| state.replayed.account.is_some();
        let Some(mut state) = self.state.take_if(is_account) else {
            return;
        };
        let Some(mut account) = state.replayed.account.take() else {
            return;
        };
        let at = state.replayed.at;
        self.snapshots += 1;
        let is_sample = self.snapshots.is_multiple_of(SNAPSHOTS_PER_CHECK);
        let write = move || {
            let broken = if is_sample { account.broken() } else { Vec::new() };
            (snapshot::write(&mut account, at), broken, account)
        };
        let (written, broken, account) = if state.snapshot_bytes.max(state.unsnapped_bytes) < LARGE_BYTES {
            write()
        } else {
            // A thread that dies takes the state with it, which is then loaded again.
            match tokio::task::spawn_blocking(write).await {
                Ok(done) => done,
                Err(_) => return,
            }
        };
        for broken in broken {
            self.node.note_broken(
                self.id,
                &broken,
                "a rule is broken in an account that was sampled",
            );
        }
        state.replayed.account = Some(account);
        match written {
            Ok(bytes) => {
                state.unsnapped_bytes = 0;
                state.snapshot_bytes = bytes.len();
                let snapshot = Snapshot {
                    account: self.id,
                    seq: state.replayed.seq,
                    hash: state.replayed.hash,
                    state: bytes.into(),
                    digest: Hash::GENESIS,
                };
                self.save(snapshot.sealed(&self.node.options.authenticator));
            }
            Err(error) => tracing::error!(account = %self.id, %error, "a snapshot could not be written"),
        }
        self.state = Some(state);
    }

    fn save(&mut self, snapshot: Snapshot) {
        let journal = Arc::clone(&self.node.journal);
        self.node.counters.snapshots.increment();
        self.saving = Some(tokio::spawn(async move {
            let account = snapshot.account;
            if let Err(error) = journal.save_snapshot(snapshot).await {
                tracing::warn!(%account, %error, "a snapshot could not be saved");
            }
        }));
    }

    /// Makes ready to leave memory: what only memory knows goes into the journal. Tells whether the account may go.
    pub(super) async fn leave(&mut self, leave: Leave) -> bool {
        if leave != Leave::Closing && self.has_subscribers() {
            return false;
        }
        // Who could not be stored must be known to have been in an outage, once it is over (S11).
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
        self.save_last().await;
        if let Some(state) = &self.state {
            self.marked = state.next_due().map(|due| due - state.ahead);
            self.node.wheel.set(self.id, self.marked);
        }
        true
    }

    /// Whether memory knows of heartbeats that the journal does not, in the state or in what is left of it.
    pub(super) fn has_unsaved_renewals(&self) -> bool {
        let account = self
            .state
            .as_ref()
            .and_then(|state| state.replayed.account.as_ref());
        !self.renewals.is_empty() || account.is_some_and(usher_domain::Account::has_unsaved_renewals)
    }

    fn is_due_soon(&self) -> bool {
        let Some(state) = &self.state else { return false };
        let due = state.next_due();
        due.is_some_and(|due| due - state.ahead <= self.node.now() + DUE_SOON)
    }

    /// Waits for the snapshot that is on its way, and takes the last where anything came after it.
    async fn save_last(&mut self) {
        if let Some(saving) = self.saving.take() {
            let _ = saving.await;
        }
        let is_changed = self.state.as_ref().is_some_and(|state| state.unsnapped_bytes > 0);
        if is_changed {
            self.snapshot().await;
        }
        if let Some(saving) = self.saving.take() {
            let _ = saving.await;
        }
    }
}
