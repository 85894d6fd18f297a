//! Changing other users and giving rights (R2, R3).

use super::office::*;
use crate::Actor;
use crate::command::UserPatch;
use crate::event::UserEvent;
use crate::permission::{
    Override, PermissionOverrides, Privilege, Role, Scope, SessionPermission, SessionPermissions,
};
use crate::tests::kit;

/// An owner, an admin, managers of users with and without another privilege, and a member.
fn office() -> Office {
    use Privilege::{SeatsManage, UsersManage};
    Office::with_seats(5, 5)
        .with("olga", Role::Owner, &[])
        .with("otto", Role::Owner, &[])
        .with("adam", Role::Admin, &[])
        .with("ada", Role::Admin, &[])
        .with("una", Role::Manager, &[UsersManage])
        .with("udo", Role::Manager, &[UsersManage])
        .with("uwe", Role::Manager, &[UsersManage, SeatsManage])
        .with("sam", Role::Manager, &[SeatsManage])
        .with_members(&["mia", "max"])
}

fn rename() -> UserPatch {
    UserPatch {
        name: Some("Another".parse().unwrap()),
        ..UserPatch::default()
    }
}

fn password() -> UserPatch {
    UserPatch {
        new_password: true,
        ..UserPatch::default()
    }
}

fn promote(role: Role, privileges: &[Privilege]) -> UserPatch {
    UserPatch {
        role: Some(role),
        privileges: Some(privileges.iter().copied().collect()),
        ..UserPatch::default()
    }
}

#[test]
fn r3_nobody_changes_or_deletes_who_has_more_rights() {
    let office = office();
    let users_key = key(&[Scope::UsersManage]);
    let full_key = key(&Privilege::ALL.map(Scope::from));

    for (actor, whom, answer) in [
        (OPERATOR, "olga", "ok"),
        (by("otto"), "olga", "ok"),
        (by("adam"), "olga", "forbidden"),
        (by("adam"), "ada", "ok"),
        (by("uwe"), "adam", "forbidden"),
        (by("uwe"), "una", "ok"),
        (by("una"), "uwe", "forbidden"),
        (by("una"), "udo", "ok"),
        (by("una"), "mia", "ok"),
        (by("sam"), "mia", "forbidden"),
        (by("mia"), "max", "not-found"),
        (users_key.clone(), "mia", "ok"),
        (users_key.clone(), "una", "ok"),
        (users_key.clone(), "uwe", "forbidden"),
        (users_key, "adam", "forbidden"),
        (full_key.clone(), "uwe", "ok"),
        (full_key.clone(), "adam", "forbidden"),
        (full_key, "olga", "forbidden"),
        (key(&[Scope::Read]), "mia", "forbidden"),
        (Actor::SignIn(laptop("mia")), "mia", "not-found"),
    ] {
        for command in [change(whom, rename()), change(whom, password()), delete(whom)] {
            // Programs cannot set passwords.
            let is_set = command == change(whom, password());
            let answer = match &actor {
                Actor::ApiKey { .. } if is_set => "forbidden",
                _ => answer,
            };
            assert_eq!(office.answer(&actor, &command), answer, "{actor} {command:?}");
        }
    }
}

#[test]
fn r2_nobody_gives_rights_that_they_do_not_have() {
    use Privilege::{ReportsView, SeatsManage, UsersManage};
    let office = office();
    let users_key = key(&[Scope::UsersManage]);

    for (actor, role, privileges, answer) in [
        (OPERATOR, Role::Owner, &[][..], "ok"),
        (by("olga"), Role::Owner, &[], "ok"),
        (by("adam"), Role::Owner, &[], "forbidden"),
        (by("adam"), Role::Admin, &[], "ok"),
        (by("adam"), Role::Manager, &[ReportsView], "ok"),
        (by("uwe"), Role::Admin, &[], "forbidden"),
        (by("uwe"), Role::Manager, &[UsersManage, SeatsManage], "ok"),
        (by("uwe"), Role::Manager, &[ReportsView], "forbidden"),
        (by("una"), Role::Manager, &[SeatsManage], "forbidden"),
        (by("una"), Role::Member, &[SeatsManage], "forbidden"),
        // It has no effect for a member, and is not stored.
        (by("uwe"), Role::Member, &[SeatsManage], "ok"),
        (by("una"), Role::Manager, &[], "ok"),
        (users_key.clone(), Role::Manager, &[UsersManage], "ok"),
        (users_key, Role::Admin, &[], "forbidden"),
        (key(&Scope::ALL), Role::Admin, &[], "forbidden"),
        (key(&Scope::ALL), Role::Owner, &[], "forbidden"),
        (by("mia"), Role::Member, &[], "forbidden"),
        (Actor::SignIn(laptop("mia")), Role::Member, &[], "not-found"),
    ] {
        let new = create_with(profile("newman", role, privileges), Some(false));
        assert_eq!(
            office.answer(&actor, &new),
            answer,
            "{actor} {role:?} {privileges:?}"
        );
        if answer != "not-found" && actor != by("mia") {
            let promoted = change("mia", promote(role, privileges));
            assert_eq!(
                office.answer(&actor, &promoted),
                answer,
                "{actor} {role:?} {privileges:?}"
            );
        }
    }
}

#[test]
fn r2_a_manager_does_not_raise_themselves() {
    let office = office();

    for patch in [
        promote(Role::Admin, &[]),
        promote(
            Role::Manager,
            &[Privilege::UsersManage, Privilege::SettingsManage],
        ),
        UserPatch {
            billing_contact: Some(true),
            ..UserPatch::default()
        },
        UserPatch {
            session_permissions: Some(PermissionOverrides {
                view_account: Override::Allow,
                ..PermissionOverrides::default()
            }),
            ..UserPatch::default()
        },
    ] {
        assert_eq!(
            office.answer(&by("una"), &change("una", patch.clone())),
            "forbidden",
            "{patch:?}"
        );
    }
}

#[test]
fn r2_the_billing_contact_is_named_by_an_owner_the_operator_or_a_billing_contact() {
    let mut office = office();
    let contact = |name| {
        change(
            name,
            UserPatch {
                billing_contact: Some(true),
                ..UserPatch::default()
            },
        )
    };
    assert_eq!(office.answer(&by("adam"), &contact("adam")), "forbidden");
    assert_eq!(office.answer(&by("olga"), &contact("olga")), "ok");

    office.does_as(&by("olga"), &contact("adam")).unwrap();

    assert!(office.account.may(&by("adam"), Privilege::SubscriptionManage));
    assert_eq!(office.answer(&by("adam"), &contact("ada")), "ok");
    // Setting a billing contact's password would be a way to the subscription.
    for patch in [password(), promote(Role::Member, &[])] {
        assert_eq!(
            office.answer(&by("ada"), &change("adam", patch.clone())),
            "forbidden"
        );
        assert_eq!(office.answer(&by("olga"), &change("adam", patch)), "ok");
    }
}

#[test]
fn r2_a_flag_without_effect_is_given_by_the_promotion_that_wakes_it() {
    let contact = UserPatch {
        billing_contact: Some(true),
        ..UserPatch::default()
    };
    let office = office().after(&[change("sam", contact)]);
    assert!(!office.account.may(&by("sam"), Privilege::SubscriptionManage));

    for (actor, to, privileges, answer) in [
        ("adam", Role::Admin, None, "forbidden"),
        (
            "adam",
            Role::Manager,
            Some(Privilege::SubscriptionManage),
            "forbidden",
        ),
        ("adam", Role::Manager, Some(Privilege::ReportsView), "ok"),
        ("olga", Role::Admin, None, "ok"),
        ("olga", Role::Manager, Some(Privilege::SubscriptionManage), "ok"),
    ] {
        let patch = UserPatch {
            role: Some(to),
            privileges: privileges.map(|privilege| [privilege].into()),
            ..UserPatch::default()
        };
        assert_eq!(
            office.answer(&by(actor), &change("sam", patch)),
            answer,
            "{actor} {to:?} {privileges:?}"
        );
    }
}

#[test]
fn r1_a_role_that_is_taken_away_takes_its_privileges_with_it() {
    let mut office = office();
    let role = |role| UserPatch {
        role: Some(role),
        ..UserPatch::default()
    };
    office.does(&change(
        "sam",
        promote(Role::Manager, &[Privilege::SubscriptionManage]),
    ));
    let contact = UserPatch {
        billing_contact: Some(true),
        ..UserPatch::default()
    };
    office.does(&change("sam", contact.clone()));
    assert!(office.account.may(&by("sam"), Privilege::SubscriptionManage));

    office.does(&change("sam", role(Role::Member)));
    office.does(&change("uwe", role(Role::Admin)));

    for name in ["sam", "uwe"] {
        let profile = &office.account.user(user(name)).unwrap().profile;
        assert!(
            profile.privileges.is_empty() && !profile.billing_contact,
            "{name}"
        );
    }
    office.does(&change("sam", role(Role::Manager)));
    office.does(&change("uwe", role(Role::Manager)));
    for name in ["sam", "uwe"] {
        assert!(!office.account.is_staff(&by(name)), "{name}");
    }
    // Rights without an effect are not stored.
    office.does(&change("mia", contact));
    office.does(&change("mia", promote(Role::Member, &[Privilege::SeatsManage])));
    let profile = &office.account.user(user("mia")).unwrap().profile;
    assert!(profile.privileges.is_empty() && !profile.billing_contact);
}

#[test]
fn r1_what_slept_in_a_journal_of_before_is_gone_when_it_is_read() {
    let mut slept = profile("sam", Role::Member, &[Privilege::SettingsManage]);
    slept.billing_contact = true;
    let mut office = Office::new();
    let id = user("sam");

    for event in [
        crate::Event::User(UserEvent::Created {
            id,
            profile: slept.clone(),
        }),
        crate::Event::User(UserEvent::Changed { id, profile: slept }),
    ] {
        crate::evolve::evolve(&mut office.account, &event, now());

        let profile = &office.account.user(id).unwrap().profile;
        assert!(profile.privileges.is_empty() && !profile.billing_contact);
    }
}

#[test]
fn r2_an_admin_gives_nobody_a_session_permission_that_they_are_denied() {
    let deny = PermissionOverrides {
        view_account: Override::Deny,
        ..PermissionOverrides::default()
    };
    let over = |session_permissions| UserPatch {
        session_permissions: Some(session_permissions),
        ..UserPatch::default()
    };
    let office = office().after(&[change("adam", over(deny)), create_group("leads", &[])]);
    let allow = PermissionOverrides {
        view_account: Override::Allow,
        ..PermissionOverrides::default()
    };
    let admins = map(
        "leads",
        crate::directory::GroupMapping {
            role: Some(Role::Admin),
            ..crate::directory::GroupMapping::default()
        },
    );
    let everybody = kit::change_settings(crate::account::SettingsPatch {
        session_permissions: Some(SessionPermissions {
            view_account: true,
            ..SessionPermissions::default()
        }),
        ..crate::account::SettingsPatch::default()
    });

    for command in [
        change("adam", over(PermissionOverrides::default())),
        change("adam", over(allow)),
        change("mia", over(allow)),
        change("mia", promote(Role::Admin, &[])),
        change("ada", password()),
        admins,
        everybody,
    ] {
        assert_eq!(office.answer(&by("adam"), &command), "forbidden", "{command:?}");
        assert_eq!(office.answer(&by("ada"), &command), "ok", "{command:?}");
        assert_eq!(office.answer(&by("olga"), &command), "ok", "{command:?}");
    }
}

#[test]
fn r2_a_right_over_all_sessions_is_out_of_reach_of_a_manager_without_it() {
    let lead = UserPatch {
        session_permissions: Some(PermissionOverrides {
            view_account: Override::Allow,
            control_account: Override::Allow,
            ..PermissionOverrides::default()
        }),
        ..UserPatch::default()
    };
    let office = office().after(&[change("mia", lead)]);

    assert_eq!(office.answer(&by("una"), &change("mia", password())), "forbidden");
    assert_eq!(office.answer(&by("adam"), &change("mia", password())), "ok");
    assert_eq!(office.answer(&by("una"), &change("max", password())), "ok");
}

#[test]
fn r3_everybody_changes_their_own_name_and_password_and_no_more() {
    let office = office();
    let email = UserPatch {
        email: Some("mia@elsewhere.com".parse().unwrap()),
        ..UserPatch::default()
    };
    let off = UserPatch {
        active: Some(false),
        ..UserPatch::default()
    };

    for (patch, answer) in [
        (rename(), "ok"),
        (password(), "ok"),
        (email, "forbidden"),
        (off, "forbidden"),
        (promote(Role::Admin, &[]), "forbidden"),
    ] {
        let command = change("mia", patch);
        assert_eq!(office.answer(&by("mia"), &command), answer, "{command:?}");
    }
    assert_eq!(office.answer(&by("mia"), &delete("mia")), "forbidden");
}

#[test]
fn r1_an_inactive_user_may_nothing() {
    let off = UserPatch {
        active: Some(false),
        ..UserPatch::default()
    };
    let office = office().after(&[change("adam", off)]);

    assert_eq!(office.answer(&by("adam"), &change("mia", rename())), "not-found");
    assert_eq!(office.answer(&by("adam"), &create("newman", None)), "not-found");
}

#[test]
fn r1_seats_are_for_who_manages_seats() {
    let office = office().after(&[create_pool("night", 0)]);
    let rename = change_pool(
        "night",
        crate::command::PoolPatch {
            name: Some("late".parse().unwrap()),
            ..Default::default()
        },
    );
    let drop = kit::delete_pool(pool("night"), crate::command::LeavingUsers::Refuse);

    for (actor, answer) in [
        (by("olga"), "ok"),
        (by("adam"), "ok"),
        (by("sam"), "ok"),
        (key(&[Scope::SeatsManage]), "ok"),
        (by("una"), "forbidden"),
        (key(&[Scope::SignInsWrite]), "forbidden"),
        (by("mia"), "not-found"),
        (Actor::SignIn(laptop("mia")), "not-found"),
    ] {
        for command in [license("mia", shared("night")), rename.clone(), drop.clone()] {
            assert_eq!(office.answer(&actor, &command), answer, "{actor} {command:?}");
        }
    }
}

#[test]
fn r5_control_without_view_is_none_however_it_came_about() {
    let deny_view = PermissionOverrides {
        view_account: Override::Deny,
        ..PermissionOverrides::default()
    };
    let patch = UserPatch {
        session_permissions: Some(deny_view),
        ..UserPatch::default()
    };
    let mut office = office().after(&[change("adam", patch)]);
    let all = SessionPermissions {
        view_account: true,
        control_account: true,
        ..SessionPermissions::default()
    };
    office.does(&kit::change_settings(crate::account::SettingsPatch {
        session_permissions: Some(all),
        ..crate::account::SettingsPatch::default()
    }));

    for (name, controls) in [("adam", false), ("ada", true), ("mia", true)] {
        assert_eq!(
            office
                .account
                .has_session_permission(&by(name), SessionPermission::ControlAccount),
            controls,
            "{name}"
        );
    }
}
