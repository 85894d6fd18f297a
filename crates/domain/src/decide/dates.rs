//! The terms of a subscription (L11), ends of seats and minutes (L12), and what is given back at them (L13).

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;

use crate::account::{Account, ProductSeats, Subscription};
use crate::command::{Decision, SetSubscription};
use crate::event::{AccountEvent, Event};
use crate::give_back::{self, GiveBack};
use crate::permission::{Actor, Privilege};
use crate::pool::count;
use crate::refusal::{Refusal, SeatRefusal};
use crate::terms::{
    GRACE_DAYS_MAX, MINUTES_ENDS_MAX, RENEWAL_MONTHS_MAX, TEMPORARY_MAX, Temporary, Terms, in_order, total,
};
use crate::text::{Product, counted};
use crate::time::Timestamp;
use crate::user::License;
use crate::wall::WallTime;

/// From when until when a subscription lasts, and which of its seats end, by the account's time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dates {
    pub(super) temporary: Temporary,
    pub(super) terms: Terms,
}

impl Dates {
    /// Those that a subscription has.
    pub(super) fn of(subscription: &Subscription) -> Self {
        Self {
            temporary: subscription.temporary.clone(),
            terms: subscription.terms,
        }
    }

    /// Those that a command asks for. The terms as they are shown now, after renewals, are the terms as they are.
    pub(super) fn asked(account: &Account, command: &SetSubscription) -> Self {
        let before = &account.subscription;
        let terms = command.terms.map_or(before.terms, |terms| Terms {
            start: terms.start.map(|at| by_account(account, at)),
            end: terms.end.map(|at| by_account(account, at)),
            ..terms
        });
        let mut temporary = command.temporary.clone();
        for seats in temporary.values_mut().flatten() {
            seats.until = by_account(account, seats.until);
        }
        for (product, ends) in &before.temporary {
            if command.products.contains_key(product) {
                temporary.entry(product.clone()).or_insert_with(|| ends.clone());
            }
        }
        Self {
            temporary: in_order(&temporary),
            terms: if terms == before.current_terms() {
                before.terms
            } else {
                terms
            },
        }
    }

    /// Refuses terms that contradict themselves, and new ends that have passed.
    pub(super) fn check(&self, before: &Subscription, now: Timestamp) -> Result<(), Refusal> {
        if self.terms != before.terms {
            check_terms(&self.terms, now)?;
        }
        for (product, ends) in &self.temporary {
            if ends.len() > TEMPORARY_MAX {
                return Err(invalid(
                    "temporary",
                    format!("at most {TEMPORARY_MAX} ends of seats of {product}"),
                ));
            }
            if ends.iter().any(|seats| seats.until <= now) {
                return Err(invalid("until", "in the future".to_owned()));
            }
        }
        Ok(())
    }

    /// Refuses fewer seats of a product than those of them that end.
    pub(super) fn check_parts(&self, products: &BTreeMap<Product, ProductSeats>) -> Result<(), Refusal> {
        for (product, ends) in &self.temporary {
            let ending = total(ends);
            let bought = products.get(product).copied().unwrap_or_default();
            for (field, bought, ending) in [
                ("named_seats", bought.named_seats, ending.named_seats),
                ("shared_seats", bought.shared_seats, ending.shared_seats),
            ] {
                if bought < ending {
                    let are = counted(ending, "of them ends", "of them end");
                    return Err(invalid(
                        field,
                        format!("at least {ending} for {product}: {are} on a date that is set"),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The account's time at which the wall clock shows this.
pub(super) fn by_account(account: &Account, wall: Timestamp) -> Timestamp {
    account.wall.last_before(WallTime::new(wall))
}

fn check_terms(terms: &Terms, now: Timestamp) -> Result<(), Refusal> {
    if terms.start.is_some_and(|start| start > now) {
        let expected = "a time that has passed: what is set is bought at once";
        return Err(invalid("start", expected.to_owned()));
    }
    let Some(end) = terms.end else {
        let needs_one = terms.trial || terms.renewal_months.is_some() || terms.grace_days > 0;
        return if needs_one {
            let expected = "given: a trial, a renewal and days of grace need an end";
            Err(invalid("end", expected.to_owned()))
        } else {
            Ok(())
        };
    };
    if end <= now {
        return Err(invalid("end", "in the future".to_owned()));
    }
    if terms.grace_days > GRACE_DAYS_MAX {
        return Err(invalid("grace_days", format!("0 to {GRACE_DAYS_MAX}")));
    }
    match terms.renewal_months {
        Some(_) if terms.trial => Err(invalid(
            "renewal_months",
            "left out: a trial ends and does not renew".to_owned(),
        )),
        Some(months) if !(1..=RENEWAL_MONTHS_MAX).contains(&months) => {
            Err(invalid("renewal_months", format!("1 to {RENEWAL_MONTHS_MAX}")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses minutes that end in the past, or one end more than are kept apart.
pub(super) fn check_minutes(account: &Account, until: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if until <= now {
        return Err(invalid("until", "in the future".to_owned()));
    }
    let ends = &account.minutes_until;
    if ends.len() >= MINUTES_ENDS_MAX && !ends.contains_key(&until) {
        return Err(invalid(
            "until",
            format!("one of the {MINUTES_ENDS_MAX} ends that minutes of this account have already"),
        ));
    }
    Ok(())
}

/// Refuses whatever begins work after the subscription has ended (L11).
pub(super) fn check_lasts(account: &Account) -> Result<(), Refusal> {
    if account.subscription.ended {
        return Err(Refusal::Seat(SeatRefusal::SubscriptionEnded));
    }
    Ok(())
}

/// Chooses what is given back at the next end of seats of a product (L13).
pub(super) fn choose(
    account: &Account,
    product: &Product,
    choice: &GiveBack,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    account.need_in_account(actor, Privilege::SeatsManage)?;
    let ends = account.subscription.temporary.get(product);
    let Some(ending) = ends.and_then(|ends| ends.first()) else {
        return Err(invalid("product", "a product of which seats end".to_owned()));
    };
    for (id, seats) in &choice.pools {
        let pool = account.pools.get(id).filter(|pool| pool.product == *product);
        let pool = pool.ok_or(Refusal::NotFound { what: "pool" })?;
        if *seats == 0 || *seats > pool.seats {
            let has = counted(pool.seats, "seat", "seats");
            return Err(invalid(
                "pools",
                format!(
                    "at least 1 seat of each, and no more than it has: {} has {has}",
                    pool.name
                ),
            ));
        }
    }
    for id in &choice.users {
        let user = account.users.get(id).ok_or(Refusal::NotFound { what: "user" })?;
        if user.licenses.get(product) != Some(&License::Named) {
            return Err(invalid("users", format!("users with a named seat of {product}")));
        }
    }
    let needed = give_back::needed(account, product, *ending);
    check_at_most("pools", choice.shared_seats(), needed.shared_seats)?;
    check_at_most("users", count(choice.users.len()), needed.named_seats)?;
    let before = account.give_back.get(product);
    if before.map_or(choice.is_empty(), |before| before == choice) {
        return Ok(Decision::done(vec![]));
    }
    Ok(Decision::done(vec![Event::Account(
        AccountEvent::GiveBackChosen {
            product: product.clone(),
            choice: choice.clone(),
        },
    )]))
}

fn check_at_most(field: &'static str, chosen: u32, needed: u32) -> Result<(), Refusal> {
    if chosen <= needed {
        return Ok(());
    }
    let seats = counted(needed, "seat", "seats");
    Err(invalid(
        field,
        format!("at most {seats} together, because no more have to be given back"),
    ))
}

fn invalid(field: &'static str, expected: String) -> Refusal {
    Refusal::Invalid { field, expected }
}
