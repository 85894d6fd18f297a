//! Terms, ends of seats and minutes, and what is given back at them (L11 to L13).

use super::office::*;
use crate::account::Phase;
use crate::event::{AccountEvent, Event};
use crate::management::Management;
use crate::permission::{Actor, Privilege, Role};
use crate::terms::Terms;
use crate::tests::kit::{self, Subscription};
use crate::tests::witness::take_step;
use crate::time::{Millis, Secs, Timestamp};
use crate::user::License;
use crate::{Account, Input, TopUpId};

const DAY: u32 = 24 * 60 * 60;

/// So many days after the office was founded.
fn day(number: u32) -> Timestamp {
    now() + Secs::new(number * DAY)
}

fn ending_on(number: u32) -> Terms {
    Terms {
        end: Some(day(number)),
        ..Terms::default()
    }
}

/// Everything that is due by then is done. Returns what happened.
fn pass_to(account: &mut Account, number: u32) -> Vec<Event> {
    let decision = take_step(account, Input::Tick, &Actor::System, day(number));
    assert_eq!(account.broken(), []);
    decision.unwrap().events
}

fn same(office: &Office) -> Subscription {
    kit::as_before(office.account.subscription())
}

fn agree(office: &mut Office, terms: Terms) {
    let command = same(office).terms(terms).command();
    office.does(&command);
}

/// Three named seats, of which two end on day 30, for these people; the first has had theirs for the longest.
fn lent(names: &[&str]) -> Office {
    let mut office = Office::with_seats(3, 4).with_members(names);
    for name in names {
        office.does(&license(name, Some(License::Named)));
    }
    let command = same(&office).ending(product(), 2, 0, day(30)).command();
    office.does(&command);
    office
}

fn holders(office: &Office, names: &[&'static str]) -> Vec<&'static str> {
    let has = |name: &&&str| {
        let licenses = &office.account.users()[&user(name)].licenses;
        licenses.get(&product()) == Some(&License::Named)
    };
    names.iter().filter(has).copied().collect()
}

#[test]
fn l11_a_subscription_that_renews_moves_on_by_the_calendar_however_late() {
    let mut office = Office::with_seats(2, 0);
    let terms = Terms {
        renewal_months: Some(1),
        ..ending_on(30)
    };
    agree(&mut office, terms);

    // Day 0 is 1 January 1970, so day 30 is 31 January.
    assert_eq!(pass_to(&mut office.account, 29), []);
    pass_to(&mut office.account, 30);
    assert_eq!(
        office.account.subscription().ends_at(),
        Some(day(58)),
        "28 February"
    );
    assert_eq!(office.account.subscription().phase(day(30)), Phase::Running);

    let events = pass_to(&mut office.account, 200);

    assert_eq!(events, [Event::Account(AccountEvent::Renewed { renewals: 6 })]);
    assert_eq!(office.account.subscription().ends_at(), Some(day(211)), "31 July");
}

#[test]
fn l11_terms_as_they_are_shown_after_a_renewal_are_the_terms_as_they_are() {
    let mut office = Office::with_seats(2, 0);
    let terms = Terms {
        renewal_months: Some(1),
        ..ending_on(30)
    };
    agree(&mut office, terms);
    pass_to(&mut office.account, 31);
    let shown = office.account.subscription().current_terms();

    let again = same(&office).terms(shown).command();
    let decision = take_step(&mut office.account, Input::Command(&again), &OPERATOR, day(31));

    assert_eq!(decision.unwrap().events, []);
    assert_eq!(shown.end, Some(day(58)));
}

#[test]
fn l11_after_the_days_of_grace_nobody_signs_in_until_new_terms_are_set() {
    let mut office = Office::with_seats(2, 0).with_members(&["ann"]);
    office.does(&license("ann", Some(License::Named)));
    let terms = Terms {
        grace_days: 14,
        ..ending_on(30)
    };
    agree(&mut office, terms);

    assert_eq!(pass_to(&mut office.account, 43), []);
    assert_eq!(office.account.subscription().phase(day(43)), Phase::Grace);
    assert_eq!(office.answer(&OPERATOR, &sign_in("ann")), "ok");

    // A server that was down says when it was due.
    let events = pass_to(&mut office.account, 50);
    assert_eq!(events, [Event::Account(AccountEvent::Ended { due: day(44) })]);
    assert_eq!(office.account.subscription().phase(day(50)), Phase::Ended);
    assert_eq!(office.answer(&OPERATOR, &sign_in("ann")), "subscription-ended");

    // Other numbers under the same terms do not begin it again.
    let more = same(&office).and(product(), 3, 0, pool("default")).command();
    office.does(&more);
    assert_eq!(office.answer(&OPERATOR, &sign_in("ann")), "subscription-ended");
    agree(&mut office, Terms::default());
    assert_eq!(office.answer(&OPERATOR, &sign_in("ann")), "ok");
    assert_eq!(office.account.next_due(), None);
}

#[test]
fn l11_terms_that_contradict_themselves_are_refused() {
    let office = Office::with_seats(2, 0);
    let endless = Terms::default();
    for terms in [
        Terms {
            trial: true,
            ..endless
        },
        Terms {
            grace_days: 1,
            ..endless
        },
        Terms {
            renewal_months: Some(1),
            ..endless
        },
        Terms {
            trial: true,
            renewal_months: Some(1),
            ..ending_on(30)
        },
        Terms {
            renewal_months: Some(0),
            ..ending_on(30)
        },
        Terms {
            renewal_months: Some(61),
            ..ending_on(30)
        },
        Terms {
            grace_days: 367,
            ..ending_on(30)
        },
        Terms {
            start: Some(day(1)),
            ..endless
        },
        Terms {
            end: Some(now()),
            ..endless
        },
    ] {
        let command = same(&office).terms(terms).command();

        assert_eq!(office.answer(&OPERATOR, &command), "invalid", "{terms:?}");
    }
    let started = Terms {
        start: Some(now()),
        ..endless
    };
    assert_eq!(
        office.answer(&OPERATOR, &same(&office).terms(started).command()),
        "ok"
    );
}

#[test]
fn l11_l12_only_the_operator_says_what_ends_and_everybody_else_leaves_it_as_it_is() {
    let mut sue = profile("sue", Role::Manager, &[Privilege::SubscriptionManage]);
    sue.billing_contact = true;
    let mut office = lent(&["ann"]).after(&[create_with(sue, Some(false)), kit::manage(Management::Free)]);
    agree(&mut office, ending_on(90));
    let before = office.account.subscription().clone();

    for command in [
        same(&office).terms(Terms::default()).command(),
        same(&office).for_good(product()).command(),
        kit::add_minutes_until(TopUpId::from_bits(1), 5, day(30)),
    ] {
        assert_eq!(office.answer(&by("sue"), &command), "forbidden", "{command:?}");
    }
    // What she has read she may say again, and change the rest.
    let bought = kit::subscription(5, 4, pool("default"))
        .terms(before.terms)
        .temporary(before.temporary.clone());
    office.does_as(&by("sue"), &bought.command()).unwrap();
    office
        .does_as(&by("sue"), &kit::subscription(6, 4, pool("default")).command())
        .unwrap();

    let after = office.account.subscription();
    assert_eq!((after.terms, &after.temporary), (before.terms, &before.temporary));
    assert_eq!(office.account.bought(&product()).named_seats, 6);
    // Two end, so she cannot have less than two.
    let fewer = kit::subscription(1, 4, pool("default")).command();
    assert_eq!(office.answer(&by("sue"), &fewer), "invalid");
}

#[test]
fn l12_seats_and_minutes_end_in_the_future_and_on_so_many_dates() {
    let mut office = Office::with_seats(100, 0);
    let ends = |count: u32| {
        let seats = (1..=count).fold(same(&office), |same, number| {
            same.ending(product(), 1, 0, day(number))
        });
        seats.command()
    };

    assert_eq!(office.answer(&OPERATOR, &ends(24)), "ok");
    assert_eq!(office.answer(&OPERATOR, &ends(25)), "invalid");
    let past = same(&office).ending(product(), 1, 0, Timestamp::from_millis(0));
    assert_eq!(office.answer(&OPERATOR, &past.command()), "invalid");
    let too_many = same(&office).ending(product(), 101, 0, day(1));
    assert_eq!(office.answer(&OPERATOR, &too_many.command()), "invalid");

    let top_up = |number: u32| kit::add_minutes_until(TopUpId::from_bits(number.into()), 1, day(number));
    for number in 1..=24 {
        office.does(&top_up(number));
    }
    assert_eq!(office.answer(&OPERATOR, &top_up(25)), "invalid");
    let past = kit::add_minutes_until(TopUpId::from_bits(99), 1, Timestamp::from_millis(0));
    assert_eq!(office.answer(&OPERATOR, &past), "invalid");
}

#[test]
fn l12_the_end_is_when_the_wall_clock_shows_it() {
    let mut office = Office::with_seats(2, 0);
    // The wall clock was set back by a day, and catches up.
    let behind = Millis::new(u64::from(DAY) * 1000);
    let wall = Input::WallClock(day(0) - behind);
    take_step(&mut office.account, wall, &Actor::System, day(0)).unwrap();
    take_step(&mut office.account, Input::NoteWallClock, &Actor::System, day(0)).unwrap();

    let command = same(&office).ending(product(), 1, 0, day(10)).command();
    office.does(&command);

    let seats = office.account.next_end(&product()).unwrap().seats;
    assert_ne!(seats.until, day(10));
    assert_eq!(office.account.shown(seats.until).get(), day(10));
}

#[test]
fn l13_what_is_shown_beforehand_is_what_is_carried_out() {
    let names = ["ann", "bob", "cid"];
    let mut office = lent(&names);
    let shown = office.account.next_end(&product()).unwrap();
    assert_eq!((shown.named_unassigned, shown.seats.named_seats), (0, 2));

    let events = pass_to(&mut office.account, 30);

    let Event::Account(AccountEvent::SeatsEnded { leaving, .. }) = &events[0] else {
        panic!("{events:?}");
    };
    assert_eq!(*leaving, shown.give_back.users);
    assert_eq!(holders(&office, &names).len(), 1);
    assert_eq!(office.account.over(&product()), None);
    assert_eq!(office.account.next_end(&product()), None);
}

#[test]
fn l13_those_who_are_switched_off_give_first_and_those_at_work_last() {
    let mut office = lent(&["ann", "bob", "cid"]);
    office.does(&change(
        "cid",
        crate::command::UserPatch {
            active: Some(false),
            ..crate::command::UserPatch::default()
        },
    ));
    office.does(&sign_in("ann"));

    let proposal = office.account.next_end(&product()).unwrap().give_back;

    assert_eq!(proposal.users, members(&["bob", "cid"]));
}

#[test]
fn l13_a_choice_is_bounded_by_what_has_to_be_given_back() {
    let mut office = lent(&["ann", "bob", "cid"])
        .with("sia", Role::Manager, &[Privilege::SeatsManage])
        .with_members(&["dan"]);
    let choose = |names: &[&str]| kit::choose_give_back(product(), &[], members(names));

    for (names, answer) in [
        (&["ann", "bob"][..], "ok"),
        (&["ann", "bob", "cid"], "invalid"),
        (&["dan"], "invalid"),
        (&["nobody"], "not-found"),
    ] {
        assert_eq!(office.answer(&by("sia"), &choose(names)), answer, "{names:?}");
    }
    assert_eq!(office.answer(&by("ann"), &choose(&["bob"])), "forbidden");
    let no_pool_needed = kit::choose_give_back(product(), &[(pool("default"), 1)], []);
    assert_eq!(office.answer(&by("sia"), &no_pool_needed), "invalid");
    let other = kit::choose_give_back("chat".parse().unwrap(), &[], []);
    assert_eq!(office.answer(&by("sia"), &other), "invalid");

    office.does_as(&by("sia"), &choose(&["cid"])).unwrap();
    let proposal = office.account.next_end(&product()).unwrap();
    assert!(proposal.give_back.users.contains(&user("cid")));
    assert_eq!(proposal.give_back.users.len(), 2);
    assert_eq!(proposal.chosen.users, members(&["cid"]));
    // Choosing nothing leaves it to the proposal, and an end that is gone needs no choice.
    office.does_as(&by("sia"), &choose(&[])).unwrap();
    assert!(office.account.next_end(&product()).unwrap().chosen.is_empty());
    office.does_as(&by("sia"), &choose(&["cid"])).unwrap();
    let endless = same(&office).for_good(product()).command();
    office.does(&endless);
    assert_eq!(office.account.next_end(&product()), None);
    office.does(&same(&office).ending(product(), 2, 0, day(30)).command());
    assert!(office.account.next_end(&product()).unwrap().chosen.is_empty());
}

#[test]
fn l13_an_account_over_its_subscription_gets_no_further_over_it_and_comes_back_by_itself() {
    let names = ["ann", "bob", "cid"];
    let mut office = lent(&names).with_members(&["dan"]);
    for name in names {
        office.does(&sign_in(name));
    }
    pass_to_with_heartbeats(&mut office, 30);
    assert_eq!(office.account.over(&product()).unwrap().named_seats, 2);

    for command in [license("dan", Some(License::Named)), reassign("ann", "dan")] {
        assert_eq!(
            office.answer(&OPERATOR, &command),
            "over-subscription",
            "{command:?}"
        );
    }
    let buy = |seats| kit::subscription(seats, 4, pool("default")).command();
    assert_eq!(office.answer(&OPERATOR, &buy(0)), "seats-in-use");
    // One more is bought, and one is taken away by hand: nothing has to be given back any more.
    office.does(&buy(2));
    assert_eq!(office.account.over(&product()).unwrap().named_seats, 1);
    office.does(&license("cid", None));

    assert_eq!(office.account.over(&product()), None);
    assert_eq!(holders(&office, &names), ["ann", "bob"]);
}

#[test]
fn l13_if_one_of_whom_a_seat_is_expected_has_none_any_more_another_is_expected_to_give() {
    let names = ["ann", "bob", "cid"];
    let mut office = lent(&names);
    for name in names {
        office.does(&sign_in(name));
    }
    pass_to_with_heartbeats(&mut office, 30);
    let leaving = office.account.over(&product()).unwrap().leaving.clone();
    let stays = names.into_iter().find(|name| !leaving.contains(&user(name)));
    let goes = names.into_iter().find(|name| leaving.contains(&user(name)));

    // Two seats are too many. Without the user who was to keep one, one is, and the first who stops work gives it.
    office.does(&license(stays.unwrap(), None));
    assert_eq!(office.account.over(&product()).unwrap().named_seats, 1);
    office.does(&kit::sign_out(laptop(goes.unwrap())));
    pass_to(&mut office.account, 30);

    assert_eq!(office.license_of(goes.unwrap()), None);
    assert_eq!(holders(&office, &names).len(), 1);
    assert_eq!(office.account.over(&product()), None);
}

/// The same as [`pass_to`], for people who stay at work.
fn pass_to_with_heartbeats(office: &mut Office, number: u32) -> Vec<Event> {
    let sign_ins: Vec<_> = office.account.sign_ins().keys().copied().collect();
    for sign_in in sign_ins {
        let heartbeat = kit::heartbeat(sign_in, true);
        take_step(
            &mut office.account,
            Input::Command(&heartbeat),
            &Actor::System,
            day(number),
        )
        .unwrap();
    }
    pass_to(&mut office.account, number)
}
