//! Whom an actor may change, and which rights they may give (R2, R3). Nobody gives what they do not have, and nobody
//! changes a user with more rights than their own: a password or address set for such a user would be a way to those
//! rights.

use crate::account::Account;
use crate::event::Profile;
use crate::permission::{Actor, Privilege, Role, Scope, SessionPermission, SessionPermissions};
use crate::refusal::Refusal;
use crate::user::User;

/// Refuses an actor who has fewer rights than the user.
pub(super) fn may_change(account: &Account, actor: &Actor, user: &User) -> Result<(), Refusal> {
    let rank = rank(account, actor);
    need_rank(rank, user.profile.role)?;
    if rank == Role::Owner {
        return Ok(());
    }
    need_rights(account, actor, None, &user.profile)
}

/// Refuses an actor who would give rights beyond their own: those that `after` has and `before` has not, or that a new
/// user has beyond the account's defaults.
pub(super) fn may_grant(
    account: &Account,
    actor: &Actor,
    before: Option<&Profile>,
    after: &Profile,
) -> Result<(), Refusal> {
    let rank = rank(account, actor);
    if before.is_none_or(|before| before.role < after.role) {
        need_rank(rank, after.role)?;
    }
    if rank == Role::Owner {
        return Ok(());
    }
    // A flag or privilege without an effect yet is treated like one with an effect.
    if after.billing_contact && before.is_none_or(|before| !before.billing_contact) {
        account.need(actor, Privilege::SubscriptionManage)?;
    }
    // Admins have every privilege by their role.
    if rank < Role::Admin {
        for privilege in &after.privileges {
            if before.is_none_or(|before| !before.privileges.contains(privilege)) {
                account.need(actor, *privilege)?;
            }
        }
    }
    need_rights(account, actor, before, after)
}

/// Refuses an actor who lacks a right that takes effect with `after`. Rights count by what they allow, whether they
/// come from a role, a privilege or an override.
fn need_rights(
    account: &Account,
    actor: &Actor,
    before: Option<&Profile>,
    after: &Profile,
) -> Result<(), Refusal> {
    for privilege in Privilege::ALL {
        if after.has(privilege) && before.is_none_or(|before| !before.has(privilege)) {
            account.need(actor, privilege)?;
        }
    }
    let default = account.settings.session_permissions;
    for permission in SessionPermission::ALL {
        let has = |profile| account.profile_has_session_permission(profile, permission);
        if has(after) && !before.map_or(default.has(permission), has) {
            need_session_permission(account, actor, permission)?;
        }
    }
    Ok(())
}

/// Refuses an actor who would give a role through a group without having everything that the role gives (D3).
pub(super) fn may_give_role(account: &Account, actor: &Actor, role: Role) -> Result<(), Refusal> {
    let rank = rank(account, actor);
    need_rank(rank, role)?;
    // The roles below admin give nothing by themselves: a manager's privileges are given one by one.
    if rank == Role::Owner || role < Role::Admin {
        return Ok(());
    }
    let default = account.settings.session_permissions;
    let mut of_role = SessionPermission::ALL.into_iter();
    of_role.try_for_each(|permission| {
        if default.has(permission) {
            return Ok(());
        }
        need_session_permission(account, actor, permission)
    })
}

/// Refuses an actor who would give everybody a session permission that they lack themselves. A changed default can also
/// make a user's override effective.
pub(super) fn may_give_everybody(
    account: &Account,
    actor: &Actor,
    default: SessionPermissions,
) -> Result<(), Refusal> {
    if rank(account, actor) == Role::Owner {
        return Ok(());
    }
    let before = account.settings.session_permissions;
    let is_given = |permission| {
        let becomes_effective = |user: &User| {
            let over = user.profile.session_permissions;
            default.with(over).allows(permission) && !before.with(over).allows(permission)
        };
        default.has(permission) && !before.has(permission) || account.users.values().any(becomes_effective)
    };
    for permission in SessionPermission::ALL {
        if is_given(permission) {
            need_session_permission(account, actor, permission)?;
        }
    }
    Ok(())
}

/// Refuses programs: what they set or create would outlive their key.
pub(super) fn need_no_key(actor: &Actor) -> Result<(), Refusal> {
    if let Actor::ApiKey { .. } = actor {
        return Err(Refusal::Forbidden {
            needed: "a user token or an operator key",
        });
    }
    Ok(())
}

/// Refuses an actor who would create a key with more rights than their own. Checked again for the key's maker whenever
/// the key is used ([`Account::key_has`]). Signing users in and out takes and frees seats, and acting for everybody
/// shows and ends everybody's sessions. It also starts sessions in their names, so it takes more than the privilege to
/// free seats: a manager needs the session permissions by an override or the account's default.
pub(crate) fn may_give_scope(account: &Account, actor: &Actor, scope: Scope) -> Result<(), Refusal> {
    match scope {
        Scope::Read => account.need_staff(actor),
        Scope::SignInsWrite => {
            account.need(actor, Privilege::SeatsManage)?;
            if account.is_admin(actor) || account.is_given_everybodys_sessions(actor) {
                need_session_permission(account, actor, SessionPermission::ViewAccount)?;
                return need_session_permission(account, actor, SessionPermission::ControlAccount);
            }
            Err(Refusal::Forbidden {
                needed: SessionPermission::ControlAccount.as_str(),
            })
        }
        Scope::SeatsManage => account.need(actor, Privilege::SeatsManage),
        Scope::UsersManage => account.need(actor, Privilege::UsersManage),
        Scope::SubscriptionManage => account.need(actor, Privilege::SubscriptionManage),
        Scope::ReportsView => account.need(actor, Privilege::ReportsView),
        Scope::SettingsManage => account.need(actor, Privilege::SettingsManage),
        // Users whom a directory adds to a group get the group's role.
        Scope::Directory => account.need_admin(actor),
    }
}

/// The highest role whose rights the actor has. A key counts as a manager with its scopes as privileges.
fn rank(account: &Account, actor: &Actor) -> Role {
    match actor {
        Actor::Operator | Actor::System => Role::Owner,
        Actor::ApiKey { .. } => Role::Manager,
        Actor::User(id) => account
            .users
            .get(id)
            .filter(|user| user.active)
            .map_or(Role::Member, |user| user.profile.role),
        Actor::SignIn(_) | Actor::Ticket(_) | Actor::Customer(_) | Actor::SingleSignOn => Role::Member,
    }
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
