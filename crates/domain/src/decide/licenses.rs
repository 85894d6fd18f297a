//! Licenses: which products a user may use, with a named seat or through a pool.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::account::Account;
use crate::command::{Decision, LicenseCommand};
use crate::decide::{presence, users};
use crate::directory::Group;
use crate::event::{By, EndReason, Event, UserEvent};
use crate::id::{PoolId, UserId};
use crate::permission::{Actor, Privilege};
use crate::refusal::{AccessRefusal, CapacityRefusal, Refusal, StateRefusal};
use crate::text::Product;
use crate::user::{License, User};

pub(super) fn decide(
    account: &Account,
    command: &LicenseCommand,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    match command {
        LicenseCommand::Set {
            user,
            product,
            license,
        } => set_license(account, *user, product, *license, actor),
        LicenseCommand::Reassign {
            product,
            from,
            to,
            seen,
        } => reassign(account, product, *from, *to, *seen, actor),
        LicenseCommand::MoveUsers { from, to, users } => {
            move_users(account, *from, *to, users.as_ref(), actor)
        }
    }
}

/// Gives, changes or removes a user's license for a product (L1, L2, L3). What the user is doing with the previous
/// license ends in the same step (L5). An inactive user may have a license, which is kept for them, but cannot use it.
fn set_license(
    account: &Account,
    user: UserId,
    product: &Product,
    license: Option<License>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    account.need_to_manage(actor, Privilege::SeatsManage, "user")?;
    let Some(holder) = account.users.get(&user) else {
        return Err(Refusal::NotFound { what: "user" });
    };
    if holder.licenses.get(product) == license.as_ref() {
        // A license given by hand stays when a group that gave it too is removed (D3).
        let is_from_group = holder.from_groups.licenses.contains_key(product);
        let kept = is_from_group.then(|| {
            Event::User(UserEvent::LicenseSet {
                user,
                product: product.clone(),
                license,
                group: None,
            })
        });
        return Ok(Decision::done(kept.into_iter().collect()));
    }
    if let Some(license) = license {
        check_license(account, product, license)?;
    }
    let by = presence::by(account, actor, None);
    Ok(Decision::done(switched(account, user, product, license, &by)))
}

/// Moves one user's license for a product to another user, unchanged (L3). What both are doing with the product ends in
/// the same step (L5), and so does the other user's previous license. The number of assigned seats stays the same, so
/// capacity is not checked, unless the account is over its subscription (L13).
fn reassign(
    account: &Account,
    product: &Product,
    from: UserId,
    to: UserId,
    seen: Option<License>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    account.need_to_manage(actor, Privilege::SeatsManage, "user")?;
    let user = |id| account.users.get(&id).ok_or(Refusal::NotFound { what: "user" });
    let (holder, heir) = (user(from)?, user(to)?);
    let license = holder.licenses.get(product).copied();
    if seen.is_some() && license != seen {
        return Err(Refusal::State(StateRefusal::ChangedMeanwhile {
            field: "license",
            now: has(account, holder, product),
        }));
    }
    let Some(license) = license else {
        return Err(Refusal::NotFound { what: "license" });
    };
    if heir.licenses.get(product) == Some(&license) {
        return Err(Refusal::Invalid {
            field: "to",
            expected: "a user who does not have this license already".to_owned(),
        });
    }
    match license {
        License::Shared(_) => check_plan(account)?,
        // A seat that is not bought any more is given back, and not to somebody else (L13).
        License::Named if account.over(product).is_some() => {
            return Err(users::no_named_seat(account, product));
        }
        License::Named => {}
    }
    let by = presence::by(account, actor, None);
    let mut events = switched(account, from, product, None, &by);
    events.extend(switched(account, to, product, Some(license), &by));
    Ok(Decision::done(events))
}

/// Moves users of a pool to another one (L3). What they are doing with the product ends in the same step (L5).
fn move_users(
    account: &Account,
    from: PoolId,
    to: PoolId,
    users: Option<&BTreeSet<UserId>>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    account.need_to_manage(actor, Privilege::SeatsManage, "pool")?;
    let from = account.pools.get(&from);
    let from = from.ok_or(Refusal::NotFound { what: "pool" })?;
    check_pool(account, to, &from.product)?;
    if from.id == to {
        return Err(Refusal::Invalid {
            field: "to",
            expected: "another pool than the one that the users are in".to_owned(),
        });
    }
    let mut leaving = Vec::new();
    for user in users.unwrap_or(&from.users) {
        match license_of(account, *user, &from.product) {
            Some(License::Shared(pool)) if pool == from.id => leaving.push(*user),
            Some(License::Shared(pool)) if pool == to => {}
            Some(License::Shared(_) | License::Named) | None => {
                return Err(Refusal::State(StateRefusal::ChangedMeanwhile {
                    field: "users",
                    now: match account.users.get(user) {
                        Some(user) => has(account, user, &from.product),
                        None => format!("a user of {} is deleted", from.name),
                    },
                }));
            }
        }
    }
    let by = presence::by(account, actor, None);
    let license = Some(License::Shared(to));
    let events = leaving
        .into_iter()
        .flat_map(|user| switched(account, user, &from.product, license, &by));
    Ok(Decision::done(events.collect()))
}

fn license_of(account: &Account, user: UserId, product: &Product) -> Option<License> {
    account.users.get(&user)?.licenses.get(product).copied()
}

fn has(account: &Account, user: &User, product: &Product) -> String {
    let name = user.profile.name.reveal();
    match user.licenses.get(product) {
        Some(License::Named) => format!("{name} has a named seat of {product}"),
        Some(License::Shared(pool)) => match account.pools.get(pool) {
            Some(pool) => format!("{name} is in the seat pool {} of {product}", pool.name),
            None => format!("{name} is in a seat pool of {product}"),
        },
        None => format!("{name} has no license of {product}"),
    }
}

/// The events that end what a user is doing with a product and give them another license for it, or none.
pub(super) fn switched(
    account: &Account,
    user: UserId,
    product: &Product,
    license: Option<License>,
    by: &By,
) -> Vec<Event> {
    let mut events = ended(account, user, product, by);
    events.push(Event::User(UserEvent::LicenseSet {
        user,
        product: product.clone(),
        license,
        group: None,
    }));
    events
}

/// The events that end what a user is doing with a product whose license changes (L5).
pub(super) fn ended(account: &Account, user: UserId, product: &Product, by: &By) -> Vec<Event> {
    let reason = EndReason::LicenseChanged;
    presence::end_presence(account, user, Some(product), reason, Some(by))
}

/// Refuses a license that cannot be given to another user (L1, L2).
pub(super) fn check_license(account: &Account, product: &Product, license: License) -> Result<(), Refusal> {
    match license {
        License::Named => check_named_seat(account, product),
        License::Shared(pool) => check_pool(account, pool, product),
    }
}

fn check_named_seat(account: &Account, product: &Product) -> Result<(), Refusal> {
    if account.named_assigned(product) < account.bought(product).named_seats {
        return Ok(());
    }
    Err(users::no_named_seat(account, product))
}

/// Refuses a pool that does not exist, belongs to another product, or is not included in the plan.
pub(super) fn check_pool(account: &Account, pool: PoolId, product: &Product) -> Result<(), Refusal> {
    let Some(pool) = account.pools.get(&pool) else {
        return Err(Refusal::NotFound { what: "pool" });
    };
    check_product("pool", &pool.product, product)?;
    check_plan(account)
}

/// The refusal to delete something that a group gives (D5).
pub(super) fn in_a_mapping(what: &'static str, group: &Group) -> Refusal {
    Refusal::Access(AccessRefusal::GroupMappingInUse {
        what,
        group: group.id,
        name: group.name.clone(),
    })
}

/// Refuses a pool of another product than the requested one.
pub(super) fn check_product(field: &'static str, pool: &Product, meant: &Product) -> Result<(), Refusal> {
    if pool == meant {
        return Ok(());
    }
    Err(Refusal::Invalid {
        field,
        expected: format!("a pool of {meant}, not of {pool}"),
    })
}

/// Refuses shared seats if the plan does not include them (L7).
pub(super) fn check_plan(account: &Account) -> Result<(), Refusal> {
    match &account.subscription.plan {
        Some(plan) if !plan.shared_seats => {
            Err(Refusal::Capacity(CapacityRefusal::PlanExcludesSharedSeats {
                plan: plan.name.to_string(),
            }))
        }
        _ => Ok(()),
    }
}
