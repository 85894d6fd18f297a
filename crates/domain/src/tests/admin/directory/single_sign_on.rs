//! D7: requiring single sign-on.

use super::*;
use crate::account::SettingsPatch;
use crate::directory::SignInPatch;
use crate::event::{AccountEvent, Event};
use crate::permission::{Privilege, Role, Scope};

#[test]
fn d7_single_sign_on_is_required_only_with_an_owner_who_can_come_in_without_it() {
    let mut office = Office::with_seats(0, 0)
        .with("olga", Role::Owner, &[])
        .with("otto", Role::Owner, &[])
        .with("adam", Role::Admin, &[]);

    for (owner, answer) in [
        (None, "break-glass-needed"),
        (Some("adam"), "break-glass-needed"),
        (Some("nobody"), "break-glass-needed"),
        (Some("otto"), "ok"),
    ] {
        assert_eq!(office.answer(&OPERATOR, &require_sso(owner)), answer, "{owner:?}");
    }
    office.does(&require_sso(Some("otto")));

    let nobody = SignInPatch {
        break_glass: Some(None),
        ..SignInPatch::default()
    };
    for command in [
        switch("otto", false),
        become_a("otto", Role::Admin),
        delete("otto"),
        signs_in(nobody),
    ] {
        assert_eq!(
            office.answer(&OPERATOR, &command),
            "break-glass-needed",
            "{command:?}"
        );
    }

    office.does(&signs_in(SignInPatch {
        sso_required: Some(false),
        ..SignInPatch::default()
    }));
    office.does(&delete("otto"));
    assert_eq!(office.account.settings().sign_in.break_glass, None);
}

#[test]
fn d7_owners_and_admins_say_how_people_sign_in_and_only_what_is_new_is_stored() {
    let mut office = Office::with_seats(0, 0)
        .with("olga", Role::Owner, &[])
        .with("adam", Role::Admin, &[])
        .with("mia", Role::Manager, &[Privilege::SettingsManage]);
    let command = signs_in(SignInPatch {
        second_factor_for_admins: Some(true),
        sso_required: Some(false),
        ..SignInPatch::default()
    });

    for (actor, answer) in [
        (by("olga"), "ok"),
        (by("adam"), "ok"),
        (OPERATOR, "ok"),
        (by("mia"), "forbidden"),
        (key(&Scope::ALL), "forbidden"),
    ] {
        assert_eq!(office.answer(&actor, &command), answer, "{actor:?}");
    }
    let expected = SignInPatch {
        second_factor_for_admins: Some(true),
        ..SignInPatch::default()
    };
    let change = SettingsPatch {
        sign_in: expected,
        ..SettingsPatch::default()
    };
    assert_eq!(
        office.does(&command).events,
        [Event::Account(AccountEvent::SettingsChanged { change })]
    );
    assert_eq!(office.does(&command).events, []);
    assert!(office.account.settings().sign_in.second_factor_for_admins);
}

#[test]
fn d7_the_change_of_the_break_glass_owner_survives_storage() {
    for (patch, text) in [
        (SignInPatch::default(), "{}"),
        (
            SignInPatch {
                break_glass: Some(None),
                ..SignInPatch::default()
            },
            r#"{"break_glass":null}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&patch).unwrap(), text);
        assert_eq!(serde_json::from_str::<SignInPatch>(text).unwrap(), patch);
    }
}
