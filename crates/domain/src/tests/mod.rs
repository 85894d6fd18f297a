//! The rules, each by its number in docs/rules.

use crate::command::ApiKeyCommand;

mod actors;
mod admin;
mod book;
mod contacts;
mod drains;
mod fixture;
mod idle;
mod leases;
mod minutes;
mod queue;
mod reclaims;
mod refusals;
mod sessions;
mod sign_ins;
mod simulation;
mod steps;
mod stored_events;
pub(crate) mod witness;

use self::witness::execute;

/// Creates the keys used by tests: ids 1 to 3. Their scopes are in the actor.
fn make_keys(account: &mut crate::Account, now: crate::Timestamp) -> Vec<crate::Event> {
    let commands = (1..=3).map(|id| {
        crate::Command::ApiKey(ApiKeyCommand::Create {
            id: crate::ApiKeyId::from_bits(id),
            name: "Key".parse().unwrap(),
            scopes: [crate::permission::Scope::Read].into(),
            expires_at: None,
        })
    });
    commands
        .flat_map(|command| {
            let made = execute(account, &command, &crate::Actor::Operator, now);
            made.unwrap().events
        })
        .collect()
}
