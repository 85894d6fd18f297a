//! Decides commands. Nothing is changed here: first guards, then the events.

mod account;
pub(crate) mod capacity;
mod credentials;
mod directory;
pub(crate) mod due;
mod labels;
mod licenses;
mod members;
mod pools;
pub(crate) mod presence;
mod queue;
pub(crate) mod rights;
mod sessions;
mod sign_ins;
mod teams;
pub(crate) mod texts;
mod users;

use crate::account::Account;
use crate::command::{Command, Decision};
use crate::permission::Actor;
use crate::refusal::Refusal;
use crate::repeat;
use crate::time::Timestamp;

impl Account {
    /// Whether a command would be granted now, and whether it would then change anything. Nothing is done.
    pub fn would_change(&self, command: &Command, actor: &Actor, now: Timestamp) -> Result<bool, Refusal> {
        decide(self, command, actor, now).map(|decision| !decision.events.is_empty())
    }
}

/// Decides a command on an account. The returned events keep every rule when [`crate::step`] applies them in order; a
/// refusal means that nothing happens.
pub(crate) fn decide(
    account: &Account,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    if account.deleted {
        return Err(Refusal::NotFound { what: "account" });
    }
    texts::check(account, command)?;
    repeat::check_key(account, command)?;
    match command {
        Command::Account(command) => account::decide(account, command, actor),
        Command::ApiKey(command) => account::decide_key(account, command, actor),
        Command::User(command) => users::decide(account, command, actor),
        Command::License(command) => licenses::decide(account, command, actor),
        Command::Credential(command) => credentials::note(account, command, actor),
        Command::Pool(command) => pools::decide(account, command, actor),
        Command::Team(command) => teams::decide(account, command, actor),
        Command::Group(command) => directory::decide(account, command, actor),
        Command::SignIn(command) => sign_ins::decide(account, command, actor, now),
        Command::Session(command) => sessions::decide(account, command, actor, now),
        Command::Ticket(command) => queue::decide(account, command, actor, now),
    }
}
