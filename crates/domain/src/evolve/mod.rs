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
use crate::minutes;
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
    match event {
        Event::Account(event) => admin::of_account(account, event, at),
        Event::ApiKey(event) => admin::of_api_key(account, event, at),
        Event::User(event) => admin::of_user(account, event, at),
        // Credentials are kept elsewhere; what was done to them is on record.
        Event::Credential(_) => {}
        Event::Pool(event) => admin::pools::evolve(account, event, at),
        Event::Team(event) => admin::of_team(account, event),
        Event::Group(event) => directory::evolve(account, event, at),
        Event::SignIn(event) => presence::sign_ins::evolve(account, event, at),
        Event::Lease(event) => leases::evolve(account, event, at),
        Event::Session(event) => presence::sessions::evolve(account, event, at),
        Event::Ticket(event) => presence::tickets::evolve(account, event, at),
        Event::Minutes(event) => minutes::evolve(account, event),
        Event::Refusal(event) => presence::refusal(account, event, at),
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
