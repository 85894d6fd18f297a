//! Settings and API keys.

use std::collections::{BTreeMap, BTreeSet};

use super::office::*;
use crate::account::{PRODUCT_NAMES_MAX, SettingsPatch};
use crate::color::ProductColor;
use crate::command::{ApiKeyCommand, Command};
use crate::event::AccountEvent;
use crate::permission::{Actor, Privilege, Role, Scope, SessionPermissions};
use crate::refusal::{AccessRefusal, Refusal};
use crate::rules::{Preset, Rules};
use crate::tests::kit;
use crate::text::{LanguageChoice, Product, ZoneName};
use crate::time::Secs;
use crate::{ApiKeyId, Event};

#[test]
fn r5_settings_are_checked_and_only_what_is_new_is_stored() {
    let mut office = Office::new();
    let settings = |session_permissions, pool_defaults| {
        kit::change_settings(SettingsPatch {
            session_permissions,
            pool_defaults,
            ..SettingsPatch::default()
        })
    };
    let blind = SessionPermissions {
        control_account: true,
        ..SessionPermissions::default()
    };
    let short = Rules {
        lease: Secs::new(1),
        ..Rules::default()
    };
    let sessions = Rules::preset(Preset::ConcurrentSessions);

    assert_eq!(
        office.refusal(&settings(Some(blind), None)),
        Refusal::Access(AccessRefusal::ControlNeedsView {
            control: "control_account",
            view: "view_account"
        })
    );
    assert!(matches!(
        office.refusal(&settings(None, Some(short))),
        Refusal::Invalid {
            field: "lease_secs",
            ..
        }
    ));
    let decision = office.does(&settings(
        Some(SessionPermissions::default()),
        Some(sessions.clone()),
    ));
    assert_eq!(
        decision.events,
        [Event::Account(AccountEvent::SettingsChanged {
            change: SettingsPatch {
                pool_defaults: Some(sessions.clone()),
                ..SettingsPatch::default()
            }
        })]
    );
    assert_eq!(office.does(&settings(None, Some(sessions))).events, []);
}

#[test]
fn an_account_is_in_utc_until_another_zone_is_set() {
    let mut office = Office::new();
    let zone = |name: &str| name.parse::<ZoneName>().unwrap();
    let set = |name| {
        kit::change_settings(SettingsPatch {
            time_zone: Some(zone(name)),
            ..SettingsPatch::default()
        })
    };
    assert_eq!(office.account.settings().time_zone, zone("UTC"));
    assert_eq!(office.does(&set("UTC")).events, []);

    office.does(&set("Europe/Ljubljana"));

    assert_eq!(office.account.settings().time_zone, zone("Europe/Ljubljana"));
    assert_eq!(office.does(&set("Europe/Ljubljana")).events, []);
}

#[test]
fn an_account_leaves_the_language_to_browsers_until_one_is_set() {
    let mut office = Office::new();
    let language = |name: &str| name.parse::<LanguageChoice>().unwrap();
    let set = |name| {
        kit::change_settings(SettingsPatch {
            language: Some(language(name)),
            ..SettingsPatch::default()
        })
    };
    assert!(office.account.settings().language.is_browser());
    assert_eq!(office.does(&set("browser")).events, []);

    office.does(&set("sl"));

    assert_eq!(office.account.settings().language, language("sl"));
    assert_eq!(office.does(&set("sl")).events, []);
    office.does(&set("browser"));
    assert!(office.account.settings().language.is_browser());
}

#[test]
fn r5_a_product_has_a_display_name_or_else_its_slug_in_readable_form() {
    let mut office = Office::new();
    let product = |slug: &str| slug.parse::<Product>().unwrap();
    let names = |names: &[(&str, &str)]| {
        let names = names
            .iter()
            .map(|(slug, name)| (product(slug), name.parse().unwrap()));
        kit::change_settings(SettingsPatch {
            product_names: Some(names.collect()),
            ..SettingsPatch::default()
        })
    };
    assert_eq!(
        office.account.product_name(&product("remote-support")),
        "Remote support"
    );
    assert_eq!(office.account.product_name(&product("x")), "X");

    office.does(&names(&[("remote-support", "Contoso Rescue"), ("desk", "Desk")]));

    assert_eq!(
        office.account.product_name(&product("remote-support")),
        "Contoso Rescue"
    );
    for (wrong, field) in [
        (names(&[("a", "Desk"), ("b", "Desk")]), "product_names"),
        (
            names(&[("a", "Service Desk"), ("b", "SERVICE  \u{ff24}esk")]),
            "product_names",
        ),
        (names(&[("a", "De\u{202e}sk")]), "product_names"),
    ] {
        let refusal = office.refusal(&wrong);
        assert!(
            matches!(refusal, Refusal::Invalid { field: it, .. } if it == field),
            "{refusal}"
        );
    }
    office.does(&names(&[]));
    assert_eq!(
        office.account.product_name(&product("remote-support")),
        "Remote support"
    );
}

#[test]
fn r5_a_product_has_a_color_once_one_is_chosen() {
    let mut office = Office::new();
    let product = |slug: &str| slug.parse::<Product>().unwrap();
    let colors = |colors: BTreeMap<Product, ProductColor>| {
        kit::change_settings(SettingsPatch {
            product_colors: Some(colors),
            ..SettingsPatch::default()
        })
    };
    let desk = product("remote-support");
    assert_eq!(office.account.product_color(&desk), None);

    let violet = colors(BTreeMap::from([(desk.clone(), ProductColor::Violet)]));
    office.does(&violet);

    assert_eq!(office.account.product_color(&desk), Some(ProductColor::Violet));
    assert_eq!(office.does(&violet).events, []);
    let many = (0..=PRODUCT_NAMES_MAX).map(|number| (product(&format!("p{number}")), ProductColor::Red));
    let refusal = office.refusal(&colors(many.collect()));
    assert!(
        matches!(
            refusal,
            Refusal::Invalid {
                field: "product_colors",
                ..
            }
        ),
        "{refusal}"
    );
    office.does(&colors(BTreeMap::new()));
    assert_eq!(office.account.product_color(&desk), None);
}

#[test]
fn r8_nobody_makes_a_key_that_is_good_for_more_than_they_are() {
    let office = Office::new()
        .with("olga", Role::Owner, &[])
        .with("tom", Role::Manager, &[Privilege::SettingsManage])
        .with(
            "uma",
            Role::Manager,
            &[Privilege::SettingsManage, Privilege::SeatsManage],
        )
        .with_members(&["mia"]);
    let make = |scopes: &[Scope]| kit::create_key(ApiKeyId::from_bits(7), "Back end", scopes);

    for (actor, scopes, answer) in [
        (OPERATOR, &Scope::ALL[..], "ok"),
        (by("olga"), &[Scope::Read, Scope::UsersManage], "ok"),
        (by("olga"), &[Scope::SubscriptionManage], "forbidden"),
        (by("tom"), &[Scope::Read, Scope::SettingsManage], "ok"),
        (by("tom"), &[Scope::SignInsWrite], "forbidden"),
        (by("tom"), &[Scope::UsersManage], "forbidden"),
        (by("uma"), &[Scope::SeatsManage], "ok"),
        // A key that acts for everybody also starts sessions in their names.
        (by("uma"), &[Scope::SignInsWrite, Scope::SeatsManage], "forbidden"),
        (by("olga"), &[Scope::SignInsWrite, Scope::SeatsManage], "ok"),
        (by("uma"), &[], "invalid"),
        (by("mia"), &[Scope::Read], "forbidden"),
        (key(&Scope::ALL), &[Scope::Read], "forbidden"),
    ] {
        assert_eq!(office.answer(&actor, &make(scopes)), answer, "{actor} {scopes:?}");
    }
}

#[test]
fn a_new_secret_of_a_key_is_for_those_alone_who_could_have_made_the_key() {
    let id = ApiKeyId::from_bits(7);
    let mut office = Office::new()
        .with_members(&["mia"])
        .with("sara", Role::Manager, &[Privilege::SettingsManage])
        .with("adam", Role::Admin, &[])
        .after(&[kit::create_key(id, "Directory", &[Scope::UsersManage])]);
    let overlap = crate::Secs::new(60);
    let rotate = Command::ApiKey(ApiKeyCommand::Rotate { id, overlap });
    let a_key = Actor::ApiKey {
        id,
        scopes: BTreeSet::from([Scope::SettingsManage, Scope::UsersManage]),
    };

    assert_eq!(office.answer(&by("mia"), &rotate), "not-found");
    assert_eq!(office.answer(&by("sara"), &rotate), "forbidden");
    assert_eq!(office.answer(&a_key, &rotate), "forbidden");
    assert_eq!(office.answer(&by("adam"), &rotate), "ok");
    office.does(&rotate);
    assert!(office.account.api_keys().contains_key(&id));
}

#[test]
fn a_revoked_key_is_gone() {
    let id = ApiKeyId::from_bits(7);
    let mut office = Office::new()
        .with_members(&["mia"])
        .with("una", Role::Manager, &[Privilege::UsersManage])
        .after(&[kit::create_key(id, "Back end", &[Scope::Read])]);
    let revoke = Command::ApiKey(ApiKeyCommand::Revoke { id });

    assert_eq!(office.answer(&by("mia"), &revoke), "not-found");
    assert_eq!(office.answer(&by("una"), &revoke), "forbidden");
    office.does(&revoke);
    assert_eq!(office.answer(&OPERATOR, &revoke), "not-found");
    assert!(!office.account.api_keys().contains_key(&id));
}
