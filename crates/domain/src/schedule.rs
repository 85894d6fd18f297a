//! The deadlines of an account, in order.

use alloc::collections::BTreeSet;

use crate::id::{PoolId, SessionId, SignInId, TicketId, UserId};
use crate::time::Timestamp;

/// The owner of a deadline. Each has at most one entry: its earliest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// Lease, idle warning, log-off, reclaim or the next minute.
    SignIn(SignInId),
    /// Expiry of a code, closing after the notice, or the next minute.
    Session(SessionId),
    /// Lease or offer.
    Ticket(TicketId),
    /// The warning of the longest-idle holder.
    Pool(PoolId),
    /// The end of a loan (L15).
    User(UserId),
    /// Renewed leases go to the journal.
    Renewals,
    /// Seats, minutes or the subscription end, or a named seat is given back.
    Subscription,
}

/// All deadlines of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Schedule {
    entries: BTreeSet<(Timestamp, Due)>,
    renewals_at: Option<Timestamp>,
}

impl Schedule {
    /// When the earliest entry is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.entries.first().map(|(at, _)| *at)
    }

    /// The earliest entry, if it is due by `now`.
    pub(crate) fn first_due(&self, now: Timestamp) -> Option<(Timestamp, Due)> {
        self.entries.first().copied().filter(|(at, _)| *at <= now)
    }

    /// Moves an entry. `slot` is the owner's copy of its time.
    pub(crate) fn set(&mut self, due: Due, slot: &mut Option<Timestamp>, at: Option<Timestamp>) {
        if *slot == at {
            return;
        }
        if let Some(old) = *slot {
            self.entries.remove(&(old, due));
        }
        if let Some(new) = at {
            self.entries.insert((new, due));
        }
        *slot = at;
    }

    /// Removes the earliest entry. The caller has to clear its owner's slot.
    pub(crate) fn pop_first(&mut self) -> Option<Due> {
        let (_, due) = self.entries.pop_first()?;
        if due == Due::Renewals {
            self.renewals_at = None;
        }
        Some(due)
    }

    /// Sets when renewed leases go to the journal.
    pub(crate) fn set_renewals(&mut self, at: Option<Timestamp>) {
        let mut slot = self.renewals_at;
        self.set(Due::Renewals, &mut slot, at);
        self.renewals_at = slot;
    }

    /// When renewed leases go to the journal.
    pub(crate) const fn renewals_at(&self) -> Option<Timestamp> {
        self.renewals_at
    }
}
