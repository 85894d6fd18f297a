//! Stub.
use crate::account::Account;
use crate::event::Event;
use crate::time::Timestamp;

pub(super) fn due(_account: &Account, _now: Timestamp) -> Vec<Event> {
    Vec::new()
}
pub(super) fn resume(_account: &Account) -> Vec<Event> {
    Vec::new()
}
