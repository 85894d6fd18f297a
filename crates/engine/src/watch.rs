//! Whose commits somebody outside has to read: for what follows from an event without being one, such as a mail.

use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use tokio::sync::Notify;
use usher_domain::{AccountId, Event};

use crate::Entry;

/// The accounts with new commits that the watcher is interested in. A hint: after a crash, the watcher compares the
/// journal with what it has read.
#[derive(Default)]
pub(crate) struct Watch {
    /// Says whether an event is of interest. Nobody watches until it is set.
    is_of_interest: OnceLock<fn(&Event) -> bool>,
    touched: Mutex<BTreeSet<AccountId>>,
    woken: Notify,
}

impl Watch {
    pub(crate) fn begin(&self, is_of_interest: fn(&Event) -> bool) {
        // The first watcher stays: there is one.
        let _ = self.is_of_interest.set(is_of_interest);
    }

    /// Looks at a commit that was just stored.
    pub(crate) fn look(&self, account: AccountId, entries: &[Entry]) {
        let Some(is_of_interest) = self.is_of_interest.get() else {
            return;
        };
        let mut events = entries.iter().flat_map(|entry| &entry.events);
        if events.any(is_of_interest) {
            self.touched().insert(account);
            self.woken.notify_one();
        }
    }

    /// The accounts that were touched since the last call; waits for one.
    pub(crate) async fn next(&self) -> BTreeSet<AccountId> {
        loop {
            let touched = std::mem::take(&mut *self.touched());
            if !touched.is_empty() {
                return touched;
            }
            self.woken.notified().await;
        }
    }

    fn touched(&self) -> std::sync::MutexGuard<'_, BTreeSet<AccountId>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
