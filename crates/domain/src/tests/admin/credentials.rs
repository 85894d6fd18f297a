//! Changing credentials: the rights that it needs, and its records.

use super::office::*;
use crate::account::SettingsPatch;
use crate::command::{Command, CredentialCommand, UserPatch};
use crate::directory::SignInPatch;
use crate::event::{By, CredentialEvent};
use crate::link::{LinkPurpose, UsedLink};
use crate::permission::{Privilege, Role, Scope};
use crate::single_sign_on::ProviderChange;
use crate::tests::kit;
use crate::text::Name;
use crate::{Actor, Event, Refusal, UserId};

/// An owner, an admin, managers of users and of seats, and two members.
fn office() -> Office {
    use Privilege::{SeatsManage, UsersManage};
    Office::new()
        .with("olga", Role::Owner, &[])
        .with("adam", Role::Admin, &[])
        .with("uwe", Role::Manager, &[UsersManage, SeatsManage])
        .with("sam", Role::Manager, &[SeatsManage])
        .with_members(&["mia", "max"])
}

fn change_sign_in(office: &mut Office, sign_in: SignInPatch) {
    office.does(&kit::change_settings(SettingsPatch {
        sign_in,
        ..SettingsPatch::default()
    }));
}

fn require_single_sign_on(office: &mut Office) {
    let required = SignInPatch {
        sso_required: Some(true),
        break_glass: Some(Some(user("olga"))),
        ..SignInPatch::default()
    };
    change_sign_in(office, required);
}

/// The answer to a check of rights.
fn answer(asked: Result<(), Refusal>) -> &'static str {
    asked.map_or_else(|refusal| refusal.code().as_str(), |()| "ok")
}

#[test]
fn a_second_factor_is_set_up_by_its_user_and_removed_also_by_who_may_change_them() {
    let office = office();

    for (actor, whom, expected) in [
        (by("mia"), "mia", "ok"),
        (by("max"), "mia", "not-found"),
        (by("olga"), "mia", "forbidden"),
        (OPERATOR, "mia", "forbidden"),
    ] {
        let asked = office.account.need_to_set_second_factor(&actor, user(whom));
        assert_eq!(answer(asked), expected, "{actor:?} {whom}");
    }
    for (actor, whom, expected) in [
        (by("mia"), "mia", "ok"),
        (by("max"), "mia", "not-found"),
        (by("sam"), "mia", "forbidden"),
        (by("uwe"), "mia", "ok"),
        (by("uwe"), "adam", "forbidden"),
        (by("adam"), "olga", "forbidden"),
        (by("olga"), "adam", "ok"),
        (OPERATOR, "olga", "ok"),
        (key(&[Scope::UsersManage]), "mia", "forbidden"),
        (key(&[Scope::Read]), "mia", "forbidden"),
    ] {
        let asked = office.account.need_to_remove_second_factor(&actor, user(whom));
        assert_eq!(answer(asked), expected, "{actor:?} {whom}");
    }
}

#[test]
fn d7_the_provider_is_changed_by_admins_and_removed_while_it_is_not_the_only_way_in() {
    let mut office = office();
    for (actor, expected) in [
        (by("olga"), "ok"),
        (by("adam"), "ok"),
        (by("sam"), "forbidden"),
        (by("mia"), "forbidden"),
        (key(&[Scope::SettingsManage]), "forbidden"),
        (Actor::SingleSignOn, "forbidden"),
        (OPERATOR, "ok"),
    ] {
        assert_eq!(answer(office.account.need_admin(&actor)), expected, "{actor:?}");
        let asked = office.account.need_to_remove_provider(&actor);
        assert_eq!(answer(asked), expected, "{actor:?}");
    }

    require_single_sign_on(&mut office);

    assert_eq!(answer(office.account.need_admin(&by("olga"))), "ok");
    let asked = office.account.need_to_remove_provider(&by("olga"));
    assert_eq!(answer(asked), "wrong-state");
}

fn note_password(user: UserId, link: Option<UsedLink<Actor>>) -> Command {
    Command::Credential(CredentialCommand::NotePassword { user, link })
}

/// A link with which a user chooses another password.
fn note_link(user: UserId, is_made: bool) -> Command {
    Command::Credential(CredentialCommand::NoteLink {
        user,
        purpose: LinkPurpose::Reset,
        is_made,
    })
}

#[test]
fn what_has_happened_to_a_credential_is_noted_whatever_its_actor_may_do_by_now() {
    let mut office = office();
    require_single_sign_on(&mut office);
    office.does(&change(
        "max",
        UserPatch {
            active: Some(false),
            ..UserPatch::default()
        },
    ));
    let actors = [
        by("olga"),
        by("mia"),
        by("max"),
        by("nobody"),
        key(&[]),
        OPERATOR,
        Actor::System,
    ];
    let removed = ProviderChange::Removed {
        issuer: "https://login.example.com".to_owned(),
    };
    let mia = By {
        actor: user("mia").to_string(),
        name: Some("mia".parse::<Name>().unwrap().into()),
        note: None,
    };
    let of = |whom| {
        let user = user(whom);
        [
            (
                note_password(user, None),
                Event::Credential(CredentialEvent::PasswordSet { user, link: None }),
            ),
            (
                note_password(user, Some(UsedLink::AskedFor)),
                Event::Credential(CredentialEvent::PasswordSet {
                    user,
                    link: Some(UsedLink::AskedFor),
                }),
            ),
            (
                note_password(user, Some(UsedLink::MadeBy(by("mia")))),
                Event::Credential(CredentialEvent::PasswordSet {
                    user,
                    link: Some(UsedLink::MadeBy(mia.clone())),
                }),
            ),
            (
                Command::Credential(CredentialCommand::NoteSecondFactor { user, is_set: true }),
                Event::Credential(CredentialEvent::SecondFactorSet { user }),
            ),
            (
                Command::Credential(CredentialCommand::NoteSecondFactor { user, is_set: false }),
                Event::Credential(CredentialEvent::SecondFactorRemoved { user }),
            ),
            (
                note_link(user, true),
                Event::Credential(CredentialEvent::LinkMade {
                    user,
                    purpose: LinkPurpose::Reset,
                }),
            ),
            (
                note_link(user, false),
                Event::Credential(CredentialEvent::LinkRevoked {
                    user,
                    purpose: LinkPurpose::Reset,
                }),
            ),
        ]
    };
    let of_provider = (
        Command::Credential(CredentialCommand::NoteProvider {
            change: removed.clone(),
        }),
        Event::Credential(CredentialEvent::ProviderChanged { change: removed }),
    );
    let notes: Vec<_> = of("olga").into_iter().chain([of_provider]).collect();

    for actor in &actors {
        for (note, event) in &notes {
            let decision = office.does_as(actor, note).unwrap();
            assert_eq!(decision.events, std::slice::from_ref(event), "{actor:?}");
        }
        for (note, _) in of("nobody") {
            assert_eq!(office.answer(actor, &note), "not-found", "{actor:?} {note:?}");
        }
    }
}

#[test]
fn a_second_factor_is_required_of_everybody_above_the_members_where_the_settings_say_so() {
    let mut office = office();
    let required = |office: &Office| {
        let names = ["olga", "adam", "uwe", "mia"];
        names.map(|name| office.account.requires_second_factor(user(name)))
    };
    assert_eq!(required(&office), [false; 4]);

    let required_of_admins = SignInPatch {
        second_factor_for_admins: Some(true),
        ..SignInPatch::default()
    };
    change_sign_in(&mut office, required_of_admins);

    assert_eq!(required(&office), [true, true, true, false]);
}
