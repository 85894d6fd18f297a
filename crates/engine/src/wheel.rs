//! The next deadline of each account.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use usher_domain::{AccountId, Timestamp};

/// Accounts in the order of their deadlines, including those that are not in memory.
#[derive(Debug, Default)]
pub(crate) struct Wheel {
    marks: Mutex<Marks>,
    /// Notified when a new deadline is earlier than all others.
    pub(crate) earlier: Notify,
}

#[derive(Debug, Default)]
struct Marks {
    order: BTreeSet<(Timestamp, AccountId)>,
    of: HashMap<AccountId, Timestamp>,
}

impl Wheel {
    /// Sets an account's deadline, unless it has an earlier one.
    pub(crate) fn mark(&self, account: AccountId, due: Timestamp) {
        let mut marks = self.lock();
        if marks.of.get(&account).is_some_and(|known| *known <= due) {
            return;
        }
        marks.set(account, Some(due));
        let is_first = marks.order.first() == Some(&(due, account));
        drop(marks);
        if is_first {
            self.earlier.notify_one();
        }
    }

    /// Sets an account's deadline, regardless of the previous one.
    pub(crate) fn set(&self, account: AccountId, due: Option<Timestamp>) {
        self.lock().set(account, due);
        self.earlier.notify_one();
    }

    /// The earliest deadline.
    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.lock().order.first().map(|(due, _)| *due)
    }

    /// Removes the first account that is due by `now`.
    pub(crate) fn pop(&self, now: Timestamp) -> Option<(Timestamp, AccountId)> {
        let mut marks = self.lock();
        let (due, account) = *marks.order.first().filter(|(due, _)| *due <= now)?;
        marks.set(account, None);
        Some((due, account))
    }

    fn lock(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Marks {
    fn set(&mut self, account: AccountId, due: Option<Timestamp>) {
        let before = match due {
            Some(due) => self.of.insert(account, due),
            None => self.of.remove(&account),
        };
        if let Some(before) = before {
            self.order.remove(&(before, account));
        }
        if let Some(due) = due {
            self.order.insert((due, account));
        }
    }
}
