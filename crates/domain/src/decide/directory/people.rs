//! What a directory may do to people (D1): bring them in, rename them, switch them on and off. Never does it hand out
//! rights, and never does it lay hands on those who have them by another's word, for an address is a way to them.

use crate::account::Account;
use crate::command::UserPatch;
use crate::decide::rights;
use crate::directory::DirectoryEntry;
use crate::event::Profile;
use crate::id::UserId;
use crate::permission::{Actor, PermissionOverrides, Privilege, Role};
use crate::refusal::Refusal;
use crate::user::User;

/// A user as a directory or a person wants them.
pub(in crate::decide) struct Newcomer<'a> {
    pub(in crate::decide) profile: &'a Profile,
    pub(in crate::decide) entry: Option<&'a DirectoryEntry>,
    pub(in crate::decide) assign_seat: Option<bool>,
    pub(in crate::decide) password_set: bool,
    pub(in crate::decide) is_active: bool,
}

/// Refuses an actor who may not create this user.
pub(in crate::decide) fn may_create(
    account: &Account,
    actor: &Actor,
    newcomer: &Newcomer<'_>,
) -> Result<(), Refusal> {
    if speaks_as_directory(account, actor) {
        let profile = newcomer.profile;
        let plain = Profile {
            name: profile.name.clone(),
            email: profile.email.clone(),
            role: Role::Member,
            privileges: std::collections::BTreeSet::new(),
            billing_contact: false,
            seat_limit: None,
            session_permissions: PermissionOverrides::default(),
        };
        need(*profile == plain && !newcomer.password_set && newcomer.assign_seat != Some(true))?;
        return may_vouch(actor, None, newcomer.entry);
    }
    account.need_in_account(actor, Privilege::UsersManage)?;
    rights::may_grant(account, actor, None, newcomer.profile)
}

/// Refuses an actor who may not change this user so; `after` is what the profile comes to.
pub(in crate::decide) fn may_change(
    account: &Account,
    actor: &Actor,
    user: &User,
    change: &UserPatch,
    after: &Profile,
) -> Result<(), Refusal> {
    if !speaks_as_directory(account, actor) {
        account.need(actor, Privilege::UsersManage)?;
        rights::may_change(account, actor, user)?;
        return rights::may_grant(account, actor, Some(&user.profile), after);
    }
    let before = &user.profile;
    let renamed = Profile {
        name: after.name.clone(),
        email: after.email.clone(),
        ..before.clone()
    };
    let is_switched = change.active.is_some_and(|active| active != user.active);
    let is_sign_in = *actor == Actor::SingleSignOn;
    need(*after == renamed && !change.new_password && !(is_switched && is_sign_in))?;
    let entry = change.directory.as_ref().map(Option::as_ref);
    let is_known_otherwise = entry.is_some_and(|entry| entry != user.directory.as_ref());
    if is_known_otherwise {
        may_vouch(actor, user.directory.as_ref(), entry.flatten())?;
    }
    let touches_entry = is_known_otherwise && !is_sign_in;
    if after.email != before.email || is_switched || touches_entry {
        may_touch(account, user)?;
    }
    Ok(())
}

/// Refuses an actor who may not delete this user.
pub(in crate::decide) fn may_delete(account: &Account, actor: &Actor, user: &User) -> Result<(), Refusal> {
    if !speaks_as_directory(account, actor) {
        account.need(actor, Privilege::UsersManage)?;
        return rights::may_change(account, actor, user);
    }
    need(*actor != Actor::SingleSignOn)?;
    if user.profile.role == Role::Owner {
        return Err(needs_role(Role::Owner));
    }
    may_touch(account, user)
}

/// Refuses a name or a subject that another user has (D1).
pub(in crate::decide) fn check_entry(
    account: &Account,
    id: UserId,
    entry: Option<&DirectoryEntry>,
) -> Result<(), Refusal> {
    let Some(entry) = entry else { return Ok(()) };
    let is_another = |user: Option<&User>| user.is_some_and(|user| user.id != id);
    let taken = |field| Refusal::AlreadyExists { what: "user", field };
    if is_another(account.user_by_user_name(&entry.user_name)) {
        return Err(taken("user_name"));
    }
    let subject = entry.subject.as_ref();
    if is_another(subject.and_then(|subject| account.user_by_subject(subject))) {
        return Err(taken("subject"));
    }
    Ok(())
}

/// Whether the actor can do this as a directory only: a key that also manages users is bound by the rights that it
/// has as such.
fn speaks_as_directory(account: &Account, actor: &Actor) -> bool {
    actor.is_directory() && !account.may(actor, Privilege::UsersManage)
}

/// Only single sign-on ties a user to a person at the identity provider.
fn may_vouch(
    actor: &Actor,
    before: Option<&DirectoryEntry>,
    after: Option<&DirectoryEntry>,
) -> Result<(), Refusal> {
    let subject = |entry: Option<&DirectoryEntry>| entry.and_then(|entry| entry.subject.clone());
    need(*actor == Actor::SingleSignOn || subject(before) == subject(after))
}

/// The address and the state of admins and owners are a directory's where they carry an entry of it; those of the
/// break-glass owner never are (D7).
fn may_touch(account: &Account, user: &User) -> Result<(), Refusal> {
    if account.settings.sign_in.break_glass == Some(user.id) {
        return Err(needs_role(Role::Owner));
    }
    if user.profile.role >= Role::Admin && user.directory.is_none() {
        return Err(needs_role(user.profile.role));
    }
    Ok(())
}

fn needs_role(role: Role) -> Refusal {
    let needed = match role {
        Role::Owner => "the role `owner`",
        _ => "the role `admin`",
    };
    Refusal::Forbidden { needed }
}

fn need(is_within_bounds: bool) -> Result<(), Refusal> {
    if is_within_bounds {
        return Ok(());
    }
    Err(Refusal::Forbidden {
        needed: Privilege::UsersManage.as_str(),
    })
}
