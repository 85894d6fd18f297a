//! P4: which users see each other, and their presence.

use super::fixture::*;
use crate::permission::Actor;
use crate::tests::kit;
use crate::user::License;
use crate::{Presence, TeamId};

fn team(shift: &mut Shift, name: &str, members: &[&str]) {
    let command = kit::create_team(
        TeamId::from_bits(bits(name)),
        name,
        members.iter().map(|member| shift.user(member).id).collect(),
    );
    shift.give(&Actor::Operator, &command);
}

fn contacts(shift: &Shift, name: &str) -> Vec<String> {
    let contacts = shift.account.contacts(shift.user(name));
    contacts
        .iter()
        .map(|user| user.profile.name.reveal().to_string())
        .collect()
}

/// A user's actions, and their presence after each.
#[test]
fn p4_presence_is_available_in_call_or_away() {
    type Step = (&'static str, fn(&mut Shift), Presence);
    let mut shift = Shift::with(1, help_desk(), &["ida"]);
    let steps: [Step; 9] = [
        ("nothing", |_| {}, Presence::Away),
        ("sign in", |s| then(s.sign_in("ida")), Presence::Available),
        (
            "make a link",
            |s| then(s.create_link("ida", mins(5))),
            Presence::Available,
        ),
        ("have a call", |s| then(s.connect("ida")), Presence::InCall),
        ("pause it", |s| then(s.pause("ida")), Presence::Available),
        ("resume it", |s| then(s.resume("ida")), Presence::InCall),
        ("sign out", |s| then(s.sign_out("ida")), Presence::Away),
        (
            "get a named seat",
            |s| then(s.license("ida", Some(License::Named))),
            Presence::Available,
        ),
        ("be switched off", |s| then(s.deactivate("ida")), Presence::Away),
    ];
    for (what, step, presence) in steps {
        step(&mut shift);
        assert_eq!(
            shift.account.presence(shift.user("ida")),
            presence,
            "after: {what}"
        );
    }
}

#[test]
fn p4_contacts_are_those_with_whom_one_shares_a_team() {
    let mut shift = Shift::with(1, help_desk(), &["eva", "ida", "max", "sven"]);
    team(&mut shift, "north", &["ida", "max"]);
    team(&mut shift, "south", &["ida", "eva", "max"]);

    assert_eq!(contacts(&shift, "ida"), ["eva", "max"]);
    assert_eq!(contacts(&shift, "eva"), ["ida", "max"]);
    assert_eq!(contacts(&shift, "sven"), [""; 0]);
}

#[test]
fn p4_who_is_switched_off_is_nobodys_contact() {
    let mut shift = Shift::with(1, help_desk(), &["ida", "max"]);
    team(&mut shift, "north", &["ida", "max"]);

    shift.deactivate("max");

    assert_eq!(contacts(&shift, "ida"), [""; 0]);
}
