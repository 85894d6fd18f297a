//! Texts for people may not contain invisible characters, wherever they come from, and stored ones stay readable.

use super::office::*;
use crate::command::{Command, PoolPatch, SessionCommand, UserPatch};
use crate::event::UserEvent;
use crate::presence::{Customer, Start};
use crate::refusal::Refusal;
use crate::tests::kit;
use crate::{Event, SessionId};

/// A name with a character that reverses the text after it.
const TURNED: &str = "Zo\u{202e}e";

fn renamed(name: &str) -> UserPatch {
    UserPatch {
        name: Some(name.parse().unwrap()),
        ..UserPatch::default()
    }
}

#[test]
fn every_command_with_a_text_says_which_character_it_does_not_take_and_where() {
    let office = Office::with_seats(2, 2)
        .with_members(&["mia"])
        .after(&[create_pool("night", 0), create_group("crew", &[])]);
    let mut newman = profile("newman", crate::permission::Role::Member, &[]);
    newman.name = TURNED.parse().unwrap();
    let mut address = renamed("Mia");
    address.email = Some("m\u{200b}ia@example.com".parse().unwrap());
    let mut called = entry("mia");
    called.family_name = Some(TURNED.parse().unwrap());
    let customer = Some(Customer {
        name: TURNED.parse().unwrap(),
    });
    let id = SessionId::from_bits(1);

    for (command, field, position, code) in [
        (create_with(newman, None), "name", 3, "202E"),
        (change("mia", renamed(TURNED)), "name", 3, "202E"),
        (change("mia", address), "email", 2, "200B"),
        (
            change(
                "mia",
                UserPatch {
                    directory: Some(Some(called)),
                    ..UserPatch::default()
                },
            ),
            "family_name",
            3,
            "202E",
        ),
        (
            change_pool(
                "night",
                PoolPatch {
                    name: Some(TURNED.parse().unwrap()),
                    ..PoolPatch::default()
                },
            ),
            "name",
            3,
            "202E",
        ),
        (
            Command::Session(SessionCommand::Connect {
                id,
                customer: customer.clone(),
                proof: crate::presence::JoinProof::None,
            }),
            "customer.name",
            3,
            "202E",
        ),
        (
            kit::call(id, laptop("mia"))
                .start(Start::Standby)
                .customer(customer)
                .command(),
            "customer.name",
            3,
            "202E",
        ),
        (
            kit::sign_out_with(laptop("mia"), Some(TURNED.parse().unwrap()), None),
            "reason",
            3,
            "202E",
        ),
    ] {
        let Refusal::Invalid {
            field: named,
            expected,
        } = office.refusal(&command)
        else {
            panic!("{command:?}");
        };
        assert_eq!(named, field);
        assert!(
            expected.ends_with(&format!("position {position} is U+{code}")),
            "{expected}"
        );
    }
}

#[test]
fn a_name_that_was_stored_before_is_read_and_may_be_said_again() {
    let mut office = Office::with_seats(0, 0).with_members(&["mia"]);
    let mut stored = office.account.user(user("mia")).unwrap().profile.clone();
    stored.name = TURNED.parse().unwrap();
    let event = Event::User(UserEvent::Changed {
        id: user("mia"),
        profile: stored,
    });
    let text = serde_json::to_string(&event).unwrap();

    crate::evolve::evolve(&mut office.account, &serde_json::from_str(&text).unwrap(), now());

    assert_eq!(
        office
            .account
            .user(user("mia"))
            .unwrap()
            .profile
            .name
            .reveal()
            .as_str(),
        TURNED
    );
    assert_eq!(office.answer(&OPERATOR, &change("mia", renamed(TURNED))), "ok");
    assert_eq!(office.answer(&OPERATOR, &change("mia", renamed("Zoe"))), "ok");
}

#[test]
fn one_address_is_taken_however_it_is_written() {
    let mut office = Office::with_seats(0, 0);
    let with_address = |name: &str, address: &str| {
        let mut profile = profile(name, crate::permission::Role::Member, &[]);
        profile.email = address.parse().unwrap();
        create_with(profile, Some(false))
    };
    office.does(&with_address("zoe", "zo\u{eb}@example.com"));

    assert_eq!(
        office.answer(&OPERATOR, &with_address("zoo", "ZOE\u{308}@example.com")),
        "already-exists"
    );
}
