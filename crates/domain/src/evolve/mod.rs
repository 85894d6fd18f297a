//! Applies changes. Total: every change applies to every account, and what it names but is not there is ignored.
//!
//! Nothing else writes to an account.

mod admin;
mod directory;
pub(crate) mod hints;
mod loans;
mod presence;
pub(crate) mod seats;

use core::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::account::State;
use crate::ends;
use crate::event::Event;
use crate::id::AccountId;
use crate::leases::{self, Leased};
use crate::minutes;
use crate::schedule::Due;
use crate::text::Name;
use crate::time::Timestamp;

/// One account, as its events make it. Everybody who has an account can read its [`State`]; only this module can change
/// it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Account(State);

impl Deref for Account {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl Account {
    /// The account that its first event creates; `None` for another event.
    pub(crate) fn from_first_event(event: &Event, at: Timestamp) -> Option<Self> {
        State::from_first_event(event, at).map(Self)
    }

    /// An account with nothing in it.
    pub(crate) fn first(id: AccountId, name: Name, at: Timestamp) -> Self {
        Self(State::first(id, name, at))
    }

    /// The state, for tests of what no change makes.
    #[cfg(test)]
    pub(crate) fn state_mut(&mut self) -> &mut State {
        &mut self.0
    }
}

/// Everything that can change an account.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change<'a> {
    /// Something happened. The journal has the event, or gets it with the next commit.
    Event(&'a Event),
    /// A heartbeat renewed a lease, in memory only (S11).
    Renewal(Leased),
    /// What memory alone knows of renewed leases is lost, as by a crash.
    RenewalsLost,
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
    let account = &mut account.0;
    match change.into() {
        Change::Event(event) => happened(account, event, at),
        Change::Renewal(of) => leases::renew(account, of, at),
        Change::RenewalsLost => leases::forget_renewals(account),
        Change::WallClock(Some(wall)) => account.wall.look(at, wall),
        Change::WallClock(None) => account.wall.look_away(),
        Change::DueDropped => drop_first_due(account),
    }
}

fn happened(account: &mut State, event: &Event, at: Timestamp) {
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
    ends::follow(account);
}

/// Puts in place everything that is derived from an account's serialized form.
pub(crate) fn restore(account: &mut Account) {
    admin::restore(&mut account.0);
    directory::restore(&mut account.0);
    presence::restore(&mut account.0);
    ends::follow(&mut account.0);
    loans::restore(&mut account.0);
}

fn drop_first_due(account: &mut State) {
    let slot = match account.schedule.pop_first() {
        Some(Due::SignIn(id)) => account.sign_ins.get_mut(&id).map(|sign_in| &mut sign_in.due),
        Some(Due::Session(id)) => account.sessions.get_mut(&id).map(|session| &mut session.due),
        Some(Due::Ticket(id)) => account.tickets.get_mut(&id).map(|ticket| &mut ticket.due),
        Some(Due::Pool(id)) => account.pools.get_mut(&id).map(|pool| &mut pool.due),
        Some(Due::Subscription) => Some(&mut account.subscription_due),
        Some(Due::User(id)) => account.users.get_mut(&id).map(|user| &mut user.due),
        Some(Due::Renewals) | None => None,
    };
    if let Some(slot) = slot {
        *slot = None;
    }
}
