//! Events of the account, its users, licenses, pools and teams.

mod books;
mod pools;

use std::collections::BTreeSet;

pub(super) use self::books::join;
use self::books::{delist, enlist, give, hold, release};
use crate::account::{Account, ApiKey, SettingsPatch, Subscription, Team};
use crate::event::{Event, Profile};
use crate::evolve::{directory, seats};
use crate::id::{TeamId, UserId};
use crate::labels::{Labelled, Labels};
use crate::text::Product;
use crate::time::Timestamp;
use crate::user::{License, User};

pub(super) fn evolve(account: &mut Account, event: &Event, at: Timestamp) {
    match event {
        Event::AccountRenamed { .. }
        | Event::AccountDeleted {}
        | Event::SubscriptionSet { .. }
        | Event::MinutesAdded { .. }
        | Event::WallClockRead { .. }
        | Event::SettingsChanged { .. }
        | Event::ApiKeyCreated { .. }
        | Event::ApiKeyRotated { .. }
        | Event::ApiKeyRevoked { .. } => of_account(account, event, at),
        Event::UserCreated { .. }
        | Event::UserChanged { .. }
        | Event::UserActivated { .. }
        | Event::UserDeleted { .. } => of_users(account, event, at),
        Event::Labelled { subject, labels } => label(account, *subject, labels, at),
        Event::LicenseSet {
            user,
            product,
            license,
            group,
        } => {
            set_license(account, *user, product, *license);
            directory::license_set(account, *user, product, license.and(*group));
        }
        Event::PoolCreated { .. } | Event::PoolChanged { .. } | Event::PoolDeleted { .. } => {
            pools::evolve(account, event, at);
        }
        Event::TeamCreated { .. } | Event::TeamChanged { .. } | Event::TeamDeleted { .. } => {
            of_teams(account, event);
        }
        _ => {}
    }
}

/// Puts in place what is derived of users, licenses, pools and teams.
pub(super) fn restore(account: &mut Account) {
    account.emails.clear();
    account.user_names.clear();
    account.external_ids.clear();
    account.subjects.clear();
    account.given.clear();
    account.owners_active = 0;
    for pool in account.pools.values_mut() {
        pool.users.clear();
        give(&mut account.given, &pool.product, |given| {
            given.distributed = given.distributed.saturating_add(pool.seats);
        });
    }
    let ids: Vec<UserId> = account.users.keys().copied().collect();
    for id in ids {
        enlist(account, id);
        let licenses = account.users.get(&id).map(|user| user.licenses.clone());
        for (product, license) in licenses.unwrap_or_default() {
            hold(account, id, &product, license);
        }
        if let Some(user) = account.users.get_mut(&id) {
            user.teams.clear();
            // A snapshot from before this rule may hold rights that slept.
            user.profile = user.profile.clone().awake();
        }
    }
    for team in account.teams.values() {
        for member in &team.members {
            if let Some(user) = account.users.get_mut(member) {
                join(user, team.id);
            }
        }
    }
}

fn label(account: &mut Account, subject: Labelled, labels: &Labels, at: Timestamp) {
    match subject {
        Labelled::Account => account.labels = labels.clone(),
        Labelled::User(id) => change_user(account, id, at, |user| user.labels = labels.clone()),
        Labelled::Pool(id) => {
            if let Some(pool) = account.pools.get_mut(&id) {
                pool.labels = labels.clone();
            }
        }
        Labelled::Session(id) => {
            if let Some(session) = account.sessions.get_mut(&id) {
                session.labels = labels.clone();
            }
        }
    }
}

fn of_account(account: &mut Account, event: &Event, at: Timestamp) {
    match event {
        Event::AccountRenamed { name } => account.name = name.clone(),
        Event::AccountDeleted {} => close(account),
        Event::SubscriptionSet { plan, products } => {
            account.subscription = Subscription {
                plan: Some(plan.clone()),
                products: products.clone(),
            };
        }
        Event::MinutesAdded { id, minutes } => {
            if let Some(id) = id {
                account.top_ups.remember(*id, *minutes);
            }
            account.minutes = account.minutes.saturating_add(u64::from(*minutes));
        }
        Event::WallClockRead { ahead } => account.wall.note(at, *ahead),
        Event::SettingsChanged { change } => change_settings(account, change),
        Event::ApiKeyCreated {
            id,
            name,
            scopes,
            expires_at,
            maker,
        } => {
            let key = ApiKey {
                id: *id,
                name: name.clone(),
                scopes: scopes.clone(),
                created_at: at,
                expires_at: *expires_at,
                maker: *maker,
            };
            account.api_keys.insert(*id, key);
        }
        Event::ApiKeyRotated { id, maker, .. } => {
            if let Some(key) = account.api_keys.get_mut(id) {
                key.maker = maker.or(key.maker);
            }
        }
        Event::ApiKeyRevoked { id } => {
            account.api_keys.remove(id);
        }
        _ => {}
    }
}

/// Nothing of a closed account is kept but its name: its people have a right to be forgotten.
fn close(account: &mut Account) {
    let first = Event::AccountCreated {
        id: account.id,
        name: account.name.clone(),
    };
    if let Some(fresh) = Account::from_first_event(&first, account.created_at) {
        *account = Account {
            deleted: true,
            wall: std::mem::take(&mut account.wall),
            ..fresh
        };
    }
}

fn change_settings(account: &mut Account, change: &SettingsPatch) {
    if let Some(permissions) = change.session_permissions {
        account.settings.session_permissions = permissions;
    }
    if let Some(rules) = &change.pool_defaults {
        account.settings.pool_defaults = rules.clone();
    }
    account.settings.sign_in = change.sign_in.over(account.settings.sign_in);
    if let Some(origins) = &change.cors_origins {
        account.settings.cors_origins.clone_from(origins);
    }
}

fn of_users(account: &mut Account, event: &Event, at: Timestamp) {
    match event {
        Event::UserCreated { id, profile } => create_user(account, *id, profile, at),
        Event::UserChanged { id, profile } => {
            change_user(account, *id, at, |user| {
                // A role that was given by hand is no longer the group's (D3).
                if user.profile.role != profile.role {
                    user.from_groups.role = None;
                }
                user.profile = profile.clone().awake();
            });
            // Another seat limit may let a claim move from minutes onto a seat (S3).
            seats::unsettle_pools_of(account, *id);
        }
        Event::UserActivated { id, active } => change_user(account, *id, at, |user| user.active = *active),
        Event::UserDeleted { id } => delete_user(account, *id),
        _ => {}
    }
}

fn create_user(account: &mut Account, id: UserId, profile: &Profile, at: Timestamp) {
    if account.users.contains_key(&id) {
        return;
    }
    account
        .users
        .insert(id, User::new(id, profile.clone().awake(), at));
    enlist(account, id);
}

pub(super) fn change_user(account: &mut Account, id: UserId, at: Timestamp, change: impl FnOnce(&mut User)) {
    delist(account, id);
    if let Some(user) = account.users.get_mut(&id) {
        change(user);
        user.changed_at = Some(at);
    }
    enlist(account, id);
}

fn delete_user(account: &mut Account, id: UserId) {
    delist(account, id);
    let Some(user) = account.users.remove(&id) else {
        return;
    };
    for (product, license) in &user.licenses {
        release(account, id, product, *license);
    }
    for team in &user.teams {
        if let Some(team) = account.teams.get_mut(team) {
            team.members.remove(&id);
        }
    }
    directory::user_deleted(account, &user);
}

fn set_license(account: &mut Account, id: UserId, product: &Product, license: Option<License>) {
    let Some(user) = account.users.get_mut(&id) else {
        return;
    };
    let before = match license {
        Some(license) => user.licenses.insert(product.clone(), license),
        None => user.licenses.remove(product),
    };
    if let Some(before) = before {
        release(account, id, product, before);
    }
    if let Some(license) = license {
        hold(account, id, product, license);
    }
}

fn of_teams(account: &mut Account, event: &Event) {
    match event {
        Event::TeamCreated { id, name, members } | Event::TeamChanged { id, name, members } => {
            let before = disband(account, *id);
            for member in members {
                if let Some(user) = account.users.get_mut(member) {
                    join(user, *id);
                }
            }
            let team = Team {
                id: *id,
                name: name.clone(),
                members: members.clone(),
            };
            account.teams.insert(*id, team);
            directory::team_left(account, *id, &before - members);
        }
        Event::TeamDeleted { id } => {
            let members = disband(account, *id);
            directory::team_left(account, *id, members);
        }
        _ => {}
    }
}

/// Takes a team away. Gives who was in it.
fn disband(account: &mut Account, id: TeamId) -> BTreeSet<UserId> {
    let Some(team) = account.teams.remove(&id) else {
        return BTreeSet::new();
    };
    for member in &team.members {
        if let Some(user) = account.users.get_mut(member) {
            user.teams.retain(|team| *team != id);
        }
    }
    team.members
}
