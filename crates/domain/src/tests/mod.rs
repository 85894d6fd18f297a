//! The rules, each by its number in docs/rules.

mod actors;
mod admin;
mod book;
mod contacts;
mod drains;
mod fixture;
mod idle;
/// The makers of commands in the test kit. The kit itself depends on this crate, and a crate's own tests have other types
/// than the crates that depend on it.
#[path = "../../../testkit/src/desk/mod.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "other crates use the rest"
)]
mod kit;
mod leases;
mod minutes;
mod personal;
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
        kit::create_key(
            crate::ApiKeyId::from_bits(id),
            "Key",
            &[crate::permission::Scope::Read],
        )
    });
    commands
        .flat_map(|command| {
            let made = execute(account, &command, &crate::Actor::Operator, now);
            made.unwrap().events
        })
        .collect()
}
