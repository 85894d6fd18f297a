//! Takes events in. Total: every event applies to every account, and what it names but is not there is passed over.

mod admin;
mod directory;
mod presence;
pub(crate) mod seats;

use std::collections::BTreeMap;

use crate::account::Account;
use crate::event::Event;
use crate::id::{SignInId, TicketId};
use crate::schedule::Due;
use crate::time::{Secs, Timestamp};

/// Takes one event in, which happened at `at`.
pub(crate) fn evolve(account: &mut Account, event: &Event, at: Timestamp) {
    let rules_before = match event {
        Event::PoolChanged { id, .. } => account.pools.get(id).map(|pool| pool.rules.clone()),
        _ => None,
    };
    admin::evolve(account, event, at);
    directory::evolve(account, event, at);
    presence::evolve(account, event, at);
    if let (Event::PoolChanged { id, .. }, Some(before)) = (event, rules_before) {
        presence::pool_changed(account, *id, &before, at);
    }
}

/// Puts in place everything that is derived from an account's serialized form.
pub(crate) fn restore(account: &mut Account) {
    admin::restore(account);
    directory::restore(account);
    presence::restore(account);
}

impl Account {
    /// A heartbeat of a device: its lease starts again, in memory (S11), also where that is less than was left of a
    /// longer one that the pool had before. The journal learns of it when [`crate::Input::Tick`] is next due. Gives
    /// the seconds that remain; none for a sign-in that is over.
    pub fn renew_sign_in(&mut self, id: SignInId, now: Timestamp) -> Option<Secs> {
        let sign_in = self.sign_ins.get_mut(&id)?;
        let lease = sign_in.lease;
        let stored = sign_in.lease_until;
        sign_in.lease_until = now + lease;
        seats::schedule_sign_in(self, id);
        self.renewed_sign_ins.entry(id).or_insert(stored);
        self.flush_within(lease, now);
        Some(lease)
    }

    /// A heartbeat of a ticket, like [`Self::renew_sign_in`].
    pub fn renew_ticket(&mut self, id: TicketId, now: Timestamp) -> Option<Secs> {
        let ticket = self.tickets.get_mut(&id)?;
        let lease = ticket.lease;
        let stored = ticket.lease_until;
        ticket.lease_until = now + lease;
        seats::schedule_ticket(self, id);
        self.renewed_tickets.entry(id).or_insert(stored);
        self.flush_within(lease, now);
        Some(lease)
    }

    /// Whether leases were renewed in memory that the journal does not know of.
    #[must_use]
    pub fn has_unsaved_renewals(&self) -> bool {
        !self.renewed_sign_ins.is_empty() || !self.renewed_tickets.is_empty()
    }

    /// Takes off the schedule what is due first, and came to nothing. It is scheduled again when it changes.
    pub(crate) fn drop_first_due(&mut self) {
        let slot = match self.schedule.pop_first() {
            Some(Due::SignIn(id)) => self.sign_ins.get_mut(&id).map(|sign_in| &mut sign_in.due),
            Some(Due::Session(id)) => self.sessions.get_mut(&id).map(|session| &mut session.due),
            Some(Due::Ticket(id)) => self.tickets.get_mut(&id).map(|ticket| &mut ticket.due),
            Some(Due::Pool(id)) => self.pools.get_mut(&id).map(|pool| &mut pool.due),
            Some(Due::Renewals) | None => None,
        };
        if let Some(slot) = slot {
            *slot = None;
        }
    }

    /// Runs `look` on the account as its events alone make it, which do not know of leases that were renewed in memory.
    pub fn as_stored<T>(&mut self, look: impl FnOnce(&Self) -> T) -> T {
        let mut sign_ins = std::mem::take(&mut self.renewed_sign_ins);
        let mut tickets = std::mem::take(&mut self.renewed_tickets);
        let renewals_at = self.schedule.renewals_at();
        self.schedule.set_renewals(None);
        self.swap_leases(&mut sign_ins, &mut tickets);
        let seen = look(self);
        self.swap_leases(&mut sign_ins, &mut tickets);
        self.schedule.set_renewals(renewals_at);
        self.renewed_sign_ins = sign_ins;
        self.renewed_tickets = tickets;
        seen
    }

    fn swap_leases(
        &mut self,
        sign_ins: &mut BTreeMap<SignInId, Timestamp>,
        tickets: &mut BTreeMap<TicketId, Timestamp>,
    ) {
        for (id, until) in sign_ins {
            if let Some(sign_in) = self.sign_ins.get_mut(id) {
                std::mem::swap(&mut sign_in.lease_until, until);
            }
            seats::schedule_sign_in(self, *id);
        }
        for (id, until) in tickets {
            if let Some(ticket) = self.tickets.get_mut(id) {
                std::mem::swap(&mut ticket.lease_until, until);
            }
            seats::schedule_ticket(self, *id);
        }
    }

    /// Renewals reach the journal a third of a lease after the first of them at the latest.
    fn flush_within(&mut self, lease: Secs, now: Timestamp) {
        let at = now + Secs::new((lease.get() / 3).max(1));
        if self.schedule.renewals_at().is_none_or(|known| at < known) {
            self.schedule.set_renewals(Some(at));
        }
    }
}
