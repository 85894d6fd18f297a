//! Licenses: which products a user may use, with a named seat or through a pool.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::account::Account;
use crate::command::{Decision, LicenseCommand};
use crate::decide::dates::by_account;
use crate::decide::{loans, presence, users};
use crate::directory::Group;
use crate::event::{By, EndReason, Event, UserEvent};
use crate::id::{PoolId, UserId};
use crate::permission::{Actor, Privilege};
use crate::refusal::{AccessRefusal, CapacityRefusal, Refusal, StateRefusal};
use crate::seat_request::Loan;
use crate::text::Product;
use crate::time::Timestamp;
use crate::user::{License, User};

pub(super) fn decide(
    account: &Account,
    command: &LicenseCommand,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match command {
        LicenseCommand::Set {
            user,
            product,
            license,
            until,
        } => {
            let wanted = license.map(|license| Wanted {
                license,
                until: *until,
            });
            given(account, *user, product, wanted, actor, now).map(Decision::done)
        }
        LicenseCommand::SetAfterWork { user, product, pool } => {
            after_work(account, *user, product, *pool, actor, now).map(Decision::done)
        }
        LicenseCommand::Reassign {
            product,
            from,
            to,
            seen,
        } => reassign(account, product, *from, *to, *seen, actor, now),
        LicenseCommand::MoveUsers {
            from,
            to,
            users,
            after_work,
        } => move_users(account, *from, *to, users.as_ref(), *after_work, actor, now),
    }
}

/// A license that somebody is to get.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) license: License,
    /// What the wall clock shows when it ends (L15); `None` if it is for good.
    pub(super) until: Option<Timestamp>,
}

/// The events that give, change or remove a user's license for a product (L1, L2, L3). What the user is doing with the
/// previous license ends in the same step (L5). An inactive user may have a license, which is kept for them, but cannot
/// use it.
pub(super) fn given(
    account: &Account,
    user: UserId,
    product: &Product,
    wanted: Option<Wanted>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    account.need_to_manage(actor, Privilege::SeatsManage, "user")?;
    let holder = account
        .users
        .get(&user)
        .ok_or(Refusal::NotFound { what: "user" })?;
    let license = wanted.map(|wanted| wanted.license);
    let until = wanted.and_then(|wanted| wanted.until);
    let until = until.map(|until| by_account(account, until));
    if until.is_some_and(|until| until <= now) {
        return Err(Refusal::Invalid {
            field: "until",
            expected: "a time in the future".to_owned(),
        });
    }
    let loan = until.map(|until| loans::lent(holder, product, until));
    let is_same = holder.licenses.get(product) == license.as_ref();
    if !is_same && let Some(license) = license {
        check_license(account, product, license)?;
    }
    let mut events = if is_same {
        // A license given by hand stays when a group that gave it too is removed (D3), and after the end of a loan (L15).
        let is_from_group = holder.from_groups.licenses.contains_key(product);
        let is_news = is_from_group || holder.loan(product) != loan.as_ref();
        let kept = is_news.then(|| set(user, product, license));
        kept.into_iter().collect()
    } else {
        let by = presence::by(account, actor, None);
        switched(account, user, product, license, &by)
    };
    if !events.is_empty() {
        events.extend(loan.map(|loan| loans::lends(user, product, loan)));
    }
    Ok(events)
}

/// The events that take a license away, or move its user to a pool, once they are not signed in for the product (L16):
/// from now on it is lent. A user who is not signed in is not waited for.
fn after_work(
    account: &Account,
    user: UserId,
    product: &Product,
    pool: Option<PoolId>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    account.need_to_manage(actor, Privilege::SeatsManage, "user")?;
    let holder = account
        .users
        .get(&user)
        .ok_or(Refusal::NotFound { what: "user" })?;
    let has = holder.licenses.get(product);
    let license = pool.map(License::Shared);
    if has.is_none() || has == license.as_ref() || !account.is_signed_in_for(holder, product) {
        let wanted = license.map(|license| Wanted { license, until: None });
        return given(account, user, product, wanted, actor, now);
    }
    if let Some(pool) = pool {
        check_pool(account, pool, product)?;
    }
    Ok(loans::finishing(account, holder, product, pool, None, now))
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
    now: Timestamp,
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
    let lent = holder.loan(product).and_then(Loan::lent);
    if lent.is_some_and(|lent| lent.until <= now) {
        return Err(Refusal::State(StateRefusal::ChangedMeanwhile {
            field: "license",
            now: format!(
                "the loan of {product} to {} has ended",
                holder.profile.name.reveal()
            ),
        }));
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
    // The heir has to give it back when the holder would have had to (L15).
    let loan = lent.map(|lent| loans::lent(heir, product, lent.until));
    events.extend(loan.map(|loan| loans::lends(to, product, loan)));
    Ok(Decision::done(events))
}

/// Moves users of a pool to another one (L3). What they are doing with the product ends in the same step (L5), or, with
/// `after_work`, they move once they are not signed in (L16).
fn move_users(
    account: &Account,
    from: PoolId,
    to: PoolId,
    users: Option<&BTreeSet<UserId>>,
    after_work: bool,
    actor: &Actor,
    now: Timestamp,
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
    let leaving = leaving.iter().filter_map(|user| account.users.get(user));
    let events = leaving.flat_map(|user| {
        if after_work && account.is_signed_in_for(user, &from.product) {
            loans::moved_after_work(account, user, &from.product, to, now)
        } else {
            loans::moved(account, user, from, to, &by, now)
        }
    });
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
    events.push(set(user, product, license));
    events
}

fn set(user: UserId, product: &Product, license: Option<License>) -> Event {
    Event::User(UserEvent::LicenseSet {
        user,
        product: product.clone(),
        license,
        group: None,
    })
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
