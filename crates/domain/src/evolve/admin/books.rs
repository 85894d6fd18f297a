//! The indexes of an account: users by address, owners, and the assigned seats of each product.

use alloc::collections::BTreeMap;

use crate::account::{Given, State};
use crate::id::{TeamId, UserId};
use crate::permission::Role;
use crate::text::Product;
use crate::user::{License, User};

/// Adds a user to the indexes of addresses, directory names and owners.
pub(super) fn index_user(account: &mut State, id: UserId) {
    let Some(user) = account.users.get(&id) else {
        return;
    };
    account.emails.insert((user.profile.email.reveal().clone(), id));
    if let Some(external_id) = &user.labels.external_id {
        account.external_ids.insert(external_id.clone(), id);
    }
    if let Some(entry) = &user.directory {
        account.user_names.insert(entry.user_name.reveal().folded(), id);
        if let Some(subject) = &entry.subject {
            account.subjects.insert(subject.reveal().clone(), id);
        }
    }
    if is_active_owner(user) {
        account.owners_active = account.owners_active.saturating_add(1);
    }
}

/// Removes a user from the indexes of addresses, directory names and owners.
pub(super) fn unindex_user(account: &mut State, id: UserId) {
    let Some(user) = account.users.get(&id) else {
        return;
    };
    account.emails.remove(&(user.profile.email.reveal().clone(), id));
    if let Some(external_id) = &user.labels.external_id {
        account.external_ids.remove(external_id);
    }
    if let Some(entry) = &user.directory {
        account.user_names.remove(&entry.user_name.reveal().folded());
        if let Some(subject) = &entry.subject {
            account.subjects.remove(subject.reveal());
        }
    }
    if is_active_owner(user) {
        account.owners_active = account.owners_active.saturating_sub(1);
    }
}

fn is_active_owner(user: &User) -> bool {
    user.active && user.profile.role == Role::Owner
}

/// Counts a license that a user has.
pub(super) fn hold(account: &mut State, id: UserId, product: &Product, license: License) {
    match license {
        License::Named => give(&mut account.given, product, |given| {
            given.named = given.named.saturating_add(1);
        }),
        License::Shared(pool) => {
            if let Some(pool) = account.pools.get_mut(&pool) {
                pool.users.insert(id);
            }
        }
    }
}

/// Stops counting a license.
pub(super) fn release(account: &mut State, id: UserId, product: &Product, license: License) {
    match license {
        License::Named => give(&mut account.given, product, |given| {
            given.named = given.named.saturating_sub(1);
        }),
        License::Shared(pool) => {
            if let Some(pool) = account.pools.get_mut(&pool) {
                pool.users.remove(&id);
            }
        }
    }
}

/// Changes the counts of a product; a product with zero counts has no entry.
pub(super) fn give(given: &mut BTreeMap<Product, Given>, product: &Product, change: impl FnOnce(&mut Given)) {
    let mut after = given.get(product).copied().unwrap_or_default();
    change(&mut after);
    if after == Given::default() {
        given.remove(product);
    } else {
        given.insert(product.clone(), after);
    }
}

/// Counts the seats of a pool that had `before` and now has `after`.
pub(super) fn count_pool_seats(account: &mut State, product: &Product, before: u32, after: u32) {
    give(&mut account.given, product, |given| {
        given.distributed = given.distributed.saturating_sub(before).saturating_add(after);
    });
}

/// Adds a team to those of a user, which are sorted by id.
pub(in crate::evolve) fn join(user: &mut User, team: TeamId) {
    if let Err(place) = user.teams.binary_search(&team) {
        user.teams.insert(place, team);
    }
}
