//! What a directory may do to users (D1): create, rename, activate and deactivate them. It never gives rights, and
//! never changes the address of users who have rights by somebody else's decision, because an address is a way to those
//! rights. Owners are out of its reach: it can neither link them, nor change their address or state, even if it knew
//! them before.

use crate::account::Account;
use crate::command::UserPatch;
use crate::decide::rights;
use crate::directory::DirectoryEntry;
use crate::event::Profile;
use crate::id::UserId;
use crate::permission::{Actor, PermissionOverrides, Privilege, Role};
use crate::refusal::{Refusal, StateRefusal};
use crate::user::User;

/// A new user, as requested by a directory or a person.
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
    if let Some(answer) = as_directory(account, actor, || creates(actor, newcomer)) {
        return answer;
    }
    account.need_in_account(actor, Privilege::UsersManage)?;
    may_set_password(actor, newcomer.password_set)?;
    rights::may_grant(account, actor, None, newcomer.profile)
}

/// A directory creates users with the role `member`.
fn creates(actor: &Actor, newcomer: &Newcomer<'_>) -> Result<(), Refusal> {
    let profile = newcomer.profile;
    let plain = Profile {
        name: profile.name.clone(),
        email: profile.email.clone(),
        role: Role::Member,
        privileges: alloc::collections::BTreeSet::new(),
        billing_contact: false,
        seat_limit: None,
        session_permissions: PermissionOverrides::default(),
    };
    need(*profile == plain && !newcomer.password_set && newcomer.assign_seat != Some(true))?;
    may_vouch(actor, None, newcomer.entry)
}

/// Refuses an actor who may not make this change of a user; `after` is the resulting profile.
pub(in crate::decide) fn may_change(
    account: &Account,
    actor: &Actor,
    user: &User,
    change: &UserPatch,
    after: &Profile,
) -> Result<(), Refusal> {
    if let Some(answer) = as_directory(account, actor, || changes(actor, user, change, after)) {
        return answer;
    }
    account.need(actor, Privilege::UsersManage)?;
    may_set_password(actor, change.new_password)?;
    rights::may_change(account, actor, user)?;
    rights::may_grant(account, actor, Some(&user.profile), after)
}

/// A directory renames, activates and deactivates users, and sets their entry.
fn changes(actor: &Actor, user: &User, change: &UserPatch, after: &Profile) -> Result<(), Refusal> {
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
        may_link(user, entry.flatten())?;
    }
    let touches_entry = is_known_otherwise && !is_sign_in && user.profile.role != Role::Owner;
    if after.email != before.email || is_switched || touches_entry {
        may_touch(user)?;
    }
    Ok(())
}

/// Refuses an actor who may not delete this user.
pub(in crate::decide) fn may_delete(account: &Account, actor: &Actor, user: &User) -> Result<(), Refusal> {
    let deletes = || {
        need(*actor != Actor::SingleSignOn)?;
        may_touch(user)
    };
    if let Some(answer) = as_directory(account, actor, deletes) {
        return answer;
    }
    account.need(actor, Privilege::UsersManage)?;
    rights::may_change(account, actor, user)
}

/// Refuses a user name or a subject that another user has (D1).
pub(in crate::decide) fn check_entry(
    account: &Account,
    id: UserId,
    entry: Option<&DirectoryEntry>,
) -> Result<(), Refusal> {
    let Some(entry) = entry else { return Ok(()) };
    let is_another = |user: Option<&User>| user.is_some_and(|user| user.id != id);
    let taken = |field| Refusal::State(StateRefusal::AlreadyExists { what: "user", field });
    if is_another(account.user_by_user_name(entry.user_name.reveal())) {
        return Err(taken("user_name"));
    }
    let subject = entry.subject.as_ref();
    if is_another(subject.and_then(|subject| account.user_by_subject(subject.reveal()))) {
        return Err(taken("subject"));
    }
    Ok(())
}

/// The answer to an actor as a directory; `None` if they are not one, or could do it at most by managing users.
fn as_directory(
    account: &Account,
    actor: &Actor,
    within_bounds: impl FnOnce() -> Result<(), Refusal>,
) -> Option<Result<(), Refusal>> {
    if !account.is_directory(actor) {
        return None;
    }
    let answer = within_bounds();
    (answer.is_ok() || !account.may(actor, Privilege::UsersManage)).then_some(answer)
}

/// A program cannot set passwords: they would outlive its key.
fn may_set_password(actor: &Actor, is_set: bool) -> Result<(), Refusal> {
    if is_set {
        rights::need_no_key(actor)
    } else {
        Ok(())
    }
}

/// No directory and no provider can link an entry to an owner. A directory that already knows an owner may still change
/// the parts of the name.
fn may_link(user: &User, after: Option<&DirectoryEntry>) -> Result<(), Refusal> {
    let is_renamed = match (&user.directory, after) {
        (Some(before), Some(after)) => {
            let renamed = DirectoryEntry {
                given_name: after.given_name.clone(),
                family_name: after.family_name.clone(),
                ..before.clone()
            };
            renamed == *after
        }
        _ => false,
    };
    if user.profile.role == Role::Owner && !is_renamed {
        return Err(needs_role(Role::Owner));
    }
    Ok(())
}

/// Whether users link themselves to a person at the identity provider, and change nothing else of their entry. The
/// provider's claims were checked before the command was given.
pub(in crate::decide) fn connects(before: Option<&DirectoryEntry>, after: Option<&DirectoryEntry>) -> bool {
    let Some(after) = after.filter(|after| after.subject.is_some()) else {
        return false;
    };
    before.is_none_or(|before| {
        let connected = DirectoryEntry {
            subject: after.subject.clone(),
            ..before.clone()
        };
        before.subject != after.subject && connected == *after
    })
}

/// Only single sign-on links a user to a person at the identity provider.
fn may_vouch(
    actor: &Actor,
    before: Option<&DirectoryEntry>,
    after: Option<&DirectoryEntry>,
) -> Result<(), Refusal> {
    let subject = |entry: Option<&DirectoryEntry>| entry.and_then(|entry| entry.subject.clone());
    need(*actor == Actor::SingleSignOn || subject(before) == subject(after))
}

/// A directory may change the address and the state of an admin who has a directory entry, but never those of an owner.
fn may_touch(user: &User) -> Result<(), Refusal> {
    match user.profile.role {
        Role::Owner => Err(needs_role(Role::Owner)),
        Role::Admin if user.directory.is_none() => Err(needs_role(Role::Admin)),
        Role::Admin | Role::Manager | Role::Member => Ok(()),
    }
}

fn needs_role(role: Role) -> Refusal {
    let needed = if role == Role::Owner {
        "the role `owner`"
    } else {
        "the role `admin`"
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
