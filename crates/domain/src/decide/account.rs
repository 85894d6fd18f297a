//! The account itself: subscription, minutes, settings, API keys.

use crate::account::Account;
use crate::command::{Command, Decision};
use crate::permission::Actor;
use crate::refusal::Refusal;

pub(super) fn decide(_account: &Account, _command: &Command, _actor: &Actor) -> Result<Decision, Refusal> {
    Err(Refusal::NotFound { what: "command" })
}
