//! Takes events in. Total: every event applies to every account, and what it names but is not there is passed over.

mod admin;
mod directory;
mod presence;
pub(crate) mod seats;

use crate::account::Account;
use crate::event::Event;
use crate::id::{SignInId, TicketId};
use crate::time::{Secs, Timestamp};

/// Takes one event in, which happened at `at`.
pub fn evolve(account: &mut Account, event: &Event, at: Timestamp) {
    let rules_before = match event {
        Event::PoolChanged { id, .. } => account.pools.get(id).map(|pool| pool.rules.clone()),
        _ => None,
    };
    admin::evolve(account, event, at);
    directory::evolve(account, event, at);
    presence::evolve(account, event, at);
    if let (Event::PoolChanged { id, .. }, Some(before)) = (event, rules_before) {
        presence::pool_changed(account, *id, &before);
    }
}

/// Puts in place everything that is derived from an account's serialized form.
pub(crate) fn restore(account: &mut Account) {
    admin::restore(account);
    directory::restore(account);
    presence::restore(account);
}

impl Account {
    /// A sign of life of a device: its lease starts anew, in memory (S11). The journal learns of it when
    /// [`crate::Command::Tick`] is next due. Gives the seconds that remain; none for a sign-in that is over.
    pub fn renew_sign_in(&mut self, id: SignInId, now: Timestamp) -> Option<Secs> {
        let sign_in = self.sign_ins.get_mut(&id)?;
        let lease = sign_in.lease;
        sign_in.lease_until = sign_in.lease_until.max(now + lease);
        seats::schedule_sign_in(self, id);
        self.renewed_sign_ins.insert(id);
        self.flush_within(lease, now);
        Some(lease)
    }

    /// A sign of life of a ticket, like [`Self::renew_sign_in`].
    pub fn renew_ticket(&mut self, id: TicketId, now: Timestamp) -> Option<Secs> {
        let ticket = self.tickets.get_mut(&id)?;
        let lease = ticket.lease;
        ticket.lease_until = ticket.lease_until.max(now + lease);
        seats::schedule_ticket(self, id);
        self.renewed_tickets.insert(id);
        self.flush_within(lease, now);
        Some(lease)
    }

    /// Whether leases were renewed in memory that the journal does not know of.
    #[must_use]
    pub fn has_unsaved_renewals(&self) -> bool {
        !self.renewed_sign_ins.is_empty() || !self.renewed_tickets.is_empty()
    }

    /// Renewals reach the journal a third of a lease after the first of them at the latest.
    fn flush_within(&mut self, lease: Secs, now: Timestamp) {
        let at = now + Secs::new((lease.get() / 3).max(1));
        if self.schedule.renewals_at().is_none_or(|known| at < known) {
            self.schedule.set_renewals(Some(at));
        }
    }
}
