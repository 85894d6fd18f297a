//! Who changes the subscription besides the operator (L9).

use super::office::*;
use crate::event::{AccountEvent, Event};
use crate::management::{Bounds, MINUTES_PERIOD, Management, SeatBound, SeatBounds};
use crate::permission::{Actor, Privilege, Role, Scope};
use crate::refusal::{Refusal, SeatKind, SubscriptionRefusal};
use crate::tests::kit;
use crate::tests::witness::execute;
use crate::time::Secs;

/// An office of 2 named and 10 shared seats, with `sue`, who may manage the subscription, and `sia`, who may not.
fn managed(management: Management) -> Office {
    let mut sue = profile("sue", Role::Manager, &[Privilege::SubscriptionManage]);
    sue.billing_contact = true;
    Office::with_seats(2, 10)
        .after(&[create_with(sue, Some(false)), kit::manage(management)])
        .with("sia", Role::Manager, &[Privilege::SeatsManage])
}

/// The two who may manage the subscription: a person and a program.
fn buyers() -> [Actor; 2] {
    [by("sue"), key(&[Scope::SubscriptionManage])]
}

#[test]
fn l9_each_way_of_managing_answers_everybody_in_its_own_way() {
    let within = kit::bounds((2, 5), (10, 20), 60);
    for (management, answer) in [
        (Management::Free, "ok"),
        (within, "ok"),
        (Management::OnRequest, "ok"),
        (Management::Closed, "subscription-closed"),
    ] {
        let office = managed(management.clone());
        for command in [subscribe("enterprise", 3, 12), add_minutes("june", 60)] {
            for buyer in buyers() {
                assert_eq!(office.answer(&buyer, &command), answer, "{management:?} {buyer}");
            }
            assert_eq!(office.answer(&OPERATOR, &command), "ok", "{management:?}");
            assert_eq!(office.answer(&by("sia"), &command), "forbidden", "{management:?}");
            assert_eq!(office.answer(&key(&[Scope::Read]), &command), "forbidden");
        }
    }
}

#[test]
fn l9_an_account_is_managed_on_request_until_the_operator_says_otherwise() {
    let office = Office::with_seats(2, 10);

    assert_eq!(*office.account.management(), Management::OnRequest);
    assert!(
        !serde_json::to_string(&office.account)
            .unwrap()
            .contains("management")
    );
}

#[test]
fn l9_only_the_operator_says_how_a_subscription_is_managed() {
    let office = managed(Management::Free).with("olga", Role::Owner, &[]);
    let command = kit::manage(Management::Closed);

    for actor in [by("sue"), by("olga"), key(&Scope::ALL)] {
        assert_eq!(office.answer(&actor, &command), "forbidden", "{actor}");
    }
    assert_eq!(office.answer(&by("nobody"), &command), "not-found");
    assert_eq!(office.answer(&OPERATOR, &command), "ok");
}

#[test]
fn l9_bounds_hold_for_what_changes_and_not_for_what_stays() {
    // The 10 shared seats are out of bounds, as the operator set them.
    let office = managed(kit::bounds((1, 5), (12, 20), 0));

    for (named, shared, answer) in [
        (5, 10, "ok"),
        (6, 10, "outside-bounds"),
        (1, 10, "ok"),
        (0, 10, "outside-bounds"),
        (2, 11, "outside-bounds"),
        (2, 12, "ok"),
        (2, 20, "ok"),
        (2, 21, "outside-bounds"),
    ] {
        let command = subscribe("enterprise", named, shared);
        assert_eq!(office.answer(&by("sue"), &command), answer, "{named} {shared}");
        assert_eq!(
            office.answer(&OPERATOR, &subscribe("enterprise", named, shared.max(10))),
            "ok"
        );
    }
    assert_eq!(
        office
            .refusal_to(&by("sue"), &subscribe("enterprise", 6, 10))
            .unwrap(),
        Refusal::Subscription(SubscriptionRefusal::SeatsOutsideBounds {
            kind: SeatKind::Named,
            product: product(),
            asked: 6,
            min: 1,
            max: 5,
        })
    );
}

#[test]
fn l9_products_without_bounds_and_the_plan_stay_as_they_are() {
    let office = managed(kit::bounds((0, 9), (0, 99), 0)).after(&[resize("default", 0)]);
    let desk: crate::text::Product = "service-desk".parse().unwrap();
    let both = kit::subscription(2, 10, pool("default")).and(desk, 1, 0, pool("desk"));

    assert_eq!(office.answer(&by("sue"), &both.command()), "outside-bounds");
    assert_eq!(
        office.answer(&by("sue"), &subscribe("team", 2, 0)),
        "outside-bounds"
    );
    assert_eq!(office.answer(&by("sue"), &kit::no_seats().command()), "ok");
}

#[test]
fn l9_a_kind_of_seats_without_bounds_stays_as_it_is() {
    let only_shared = SeatBounds {
        shared_seats: Some(SeatBound { min: 10, max: 20 }),
        ..SeatBounds::default()
    };
    let office = managed(Management::WithinBounds(Bounds {
        products: [(product(), only_shared)].into(),
        minutes: 0,
    }));

    assert_eq!(office.answer(&by("sue"), &subscribe("enterprise", 2, 12)), "ok");
    let refusal = office
        .refusal_to(&by("sue"), &subscribe("enterprise", 3, 12))
        .unwrap();
    assert_eq!(
        refusal.to_string(),
        "This account cannot change its named seats of remote-support to 3: the only number that it may set is 2. \
         Leave the number as it is, or ask the operator of this server."
    );
}

/// Earlier versions always stored both kinds.
#[test]
fn l9_stored_bounds_keep_their_meaning() {
    let stored = r#"{"named_seats":{"min":0,"max":0},"shared_seats":{"min":8,"max":20}}"#;

    let bounds: SeatBounds = serde_json::from_str(stored).unwrap();

    assert_eq!(bounds.named_seats, Some(SeatBound { min: 0, max: 0 }));
    assert_eq!(serde_json::to_string(&bounds).unwrap(), stored);
    assert_eq!(serde_json::to_string(&SeatBounds::default()).unwrap(), "{}");
}

#[test]
fn l9_the_first_plan_of_an_account_is_its_own_choice() {
    let office = Office::new().after(&[kit::manage(kit::bounds((0, 2), (0, 0), 0))]);
    let buyer = key(&[Scope::SubscriptionManage]);

    assert_eq!(office.answer(&buyer, &subscribe("team", 2, 0)), "ok");
    assert_eq!(office.answer(&buyer, &subscribe("team", 3, 0)), "outside-bounds");
}

#[test]
fn l8_free_subscriptions_do_not_fall_below_what_is_in_use_either() {
    let office = managed(Management::Free);

    assert_eq!(
        office.answer(&by("sue"), &subscribe("enterprise", 2, 9)),
        "seats-in-use"
    );
}

#[test]
fn l9_minutes_count_together_for_thirty_days_from_the_first_top_up() {
    let mut office = managed(kit::bounds((0, 0), (0, 0), 60));
    let sue = by("sue");
    let later = |secs| now() + Secs::new(secs);
    let buy = |office: &mut Office, top_up: &str, minutes, at| {
        let bought = execute(&mut office.account, &add_minutes(top_up, minutes), &sue, at);
        bought.map_err(|refusal| refusal.code().as_str())
    };

    let first = buy(&mut office, "first", 40, later(0)).unwrap();
    assert!(matches!(
        first.events[..],
        [Event::Account(AccountEvent::MinutesAdded {
            is_bounded: true,
            ..
        })]
    ));
    assert_eq!(buy(&mut office, "second", 21, later(9)), Err("outside-bounds"));
    buy(&mut office, "second", 20, later(9)).unwrap();
    assert_eq!(office.account.minutes_left_to_buy(later(10)), Some(0));
    // The same top-up again adds nothing, so nothing forbids it.
    assert_eq!(buy(&mut office, "second", 20, later(10)).unwrap().events, []);
    // What the operator adds does not count.
    office.does(&add_minutes("gift", 500));

    let end = MINUTES_PERIOD.get();
    assert_eq!(
        buy(&mut office, "third", 1, later(end - 1)),
        Err("outside-bounds")
    );
    buy(&mut office, "third", 60, later(end)).unwrap();
    assert_eq!(
        buy(&mut office, "fourth", 1, later(end + 1)),
        Err("outside-bounds")
    );
    assert_eq!(office.account.minutes(), 620);
}

#[test]
fn l9_bounds_have_a_least_that_is_not_above_the_most() {
    let office = Office::with_seats(2, 10);

    let turned = kit::manage(kit::bounds((3, 2), (0, 0), 0));

    assert_eq!(office.answer(&OPERATOR, &turned), "invalid");
    assert_eq!(
        office.answer(&OPERATOR, &kit::manage(kit::bounds((2, 2), (0, 0), 0))),
        "ok"
    );
}

#[test]
fn l9_the_same_management_again_changes_nothing() {
    let mut office = managed(Management::Closed);

    assert_eq!(office.does(&kit::manage(Management::Closed)).events, []);
    assert_eq!(office.does(&kit::manage(Management::Free)).events.len(), 1);
}
