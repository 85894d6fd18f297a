//! What API keys may do: no more than their makers may at that moment (R8).

use std::collections::BTreeSet;

use super::office::*;
use crate::account::KeyMaker;
use crate::command::{ApiKeyCommand, Command, UserPatch};
use crate::permission::{Override, PermissionOverrides, Privilege, Role, Scope, SessionPermission};
use crate::tests::kit;
use crate::{Actor, ApiKeyId, Event};

const ID: u128 = 7;

/// A key of `maker` with these scopes, as an actor.
fn made_by(office: &mut Office, maker: &Actor, scopes: &[Scope]) -> Actor {
    let id = ApiKeyId::from_bits(ID);
    let command = kit::create_key(id, "Back end", scopes);
    office.does_as(maker, &command).unwrap();
    Actor::ApiKey {
        id,
        scopes: scopes.iter().copied().collect(),
    }
}

fn office() -> Office {
    use Privilege::{SeatsManage, SettingsManage, UsersManage};
    Office::with_seats(2, 2)
        .with("olga", Role::Owner, &[])
        .with("adam", Role::Admin, &[])
        .with("uwe", Role::Manager, &[UsersManage, SeatsManage, SettingsManage])
        .with_members(&["mia"])
}

fn demoted(role: Role, privileges: &[Privilege]) -> UserPatch {
    UserPatch {
        role: Some(role),
        privileges: Some(privileges.iter().copied().collect()),
        ..UserPatch::default()
    }
}

fn switched_off() -> UserPatch {
    UserPatch {
        active: Some(false),
        ..UserPatch::default()
    }
}

#[test]
fn r8_a_key_follows_its_maker_who_is_demoted_switched_off_or_deleted() {
    let all = [
        Scope::Read,
        Scope::UsersManage,
        Scope::SeatsManage,
        Scope::SettingsManage,
    ];
    for (what, keeps) in [
        (None, &all[..]),
        (
            Some(change("uwe", demoted(Role::Manager, &[Privilege::SeatsManage]))),
            &[Scope::Read, Scope::SeatsManage],
        ),
        (Some(change("uwe", demoted(Role::Member, &[]))), &[]),
        (Some(change("uwe", switched_off())), &[]),
        (Some(delete("uwe")), &[]),
    ] {
        let mut office = office();
        let key = made_by(&mut office, &by("uwe"), &all);

        if let Some(command) = &what {
            office.does(command);
        }

        let account = &office.account;
        let kept: Vec<_> = all
            .into_iter()
            .filter(|scope| account.key_has(&key, *scope))
            .collect();
        assert_eq!(kept, keeps, "{what:?}");
        assert_eq!(account.is_powerless_key(&key), keeps.is_empty(), "{what:?}");
        assert_eq!(account.is_staff(&key), !keeps.is_empty(), "{what:?}");
        for (scope, privilege) in [
            (Scope::UsersManage, Privilege::UsersManage),
            (Scope::SeatsManage, Privilege::SeatsManage),
            (Scope::SettingsManage, Privilege::SettingsManage),
        ] {
            assert_eq!(account.may(&key, privilege), keeps.contains(&scope), "{what:?}");
        }
    }
}

#[test]
fn r8_a_key_that_provisions_or_works_for_all_needs_a_maker_who_could_make_it_now() {
    let mut office = office();
    let directory = made_by(&mut office, &by("adam"), &[Scope::Directory, Scope::SignInsWrite]);
    assert!(office.account.is_directory(&directory));
    assert!(office.account.may_act_for(&directory, user("mia")));

    let managers = [
        Privilege::SettingsManage,
        Privilege::UsersManage,
        Privilege::SeatsManage,
    ];
    office.does(&change("adam", demoted(Role::Manager, &managers)));

    assert!(!office.account.is_directory(&directory));
    // Managing seats is not enough to act in everybody's name.
    assert!(!office.account.may_act_for(&directory, user("mia")));
    assert_eq!(office.answer(&directory, &create("newman", None)), "forbidden");
}

#[test]
fn r8_a_key_sees_and_ends_no_sessions_that_its_maker_does_not() {
    use SessionPermission::{ControlAccount, ViewAccount};
    let mut office = office();
    let key = made_by(&mut office, &by("uwe"), &[Scope::Read, Scope::SeatsManage]);
    let has = |office: &Office, permission| office.account.has_session_permission(&key, permission);
    assert!(has(&office, ViewAccount) && has(&office, ControlAccount));

    let over = PermissionOverrides {
        view_account: Override::Deny,
        control_account: Override::Deny,
        ..PermissionOverrides::default()
    };
    office.does(&change(
        "uwe",
        UserPatch {
            session_permissions: Some(over),
            ..UserPatch::default()
        },
    ));

    assert!(!has(&office, ViewAccount) && !has(&office, ControlAccount));
}

#[test]
fn r3_a_key_sets_no_password_and_makes_nobody_who_has_more() {
    let mut office = office();
    let key = made_by(
        &mut office,
        &by("olga"),
        &[Scope::UsersManage, Scope::SeatsManage],
    );
    let with_password = |set| {
        kit::NewUser::with_profile(user("newman"), profile("newman", Role::Member, &[]))
            .password_set(set)
            .command()
    };
    let new = |role, privileges: &[Privilege]| create_with(profile("newman", role, privileges), Some(false));
    let password = UserPatch {
        new_password: true,
        ..UserPatch::default()
    };

    for (command, answer) in [
        (with_password(false), "ok"),
        (with_password(true), "forbidden"),
        (change("mia", password), "forbidden"),
        (new(Role::Manager, &[Privilege::SeatsManage]), "ok"),
        (new(Role::Manager, &[Privilege::ReportsView]), "forbidden"),
        (new(Role::Admin, &[]), "forbidden"),
        (new(Role::Owner, &[]), "forbidden"),
    ] {
        assert_eq!(office.answer(&key, &command), answer, "{command:?}");
    }
}

#[test]
fn r8_rotating_a_key_makes_the_caller_its_creator() {
    let mut office = office();
    let key = made_by(&mut office, &by("uwe"), &[Scope::SeatsManage]);
    let rotate = Command::ApiKey(ApiKeyCommand::Rotate {
        id: ApiKeyId::from_bits(ID),
        overlap: crate::Secs::new(0),
    });

    office.does_as(&by("adam"), &rotate).unwrap();
    office.does(&delete("uwe"));

    let known = &office.account.api_keys()[&ApiKeyId::from_bits(ID)];
    assert_eq!(known.maker, Some(KeyMaker::User(user("adam"))));
    assert!(office.account.may(&key, Privilege::SeatsManage));
}

#[test]
fn r8_a_key_of_before_is_bounded_by_its_scopes_and_an_unlisted_one_is_good_for_nothing() {
    let mut office = office();
    let stored = r#"{"api_key_created":{"id":"key_00000000000000000000000007","name":"Old","scopes":["users.manage"],"expires_at":null}}"#;
    let created: Event = serde_json::from_str(stored).unwrap();
    let scopes = BTreeSet::from([Scope::UsersManage]);
    let key = Actor::ApiKey {
        id: ApiKeyId::from_bits(ID),
        scopes,
    };
    assert!(office.account.is_powerless_key(&key));

    crate::evolve::evolve(&mut office.account, &created, now());

    assert_eq!(office.account.api_keys()[&ApiKeyId::from_bits(ID)].maker, None);
    assert!(office.account.may(&key, Privilege::UsersManage));
    assert_eq!(
        office.answer(&key, &create_with(profile("newman", Role::Admin, &[]), None)),
        "forbidden"
    );
}
