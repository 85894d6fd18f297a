//! Takes events in. Total: every event applies to every account, and what it names but is not there is passed over.

mod admin;
mod presence;
mod seats;

use crate::account::Account;
use crate::event::Event;
use crate::time::Timestamp;

/// Takes one event in, which happened at `at`.
pub fn evolve(account: &mut Account, event: &Event, at: Timestamp) {
    admin::evolve(account, event, at);
    presence::evolve(account, event, at);
}

/// Puts in place everything that is derived from an account's serialized form.
pub(crate) fn restore(_account: &mut Account) {}
