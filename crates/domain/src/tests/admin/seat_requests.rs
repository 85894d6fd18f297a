//! Requests for seats, and seats that are lent.

use super::office::*;
use crate::Input;
use crate::command::PoolPatch;
use crate::event::EndReason;
use crate::permission::{Actor, Privilege, Role};
use crate::refusal::{Refusal, StateRefusal};
use crate::seat_request::{Loan, SeatRequest};
use crate::tests::kit;
use crate::tests::witness::take_step;
use crate::time::{Millis, Secs, Timestamp};
use crate::user::License;

const NAMED: License = License::Named;

fn office() -> Office {
    Office::with_seats(1, 2)
        .with_members(&["ann", "ben"])
        .with("sia", Role::Manager, &[Privilege::SeatsManage])
        .after(&[create_pool("night", 0)])
}

fn of(name: &str) -> Actor {
    Actor::User(user(name))
}

fn request<'a>(office: &'a Office, name: &str) -> Option<&'a SeatRequest> {
    office.account.user(user(name)).unwrap().seat_request(&product())
}

fn loan(office: &Office, name: &str) -> Option<Loan> {
    office.account.user(user(name)).unwrap().loan(&product()).copied()
}

fn after(secs: u32) -> Timestamp {
    now() + Secs::new(secs)
}

#[test]
fn l14_users_ask_for_themselves_and_those_who_manage_seats_answer() {
    let mut office = office();
    let ask = kit::ask_for_seat(user("ann"), "I stand in for Ben");
    assert_eq!(office.answer(&of("ben"), &ask), "not-found");
    assert_eq!(office.answer(&of("sia"), &ask), "forbidden");
    office.does_as(&of("ann"), &ask).unwrap();
    assert_eq!(
        office.does_as(&of("ann"), &ask).unwrap().events,
        [],
        "the same request again"
    );
    let sent = request(&office, "ann").unwrap();
    assert_eq!(
        (sent.note.reveal().as_str(), sent.is_open()),
        ("I stand in for Ben", true)
    );

    let decline = kit::decline_seat(user("ann"), "Not this week");
    assert_eq!(office.answer(&of("ann"), &decline), "not-found");
    office.does_as(&of("sia"), &decline).unwrap();

    let declined = request(&office, "ann").unwrap().declined.clone().unwrap();
    assert_eq!(declined.by.name.unwrap().reveal().as_str(), "sia");
    assert_eq!(declined.by.note.unwrap().reveal().as_str(), "Not this week");
    let refusal = office.refusal(&kit::grant_seat(user("ann"), NAMED, None));
    assert!(
        matches!(
            refusal,
            Refusal::State(StateRefusal::ChangedMeanwhile {
                field: "seat_request",
                ..
            })
        ),
        "{refusal}"
    );
    let dismiss = kit::withdraw_seat_request(user("ann"));
    office.does_as(&of("ann"), &dismiss).unwrap();
    assert_eq!(request(&office, "ann"), None);
}

#[test]
fn l14_a_grant_without_a_free_seat_leaves_the_request_open() {
    let mut office = office();
    office.does(&license("ben", Some(NAMED)));
    office.does(&kit::ask_for_seat(user("ann"), "Please"));

    let grant = kit::grant_seat(user("ann"), NAMED, None);
    assert_eq!(office.answer(&of("sia"), &grant), "not-enough-seats");

    assert!(request(&office, "ann").unwrap().is_open());
    office.does(&kit::grant_seat(
        user("ann"),
        License::Shared(pool("default")),
        None,
    ));
    assert_eq!(request(&office, "ann"), None);
    assert_eq!(office.license_of("ann"), shared("default"));
}

#[test]
fn l14_moving_a_user_to_another_pool_is_no_answer() {
    let mut office = office();
    office.does(&license("ann", shared("default")));
    office.does(&kit::ask_for_seat(user("ann"), "The pool is always full"));

    office.does(&license("ann", shared("night")));

    assert!(request(&office, "ann").unwrap().is_open());
}

#[test]
fn l14_hidden_characters_are_refused_in_what_people_say() {
    let mut office = office();
    let ask = kit::ask_for_seat(user("ann"), "Ple\u{202e}ase");
    assert_eq!(office.answer(&of("ann"), &ask), "invalid");
    office.does(&kit::ask_for_seat(user("ann"), "Please"));
    let decline = kit::decline_seat(user("ann"), "N\u{202e}o");
    assert_eq!(office.answer(&of("sia"), &decline), "invalid");
}

#[test]
fn l15_a_loan_is_extended_and_made_permanent_without_an_end_of_the_work() {
    let mut office = office();
    office.does(&license("ann", shared("default")));
    office.does(&kit::lend(user("ann"), NAMED, after(60)));
    office.does(&kit::sign_in(user("ann"), crate::SignInId::from_bits(1), kit::device("a", "A")).command());

    office.does(&kit::lend(user("ann"), NAMED, after(120)));

    assert_eq!(
        loan(&office, "ann"),
        Some(Loan {
            until: after(120),
            back_to: Some(pool("default")),
        })
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
    let wait = kit::sign_in(user("ann"), crate::SignInId::from_bits(1), kit::device("a", "A"));
    office.does(&wait.wait(true).command());
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
    let bens = Loan {
        until: after(60),
        back_to: Some(pool("default")),
    };
    assert_eq!(loan(&office, "ben"), Some(bens));
    office.tick_at(61);
    assert_eq!(office.license_of("ben"), shared("default"));
    assert_eq!(office.license_of("ann"), None);
}
