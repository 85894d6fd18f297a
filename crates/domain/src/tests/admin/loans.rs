//! Seats that are lent, and what a license is good for that has ended.

use super::office::*;
use crate::command::{OneOrMore, PoolPatch};
use crate::event::EndReason;
use crate::permission::Actor;
use crate::presence::TicketState;
use crate::rules::{Rules, SeatPer, WhenFull};
use crate::seat_request::Loan;
use crate::tests::kit;
use crate::tests::witness::take_step;
use crate::time::{Millis, Secs, Timestamp};
use crate::user::License;
use crate::{Input, UserId};

const NAMED: License = License::Named;

fn office() -> Office {
    Office::with_seats(1, 2)
        .with_members(&["ann", "ben"])
        .after(&[create_pool("night", 0)])
}

fn loan(office: &Office, name: &str) -> Option<Loan> {
    office.account.user(user(name)).unwrap().loan(&product()).copied()
}

fn after(secs: u32) -> Timestamp {
    now() + Secs::new(secs)
}

#[test]
fn l15_a_loan_is_extended_and_made_permanent_without_an_end_of_the_work() {
    let mut office = office();
    office.does(&license("ann", shared("default")));
    office.does(&kit::lend(user("ann"), NAMED, after(60)));
    office.does(&sign_in("ann"));

    office.does(&kit::lend(user("ann"), NAMED, after(120)));

    assert_eq!(
        loan(&office, "ann"),
        Some(Loan::new(after(120), Some(pool("default"))))
    );
    office.does(&license("ann", Some(NAMED)));
    assert_eq!(loan(&office, "ann"), None);
    assert_eq!(office.account.sign_ins().len(), 1, "the work goes on");
}

#[test]
fn l15_the_end_is_when_the_wall_clock_shows_it() {
    let mut office = office();
    // The wall clock was set back by an hour, and catches up.
    let wall = Input::WallClock(now() - Millis::new(3_600_000));
    take_step(&mut office.account, wall, &Actor::System, now()).unwrap();
    take_step(&mut office.account, Input::NoteWallClock, &Actor::System, now()).unwrap();

    office.does(&kit::lend(user("ann"), NAMED, after(60)));

    let until = loan(&office, "ann").unwrap().until;
    assert_ne!(until, after(60));
    assert_eq!(office.account.shown(until).get(), after(60));
}

#[test]
fn l15_a_loan_ends_the_wait_of_its_user_and_the_place_in_a_deleted_pool_is_lost() {
    let mut office = office();
    office.does(&license("ann", shared("night")));
    office.does(&kit::lend(
        user("ann"),
        License::Shared(pool("default")),
        after(60),
    ));
    office.does(&kit::change_pool(
        pool("default"),
        PoolPatch {
            seats: Some(0),
            ..PoolPatch::default()
        },
    ));
    office.does(&sign_in("ann"));
    office.does(&kit::delete_pool(
        pool("night"),
        crate::command::LeavingUsers::Refuse,
    ));

    let ended = office.tick_at(61);

    assert_eq!(tickets_ended(&ended), [EndReason::LicenseChanged]);
    assert_eq!(office.license_of("ann"), None);
    assert_eq!(loan(&office, "ann"), None);
}

#[test]
fn l15_a_loan_that_is_moved_or_reassigned_stays_one() {
    let mut office = office();
    office.does(&kit::lend(
        user("ann"),
        License::Shared(pool("default")),
        after(60),
    ));

    office.does(&kit::move_users(pool("default"), pool("night"), None));
    assert_eq!(loan(&office, "ann").map(|loan| loan.until), Some(after(60)));
    office.does(&license("ben", shared("default")));
    office.does(&reassign("ann", "ben"));

    assert_eq!(loan(&office, "ann"), None);
    let bens = Loan::new(after(60), Some(pool("default")));
    assert_eq!(loan(&office, "ben"), Some(bens));
    office.tick_at(61);
    assert_eq!(office.license_of("ben"), shared("default"));
    assert_eq!(office.license_of("ann"), None);
}

/// Each device has a seat. Ann works on her laptop with a lent place, and waits for a seat for her phone, before Cleo.
fn waiting_for_another_device() -> Office {
    let rules_of_devices = Rules {
        seat_per: SeatPer::Device,
        max_devices_per_user: None,
        when_full: vec![WhenFull::Queue],
        ..Rules::default()
    };
    let mut office = Office::with_seats(0, 2).with_members(&["ann", "ben", "cleo"]);
    office.does(&change_pool("default", rules(rules_of_devices)));
    for name in ["ben", "cleo"] {
        office.does(&license(name, shared("default")));
    }
    office.does(&kit::lend(
        user("ann"),
        License::Shared(pool("default")),
        after(30),
    ));
    for (name, device) in [
        ("ann", "laptop"),
        ("ben", "laptop"),
        ("ann", "phone"),
        ("cleo", "phone"),
    ] {
        office.does(&sign_in_on(name, device));
    }
    office
}

fn offered(office: &Office) -> Vec<UserId> {
    let tickets = office.account.tickets().values();
    let offered = tickets.filter(|ticket| matches!(ticket.state, TicketState::Offered { .. }));
    offered.map(|ticket| ticket.user).collect()
}

#[test]
fn l15_a_wait_for_another_device_ends_with_the_license_and_its_offer_goes_to_the_next() {
    let mut office = waiting_for_another_device();
    office.does(&kit::sign_out(laptop("ben")));
    assert_eq!(offered(&office), [user("ann")]);

    let ended = office.tick_at(30);

    assert_eq!(tickets_ended(&ended), [EndReason::LicenseChanged]);
    assert_eq!(offered(&office), [user("cleo")]);
    assert!(
        office.account.sign_ins().contains_key(&laptop("ann")),
        "the work goes on"
    );
}

#[test]
fn l15_with_a_license_that_has_ended_no_other_device_signs_in() {
    let mut office = office();
    office.does(&kit::lend(user("ann"), NAMED, after(60)));
    office.does(&sign_in("ann"));
    assert_eq!(office.answer_at(59, &OPERATOR, &sign_in_on("ann", "phone")), "ok");

    for actor in [OPERATOR, by("ann"), Actor::System] {
        let answer = office.answer_at(60, &actor, &sign_in_on("ann", "phone"));
        assert_eq!(answer, "license-ended", "{actor}");
    }
    let both = OneOrMore {
        first: (on("ann", "laptop"), kit::device("laptop", "laptop")),
        others: vec![(on("ann", "phone"), kit::device("phone", "phone"))],
    };
    let both = kit::sign_in_on_all(user("ann"), both).command();
    assert_eq!(office.answer_at(60, &OPERATOR, &both), "license-ended");
    assert_eq!(
        office.answer_at(60, &OPERATOR, &sign_in("ann")),
        "ok",
        "it is signed in"
    );
}

#[test]
fn l15_a_user_who_gives_a_named_seat_back_may_ask_for_one() {
    let mut office = office();
    office.does(&license("ann", Some(NAMED)));
    office.does(&sign_in("ann"));
    let ask = kit::ask_for_seat(user("ann"), "Until the move is done");
    assert_eq!(office.answer(&by("ann"), &ask), "invalid");

    let ending = kit::subscription(1, 2, pool("default")).ending(product(), 1, 0, after(60));
    office.does(&ending.command());
    office.tick_at(60);

    assert_eq!(office.answer_at(60, &by("ann"), &ask), "ok");
}
