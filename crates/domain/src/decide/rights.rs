//! Whom an actor may change, and which rights they may hand out (2.6). Nobody gives what they do not have, and
//! nobody lays hands on a person with more rights than their own: a password or address set for such a person
//! would be a way to those rights.

use crate::account::Account;
use crate::event::Profile;
use crate::permission::{Actor, Privilege, Role, Scope, SessionPermission};
use crate::refusal::Refusal;
use crate::user::User;

/// Refuses an actor who has fewer rights than the user.
pub(super) fn may_change(account: &Account, actor: &Actor, user: &User) -> Result<(), Refusal> {
    let rank = rank(account, actor);
    need_rank(rank, user.profile.role)?;
    if rank >= Role::Admin {
        return Ok(());
    }
    for privilege in Privilege::ALL
        .into_iter()
        .filter(|privilege| user.has(*privilege))
    {
        account.need(actor, privilege)?;
    }
    let default = account.settings.session_permissions;
    let given = default.with(user.profile.session_permissions);
    for permission in SessionPermission::ALL {
        if given.has(permission) && !default.has(permission) {
            need_session_permission(account, actor, permission)?;
        }
    }
    Ok(())
}

/// Refuses an actor who would hand out rights beyond their own: those of `after` that `before` does not have.
pub(super) fn may_grant(
    account: &Account,
    actor: &Actor,
    before: Option<&Profile>,
    after: &Profile,
) -> Result<(), Refusal> {
    let rank = rank(account, actor);
    let is_promoted = before.is_none_or(|before| before.role < after.role);
    if is_promoted {
        need_rank(rank, after.role)?;
    }
    // A flag that had no effect in a lower role is handed out by the promotion that wakes it.
    let keeps = |had: fn(&Profile, Privilege) -> bool, privilege| {
        !is_promoted && before.is_some_and(|before| had(before, privilege))
    };
    let is_contact = |profile: &Profile, _| profile.billing_contact;
    if after.billing_contact && rank < Role::Owner && !keeps(is_contact, Privilege::SubscriptionManage) {
        account.need(actor, Privilege::SubscriptionManage)?;
    }
    if rank >= Role::Admin {
        return Ok(());
    }
    for privilege in &after.privileges {
        if !keeps(
            |profile, privilege| profile.privileges.contains(&privilege),
            *privilege,
        ) {
            account.need(actor, *privilege)?;
        }
    }
    let default = account.settings.session_permissions;
    let had = before.map_or(default, |before| default.with(before.session_permissions));
    let has = default.with(after.session_permissions);
    for permission in SessionPermission::ALL {
        if has.has(permission) && !had.has(permission) {
            need_session_permission(account, actor, permission)?;
        }
    }
    Ok(())
}

/// Refuses an actor who would make a key that is good for more than they are. Signing users in and out takes
/// seats and frees them, so it is for those who manage seats to hand out.
pub(super) fn may_give_scope(account: &Account, actor: &Actor, scope: Scope) -> Result<(), Refusal> {
    match scope {
        Scope::Read => Ok(()),
        Scope::SignInsWrite | Scope::SeatsManage => account.need(actor, Privilege::SeatsManage),
        Scope::UsersManage => account.need(actor, Privilege::UsersManage),
        Scope::SubscriptionManage => account.need(actor, Privilege::SubscriptionManage),
        Scope::ReportsView => account.need(actor, Privilege::ReportsView),
        Scope::SettingsManage => account.need(actor, Privilege::SettingsManage),
        // Whom a directory puts into a group gets the role that it gives.
        Scope::Directory => account.need_admin(actor),
    }
}

/// The highest role that an actor stands level with. A key is like a manager with its scopes as privileges, and
/// like an admin where it has them all.
fn rank(account: &Account, actor: &Actor) -> Role {
    match actor {
        Actor::Operator | Actor::System => Role::Owner,
        Actor::ApiKey { .. } => {
            let has_all = Privilege::ALL
                .iter()
                .all(|privilege| account.may(actor, *privilege));
            if has_all { Role::Admin } else { Role::Manager }
        }
        Actor::User(id) => account
            .users
            .get(id)
            .map_or(Role::Member, |user| user.profile.role),
        Actor::SignIn(_) | Actor::Ticket(_) | Actor::Customer(_) | Actor::SingleSignOn => Role::Member,
    }
}

/// Refuses an actor who stands below a role.
pub(super) fn need_role(account: &Account, actor: &Actor, role: Role) -> Result<(), Refusal> {
    need_rank(rank(account, actor), role)
}

fn need_rank(rank: Role, role: Role) -> Result<(), Refusal> {
    if rank >= role {
        return Ok(());
    }
    let needed = match role {
        Role::Owner => "the role `owner`",
        Role::Admin => "the role `admin`",
        Role::Manager | Role::Member => "the role `manager`",
    };
    Err(Refusal::Forbidden { needed })
}

fn need_session_permission(
    account: &Account,
    actor: &Actor,
    permission: SessionPermission,
) -> Result<(), Refusal> {
    if account.has_session_permission(actor, permission) {
        return Ok(());
    }
    Err(Refusal::Forbidden {
        needed: permission.as_str(),
    })
}
