//! Stub.

use crate::account::Account;
use crate::command::{Command, Decision};
use crate::permission::Actor;
use crate::refusal::Refusal;
use crate::time::Timestamp;

pub(super) fn decide(
    _account: &Account,
    _command: &Command,
    _actor: &Actor,
    _now: Timestamp,
) -> Result<Decision, Refusal> {
    Err(Refusal::NotFound { what: "command" })
}
