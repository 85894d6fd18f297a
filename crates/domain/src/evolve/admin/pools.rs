//! Events of seat pools.

use alloc::collections::{BTreeMap, BTreeSet};

use super::books::count_pool_seats;
use crate::account::State;
use crate::event::PoolEvent;
use crate::evolve::presence;
use crate::id::PoolId;
use crate::labels::Labels;
use crate::minutes::OnMinutes;
use crate::pool::{Idle, Pool, Queue};
use crate::rules::Rules;
use crate::schedule::Due;
use crate::text::Name;
use crate::time::Timestamp;

pub(in crate::evolve) fn evolve(account: &mut State, event: &PoolEvent, at: Timestamp) {
    match event {
        PoolEvent::Created {
            id,
            name,
            product,
            seats,
            rules,
            default,
        } => {
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
            create(account, pool);
        }
        PoolEvent::Changed {
            id,
            name,
            seats,
            rules,
        } => change(account, *id, name, *seats, rules, at),
        PoolEvent::Deleted { id } => delete(account, *id),
    }
}

fn create(account: &mut State, pool: Pool) {
    if account.pools.contains_key(&pool.id) {
        return;
    }
    count_pool_seats(account, &pool.product, 0, pool.seats);
    account.changed_pools.insert(pool.id);
    account.pools.insert(pool.id, pool);
}

fn change(account: &mut State, id: PoolId, name: &Name, seats: u32, rules: &Rules, at: Timestamp) {
    let Some(pool) = account.pools.get_mut(&id) else {
        return;
    };
    let product = pool.product.clone();
    let seats_before = core::mem::replace(&mut pool.seats, seats);
    let rules_before = core::mem::replace(&mut pool.rules, rules.clone());
    pool.name = name.clone();
    count_pool_seats(account, &product, seats_before, seats);
    presence::pool_changed(account, id, &rules_before, at);
}

fn delete(account: &mut State, id: PoolId) {
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
    count_pool_seats(account, &pool.product, pool.seats, 0);
    account.changed_pools.remove(&id);
    account.unsettled.remove(&id);
}
