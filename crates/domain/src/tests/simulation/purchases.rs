//! What an account may buy by itself, looked at in the simplest way (L9).

use crate::account::Subscription;
use crate::event::{AccountEvent, Event};
use crate::management::{Bounds, Management};
use crate::permission::{Actor, Privilege};
use crate::purchase::RequestOutcome;
use crate::{Account, Timestamp};

/// Checks that the events of a command buy nothing that its actor may not buy. `history` ends with these events.
pub(super) fn check(before: &Account, actor: &Actor, events: &[Event], history: &[(Vec<Event>, Timestamp)]) {
    check_approval(before, events);
    if *actor == Actor::Operator {
        return;
    }
    for event in events {
        let Event::Account(event) = event else { continue };
        let bought = match event {
            AccountEvent::SubscriptionSet { .. } | AccountEvent::MinutesAdded { .. } => event,
            AccountEvent::ManagementSet { .. } => panic!("L9: {actor} set what they may buy"),
            AccountEvent::RequestAnswered { .. } => panic!("L10: {actor} answered a request"),
            AccountEvent::RequestRemoved { .. } => {
                assert!(before.may(actor, Privilege::SubscriptionManage), "R1: {actor}");
                continue;
            }
            _ => continue,
        };
        assert!(before.may(actor, Privilege::SubscriptionManage), "R1: {actor}");
        match before.management() {
            Management::Free => {}
            Management::WithinBounds(bounds) => check_bounds(before, bounds, bought, history),
            Management::OnRequest | Management::Closed => panic!("L9: {actor} bought {bought:?}"),
        }
    }
}

/// Seats that are bought as asked undo nothing that was changed since they were asked for.
fn check_approval(before: &Account, events: &[Event]) {
    for event in events {
        if let Event::Account(AccountEvent::RequestAnswered {
            id,
            outcome: RequestOutcome::Approved,
            ..
        }) = event
        {
            let seen = before.subscription_request(*id).unwrap().before.as_ref();
            let is = before.subscription();
            let is_same = |seen: &Subscription| seen.plan == is.plan && seen.products == is.products;
            assert!(seen.is_none_or(is_same), "L10: {id}");
        }
    }
}

fn check_bounds(
    before: &Account,
    bounds: &Bounds,
    bought: &AccountEvent,
    history: &[(Vec<Event>, Timestamp)],
) {
    let AccountEvent::SubscriptionSet {
        plan,
        products,
        temporary,
        terms,
    } = bought
    else {
        // Simulated time is much shorter than a period, so all minutes that count are of the same one.
        let counted = history.iter().flat_map(|(events, _)| events);
        let counted = counted.filter_map(|event| match event {
            Event::Account(AccountEvent::MinutesAdded {
                minutes,
                is_bounded: true,
                ..
            }) => Some(minutes),
            _ => None,
        });
        assert!(
            counted.sum::<u32>() <= bounds.minutes,
            "L9: {bought:?} beyond {bounds:?}"
        );
        return;
    };
    assert_eq!(before.subscription().plan.as_ref().unwrap().name, plan.name, "L9");
    assert_eq!(before.subscription().temporary, *temporary, "L12");
    assert_eq!(before.subscription().terms, *terms, "L11");
    let names = before.subscription().products.keys().chain(products.keys());
    for product in names {
        let was = before.bought(product);
        let is = products.get(product).copied().unwrap_or_default();
        let bounds = bounds.products.get(product);
        for (was, is, bound) in [
            (
                was.named_seats,
                is.named_seats,
                bounds.and_then(|bounds| bounds.named_seats),
            ),
            (
                was.shared_seats,
                is.shared_seats,
                bounds.and_then(|bounds| bounds.shared_seats),
            ),
        ] {
            let is_within = bound.is_some_and(|bound| bound.min <= is && is <= bound.max);
            assert!(is == was || is_within, "L9: {bought:?} beyond {bounds:?}");
        }
    }
}
