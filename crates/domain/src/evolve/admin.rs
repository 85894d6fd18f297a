//! Events of the account, its users, licenses, pools and teams.

use crate::account::Account;
use crate::event::Event;
use crate::time::Timestamp;

pub(super) fn evolve(_account: &mut Account, _event: &Event, _at: Timestamp) {}
