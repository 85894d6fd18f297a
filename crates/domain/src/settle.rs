//! What the rules owe after every change: seats that are free go to who waits.

use crate::account::Account;
use crate::command::{Command, Decision};
use crate::event::Event;
use crate::id::RefusalId;
use crate::permission::Actor;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// Decides a command, takes its events in, and settles what follows. On a refusal the account is as it was.
pub fn execute(
    account: &mut Account,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let mut decision = crate::decide(account, command, actor, now)?;
    for event in &decision.events {
        crate::evolve(account, event, now);
    }
    decision.events.extend(settle(account, now));
    Ok(decision)
}

/// Takes in, and gives back, the events that the rules owe in the account's present state.
pub fn settle(_account: &mut Account, _now: Timestamp) -> Vec<Event> {
    Vec::new()
}

/// The event that records a refusal, where it is one of a seat (Q1). `id` is drawn by the caller.
#[must_use]
pub fn refused(_account: &Account, _command: &Command, _refusal: &Refusal, _id: RefusalId) -> Option<Event> {
    None
}
