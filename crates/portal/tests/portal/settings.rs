use axum::http::{Method, StatusCode};
use usher_domain::AccountId;
use usher_domain::command::UserPatch;
use usher_domain::permission::{Privilege, Role};
use usher_domain::rules::{Occupies, Rules, WhenFull};
use usher_domain::{Secs, account::Settings};
use usher_testkit as kit;

use crate::app::{App, Browser};
use crate::rules::{hidden, rules};

async fn owned() -> (App, AccountId, Browser) {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let browser = app.sign_in("eva@example.com").await;
    (app, account, browser)
}

async fn settings(app: &App, account: AccountId) -> Settings {
    let look = |account: &usher_domain::Account, _| account.settings().clone();
    app.app.engine().read(account, look).await.unwrap()
}

/// The form with other rules for new pools, some as a person writes them.
fn defaults() -> Vec<(&'static str, &'static str)> {
    let mut fields = rules();
    for written in [
        ("occupies", "session"),
        ("max_devices_per_user", ""),
        ("when_full", "pay_per_use,queue"),
        ("offer_hold_secs", "2 min"),
        ("auto_log_off_after_secs", "30 min"),
        ("lease_secs", "90"),
        ("standby_expires_secs", "1 day"),
    ] {
        set(&mut fields, written);
    }
    fields
}

/// Writes something else into a field.
fn set(fields: &mut [(&'static str, &'static str)], written: (&str, &'static str)) {
    let field = fields.iter_mut().find(|(name, _)| *name == written.0).unwrap();
    field.1 = written.1;
}

#[tokio::test]
async fn staff_see_the_settings_and_those_who_manage_them_change_them() {
    let (app, account, _) = owned().await;
    let path = format!("/a/{account}/settings");
    let nora = app.user(account, "Nora", "nora@example.com", Role::Manager).await;
    app.user(account, "Sven", "sven@example.com", Role::Member).await;
    let (manager, member) = (
        app.sign_in("nora@example.com").await,
        app.sign_in("sven@example.com").await,
    );
    let change = UserPatch {
        privileges: Some([Privilege::ReportsView].into()),
        ..UserPatch::default()
    };
    app.give(account, kit::change_user(nora, change)).await;

    let seen = app.get(&manager, &path).await;

    assert_eq!(seen.status, StatusCode::OK);
    // New rights, new cookie.
    let manager = seen.browser();
    assert!(
        seen.html.contains("cannot change them") && !seen.html.contains("Save the permissions"),
        "{}",
        seen.html
    );
    let saved = app
        .post(&manager, &path, &format!("{path}/permissions"), &[])
        .await;
    assert_eq!(saved.status, StatusCode::FORBIDDEN);
    assert_eq!(app.get(&member, &path).await.status, StatusCode::FORBIDDEN);
    let tried = app
        .post(&member, "/me", &format!("{path}/pool-defaults"), &defaults())
        .await;
    assert_eq!(tried.status, StatusCode::FORBIDDEN);
    assert_eq!(settings(&app, account).await, Settings::default());
}

#[tokio::test]
async fn session_permissions_are_saved_and_control_needs_view() {
    let (app, account, eva) = owned().await;
    let path = format!("/a/{account}/settings/permissions");
    let save = path.clone();

    let without_view = [("view_own", "on"), ("control_account", "on")];
    let wrong = app.post(&eva, &path, &save, &without_view).await;

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.html.contains("id=\"control_account-error\"")
            && wrong.html.contains("href=\"#control_account\""),
        "{}",
        wrong.html
    );
    let typed = |name: &str| {
        let (_, input) = wrong.html.split_once(&format!("id=\"{name}\"")).unwrap();
        input.split_once('>').unwrap().0.contains(" checked")
    };
    assert!(typed("view_own") && typed("control_account") && !typed("control_own"));
    assert_eq!(settings(&app, account).await, Settings::default());

    let right = [
        ("view_own", "on"),
        ("view_account", "on"),
        ("control_account", "on"),
    ];
    let saved = app.post(&eva, &path, &save, &right).await;

    assert_eq!(saved.header("location"), path);
    let now = settings(&app, account).await.session_permissions;
    assert!(now.view_own && !now.control_own && now.view_account && now.control_account);
}

#[tokio::test]
async fn a_form_loaded_earlier_does_not_undo_permissions_given_since() {
    let (app, account, eva) = owned().await;
    let path = format!("/a/{account}/settings/permissions");
    let seen = hidden(&app.get(&eva, &path).await.html, "seen");
    let save = async |given: &[(&str, &str)]| {
        let fields = [given, &[("seen", seen.as_str())]].concat();
        app.post(&eva, &path, &path, &fields).await
    };
    let both = [("view_own", "on"), ("control_own", "on"), ("view_account", "on")];
    let first = save(&both).await;

    let stale = save(&[("view_own", "on")]).await;

    assert_eq!(first.header("location"), path);
    assert_eq!(stale.header("location"), path);
    let now = settings(&app, account).await.session_permissions;
    assert!(now.view_own && !now.control_own && now.view_account, "{now:?}");
}

#[tokio::test]
async fn allowed_origins_are_saved_and_every_invalid_line_is_named() {
    let (app, account, eva) = owned().await;
    let path = format!("/a/{account}/settings");
    let save = format!("{path}/origins");

    let typed = "https://desk.example.com\nhttps://b.example/help\n*";
    let wrong = app.post(&eva, &path, &save, &[("cors_origins", typed)]).await;

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let (_, error) = wrong.html.split_once("id=\"cors_origins-error\">").unwrap();
    let error = error.split_once("</p>").unwrap().0;
    assert!(
        error.contains("“https://b.example/help”, “*”") && !error.contains("“https://desk"),
        "{error}"
    );
    assert!(
        wrong
            .html
            .contains("https://desk.example.com\nhttps://b.example/help\n*</textarea>")
    );
    assert_eq!(settings(&app, account).await, Settings::default());

    let right = "\r\n https://Desk.example.com:443 \r\nhttp://localhost:3000\r\n";
    let saved = app.post(&eva, &path, &save, &[("cors_origins", right)]).await;

    assert_eq!(saved.header("location"), path);
    let origins = settings(&app, account).await.cors_origins;
    let origins: Vec<_> = origins.iter().map(ToString::to_string).collect();
    assert_eq!(origins, ["http://localhost:3000", "https://desk.example.com"]);
    let shown = app.get(&eva, &path).await.html;
    assert!(
        shown.contains("http://localhost:3000\nhttps://desk.example.com</textarea>"),
        "{shown}"
    );
}

#[tokio::test]
async fn products_are_named_and_an_empty_name_gives_the_slug_back() {
    let (app, account, eva) = owned().await;
    let pool = usher_domain::PoolId::from_bits(app.draw_bits());
    app.give(account, usher_testkit::subscription(0, 2, pool).command())
        .await;
    let path = format!("/a/{account}/settings");
    let save = format!("{path}/products");
    let field = "product-remote-support";

    let wrong = app.post(&eva, &path, &save, &[(field, "\u{7}")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.html.contains("id=\"product-remote-support-error\""),
        "{}",
        wrong.html
    );
    let twice = [(field, "Desk"), ("product-desk", "Desk")];
    let twice = app.post(&eva, &path, &save, &twice).await;
    assert!(twice.html.contains("each for one product only"), "{}", twice.html);

    for (typed, shown) in [("Contoso Rescue", "Contoso Rescue"), (" ", "Remote support")] {
        let saved = app.post(&eva, &path, &save, &[(field, typed)]).await;
        assert_eq!(saved.header("location"), path);
        let overview = app.get(&eva, &format!("/a/{account}/overview")).await;
        assert!(overview.html.contains(shown), "{}", overview.html);
    }
}

#[tokio::test]
async fn a_products_color_is_beside_its_name_and_never_in_place_of_it() {
    let (app, account, eva) = owned().await;
    let pool = usher_domain::PoolId::from_bits(app.draw_bits());
    app.give(account, usher_testkit::subscription(0, 2, pool).command())
        .await;
    let path = format!("/a/{account}/settings");
    let save = format!("{path}/products");
    let fields = |color| [("product-remote-support", ""), ("color-remote-support", color)];

    let wrong = app.post(&eva, &path, &save, &fields("magenta")).await;
    let saved = app.post(&eva, &path, &save, &fields("violet")).await;

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.html.contains("id=\"color-remote-support-error\""),
        "{}",
        wrong.html
    );
    assert_eq!(saved.header("location"), path);
    for page in ["overview", "seats", "pools", "subscription"] {
        let page = app.get(&eva, &format!("/a/{account}/{page}")).await;
        let (_, beside) = page.html.split_once("dot-violet").unwrap();
        let beside = beside.split_once("</svg>").unwrap().1;
        assert!(beside.starts_with("Remote support"), "{beside}");
    }
    app.post(&eva, &path, &save, &fields("")).await;
    let overview = app.get(&eva, &format!("/a/{account}/overview")).await;
    assert!(!overview.html.contains("class=\"dot"), "{}", overview.html);
}

#[tokio::test]
async fn the_rules_of_new_pools_are_saved_and_invalid_ones_are_errors_at_their_field() {
    let (app, account, eva) = owned().await;
    let path = format!("/a/{account}/settings");
    let save = format!("{path}/pool-defaults");
    let mut wrong = defaults();
    set(&mut wrong, ("offer_hold_secs", "soon"));
    set(&mut wrong, ("lease_secs", "1"));

    let page = app.post(&eva, &path, &save, &wrong).await;
    set(&mut wrong, ("offer_hold_secs", "60"));
    let out_of_range = app.post(&eva, &path, &save, &wrong).await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.html.contains("id=\"offer_hold_secs-error\"") && page.html.contains("value=\"soon\""),
        "{}",
        page.html
    );
    assert_eq!(out_of_range.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        out_of_range.html.contains("id=\"lease_secs-error\""),
        "{}",
        out_of_range.html
    );
    assert_eq!(settings(&app, account).await.pool_defaults, Rules::default());

    let saved = app.post(&eva, &path, &save, &defaults()).await;

    assert_eq!(saved.header("location"), path);
    let rules = settings(&app, account).await.pool_defaults;
    assert_eq!(rules.occupies, Occupies::Session);
    assert_eq!(rules.when_full, [WhenFull::PayPerUse, WhenFull::Queue]);
    assert_eq!(rules.auto_log_off_after, Some(Secs::new(1800)));
    assert_eq!(
        (rules.max_devices_per_user, rules.offer_hold),
        (None, Secs::new(120))
    );
}

#[tokio::test]
async fn rules_of_new_pools_that_changed_since_the_form_was_loaded_are_not_overwritten() {
    let (app, account, eva) = owned().await;
    let path = format!("/a/{account}/settings");
    let seen = hidden(&app.get(&eva, &path).await.html, "rules_seen");
    let save = async |written: &[(&str, &'static str)], seen: &str| {
        let mut fields = rules();
        for written in written {
            set(&mut fields, *written);
        }
        let mut fields: Vec<(&str, &str)> = fields;
        fields.push(("rules_seen", seen));
        app.post(&eva, &path, &format!("{path}/pool-defaults"), &fields)
            .await
    };
    let first = save(&[("lease_secs", "2 min")], &seen).await;
    let by_first = settings(&app, account).await.pool_defaults;

    let stale = save(&[("end_notice_secs", "30 s")], &seen).await;
    let after_stale = settings(&app, account).await.pool_defaults;
    let both = [("lease_secs", "2 min"), ("end_notice_secs", "30 s")];
    let again = save(&both, &hidden(&stale.html, "rules_seen")).await;

    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.html);
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", stale.html);
    for said in [
        "New pools start with other rules now",
        "in the meantime, to “2 min”",
        "value=\"2 min\"",
        "value=\"30 s\"",
    ] {
        assert!(stale.html.contains(said), "{said}: {}", stale.html);
    }
    assert_eq!(after_stale, by_first);
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.html);
    let now = settings(&app, account).await.pool_defaults;
    assert_eq!((now.lease, now.end_notice), (Secs::new(120), Secs::new(30)));
}

#[tokio::test]
async fn a_preset_fills_in_the_settings_form_and_saves_nothing() {
    let (app, account, eva) = owned().await;

    let page = app
        .get(&eva, &format!("/a/{account}/settings?preset=concurrent_devices"))
        .await;

    assert!(
        page.html.contains("are filled in below") && page.html.contains("value=\"30 s\""),
        "{}",
        page.html
    );
    assert_eq!(settings(&app, account).await, Settings::default());
}

#[tokio::test]
async fn settings_are_not_changed_without_the_token_nor_in_another_account() {
    let (app, account, eva) = owned().await;
    let other = app.account("Fabrikam").await;

    let path = format!("/a/{account}/settings/permissions");
    let without = app.send(&eva, Method::POST, &path, &[], String::new()).await;
    let elsewhere = app
        .post(&eva, "/me", &format!("/a/{other}/settings/permissions"), &[])
        .await;

    assert_eq!(without.status(), StatusCode::FORBIDDEN);
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    for topic in ["settings", "subscription", "minutes"] {
        let page = app.get(&eva, &format!("/a/{other}/{topic}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{topic}");
    }
}

#[tokio::test]
async fn the_time_zone_of_the_account_is_chosen_from_those_that_exist() {
    let (app, account, browser) = owned().await;
    let path = format!("/a/{account}/settings");
    let shown = app.get(&browser, &path).await;
    assert!(shown.html.contains("<option value=\"UTC\" selected>"));

    let zone = |name| [("time_zone", name)];
    let action = format!("{path}/time-zone");
    let saved = app
        .post(&browser, &path, &action, &zone("Europe/Ljubljana"))
        .await;
    let refused = app.post(&browser, &path, &action, &zone("Europe/Atlantis")).await;

    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
    assert_eq!(
        settings(&app, account).await.time_zone.as_str(),
        "Europe/Ljubljana"
    );
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.html.contains("id=\"time_zone-error\""),
        "{}",
        refused.html
    );
    let audit = app.get(&browser, &format!("/a/{account}/audit")).await;
    assert!(
        audit.html.contains("time zone Europe/Ljubljana"),
        "{}",
        audit.html
    );
}
