//! Seat pools (P1 to P3): allocating the shared seats of a product, and changing rules.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use crate::account::Account;
use crate::command::{Decision, LeavingUsers, PoolCommand, PoolPatch, SeatWay};
use crate::decide::{labels, licenses, loans, presence};
use crate::event::{EndReason, Event, PoolEvent, SignInEvent};
use crate::id::PoolId;
use crate::labels::Labelled;
use crate::permission::{Actor, Privilege};
use crate::pool::{Pool, count};
use crate::refusal::{CapacityRefusal, Refusal, SeatKind, StateRefusal};
use crate::repeat;
use crate::rules::{Occupies, Rules};
use crate::text::{Name, Product, counted};
use crate::time::Timestamp;
use crate::user::License;

pub(super) fn decide(
    account: &Account,
    command: &PoolCommand,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match command {
        PoolCommand::Create {
            id,
            name,
            product,
            seats,
            rules,
            labels,
        } => {
            account.need_in_account(actor, Privilege::SeatsManage)?;
            let rules = rules.as_ref().unwrap_or(&account.settings.pool_defaults);
            let mut decision = create(account, *id, name, product, *seats, rules)?;
            if !decision.events.is_empty() {
                decision
                    .events
                    .extend(labels::of_new(account, Labelled::Pool(*id), labels)?);
            }
            Ok(decision)
        }
        PoolCommand::Change { id, change } => {
            account.need_to_manage(actor, Privilege::SeatsManage, "pool")?;
            let mut decision = self::change(account, pool(account, *id)?, change, actor)?;
            decision
                .events
                .extend(labels::changed(account, Labelled::Pool(*id), &change.labels)?);
            Ok(decision)
        }
        PoolCommand::MoveSeats { way, seats } => {
            account.need_to_manage(actor, Privilege::SeatsManage, "pool")?;
            move_seats(account, *way, *seats)
        }
        PoolCommand::Delete { id, users } => {
            account.need_to_manage(actor, Privilege::SeatsManage, "pool")?;
            delete(account, pool(account, *id)?, *users, actor, now)
        }
    }
}

fn pool(account: &Account, id: PoolId) -> Result<&Pool, Refusal> {
    account.pools.get(&id).ok_or(Refusal::NotFound { what: "pool" })
}

fn create(
    account: &Account,
    id: PoolId,
    name: &Name,
    product: &Product,
    seats: u32,
    rules: &Rules,
) -> Result<Decision, Refusal> {
    match account.pools.get(&id) {
        Some(made) if repeat::is_derived(id.bits()) || (made.name == *name && made.product == *product) => {
            return Ok(Decision::done(Vec::new()));
        }
        Some(_) => return Err(taken("id")),
        None => {}
    }
    check_rules(rules)?;
    licenses::check_plan(account)?;
    check_name(account, id, name, product)?;
    check_unallocated(account, product, seats)?;
    if account.default_pool(product).is_none() {
        return Err(Refusal::Invalid {
            field: "product",
            expected: "a product of which the account has shared seats".to_owned(),
        });
    }
    Ok(Decision::done(vec![Event::Pool(PoolEvent::Created {
        id,
        name: name.clone(),
        product: product.clone(),
        seats,
        rules: rules.clone(),
        default: false,
    })]))
}

fn change(account: &Account, pool: &Pool, change: &PoolPatch, actor: &Actor) -> Result<Decision, Refusal> {
    check_seats_seen(pool, change.seats_seen)?;
    check_rules_seen(pool, change.rules_seen.as_ref())?;
    let name = change.name.as_ref().unwrap_or(&pool.name);
    let seats = change.seats.unwrap_or(pool.seats);
    let rules = match change.rules.clone() {
        Some(rules) => rules.applied_to(&pool.rules),
        None => pool.rules.clone(),
    };
    if *name == pool.name && seats == pool.seats && rules == pool.rules {
        return Ok(Decision::done(Vec::new()));
    }
    check_rules(&rules)?;
    check_name(account, pool.id, name, &pool.product)?;
    check_raise(account, pool, seats)?;
    check_holders_stay(pool, &rules)?;

    let mut events = Vec::new();
    if rules.occupies == Occupies::SignIn && pool.rules.occupies == Occupies::Session {
        events = end_free_sign_ins(account, pool, actor);
    }
    if rules.reclaim_idle_after != pool.rules.reclaim_idle_after {
        let warned = pool.idle.all_warned();
        let sign_ins = warned.flat_map(|holder| account.sign_ins_on(pool, holder));
        events
            .extend(sign_ins.map(|sign_in| Event::SignIn(SignInEvent::ReclaimCancelled { id: sign_in.id })));
    }
    events.push(Event::Pool(PoolEvent::Changed {
        id: pool.id,
        name: name.clone(),
        seats,
        rules,
    }));
    Ok(Decision::done(events))
}

/// Moves seats of a product. A pool that is left with fewer seats than are occupied drains (P3).
fn move_seats(account: &Account, way: SeatWay, seats: u32) -> Result<Decision, Refusal> {
    let pool = |id| pool(account, id);
    let events = match way {
        SeatWay::Between { from, to } => {
            let (from, to) = (pool(from)?, pool(to)?);
            check_way(from, to)?;
            check_has(from, seats)?;
            licenses::check_plan(account)?;
            vec![with_fewer(from, seats), with_more(to, seats)]
        }
        SeatWay::IntoPool(to) => {
            let to = pool(to)?;
            if seats == 0 {
                return Err(Refusal::Invalid {
                    field: "seats",
                    expected: "1 or more".to_owned(),
                });
            }
            check_raise(account, to, to.seats.saturating_add(seats))?;
            vec![with_more(to, seats)]
        }
        SeatWay::OutOfPool(from) => {
            let from = pool(from)?;
            check_has(from, seats)?;
            vec![with_fewer(from, seats)]
        }
    };
    Ok(Decision::done(events))
}

fn check_way(from: &Pool, to: &Pool) -> Result<(), Refusal> {
    if from.id == to.id {
        return Err(Refusal::Invalid {
            field: "to",
            expected: "another pool than the one that the seats come from".to_owned(),
        });
    }
    licenses::check_product("to", &to.product, &from.product)
}

fn check_has(from: &Pool, seats: u32) -> Result<(), Refusal> {
    if (1..=from.seats).contains(&seats) {
        return Ok(());
    }
    let expected = match from.seats {
        0 => format!("taken from a pool that has seats: {} has none", from.name),
        1 => format!("1, which is what {} has", from.name),
        many => format!("from 1 to {many}, which is what {} has", from.name),
    };
    Err(Refusal::Invalid {
        field: "seats",
        expected,
    })
}

fn with_more(pool: &Pool, seats: u32) -> Event {
    resized(pool, pool.seats.saturating_add(seats))
}

fn with_fewer(pool: &Pool, seats: u32) -> Event {
    resized(pool, pool.seats.saturating_sub(seats))
}

fn resized(pool: &Pool, seats: u32) -> Event {
    Event::Pool(PoolEvent::Changed {
        id: pool.id,
        name: pool.name.clone(),
        seats,
        rules: pool.rules.clone(),
    })
}

/// A number chosen when the pool had a different one would undo somebody else's change.
fn check_seats_seen(pool: &Pool, seen: Option<u32>) -> Result<(), Refusal> {
    match seen {
        Some(seen) if seen != pool.seats => Err(Refusal::State(StateRefusal::ChangedMeanwhile {
            field: "seats",
            now: format!("{} has {}", pool.name, counted(pool.seats, "seat", "seats")),
        })),
        _ => Ok(()),
    }
}

/// The same for rules.
fn check_rules_seen(pool: &Pool, seen: Option<&Rules>) -> Result<(), Refusal> {
    match seen {
        Some(seen) if *seen != pool.rules => Err(Refusal::State(StateRefusal::ChangedMeanwhile {
            field: "rules",
            now: format!("{} has other rules", pool.name),
        })),
        _ => Ok(()),
    }
}

/// Lowering is always allowed: the pool drains (P3).
fn check_raise(account: &Account, pool: &Pool, seats: u32) -> Result<(), Refusal> {
    let more = seats.saturating_sub(pool.seats);
    if more > 0 {
        licenses::check_plan(account)?;
    }
    check_unallocated(account, &pool.product, more)
}

/// If signing in was free and is no longer, nobody may stay signed in without a seat (S1, S2).
fn end_free_sign_ins(account: &Account, pool: &Pool, actor: &Actor) -> Vec<Event> {
    let by = presence::by(account, actor, None);
    let reason = EndReason::LicenseChanged;
    pool.users
        .iter()
        .flat_map(|user| presence::end_presence(account, *user, Some(&pool.product), reason, Some(&by)))
        .collect()
}

/// P2: a pool with users cannot be deleted unless the caller says where they go.
fn delete(
    account: &Account,
    pool: &Pool,
    users: LeavingUsers,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    if pool.default {
        return Err(Refusal::Capacity(CapacityRefusal::DefaultPool));
    }
    // D5.
    let is_mapped = account.group_that_gives(|gives| {
        let mut licenses = gives.licenses.values();
        licenses.any(|license| *license == License::Shared(pool.id))
    });
    if let Some(group) = is_mapped {
        return Err(licenses::in_a_mapping("pool", group));
    }
    let target = match users {
        LeavingUsers::Refuse if !pool.users.is_empty() => {
            return Err(Refusal::Capacity(CapacityRefusal::PoolNotEmpty {
                users: count(pool.users.len()),
            }));
        }
        LeavingUsers::Refuse | LeavingUsers::Remove => None,
        LeavingUsers::MoveTo(target) => Some(check_target(account, pool, target)?),
    };
    let by = presence::by(account, actor, None);
    let leaving = pool.users.iter().filter_map(|user| account.users.get(user));
    let mut events: Vec<Event> = leaving
        .flat_map(|user| match target {
            Some(target) => loans::moved(account, user, pool, target, &by, now),
            None => licenses::switched(account, user.id, &pool.product, None, &by),
        })
        .collect();
    events.push(Event::Pool(PoolEvent::Deleted { id: pool.id }));
    Ok(Decision::done(events))
}

fn check_target(account: &Account, leaving: &Pool, target: PoolId) -> Result<PoolId, Refusal> {
    let target = pool(account, target)?;
    if target.id == leaving.id {
        return Err(Refusal::Invalid {
            field: "move_users_to",
            expected: "another pool than the one that is deleted".to_owned(),
        });
    }
    licenses::check_product("move_users_to", &target.product, &leaving.product)?;
    Ok(target.id)
}

/// Refuses rules with a value out of range, naming the rule.
pub(super) fn check_rules(rules: &Rules) -> Result<(), Refusal> {
    rules.validate().map_err(|invalid| Refusal::Invalid {
        field: invalid.rule,
        expected: invalid.expected,
    })
}

fn check_name(account: &Account, id: PoolId, name: &Name, product: &Product) -> Result<(), Refusal> {
    let is_taken = account
        .pools
        .values()
        .any(|pool| pool.name == *name && pool.product == *product && pool.id != id);
    if is_taken {
        return Err(taken("name"));
    }
    Ok(())
}

fn check_unallocated(account: &Account, product: &Product, asked: u32) -> Result<(), Refusal> {
    let left = account.shared_unallocated(product);
    if asked <= left {
        return Ok(());
    }
    Err(Refusal::Capacity(CapacityRefusal::NotEnoughSeats {
        kind: SeatKind::Shared,
        product: product.clone(),
        asked,
        left,
        total: account.bought(product).shared_seats,
        user: None,
    }))
}

/// Refuses to change what a seat is while users hold one or wait for one.
fn check_holders_stay(pool: &Pool, rules: &Rules) -> Result<(), Refusal> {
    let changed = [
        ("occupies", rules.occupies != pool.rules.occupies),
        ("seat_per", rules.seat_per != pool.rules.seat_per),
    ];
    let in_use = pool.occupied() > 0 || pool.waiting() > 0 || pool.on_minutes() > 0;
    match changed.into_iter().find(|(_, changed)| *changed) {
        Some((rule, _)) if in_use => Err(Refusal::Capacity(CapacityRefusal::PoolInUse {
            rule,
            occupied: pool.occupied(),
            waiting: pool.waiting(),
        })),
        _ => Ok(()),
    }
}

fn taken(field: &'static str) -> Refusal {
    Refusal::State(StateRefusal::AlreadyExists { what: "pool", field })
}
