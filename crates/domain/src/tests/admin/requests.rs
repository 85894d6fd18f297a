//! What an account asks the operator for (L10).

use super::office::*;
use crate::account::ProductSeats;
use crate::command::{AccountCommand, Command, RequestAnswer, SubscriptionSeen};
use crate::event::{AccountEvent, Event};
use crate::management::Management;
use crate::permission::{Actor, Role, Scope};
use crate::purchase::{Purchase, PurchaseKind, RequestOutcome, SubscriptionRequest};
use crate::terms::Terms;
use crate::tests::kit;
use crate::text::Product;
use crate::time::Secs;
use crate::{SubscriptionRequestId, TopUpId};

/// An office of 2 named and 10 shared seats, of which `sue` asks for more.
fn office() -> Office {
    let mut sue = profile("sue", Role::Owner, &[]);
    sue.billing_contact = true;
    Office::with_seats(2, 10).after(&[create_with(sue, Some(false))])
}

/// Asks for named seats with this request.
fn ask(bits: u128, named_seats: u32) -> Command {
    let seats = kit::subscription(named_seats, 10, pool("default"));
    seats.request(bits).command()
}

fn ask_for_minutes(bits: u128, top_up: u128, minutes: u32) -> Command {
    kit::add_or_ask_for_minutes(TopUpId::from_bits(top_up), minutes, kit::request(bits))
}

fn asks(office: &mut Office, command: &Command) -> Vec<Event> {
    office.does_as(&by("sue"), command).unwrap().events
}

fn request(office: &Office, bits: u128) -> &SubscriptionRequest {
    let id = SubscriptionRequestId::from_bits(bits);
    office.account.subscription_request(id).unwrap()
}

fn ids(office: &Office) -> Vec<u128> {
    let requests = office.account.subscription_requests();
    requests.map(|request| request.id.bits()).collect()
}

fn named_seats(office: &Office) -> u32 {
    office.account.bought(&product()).named_seats
}

fn approve_instead(bits: u128, instead: Purchase) -> Command {
    let answer = RequestAnswer::Approve {
        instead: Some(instead),
        seen: None,
        default_pools: [].into(),
    };
    kit::answer(bits, answer)
}

#[test]
fn l10_a_request_changes_nothing_until_it_is_approved() {
    let mut office = office();

    let events = asks(&mut office, &ask(1, 5));

    assert!(matches!(
        events[..],
        [Event::Account(AccountEvent::Requested { .. })]
    ));
    assert_eq!(named_seats(&office), 2);
    let open = request(&office, 1);
    assert_eq!(open.asked.kind(), PurchaseKind::Subscription);
    assert_eq!(
        (open.by.actor.clone(), &open.answer),
        (user("sue").to_string(), &None)
    );
    office.does(&kit::approve(1));
    assert_eq!(named_seats(&office), 5);
    let answer = request(&office, 1).answer.as_ref().unwrap();
    assert_eq!(answer.outcome, RequestOutcome::Approved);
}

#[test]
fn l10_keys_ask_as_people_do_and_their_name_is_kept() {
    let mut office = office();
    let key = key(&[Scope::SubscriptionManage]);

    office.does_as(&key, &ask_for_minutes(1, 1, 60)).unwrap();

    let by = &request(&office, 1).by;
    assert_eq!(by.actor, key.to_string());
    assert_eq!(by.name.as_ref().unwrap().reveal().as_str(), "Key");
    assert_eq!(office.account.minutes(), 0);
}

#[test]
fn l10_a_declined_request_changes_nothing_and_says_so() {
    let mut office = office();
    asks(&mut office, &ask_for_minutes(1, 1, 60));
    let note = Some("Please call us first.".parse().unwrap());

    office.does(&Command::Account(AccountCommand::AnswerRequest {
        id: SubscriptionRequestId::from_bits(1),
        answer: RequestAnswer::Decline,
        note,
    }));

    assert_eq!(office.account.minutes(), 0);
    let answer = request(&office, 1).answer.as_ref().unwrap();
    assert_eq!(answer.outcome, RequestOutcome::Declined);
    assert_eq!(
        answer.by.note.as_ref().unwrap().reveal().as_str(),
        "Please call us first."
    );
}

#[test]
fn l10_the_operator_can_approve_something_else_of_the_same_kind() {
    let mut office = office();
    asks(&mut office, &ask(1, 50));
    asks(&mut office, &ask_for_minutes(2, 7, 600));
    let four = Purchase::Subscription {
        plan: kit::plan("enterprise"),
        products: [(
            product(),
            ProductSeats {
                named_seats: 4,
                shared_seats: 10,
            },
        )]
        .into(),
    };
    let some = Purchase::Minutes {
        id: TopUpId::from_bits(0),
        minutes: 60,
    };
    assert_eq!(
        office.answer(&OPERATOR, &approve_instead(1, some.clone())),
        "invalid"
    );
    assert_eq!(
        office.answer(&OPERATOR, &approve_instead(2, four.clone())),
        "invalid"
    );

    office.does(&approve_instead(1, four.clone()));
    office.does(&approve_instead(2, some));

    assert_eq!((named_seats(&office), office.account.minutes()), (4, 60));
    let outcome = |bits| request(&office, bits).answer.as_ref().unwrap().outcome.clone();
    assert_eq!(outcome(1), RequestOutcome::Changed { bought: four });
    // The top-up has the id with which it was asked for.
    let bought = Purchase::Minutes {
        id: TopUpId::from_bits(7),
        minutes: 60,
    };
    assert_eq!(outcome(2), RequestOutcome::Changed { bought });
}

#[test]
fn l10_an_account_has_at_most_one_open_request_of_each_kind() {
    let mut office = office();
    asks(&mut office, &ask(1, 5));
    asks(&mut office, &ask_for_minutes(2, 2, 60));
    assert_eq!(ids(&office), [1, 2]);

    asks(&mut office, &ask(3, 6));

    assert_eq!(ids(&office), [3, 2]);
    assert_eq!(office.answer(&OPERATOR, &kit::approve(1)), "not-found");
    assert_eq!(office.answer(&OPERATOR, &kit::approve(3)), "ok");
}

#[test]
fn l10_the_same_request_again_is_the_same_request() {
    let mut office = office();
    asks(&mut office, &ask(1, 5));
    asks(&mut office, &ask_for_minutes(2, 2, 60));

    assert_eq!(asks(&mut office, &ask(3, 5)), []);
    assert_eq!(asks(&mut office, &ask_for_minutes(4, 2, 60)), []);
    assert_eq!(ids(&office), [1, 2]);
    let other = ask_for_minutes(4, 2, 61);
    assert_eq!(office.answer(&by("sue"), &other), "already-exists");

    // After its answer, too: a top-up is bought once.
    office.does(&kit::approve(2));
    assert_eq!(asks(&mut office, &ask_for_minutes(5, 2, 60)), []);
    assert_eq!(office.account.minutes(), 60);
}

#[test]
fn l10_a_request_is_answered_once_and_by_the_operator() {
    let mut office = office();
    asks(&mut office, &ask(1, 5));

    for actor in [by("sue"), key(&Scope::ALL)] {
        assert_eq!(office.answer(&actor, &kit::approve(1)), "forbidden");
    }
    assert_eq!(
        office.answer(&Actor::SignIn(laptop("sue")), &kit::approve(1)),
        "not-found"
    );
    assert_eq!(office.answer(&OPERATOR, &kit::approve(2)), "not-found");
    office.does(&kit::approve(1));
    assert_eq!(office.answer(&OPERATOR, &kit::approve(1)), "wrong-state");
    assert_eq!(
        office.answer(&OPERATOR, &kit::answer(1, RequestAnswer::Decline)),
        "wrong-state"
    );
}

#[test]
fn l10_what_cannot_be_bought_cannot_be_asked_for() {
    let mut office = office().after(&[license("sue", Some(crate::user::License::Named))]);

    assert_eq!(office.answer(&by("sue"), &ask(1, 0)), "seats-in-use");
    assert_eq!(office.answer(&by("sue"), &ask_for_minutes(1, 1, 0)), "invalid");
    assert_eq!(
        office.answer(&by("sue"), &subscribe("team", 2, 10)),
        "plan-excludes-shared-seats"
    );

    // A request that can be carried out no more stays open.
    asks(&mut office, &ask(1, 1));
    office.does(&create("ann", Some(true)));
    assert_eq!(office.answer(&OPERATOR, &kit::approve(1)), "seats-in-use");
    assert_eq!(request(&office, 1).answer, None);
}

#[test]
fn l10_an_approved_request_makes_the_default_pool_of_a_new_product() {
    let mut office = office();
    let desk: Product = "service-desk".parse().unwrap();
    let both = kit::subscription(2, 10, pool("default")).and(desk.clone(), 0, 4, pool("asked"));
    asks(&mut office, &both.request(1).command());
    let answer = RequestAnswer::Approve {
        instead: None,
        seen: None,
        default_pools: [(desk.clone(), pool("desk"))].into(),
    };

    office.does(&kit::answer(1, answer));

    assert_eq!(office.account.default_pool(&desk).unwrap().id, pool("desk"));
}

#[test]
fn l10_what_is_approved_does_not_count_towards_bounds() {
    let mut office = office();
    asks(&mut office, &ask_for_minutes(1, 1, 60));
    office.does(&kit::manage(kit::bounds((0, 9), (0, 99), 60)));

    office.does(&kit::approve(1));

    assert_eq!(office.account.minutes_left_to_buy(now()), Some(60));
    assert_eq!(office.answer(&by("sue"), &ask_for_minutes(2, 2, 60)), "ok");
}

#[test]
fn l10_closing_the_account_ends_its_requests() {
    let mut office = office().after(&[kit::manage(Management::OnRequest)]);
    asks(&mut office, &ask(1, 5));

    office.does(&Command::Account(AccountCommand::Delete));

    assert_eq!(ids(&office), [0; 0]);
}

#[test]
fn l10_minutes_that_were_added_meanwhile_are_not_added_again() {
    let mut office = office();
    asks(&mut office, &ask_for_minutes(1, 1, 60));
    office.does(&kit::manage(Management::Free));
    asks(&mut office, &ask_for_minutes(2, 1, 60));

    assert_eq!(office.account.minutes(), 60);
    assert_eq!(office.answer(&OPERATOR, &kit::approve(1)), "wrong-state");
    assert_eq!(
        office.answer(&OPERATOR, &kit::answer(1, RequestAnswer::Decline)),
        "ok"
    );
}

#[test]
fn l10_an_open_request_is_withdrawn_and_an_answered_one_dismissed() {
    let mut office = office().with("olga", Role::Owner, &[]);
    asks(&mut office, &ask(1, 5));
    asks(&mut office, &ask_for_minutes(2, 2, 60));
    office.does(&kit::approve(2));
    for bits in [1, 2] {
        let remove = kit::remove_request(bits);
        assert_eq!(office.answer(&by("olga"), &remove), "forbidden");
        let other = key(&[Scope::SeatsManage]);
        assert_eq!(office.answer(&other, &remove), "forbidden");
    }

    // However the subscription is managed by now.
    office.does(&kit::manage(Management::Closed));
    office.does_as(&by("sue"), &kit::remove_request(1)).unwrap();
    let key = key(&[Scope::SubscriptionManage]);
    office.does_as(&key, &kit::remove_request(2)).unwrap();

    assert_eq!(ids(&office), [0; 0]);
    assert_eq!((named_seats(&office), office.account.minutes()), (2, 60));
    assert_eq!(office.answer(&OPERATOR, &kit::approve(1)), "not-found");
    assert_eq!(office.answer(&by("sue"), &kit::remove_request(1)), "not-found");
}

#[test]
fn l10_seats_that_were_chosen_from_another_subscription_are_not_approved_as_they_were_asked_for() {
    let mut office = office();
    asks(&mut office, &ask(1, 5));
    office.does(&subscribe("enterprise", 3, 10));
    assert!(request(&office, 1).is_outdated(office.account.subscription()));
    assert_eq!(office.answer(&OPERATOR, &kit::approve(1)), "changed-meanwhile");

    // The operator says what it should be now, and from what that was chosen.
    let asked = request(&office, 1).asked.clone();
    let instead = |seen| {
        let answer = RequestAnswer::Approve {
            instead: Some(asked.clone()),
            seen: Some(seen),
            default_pools: [].into(),
        };
        kit::answer(1, answer)
    };
    let seen = |named_seats| SubscriptionSeen {
        plan: Some("enterprise".parse().unwrap()),
        products: [(
            product(),
            ProductSeats {
                named_seats,
                shared_seats: 10,
            },
        )]
        .into(),
    };
    assert_eq!(office.answer(&OPERATOR, &instead(seen(2))), "changed-meanwhile");
    office.does(&instead(seen(3)));

    assert_eq!(named_seats(&office), 5);
}

#[test]
fn l10_minutes_are_approved_whatever_the_subscription_is() {
    let mut office = office();
    asks(&mut office, &ask_for_minutes(1, 1, 60));

    office.does(&subscribe("enterprise", 3, 10));

    assert_eq!(office.answer(&OPERATOR, &kit::approve(1)), "ok");
}

#[test]
fn l10_other_terms_do_not_outdate_a_request_for_seats() {
    let mut office = office();
    asks(&mut office, &ask(1, 5));
    let terms = Terms {
        end: Some(now() + Secs::new(1_000_000)),
        ..Terms::default()
    };
    let bought = kit::subscription(2, 10, pool("default"));

    office.does(&bought.terms(terms).command());
    office.does(&kit::approve(1));

    assert_eq!(named_seats(&office), 5);
    assert_eq!(office.account.subscription().terms, terms);
}
