//! The account itself: its subscription, and closing it.

use super::office::*;
use crate::command::{AccountCommand, Command};
use crate::event::{EndReason, Event};
use crate::permission::{Role, Scope};
use crate::refusal::{CapacityRefusal, Refusal, SeatKind, StateRefusal};
use crate::tests::kit;
use crate::top_up::TOP_UPS_KEPT;
use crate::{Account, TicketId};

#[test]
fn l7_the_first_shared_seats_go_into_the_default_pool_and_later_ones_stay_unallocated() {
    let mut office = Office::with_seats(2, 10);

    office.does(&subscribe("enterprise", 2, 15));

    let default = office.account.default_pool(&product()).unwrap();
    assert_eq!((default.id, default.seats), (pool("default"), 10));
    assert_eq!(office.account.shared_unallocated(&product()), 5);
    assert_eq!(office.account.pools().len(), 1);
}

#[test]
fn l7_the_default_pool_comes_with_the_first_shared_seats_even_where_named_ones_came_before() {
    let mut office = Office::new().after(&[subscribe("team", 5, 0)]);
    assert!(office.account.pools().is_empty());

    office.does(&subscribe("enterprise", 5, 3));

    assert_eq!(office.seats_of("default"), 3);
}

#[test]
fn l7_a_plan_of_named_seats_has_no_shared_ones() {
    let office = Office::new().after(&[subscribe("team", 5, 0)]);

    for command in [subscribe("team", 5, 1), create_pool("night", 0)] {
        assert_eq!(
            office.refusal(&command),
            Refusal::Capacity(CapacityRefusal::PlanExcludesSharedSeats {
                plan: "team".to_owned()
            })
        );
    }
}

#[test]
fn l8_a_subscription_never_goes_below_what_is_assigned_or_distributed() {
    let office = Office::with_seats(3, 10).after(&[
        create("ann", Some(true)),
        create("ben", Some(true)),
        resize("default", 7),
    ]);

    for (plan, named, shared, answer) in [
        ("enterprise", 2, 7, "ok"),
        ("enterprise", 1, 10, "seats-in-use"),
        ("enterprise", 3, 6, "seats-in-use"),
        ("enterprise", 0, 0, "seats-in-use"),
        ("team", 3, 7, "plan-excludes-shared-seats"),
        ("team", 3, 0, "seats-in-use"),
    ] {
        let command = subscribe(plan, named, shared);
        assert_eq!(
            office.answer(&OPERATOR, &command),
            answer,
            "{plan} {named} {shared}"
        );
    }
    assert_eq!(
        office.refusal(&subscribe("enterprise", 3, 6)),
        Refusal::Capacity(CapacityRefusal::SeatsInUse {
            kind: SeatKind::Shared,
            product: product(),
            asked: 6,
            in_use: 7
        })
    );
}

#[test]
fn l8_a_product_that_is_left_out_has_no_seats() {
    let office = Office::with_seats(1, 0).after(&[create("ann", Some(true))]);
    let nothing = kit::no_seats().command();

    assert_eq!(office.answer(&OPERATOR, &nothing), "seats-in-use");
    assert_eq!(
        office.after(&[license("ann", None)]).answer(&OPERATOR, &nothing),
        "ok"
    );
}

#[test]
fn l8_who_gave_up_the_pools_seats_may_go_to_a_plan_without_them() {
    let mut office = Office::with_seats(1, 4).after(&[resize("default", 0)]);

    office.does(&subscribe("team", 1, 0));

    assert_eq!(
        office.answer(&OPERATOR, &resize("default", 1)),
        "plan-excludes-shared-seats"
    );
}

#[test]
fn the_same_subscription_again_changes_nothing() {
    let mut office = Office::with_seats(2, 10);

    assert_eq!(office.does(&subscribe("enterprise", 2, 10)).events, []);
}

#[test]
fn a_subscription_chosen_from_an_outdated_one_is_refused() {
    let mut office = Office::with_seats(2, 10);
    let seen = office.account.subscription.clone();
    let from_seen = |named: u32| {
        let bought = kit::subscription(named, 10, pool("default")).seen(&seen);
        bought.command()
    };
    let change = from_seen(3);
    let other = from_seen(4);

    office.does(&change);

    assert_eq!(office.answer(&OPERATOR, &other), "changed-meanwhile");
    // A caller whose answer was lost repeats the same request.
    assert_eq!(office.answer(&OPERATOR, &change), "ok");
}

#[test]
fn a_product_without_seats_may_be_missing_in_the_subscription_that_was_seen() {
    let mut office = Office::with_seats(2, 10);
    let seen = office.account.subscription.clone();
    let desk = kit::subscription(2, 10, pool("default")).and("desk".parse().unwrap(), 0, 0, pool("desk"));
    office.does(&desk.command());

    let next = kit::subscription(3, 10, pool("default")).seen(&seen);

    assert_eq!(office.answer(&OPERATOR, &next.command()), "ok");
}

#[test]
fn a_second_product_gets_a_default_pool_of_its_own() {
    let mut office = Office::with_seats(2, 10);
    let desk: crate::text::Product = "service-desk".parse().unwrap();
    let both = |id| {
        let bought = kit::subscription(2, 10, pool("default"));
        bought.and(desk.clone(), 0, 4, id).command()
    };
    assert_eq!(office.answer(&OPERATOR, &both(pool("default"))), "invalid");

    office.does(&both(pool("desk")));

    assert_eq!(office.account.default_pool(&desk).unwrap().id, pool("desk"));
    assert_eq!(office.account.shared_distributed(&product()), 10);
}

#[test]
fn r7_only_the_operator_names_and_closes_accounts() {
    let office = Office::with_seats(2, 10)
        .with("olga", Role::Owner, &[])
        .with_members(&["mia"]);

    for (actor, answer) in [
        (OPERATOR, "ok"),
        (by("olga"), "forbidden"),
        (by("mia"), "forbidden"),
        (key(&Scope::ALL), "forbidden"),
        (by("nobody"), "not-found"),
        (crate::Actor::SignIn(laptop("mia")), "not-found"),
        (crate::Actor::Ticket(TicketId::from_bits(1)), "not-found"),
    ] {
        for command in [
            kit::rename_account("Works"),
            Command::Account(AccountCommand::Delete),
        ] {
            assert_eq!(office.answer(&actor, &command), answer, "{actor} {command:?}");
        }
    }
}

#[test]
fn q3_minutes_add_up_and_none_are_not_an_amount() {
    let mut office = Office::with_seats(0, 1);

    office.does(&add_minutes("first", 60));
    office.does(&add_minutes("second", 60));

    assert_eq!(office.account.minutes(), 120);
    for top_up in ["first", "third"] {
        assert_eq!(office.answer(&OPERATOR, &add_minutes(top_up, 0)), "invalid");
    }
}

#[test]
fn q3_a_top_up_that_is_asked_for_again_adds_nothing() {
    let mut office = Office::with_seats(0, 1).after(&[add_minutes("first", 60), add_minutes("second", 5)]);

    let again = office.does(&add_minutes("first", 60));

    assert_eq!(again.events, []);
    assert_eq!(office.account.minutes(), 65);
}

#[test]
fn q3_a_top_up_stands_for_one_number_of_minutes() {
    let office = Office::with_seats(0, 1).after(&[add_minutes("first", 60)]);

    assert_eq!(
        office.refusal(&add_minutes("first", 61)),
        Refusal::State(StateRefusal::AlreadyExists {
            what: "top-up",
            field: "id"
        })
    );
    assert_eq!(
        office.answer(&key(&[Scope::Read]), &add_minutes("first", 60)),
        "forbidden"
    );
}

#[test]
fn q3_only_the_newest_top_ups_are_known_again() {
    let made = |number: usize| add_minutes(&number.to_string(), 1);
    let all: Vec<Command> = (0..=TOP_UPS_KEPT).map(made).collect();
    let mut office = Office::with_seats(0, 1).after(&all);

    let newest_forgotten = office.does(&made(0));
    let oldest_known = office.does(&made(2));

    assert_eq!(newest_forgotten.events.len(), 1);
    assert_eq!(oldest_known.events, []);
}

#[test]
fn q3_minutes_that_were_bought_before_top_ups_had_ids_count_as_ever() {
    let mut account = Office::new().account;
    let stored = r#"{"minutes_added":{"minutes":40}}"#;
    let event: Event = serde_json::from_str(stored).unwrap();

    crate::evolve::evolve(&mut account, &event, now());

    assert_eq!(account.minutes(), 40);
    assert_eq!(serde_json::to_string(&event).unwrap(), stored);
    let mut state = serde_json::to_value(&account).unwrap();
    state.as_object_mut().unwrap().remove("top_ups").unwrap();
    let read: Account = serde_json::from_value(state).unwrap();
    assert_eq!(read.restored().minutes(), 40);
}

#[test]
fn l5_closing_an_account_tells_every_device_and_leaves_nothing_behind() {
    let mut office = Office::with_seats(1, 1)
        .after(&[create("ann", Some(true))])
        .with_members(&["ben", "cem"])
        .after(&[
            license("ben", shared("default")),
            license("cem", shared("default")),
        ]);
    for name in ["ann", "ben", "cem"] {
        office.does(&sign_in(name));
    }

    let closed = office.does(&Command::Account(AccountCommand::Delete));

    assert_eq!(
        sign_ins_ended(&closed),
        [
            (laptop("ann"), EndReason::Closed),
            (laptop("ben"), EndReason::Closed)
        ]
    );
    assert_eq!(tickets_ended(&closed), [EndReason::Closed]);
    assert!(office.account.is_deleted() && office.account.users().is_empty());
    assert_eq!(office.account.next_due(), None);
    assert_eq!(
        office.answer(&OPERATOR, &Command::Account(AccountCommand::Delete)),
        "not-found"
    );
}
