//! Events of the account, its users, licenses, pools and teams.

mod books;
pub(super) mod pools;

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

pub(super) use self::books::join;
use self::books::{give, hold, index_user, release, unindex_user};
use crate::account::{ApiKey, SettingsPatch, State, Subscription, Team};
use crate::ends;
use crate::event::{AccountEvent, ApiKeyEvent, Profile, TeamEvent, UserEvent};
use crate::evolve::{directory, loans, seats};
use crate::id::{TeamId, UserId};
use crate::labels::{Labelled, Labels};
use crate::management::MinutesPeriod;
use crate::minutes;
use crate::purchase::{Answered, PurchaseKind, SubscriptionRequest};
use crate::text::Product;
use crate::time::Timestamp;
use crate::user::{License, User};

/// Rebuilds what is derived from users, licenses, pools and teams.
pub(super) fn restore(account: &mut State) {
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
        index_user(account, id);
        let licenses = account.users.get(&id).map(|user| user.licenses.clone());
        for (product, license) in licenses.unwrap_or_default() {
            hold(account, id, &product, license);
        }
        if let Some(user) = account.users.get_mut(&id) {
            user.teams.clear();
            // A snapshot from before this rule may have rights without an effect.
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

fn label(account: &mut State, subject: Labelled, labels: &Labels, at: Timestamp) {
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

pub(super) fn of_account(account: &mut State, event: &AccountEvent, at: Timestamp) {
    match event {
        // It made the account ([`Account::from_first_event`]).
        AccountEvent::Created { .. } => {}
        AccountEvent::Renamed { name } => account.name = name.clone(),
        AccountEvent::Deleted {} => close(account),
        AccountEvent::SubscriptionSet {
            plan,
            products,
            temporary,
            terms,
        } => {
            let before = &account.subscription;
            let is_under_way = before.terms == *terms;
            account.subscription = Subscription {
                plan: Some(plan.clone()),
                products: products.clone(),
                temporary: temporary.clone(),
                terms: *terms,
                renewals: if is_under_way { before.renewals } else { 0 },
                ended: is_under_way && before.ended,
            };
            ends::subscription_set(account);
        }
        AccountEvent::Renewed { renewals } => account.subscription.renewals = *renewals,
        AccountEvent::Ended { .. } => account.subscription.ended = true,
        AccountEvent::SeatsEnded {
            product,
            seats,
            leaving,
        } => ends::seats_ended(account, product, *seats, leaving, at),
        AccountEvent::SeatsLeaving { product, users } => ends::seats_leaving(account, product, users),
        AccountEvent::GiveBackChosen { product, choice } => {
            if choice.is_empty() {
                account.give_back.remove(product);
            } else {
                account.give_back.insert(product.clone(), choice.clone());
            }
        }
        AccountEvent::MinutesEnded { until, .. } => minutes::ended(account, *until),
        AccountEvent::MinutesAdded {
            id,
            minutes,
            is_bounded,
            until,
        } => {
            if let Some(id) = id {
                account.top_ups.remember(*id, *minutes);
            }
            minutes::add(account, *minutes, *until);
            if *is_bounded {
                let period = MinutesPeriod::with(account.minutes_period, *minutes, at);
                account.minutes_period = Some(period);
            }
        }
        AccountEvent::ManagementSet { management } => account.management = management.clone(),
        AccountEvent::Requested { id, asked, by } => account.requests.put(SubscriptionRequest {
            id: *id,
            asked: asked.clone(),
            before: match asked.kind() {
                PurchaseKind::Subscription => Some(account.subscription.clone()),
                PurchaseKind::Minutes => None,
            },
            by: by.clone(),
            at,
            answer: None,
        }),
        AccountEvent::RequestAnswered { id, outcome, by } => {
            let answer = Answered {
                outcome: outcome.clone(),
                by: by.clone(),
                at,
            };
            account.requests.answer(*id, answer);
        }
        AccountEvent::RequestRemoved { id, .. } => account.requests.remove(*id),
        AccountEvent::Labelled { subject, labels } => label(account, *subject, labels, at),
        AccountEvent::WallClockRead { ahead } => account.wall.note(at, *ahead),
        AccountEvent::SettingsChanged { change } => change_settings(account, change),
    }
}

pub(super) fn of_api_key(account: &mut State, event: &ApiKeyEvent, at: Timestamp) {
    match event {
        ApiKeyEvent::Created {
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
        ApiKeyEvent::Rotated { id, maker, .. } => {
            if let Some(key) = account.api_keys.get_mut(id) {
                key.maker = maker.or(key.maker);
            }
        }
        ApiKeyEvent::Revoked { id } => {
            account.api_keys.remove(id);
        }
    }
}

/// A closed account keeps only its name: its users have a right to be forgotten.
fn close(account: &mut State) {
    *account = State {
        deleted: true,
        wall: core::mem::take(&mut account.wall),
        ..State::first(account.id, account.name.clone(), account.created_at)
    };
}

fn change_settings(account: &mut State, change: &SettingsPatch) {
    if let Some(permissions) = change.session_permissions {
        account.settings.session_permissions = permissions;
    }
    if let Some(rules) = &change.pool_defaults {
        account.settings.pool_defaults = rules.clone();
    }
    account.settings.sign_in = change.sign_in.applied_to(account.settings.sign_in);
    if let Some(origins) = &change.cors_origins {
        account.settings.cors_origins.clone_from(origins);
    }
    if let Some(names) = &change.product_names {
        account.settings.product_names.clone_from(names);
    }
    if let Some(colors) = &change.product_colors {
        account.settings.product_colors.clone_from(colors);
    }
    if let Some(zone) = &change.time_zone {
        account.settings.time_zone.clone_from(zone);
    }
    if let Some(language) = &change.language {
        account.settings.language.clone_from(language);
    }
}

pub(super) fn of_user(account: &mut State, event: &UserEvent, at: Timestamp) {
    match event {
        UserEvent::Created { id, profile } => create_user(account, *id, profile, at),
        UserEvent::Changed { id, profile } => {
            change_user(account, *id, at, |user| {
                // A role given by hand is no longer the group's (D3).
                if user.profile.role != profile.role {
                    user.from_groups.role = None;
                }
                user.profile = profile.clone().awake();
            });
            // A new seat limit may allow a claim to move from minutes onto a seat (S3).
            seats::unsettle_pools_of(account, *id);
        }
        UserEvent::Activated { id, active } => change_user(account, *id, at, |user| user.active = *active),
        UserEvent::Deleted { id } => delete_user(account, *id),
        UserEvent::LicenseSet {
            user,
            product,
            license,
            group,
        } => {
            let before = set_license(account, *user, product, *license, at);
            loans::license_set(account, *user, product, before, *license);
            directory::license_set(account, *user, product, license.and(*group));
        }
        UserEvent::LicenseLent { user, product, loan } => loans::lent(account, *user, product, *loan),
        UserEvent::SeatRequested { user, product, note } => {
            loans::requested(account, *user, product, note, at);
        }
        UserEvent::SeatRequestAnswered {
            user,
            product,
            answer,
        } => loans::answered(account, *user, product, answer, at),
        UserEvent::DirectoryEntrySet { user, entry } => {
            change_user(account, *user, at, |user| user.directory.clone_from(entry));
        }
        UserEvent::RoleGiven { user, role, group } => change_user(account, *user, at, |user| {
            user.profile = user.profile.clone().with_role_of_group(*role);
            user.from_groups.role = *group;
        }),
    }
}

fn create_user(account: &mut State, id: UserId, profile: &Profile, at: Timestamp) {
    if account.users.contains_key(&id) {
        return;
    }
    account
        .users
        .insert(id, User::new(id, profile.clone().awake(), at));
    index_user(account, id);
}

fn change_user(account: &mut State, id: UserId, at: Timestamp, change: impl FnOnce(&mut User)) {
    unindex_user(account, id);
    if let Some(user) = account.users.get_mut(&id) {
        change(user);
        user.changed_at = Some(at);
    }
    index_user(account, id);
}

fn delete_user(account: &mut State, id: UserId) {
    unindex_user(account, id);
    loans::user_leaves(account, id);
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

/// Sets a license. Returns the previous one.
fn set_license(
    account: &mut State,
    id: UserId,
    product: &Product,
    license: Option<License>,
    at: Timestamp,
) -> Option<License> {
    let user = account.users.get_mut(&id)?;
    if license == Some(License::Named) {
        user.unused_since.insert(product.clone(), at);
    } else {
        user.unused_since.remove(product);
    }
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
    before
}

pub(super) fn of_team(account: &mut State, event: &TeamEvent) {
    match event {
        TeamEvent::Created { id, name, members } | TeamEvent::Changed { id, name, members } => {
            let before = remove_team(account, *id);
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
        TeamEvent::Deleted { id } => {
            let members = remove_team(account, *id);
            directory::team_left(account, *id, members);
        }
        TeamEvent::Filled { id, joined, left } => directory::fill_team(account, *id, joined, left),
    }
}

/// Removes a team. Returns its members.
fn remove_team(account: &mut State, id: TeamId) -> BTreeSet<UserId> {
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
