//! The second factor, which is kept elsewhere: who may set and remove it, and that it happened.

use crate::account::Account;
use crate::command::Decision;
use crate::decide::{rights, users};
use crate::event::Event;
use crate::id::UserId;
use crate::permission::{Actor, Privilege};
use crate::refusal::Refusal;

/// Only the user sets it up. Who manages users may remove it, of users with no more rights than their own.
pub(super) fn decide(
    account: &Account,
    id: UserId,
    is_set: bool,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    let user = users::visible_user(account, id, actor)?;
    let is_own = *actor == Actor::User(id);
    if is_set && !is_own && *actor != Actor::System {
        return Err(Refusal::Forbidden {
            needed: "to be the user",
        });
    }
    if !is_own {
        account.need(actor, Privilege::UsersManage)?;
        rights::may_change(account, actor, user)?;
    }
    Ok(Decision::done(vec![if is_set {
        Event::SecondFactorSet { user: id }
    } else {
        Event::SecondFactorRemoved { user: id }
    }]))
}
