//! Who sees an account's lists.

use usher_domain::{Account, Actor, Refusal};

/// Refuses actors who do not see the account's people, pools and teams: its own members may not, and devices, tickets
/// and customers do not see the account at all.
pub(crate) fn need_staff(account: &Account, actor: &Actor) -> Result<(), Refusal> {
    if account.is_staff(actor) {
        return Ok(());
    }
    Err(match actor {
        Actor::User(_) if account.user_of(actor).is_some() => Refusal::Forbidden {
            needed: "a role with a privilege",
        },
        _ => Refusal::NotFound { what: "account" },
    })
}
