//! Events of groups, and the record of what came from them (D1 to D3).

use alloc::collections::BTreeSet;

use super::admin;
use crate::account::State;
use crate::directory::{Group, GroupMapping};
use crate::event::GroupEvent;
use crate::id::{GroupId, TeamId, UserId};
use crate::text::Product;
use crate::time::Timestamp;
use crate::user::User;

pub(super) fn evolve(account: &mut State, event: &GroupEvent, at: Timestamp) {
    match event {
        GroupEvent::Created {
            id,
            name,
            external_id,
            members,
        } => {
            let group = Group {
                id: *id,
                name: name.clone(),
                external_id: external_id.clone(),
                members: BTreeSet::new(),
                mapping: GroupMapping::default(),
                created_at: at,
                changed_at: at,
            };
            account.groups.entry(*id).or_insert(group);
            change_members(account, *id, members, &BTreeSet::new());
        }
        GroupEvent::Changed {
            id,
            name,
            external_id,
        } => {
            if let Some(group) = account.groups.get_mut(id) {
                group.name = name.clone();
                group.external_id.clone_from(external_id);
                group.changed_at = at;
            }
        }
        GroupEvent::MembersChanged { id, joined, left } => {
            change_members(account, *id, joined, left);
            if let Some(group) = account.groups.get_mut(id) {
                group.changed_at = at;
            }
        }
        GroupEvent::Mapped { id, mapping } => {
            if let Some(group) = account.groups.get_mut(id) {
                group.mapping = mapping.clone();
            }
        }
        GroupEvent::Deleted { id } => delete(account, *id),
    }
}

/// Rebuilds the groups of each user.
pub(super) fn restore(account: &mut State) {
    for user in account.users.values_mut() {
        user.groups.clear();
    }
    for group in account.groups.values() {
        for member in &group.members {
            if let Some(user) = account.users.get_mut(member) {
                join(user, group.id);
            }
        }
    }
}

/// Records which group a license came from; `None` if it was given by hand or removed.
pub(super) fn license_set(account: &mut State, user: UserId, product: &Product, group: Option<GroupId>) {
    let Some(user) = account.users.get_mut(&user) else {
        return;
    };
    match group {
        Some(group) => user.from_groups.licenses.insert(product.clone(), group),
        None => user.from_groups.licenses.remove(product),
    };
}

/// These users were removed from a team by hand.
pub(super) fn team_left(account: &mut State, id: TeamId, left: BTreeSet<UserId>) {
    for member in left {
        if let Some(user) = account.users.get_mut(&member) {
            user.from_groups.teams.remove(&id);
        }
    }
}

/// Removes a deleted user from their groups and from the settings.
pub(super) fn user_deleted(account: &mut State, user: &User) {
    for group in &user.groups {
        if let Some(group) = account.groups.get_mut(group) {
            group.members.remove(&user.id);
        }
    }
    let break_glass = &mut account.settings.sign_in.break_glass;
    *break_glass = break_glass.filter(|owner| *owner != user.id);
}

/// Groups brought users into a team, or out of it (D3).
pub(super) fn fill_team(account: &mut State, id: TeamId, joined: &BTreeSet<UserId>, left: &BTreeSet<UserId>) {
    let Some(team) = account.teams.get_mut(&id) else {
        return;
    };
    for member in joined {
        if let Some(user) = account.users.get_mut(member) {
            team.members.insert(*member);
            admin::join(user, id);
            user.from_groups.teams.insert(id);
        }
    }
    for member in left {
        team.members.remove(member);
        if let Some(user) = account.users.get_mut(member) {
            user.teams.retain(|team| *team != id);
            user.from_groups.teams.remove(&id);
        }
    }
}

fn change_members(account: &mut State, id: GroupId, joined: &BTreeSet<UserId>, left: &BTreeSet<UserId>) {
    let Some(group) = account.groups.get_mut(&id) else {
        return;
    };
    for member in joined {
        if let Some(user) = account.users.get_mut(member) {
            group.members.insert(*member);
            join(user, id);
        }
    }
    for member in left {
        group.members.remove(member);
        if let Some(user) = account.users.get_mut(member) {
            user.groups.retain(|group| *group != id);
        }
    }
}

/// Everything that still counts as the group's gift counts as given by hand from now on.
fn delete(account: &mut State, id: GroupId) {
    let Some(group) = account.groups.remove(&id) else {
        return;
    };
    for member in &group.members {
        if let Some(user) = account.users.get_mut(member) {
            user.groups.retain(|group| *group != id);
            user.from_groups.licenses.retain(|_, from| *from != id);
            user.from_groups.role = user.from_groups.role.filter(|from| *from != id);
        }
    }
}

/// Adds a group to those of a user, which are sorted by id.
fn join(user: &mut User, group: GroupId) {
    if let Err(place) = user.groups.binary_search(&group) {
        user.groups.insert(place, group);
    }
}
