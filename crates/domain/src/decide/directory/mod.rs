//! Groups, and what their members get (D2 to D4).

pub(super) mod people;
mod turn;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use self::turn::Turn;
use crate::account::Account;
use crate::command::{Decision, GroupCommand, MemberChange};
use crate::decide::{licenses, members, rights};
use crate::directory::{Group, GroupMapping};
use crate::event::{Event, GroupEvent, UserEvent};
use crate::id::{GroupId, UserId};
use crate::permission::{Actor, Privilege, Role};
use crate::refusal::{Refusal, StateRefusal};
use crate::repeat;
use crate::text::{ExternalId, Name};
use crate::user::{License, User};

pub(super) fn decide(account: &Account, command: &GroupCommand, actor: &Actor) -> Result<Decision, Refusal> {
    match command {
        GroupCommand::Create {
            id,
            name,
            external_id,
            members,
        } => create(account, *id, name, external_id.as_ref(), members, actor),
        GroupCommand::Change {
            id,
            name,
            external_id,
            members,
        } => {
            let group = group_to_manage(account, *id, actor)?;
            let name = name.as_ref().unwrap_or(&group.name);
            let external_id = external_id.as_ref().unwrap_or(&group.external_id);
            change(
                account,
                group,
                name,
                external_id.as_ref(),
                members.as_ref(),
                actor,
            )
        }
        GroupCommand::Delete { id } => delete(account, group_to_manage(account, *id, actor)?, actor),
        GroupCommand::Map { id, mapping } => map(account, *id, mapping, actor),
        GroupCommand::SetUserGroups { user, groups } => set_groups(account, *user, groups, actor),
    }
}

fn create(
    account: &Account,
    id: GroupId,
    name: &Name,
    external_id: Option<&ExternalId>,
    members: &BTreeSet<UserId>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    if !is_provisioner(account, actor) {
        account.need_in_account(actor, Privilege::UsersManage)?;
    }
    match account.groups.get(&id) {
        Some(made) if made.name == *name || repeat::is_derived(id.bits()) => {
            return Ok(Decision::done(Vec::new()));
        }
        Some(_) => return Err(taken("id")),
        None => {}
    }
    check_name(account, id, name)?;
    members::check(account, "members", members)?;
    Ok(Decision::done(vec![Event::Group(GroupEvent::Created {
        id,
        name: name.clone(),
        external_id: external_id.cloned(),
        members: members.clone(),
    })]))
}

fn change(
    account: &Account,
    group: &Group,
    name: &Name,
    external_id: Option<&ExternalId>,
    members: Option<&MemberChange>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    let mut events = Vec::new();
    if *name != group.name || external_id != group.external_id.as_ref() {
        check_name(account, group.id, name)?;
        events.push(Event::Group(GroupEvent::Changed {
            id: group.id,
            name: name.clone(),
            external_id: external_id.cloned(),
        }));
    }
    if let Some(change) = members {
        members::check_change(account, change)?;
        let after = change.applied_to(&group.members);
        events.extend(change_members(account, group, &after, actor)?);
    }
    Ok(Decision::done(events))
}

/// The events that set the members, and give and take what the group gives.
fn change_members(
    account: &Account,
    group: &Group,
    after: &BTreeSet<UserId>,
    actor: &Actor,
) -> Result<Vec<Event>, Refusal> {
    let joined = after - &group.members;
    let left = &group.members - after;
    if joined.is_empty() && left.is_empty() {
        return Ok(Vec::new());
    }
    may_hand_out(account, &group.mapping, actor)?;
    let mut turns = Vec::with_capacity(joined.len() + left.len());
    for user in joined.iter().filter_map(|id| account.users.get(id)) {
        turns.push(Turn::of(account, user).joining(group));
    }
    for user in left.iter().filter_map(|id| account.users.get(id)) {
        turns.push(Turn::of(account, user).leaving(group));
    }
    let mut events = vec![Event::Group(GroupEvent::MembersChanged {
        id: group.id,
        joined,
        left,
    })];
    events.extend(turn::take(account, &turns, actor)?);
    Ok(events)
}

fn delete(account: &Account, group: &Group, actor: &Actor) -> Result<Decision, Refusal> {
    may_hand_out(account, &group.mapping, actor)?;
    let members = group.members.iter().filter_map(|id| account.users.get(id));
    let turns: Vec<_> = members
        .map(|user| Turn::of(account, user).leaving(group))
        .collect();
    let mut events = turn::take(account, &turns, actor)?;
    events.push(Event::Group(GroupEvent::Deleted { id: group.id }));
    Ok(Decision::done(events))
}

/// A mapping can give only what its author could give by hand, and only people can give a role (R2).
fn map(account: &Account, id: GroupId, mapping: &GroupMapping, actor: &Actor) -> Result<Decision, Refusal> {
    account.need_to_manage(actor, Privilege::SettingsManage, "group")?;
    let Some(group) = account.groups.get(&id) else {
        return Err(Refusal::NotFound { what: "group" });
    };
    let before = &group.mapping;
    if mapping == before {
        return Ok(Decision::done(Vec::new()));
    }
    if mapping.role != before.role {
        account.need_admin(actor)?;
    }
    check_mapping(account, mapping)?;
    if let Some(role) = mapping.role.filter(|_| mapping.role != before.role) {
        rights::may_give_role(account, actor, role)?;
    }
    if mapping.team != before.team {
        account.need(actor, Privilege::UsersManage)?;
    }
    if mapping.licenses != before.licenses {
        account.need(actor, Privilege::SeatsManage)?;
    }
    let members = group.members.iter().filter_map(|id| account.users.get(id));
    let turns: Vec<_> = members
        .map(|user| Turn::of(account, user).remapped(group, mapping))
        .collect();
    let mut events = vec![Event::Group(GroupEvent::Mapped {
        id,
        mapping: mapping.clone(),
    })];
    events.extend(turn::take(account, &turns, actor)?);
    Ok(Decision::done(events))
}

fn check_mapping(account: &Account, mapping: &GroupMapping) -> Result<(), Refusal> {
    if mapping.role == Some(Role::Owner) {
        return Err(Refusal::Invalid {
            field: "role",
            expected: "`member`, `manager` or `admin`: a group makes nobody an owner".to_owned(),
        });
    }
    if mapping
        .team
        .is_some_and(|team| !account.teams.contains_key(&team))
    {
        return Err(Refusal::NotFound { what: "team" });
    }
    for (product, license) in &mapping.licenses {
        match license {
            License::Shared(pool) => licenses::check_pool(account, *pool, product)?,
            License::Named if account.subscription.products.contains_key(product) => {}
            License::Named => {
                return Err(Refusal::Invalid {
                    field: "licenses",
                    expected: format!("for products that the account has; {product} is none"),
                });
            }
        }
    }
    Ok(())
}

/// Sets all groups of a user who signs in, as named by the identity provider.
fn set_groups(
    account: &Account,
    user: UserId,
    groups: &BTreeSet<GroupId>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    let user = account.users.get(&user);
    let user = user.ok_or(Refusal::NotFound { what: "user" })?;
    into_groups(account, user, groups, actor).map(Decision::done)
}

/// The events that set all groups of a user, who may be one that is just being created.
pub(super) fn into_groups(
    account: &Account,
    user: &User,
    groups: &BTreeSet<GroupId>,
    actor: &Actor,
) -> Result<Vec<Event>, Refusal> {
    if !matches!(actor, Actor::SingleSignOn | Actor::Operator | Actor::System) {
        return Err(Refusal::NotFound { what: "user" });
    }
    if !groups.iter().all(|group| account.groups.contains_key(group)) {
        return Err(Refusal::Invalid {
            field: "groups",
            expected: "ids of groups of this account".to_owned(),
        });
    }
    let mut turn = Turn::of(account, user);
    let mut events = Vec::new();
    for group in account.groups.values() {
        let (is_in, was_in) = (groups.contains(&group.id), group.members.contains(&user.id));
        if is_in == was_in {
            continue;
        }
        let one = BTreeSet::from([user.id]);
        let (joined, left) = if is_in {
            (one, BTreeSet::new())
        } else {
            (BTreeSet::new(), one)
        };
        turn = if is_in {
            turn.joining(group)
        } else {
            turn.leaving(group)
        };
        events.push(Event::Group(GroupEvent::MembersChanged {
            id: group.id,
            joined,
            left,
        }));
    }
    events.extend(turn::take(account, &[turn], actor)?);
    Ok(events)
}

/// The licenses of a deactivated user: those from groups are removed, and if a directory deactivates, the named ones
/// too, so that the seats are free (D6).
pub(super) fn switched_off(account: &Account, user: &User, actor: &Actor) -> Vec<Event> {
    let frees_named = account.is_directory(actor);
    let goes = |(product, license): &(&_, &License)| {
        user.from_groups.licenses.contains_key(*product) || (frees_named && **license == License::Named)
    };
    let gone = user.licenses.iter().filter(goes);
    gone.map(|(product, _)| {
        Event::User(UserEvent::LicenseSet {
            user: user.id,
            product: product.clone(),
            license: None,
            group: None,
        })
    })
    .collect()
}

/// What the groups of an activated user give (D6).
pub(super) fn switched_on(account: &Account, user: &User, actor: &Actor) -> Result<Vec<Event>, Refusal> {
    turn::take(account, &[Turn::of(account, user).switched_on()], actor)
}

fn group_to_manage<'a>(account: &'a Account, id: GroupId, actor: &Actor) -> Result<&'a Group, Refusal> {
    if !is_provisioner(account, actor) {
        account.need_to_manage(actor, Privilege::UsersManage, "group")?;
    }
    account.groups.get(&id).ok_or(Refusal::NotFound { what: "group" })
}

/// Single sign-on sets the members of a group, but not the group itself.
fn is_provisioner(account: &Account, actor: &Actor) -> bool {
    account.is_directory(actor) && *actor != Actor::SingleSignOn
}

/// An actor who decides the members of a group gives what the group gives. A directory may, on the authority of the
/// admin who mapped the group; others must be able to give it by hand.
fn may_hand_out(account: &Account, mapping: &GroupMapping, actor: &Actor) -> Result<(), Refusal> {
    if account.is_directory(actor) {
        return Ok(());
    }
    if !mapping.licenses.is_empty() {
        account.need(actor, Privilege::SeatsManage)?;
    }
    match mapping.role {
        Some(role) => rights::may_give_role(account, actor, role),
        None => Ok(()),
    }
}

fn check_name(account: &Account, id: GroupId, name: &Name) -> Result<(), Refusal> {
    match account.group_by_name(name) {
        Some(group) if group.id != id => Err(taken("name")),
        _ => Ok(()),
    }
}

fn taken(field: &'static str) -> Refusal {
    Refusal::State(StateRefusal::AlreadyExists { what: "group", field })
}
