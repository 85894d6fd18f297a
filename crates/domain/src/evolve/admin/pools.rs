//! Events of seat pools.

use std::collections::{BTreeMap, BTreeSet};

use super::books::distribute;
use crate::account::Account;
use crate::event::Event;
use crate::evolve::seats;
use crate::id::{PoolId, SignInId};
use crate::pool::Pool;
use crate::rules::Rules;
use crate::schedule::Due;
use crate::text::Name;
use crate::time::Timestamp;

pub(super) fn evolve(account: &mut Account, event: &Event, at: Timestamp) {
    match event {
        Event::PoolCreated { .. } => create(account, event, at),
        Event::PoolChanged {
            id,
            name,
            seats,
            rules,
        } => change(account, *id, name, *seats, rules),
        Event::PoolDeleted { id } => delete(account, *id),
        _ => {}
    }
}

fn create(account: &mut Account, event: &Event, at: Timestamp) {
    let Event::PoolCreated {
        id,
        name,
        product,
        seats,
        rules,
        default,
    } = event
    else {
        return;
    };
    if account.pools.contains_key(id) {
        return;
    }
    let pool = Pool {
        id: *id,
        name: name.clone(),
        product: product.clone(),
        seats: *seats,
        default: *default,
        rules: rules.clone(),
        created_at: at,
        average_hold: None,
        next_place: 0,
        users: BTreeSet::new(),
        holders: BTreeMap::new(),
        queue: BTreeMap::new(),
        offers: BTreeSet::new(),
        on_minutes: BTreeSet::new(),
        idle: BTreeSet::new(),
        reclaiming: BTreeSet::new(),
        due: None,
    };
    distribute(account, product, 0, *seats);
    account.pools.insert(*id, pool);
    account.changed_pools.insert(*id);
}

fn change(account: &mut Account, id: PoolId, name: &Name, seats: u32, rules: &Rules) {
    let Some(pool) = account.pools.get_mut(&id) else {
        return;
    };
    let product = pool.product.clone();
    let seats_before = std::mem::replace(&mut pool.seats, seats);
    let rules_before = std::mem::replace(&mut pool.rules, rules.clone());
    pool.name = name.clone();
    distribute(account, &product, seats_before, seats);
    if seats_before != seats {
        account.changed_pools.insert(id);
    }
    if seats_before != seats || rules_before != *rules {
        account.unsettled.insert(id);
    }
    if rules_before.log_off_after() != rules.log_off_after() {
        restart_log_offs(account, id);
    }
}

/// Idle users are logged off by the rule that holds now: a warning by the old rule is void.
fn restart_log_offs(account: &mut Account, id: PoolId) {
    let users = account.pools.get(&id).map(|pool| &pool.users);
    let sign_ins: Vec<SignInId> = users
        .into_iter()
        .flatten()
        .filter_map(|user| account.users.get(user))
        .flat_map(|user| user.sign_ins.iter().copied())
        .collect();
    for sign_in_id in sign_ins {
        if let Some(sign_in) = account.sign_ins.get_mut(&sign_in_id)
            && sign_in.pool == Some(id)
        {
            sign_in.log_off_at = None;
            seats::schedule_sign_in(account, sign_in_id);
        }
    }
}

fn delete(account: &mut Account, id: PoolId) {
    let Some(mut pool) = account.pools.remove(&id) else {
        return;
    };
    account.schedule.set(Due::Pool(id), &mut pool.due, None);
    for user in &pool.users {
        if let Some(user) = account.users.get_mut(user) {
            user.licenses.remove(&pool.product);
        }
    }
    distribute(account, &pool.product, pool.seats, 0);
    account.changed_pools.remove(&id);
    account.unsettled.remove(&id);
}
