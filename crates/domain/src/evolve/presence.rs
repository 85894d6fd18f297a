//! Events of sign-ins, sessions, tickets and minutes.

use crate::account::Account;
use crate::event::Event;
use crate::time::Timestamp;

pub(super) fn evolve(_account: &mut Account, _event: &Event, _at: Timestamp) {}
