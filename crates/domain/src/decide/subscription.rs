//! What an account buys: seats and minutes (L7, L8), who buys them (L9), and who asks for them (L10).

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use crate::account::{Account, Plan, ProductSeats, Subscription};
use crate::command::{
    AddMinutes, Decision, NewRequest, PurchaseOutcome, RequestAnswer, SetSubscription, SubscriptionSeen,
};
use crate::decide::account::taken;
use crate::decide::dates::{self, Dates, by_account};
use crate::decide::{Decide, presence, texts};
use crate::event::{AccountEvent, Event, PoolEvent};
use crate::id::{PoolId, SubscriptionRequestId};
use crate::leases::Leased;
use crate::management::{Bounds, Management};
use crate::permission::{Actor, Privilege};
use crate::purchase::{Purchase, RequestOutcome, SubscriptionRequest};
use crate::refusal::{CapacityRefusal, Refusal, SeatKind, StateRefusal, SubscriptionRefusal};
use crate::repeat;
use crate::settle::Attempted;
use crate::text::{Note, Product};
use crate::time::Timestamp;

/// How an actor may buy.
enum Right<'a> {
    /// As they like: the operator, and everybody who may buy where the subscription is free.
    Freely,
    /// Within these bounds.
    Within(&'a Bounds),
    /// By asking.
    OnRequest,
}

impl Decide for SetSubscription {
    type Outcome = PurchaseOutcome;

    fn decide(
        &self,
        account: &Account,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Decision<PurchaseOutcome>, Refusal> {
        texts::optional("note", self.request.note.as_ref())?;
        let right = right_to_buy(account, actor)?;
        let before = &account.subscription;
        let dates = Dates::asked(account, self);
        // Before the check of what was seen, so that a repeated request whose answer was lost is not refused.
        if before.plan.as_ref() == Some(&self.plan)
            && before.products == self.products
            && dates == Dates::of(before)
        {
            return Ok(Decision::unchanged(PurchaseOutcome::Done));
        }
        check_seen(before, self.seen.as_ref())?;
        if dates != Dates::of(before) {
            account.need_operator(actor)?;
            dates.check(before, now)?;
        }
        if let Right::Within(bounds) = right {
            bounds.check(before, &self.plan, &self.products)?;
        }
        let events = set(account, &self.plan, &self.products, dates, &self.default_pools)?;
        if matches!(right, Right::OnRequest) {
            let asked = Purchase::Subscription {
                plan: self.plan.clone(),
                products: self.products.clone(),
            };
            return request(account, actor, &self.request, asked);
        }
        Ok(Decision::done(events).map(|()| PurchaseOutcome::Done))
    }

    fn attempted(&self, _: &Account) -> Option<Attempted> {
        None
    }

    fn renews(&self) -> Option<Leased> {
        None
    }
}

impl Decide for AddMinutes {
    type Outcome = PurchaseOutcome;

    fn decide(
        &self,
        account: &Account,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Decision<PurchaseOutcome>, Refusal> {
        texts::optional("note", self.request.note.as_ref())?;
        repeat::check_key(account, self.id.bits())?;
        let right = right_to_buy(account, actor)?;
        let Self {
            id, minutes, until, ..
        } = *self;
        need_some(minutes)?;
        match account.top_ups.minutes_of(id) {
            Some(added) if added == minutes => return Ok(Decision::unchanged(PurchaseOutcome::Done)),
            Some(_) => return Err(taken("top-up", "id")),
            None => {}
        }
        let until = until.map(|until| by_account(account, until));
        if let Some(until) = until {
            account.need_operator(actor)?;
            dates::check_minutes(account, until, now)?;
        }
        match right {
            Right::Freely => {}
            Right::Within(bounds) => bounds.check_minutes(minutes, account.minutes_period, now)?,
            Right::OnRequest => return ask_for_minutes(account, actor, self),
        }
        let added = AccountEvent::MinutesAdded {
            id: Some(id),
            minutes,
            is_bounded: matches!(right, Right::Within(_)),
            until,
        };
        Ok(Decision::done(vec![Event::Account(added)]).map(|()| PurchaseOutcome::Done))
    }

    fn attempted(&self, _: &Account) -> Option<Attempted> {
        None
    }

    fn renews(&self) -> Option<Leased> {
        None
    }
}

/// The events that set the subscription: the same for everybody who may.
fn set(
    account: &Account,
    plan: &Plan,
    products: &BTreeMap<Product, ProductSeats>,
    dates: Dates,
    default_pools: &BTreeMap<Product, PoolId>,
) -> Result<Vec<Event>, Refusal> {
    if !plan.shared_seats && products.values().any(|seats| seats.shared_seats > 0) {
        return Err(Refusal::Capacity(CapacityRefusal::PlanExcludesSharedSeats {
            plan: plan.name.to_string(),
        }));
    }
    for product in account.given.keys() {
        let after = products.get(product).copied().unwrap_or_default();
        let bought = account.bought(product);
        let named = account.named_assigned(product).min(bought.named_seats);
        check_in_use(SeatKind::Named, product, after.named_seats, named)?;
        let distributed = account.shared_distributed(product).min(bought.shared_seats);
        check_in_use(SeatKind::Shared, product, after.shared_seats, distributed)?;
    }
    dates.check_parts(products)?;

    let mut events = vec![Event::Account(AccountEvent::SubscriptionSet {
        plan: plan.clone(),
        products: products.clone(),
        temporary: dates.temporary,
        terms: dates.terms,
    })];
    let shared = products.iter().filter(|(_, seats)| seats.shared_seats > 0);
    for (product, seats) in shared.filter(|(product, _)| account.default_pool(product).is_none()) {
        events.push(first_pool(account, product, seats.shared_seats, default_pools)?);
    }
    Ok(events)
}

/// Numbers chosen when the account had bought something else would undo somebody else's change.
fn check_seen(before: &Subscription, seen: Option<&SubscriptionSeen>) -> Result<(), Refusal> {
    fn with_seats(
        products: &BTreeMap<Product, ProductSeats>,
    ) -> impl Iterator<Item = (&Product, &ProductSeats)> {
        let none = ProductSeats::default();
        products.iter().filter(move |(_, seats)| **seats != none)
    }
    match seen {
        Some(seen)
            if seen.plan.as_ref() != before.plan.as_ref().map(|plan| &plan.name)
                || !with_seats(&seen.products).eq(with_seats(&before.products)) =>
        {
            Err(changed_meanwhile())
        }
        _ => Ok(()),
    }
}

fn changed_meanwhile() -> Refusal {
    Refusal::State(StateRefusal::ChangedMeanwhile {
        field: "subscription",
        now: "the subscription is another one".to_owned(),
    })
}

/// Refuses to go below the seats that are assigned or allocated (L8).
fn check_in_use(kind: SeatKind, product: &Product, asked: u32, in_use: u32) -> Result<(), Refusal> {
    if asked >= in_use {
        return Ok(());
    }
    Err(Refusal::Capacity(CapacityRefusal::SeatsInUse {
        kind,
        product: product.clone(),
        asked,
        in_use,
    }))
}

/// The default pool, with all the shared seats that a product has at first (L7, P1).
fn first_pool(
    account: &Account,
    product: &Product,
    seats: u32,
    ids: &BTreeMap<Product, PoolId>,
) -> Result<Event, Refusal> {
    let id = ids.get(product).copied().filter(|id| {
        let is_of_another = ids.iter().any(|(other, taken)| other != product && taken == id);
        !is_of_another && !account.pools.contains_key(id)
    });
    let (Some(id), Ok(name)) = (id, "Default pool".parse()) else {
        return Err(Refusal::Invalid {
            field: "default_pools",
            expected: "a new id for each product that is new to shared seats".to_owned(),
        });
    };
    Ok(Event::Pool(PoolEvent::Created {
        id,
        name,
        product: product.clone(),
        seats,
        rules: account.settings.pool_defaults.clone(),
        default: true,
    }))
}

fn need_some(minutes: u32) -> Result<(), Refusal> {
    if minutes == 0 {
        return Err(Refusal::Invalid {
            field: "minutes",
            expected: "at least 1".to_owned(),
        });
    }
    Ok(())
}

/// A top-up that was asked for before is not asked for again: its request has one answer.
fn ask_for_minutes(
    account: &Account,
    actor: &Actor,
    command: &AddMinutes,
) -> Result<Decision<PurchaseOutcome>, Refusal> {
    let AddMinutes { id, minutes, .. } = *command;
    for before in account.requests.all() {
        match before.asked {
            Purchase::Minutes {
                id: of,
                minutes: asked,
            } if of == id => {
                if asked != minutes {
                    return Err(taken("top-up", "id"));
                }
                return Ok(Decision::unchanged(PurchaseOutcome::Requested(before.id)));
            }
            Purchase::Minutes { id: of, .. } if repeat::is_derived(id.bits()) => {
                repeat::need_no_other(repeat::is_another_of_key(id.bits(), of.bits()))?;
            }
            Purchase::Minutes { .. } | Purchase::Subscription { .. } => {}
        }
    }
    request(
        account,
        actor,
        &command.request,
        Purchase::Minutes { id, minutes },
    )
}

/// Asks the operator. The same actor's request for the same, as long as it is open, is not made twice; any other request
/// replaces one of its kind.
fn request(
    account: &Account,
    actor: &Actor,
    new: &NewRequest,
    asked: Purchase,
) -> Result<Decision<PurchaseOutcome>, Refusal> {
    let by = presence::by(account, actor, new.note.as_ref());
    let before = account.requests.of_kind(asked.kind());
    if let Some(before) = before.filter(|before| before.answer.is_none())
        && before.asked == asked
        && before.by == by
    {
        return Ok(Decision::unchanged(PurchaseOutcome::Requested(before.id)));
    }
    if account.requests.get(new.id).is_some() {
        return Err(taken("subscription request", "id"));
    }
    let requested = Event::Account(AccountEvent::Requested {
        id: new.id,
        asked,
        by,
    });
    Ok(Decision::done(vec![requested]).map(|()| PurchaseOutcome::Requested(new.id)))
}

/// Answers an open request (L10). An approved purchase is made in the same step, or the request stays open.
pub(super) fn answer(
    account: &Account,
    id: SubscriptionRequestId,
    answer: &RequestAnswer,
    note: Option<&Note>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    account.need_operator(actor)?;
    let request = need_request(account, id)?;
    if request.answer.is_some() {
        return Err(Refusal::State(StateRefusal::WrongState {
            what: "subscription request",
            state: "answered",
            expected: "open",
        }));
    }
    let (mut events, outcome) = match answer {
        RequestAnswer::Decline => (Vec::new(), RequestOutcome::Declined),
        RequestAnswer::Approve {
            instead,
            seen,
            default_pools,
        } => {
            if instead.is_none() && request.is_outdated(&account.subscription) {
                return Err(changed_meanwhile());
            }
            check_seen(&account.subscription, seen.as_ref())?;
            let bought = instead_of(&request.asked, instead.as_ref())?;
            let outcome = if bought == request.asked {
                RequestOutcome::Approved
            } else {
                RequestOutcome::Changed {
                    bought: bought.clone(),
                }
            };
            (buy(account, &bought, default_pools)?, outcome)
        }
    };
    events.push(Event::Account(AccountEvent::RequestAnswered {
        id,
        outcome,
        by: presence::by(account, actor, note),
    }));
    Ok(Decision::done(events))
}

/// Takes a request off the account's list: an open one is withdrawn, an answered one dismissed (L10).
pub(super) fn remove(
    account: &Account,
    id: SubscriptionRequestId,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    account.need_in_account(actor, Privilege::SubscriptionManage)?;
    need_request(account, id)?;
    Ok(Decision::done(vec![Event::Account(
        AccountEvent::RequestRemoved {
            id,
            by: presence::by(account, actor, None),
        },
    )]))
}

fn need_request(account: &Account, id: SubscriptionRequestId) -> Result<&SubscriptionRequest, Refusal> {
    account.requests.get(id).ok_or(Refusal::NotFound {
        what: "subscription request",
    })
}

/// What is bought: what was asked for, unless the operator says something else of the same kind.
fn instead_of(asked: &Purchase, instead: Option<&Purchase>) -> Result<Purchase, Refusal> {
    match (asked, instead) {
        (_, None) => Ok(asked.clone()),
        (Purchase::Minutes { id, .. }, Some(Purchase::Minutes { minutes, .. })) => {
            need_some(*minutes)?;
            Ok(Purchase::Minutes {
                id: *id,
                minutes: *minutes,
            })
        }
        (Purchase::Subscription { .. }, Some(instead @ Purchase::Subscription { .. })) => Ok(instead.clone()),
        (Purchase::Minutes { .. }, Some(Purchase::Subscription { .. })) => Err(other_kind("subscription")),
        (Purchase::Subscription { .. }, Some(Purchase::Minutes { .. })) => Err(other_kind("minutes")),
    }
}

fn other_kind(field: &'static str) -> Refusal {
    Refusal::Invalid {
        field,
        expected: "left out, because the request asks for something else".to_owned(),
    }
}

fn buy(
    account: &Account,
    purchase: &Purchase,
    default_pools: &BTreeMap<Product, PoolId>,
) -> Result<Vec<Event>, Refusal> {
    match purchase {
        Purchase::Subscription { plan, products } => {
            let before = &account.subscription;
            if before.plan.as_ref() == Some(plan) && before.products == *products {
                return Ok(Vec::new());
            }
            set(account, plan, products, Dates::of(before), default_pools)
        }
        // The account could add them by itself in the meantime, with the same key.
        Purchase::Minutes { id, .. } if account.top_ups.minutes_of(*id).is_some() => {
            Err(Refusal::State(StateRefusal::WrongState {
                what: "top-up",
                state: "bought already",
                expected: "new",
            }))
        }
        Purchase::Minutes { id, minutes } => Ok(vec![Event::Account(AccountEvent::MinutesAdded {
            id: Some(*id),
            minutes: *minutes,
            is_bounded: false,
            until: None,
        })]),
    }
}

pub(super) fn set_management(
    account: &Account,
    management: &Management,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    account.need_operator(actor)?;
    if management.bounds().and_then(Bounds::inverted).is_some() {
        return Err(Refusal::Invalid {
            field: "bounds",
            expected: "bounds whose `min` is not above their `max`".to_owned(),
        });
    }
    let is_new = account.management != *management;
    let event = is_new.then(|| {
        Event::Account(AccountEvent::ManagementSet {
            management: management.clone(),
        })
    });
    Ok(Decision::done(event.into_iter().collect()))
}

/// How an actor may buy; refused to actors who may not (L9).
fn right_to_buy<'a>(account: &'a Account, actor: &Actor) -> Result<Right<'a>, Refusal> {
    if account.need_operator(actor).is_ok() {
        return Ok(Right::Freely);
    }
    account.need_in_account(actor, Privilege::SubscriptionManage)?;
    match &account.management {
        Management::Free => Ok(Right::Freely),
        Management::WithinBounds(bounds) => Ok(Right::Within(bounds)),
        Management::OnRequest => Ok(Right::OnRequest),
        Management::Closed => Err(Refusal::Subscription(SubscriptionRefusal::Closed)),
    }
}
