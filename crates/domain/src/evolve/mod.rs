//! Applies changes. Total: every change applies to every account, and what it names but is not there is ignored.
//!
//! Nothing else writes to an account.

mod admin;
mod directory;
pub(crate) mod hints;
mod presence;
pub(crate) mod seats;

use crate::account::Account;
use crate::event::Event;
use crate::leases::{self, Leased};
use crate::schedule::Due;
use crate::time::Timestamp;

/// Everything that can change an account.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change<'a> {
    /// Something happened. The journal has the event, or gets it with the next commit.
    Event(&'a Event),
    /// A heartbeat renewed a lease, in memory only (S11).
    Renewal(Leased),
    /// The wall clock shows this, or is not looked at any more. Memory only: it is shown to people, and nothing is decided
    /// by it.
    WallClock(Option<Timestamp>),
    /// The earliest due entry produced no event. It is scheduled again when it changes.
    DueDropped,
}

impl<'a> From<&'a Event> for Change<'a> {
    fn from(event: &'a Event) -> Self {
        Self::Event(event)
    }
}

/// Applies a change that happened at `at`.
pub(crate) fn evolve<'a>(account: &mut Account, change: impl Into<Change<'a>>, at: Timestamp) {
    match change.into() {
        Change::Event(event) => happened(account, event, at),
        Change::Renewal(of) => leases::renew(account, of, at),
        Change::WallClock(Some(wall)) => account.wall.look(at, wall),
        Change::WallClock(None) => account.wall.look_away(),
        Change::DueDropped => drop_first_due(account),
    }
}

fn happened(account: &mut Account, event: &Event, at: Timestamp) {
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

fn drop_first_due(account: &mut Account) {
    let slot = match account.schedule.pop_first() {
        Some(Due::SignIn(id)) => account.sign_ins.get_mut(&id).map(|sign_in| &mut sign_in.due),
        Some(Due::Session(id)) => account.sessions.get_mut(&id).map(|session| &mut session.due),
        Some(Due::Ticket(id)) => account.tickets.get_mut(&id).map(|ticket| &mut ticket.due),
        Some(Due::Pool(id)) => account.pools.get_mut(&id).map(|pool| &mut pool.due),
        Some(Due::Renewals) | None => None,
    };
    if let Some(slot) = slot {
        *slot = None;
    }
}
