//! Requests for seats.

use super::office::*;
use crate::permission::{Actor, Privilege, Role};
use crate::refusal::{Refusal, StateRefusal};
use crate::seat_request::SeatRequest;
use crate::tests::kit;
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
