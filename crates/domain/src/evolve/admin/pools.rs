//! Events of seat pools.

use std::collections::{BTreeMap, BTreeSet};

use super::books::distribute;
use crate::account::Account;
use crate::event::Event;
use crate::id::PoolId;
use crate::labels::Labels;
use crate::minutes::OnMinutes;
use crate::pool::{Idle, Pool, Queue};
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
        labels: Labels::default(),
        average_hold: None,
        next_place: 0,
        users: BTreeSet::new(),
        holders: BTreeMap::new(),
        queue: Queue::default(),
        offers: BTreeSet::new(),
        on_minutes: OnMinutes::default(),
        paying_holders: BTreeSet::new(),
        idle: Idle::default(),
        due: None,
    };
    distribute(account, product, 0, *seats);
    account.pools.insert(*id, pool);
    account.changed_pools.insert(*id);
}

/// What goes on in the pool by its old rules is seen to where presence is taken in.
fn change(account: &mut Account, id: PoolId, name: &Name, seats: u32, rules: &Rules) {
    let Some(pool) = account.pools.get_mut(&id) else {
        return;
    };
    let product = pool.product.clone();
    let seats_before = std::mem::replace(&mut pool.seats, seats);
    pool.rules = rules.clone();
    pool.name = name.clone();
    distribute(account, &product, seats_before, seats);
}

fn delete(account: &mut Account, id: PoolId) {
    let Some(mut pool) = account.pools.remove(&id) else {
        return;
    };
    account.schedule.set(Due::Pool(id), &mut pool.due, None);
    for user in &pool.users {
        if let Some(user) = account.users.get_mut(user) {
            user.licenses.remove(&pool.product);
            user.from_groups.licenses.remove(&pool.product);
        }
    }
    distribute(account, &pool.product, pool.seats, 0);
    account.changed_pools.remove(&id);
    account.unsettled.remove(&id);
}
