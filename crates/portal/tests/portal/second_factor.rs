//! The second factor in the portal: setting it up, signing in with it, requiring it.

use axum::http::StatusCode;
use usher_app::CODES_PER_USER;
use usher_domain::account::SettingsPatch;
use usher_domain::command::{AccountCommand, Command, UserPatch};
use usher_domain::directory::SignInPatch;
use usher_domain::permission::{Privilege, Role};
use usher_domain::{AccountId, Secs, UserId};
use usher_identity::HashingShare;
use usher_portal::SESSION_COOKIE;
use usher_testkit as kit;
use usher_testkit::AuthenticatorApp;

use crate::app::{App, Browser, PASSWORD, Page};

const EVA: &str = "eva@example.com";
const ME: &str = "/me/second-factor";

async fn contoso(role: Role) -> (App, AccountId, UserId) {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let eva = app.user(account, "Eva", EVA, role).await;
    (app, account, eva)
}

fn between<'a>(html: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = html
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {html}"));
    rest.split_once(after).unwrap().0
}

/// The app's current code, a minute after the last one, because each code works only once.
pub async fn code(app: &App, authenticator: &AuthenticatorApp) -> String {
    app.app.engine().advance(Secs::new(60)).await;
    authenticator.code(app.app.engine().now())
}

const CONFIRM: &str = "/me/second-factor/confirm";

/// Sets it up in this browser. Returns the app, the recovery codes, and the browser afterwards.
pub async fn set_up(app: &App, browser: &Browser) -> (AuthenticatorApp, Vec<String>, Browser) {
    app.post(browser, ME, "/me/second-factor/begin", &[]).await;
    let page = app.get(browser, ME).await;
    assert!(
        page.html.contains("<svg") && !page.html.contains("style="),
        "{}",
        page.html
    );
    let totp = AuthenticatorApp::with_secret(between(&page.html, "<code id=\"secret\">", "</code>"));
    let typed = code(app, &totp).await;
    let confirmed = app
        .post(browser, ME, CONFIRM, &[("code", &typed), ("present", PASSWORD)])
        .await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.html);
    let list = between(&confirmed.html, "<ul class=\"recovery\">", "</ul>");
    let codes = list.split("<code>").skip(1);
    let codes = codes.map(|code| code.split('<').next().unwrap().to_owned());
    (totp, codes.collect(), confirmed.browser())
}

async fn password(app: &App) -> Page {
    let fields = [("email", EVA), ("password", PASSWORD), ("back", "/me")];
    app.post(&Browser::default(), "/sign-in", "/sign-in", &fields)
        .await
}

/// The browser between the two steps.
async fn halfway(app: &App) -> Browser {
    let page = password(app).await;
    assert_eq!(page.header("location"), "/sign-in/code?back=%2Fme");
    assert_eq!(page.browser().cookie, None);
    page.kept_by(&Browser::default())
}

async fn type_code(app: &App, browser: &Browser, code: &str) -> Page {
    let fields = [("code", code), ("back", "/me")];
    app.post(browser, "/sign-in/code?back=%2Fme", "/sign-in/code", &fields)
        .await
}

#[tokio::test]
async fn setting_it_up_gives_this_browser_a_new_session_and_ends_all_others() {
    let (app, account, eva) = contoso(Role::Owner).await;
    let (browser, phone) = (app.sign_in(EVA).await, app.sign_in(EVA).await);
    app.post(&browser, ME, "/me/second-factor/begin", &[]).await;
    let wrong = app
        .post(
            &browser,
            ME,
            CONFIRM,
            &[("code", "000000"), ("present", PASSWORD)],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!app.app.identity().has_second_factor(account, eva));

    let (_, codes, after) = set_up(&app, &browser).await;

    assert_eq!(codes.len(), 10);
    assert!(app.app.identity().has_second_factor(account, eva));
    assert!(
        app.get(&after, ME)
            .await
            .html
            .contains("You have 10 recovery codes left.")
    );
    for old in [&browser, &phone] {
        assert_eq!(app.get(old, "/me").await.status, StatusCode::SEE_OTHER);
    }
    let audit = app.get(&after, &format!("/a/{account}/audit")).await;
    assert!(
        audit.unlinked().contains("set up the second factor of Eva"),
        "{}",
        audit.html
    );
}

#[tokio::test]
async fn the_password_alone_lets_nobody_in() {
    let (app, ..) = contoso(Role::Member).await;
    let (totp, ..) = set_up(&app, &app.sign_in(EVA).await).await;
    let half = halfway(&app).await;

    for path in ["/me", ME, "/"] {
        let page = app.get(&half, path).await;
        assert!(page.header("location").starts_with("/sign-in"), "{path}");
    }
    let wrong = type_code(&app, &half, "000000").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.browser().cookie, None);
    let right = code(&app, &totp).await;
    let stranger = type_code(&app, &Browser::default(), &right).await;
    assert_eq!(stranger.header("location"), "/sign-in");
    let entered = type_code(&app, &half, &right).await;

    assert_eq!(entered.header("location"), "/me");
    let browser = entered.browser();
    assert_eq!(app.get(&browser, "/me").await.status, StatusCode::OK);
    let again = type_code(&app, &half, &code(&app, &totp).await).await;
    assert_eq!(again.header("location"), "/sign-in");
}

#[tokio::test]
async fn after_five_minutes_the_password_is_asked_again() {
    let (app, ..) = contoso(Role::Member).await;
    let (totp, ..) = set_up(&app, &app.sign_in(EVA).await).await;
    let half = halfway(&app).await;
    app.app.engine().advance(Secs::new(240)).await;

    let late = type_code(&app, &half, &code(&app, &totp).await).await;

    assert_eq!(late.header("location"), "/sign-in");
    assert_eq!(late.browser().cookie, None);
}

#[tokio::test]
async fn a_code_is_not_enough_once_the_account_requires_single_sign_on() {
    let (app, account, eva) = contoso(Role::Member).await;
    let owner = app.user(account, "Olga", "olga@example.com", Role::Owner).await;
    let (totp, ..) = set_up(&app, &app.sign_in(EVA).await).await;
    let met = halfway(&app).await;
    app.require_single_sign_on(account, owner).await;
    // The pending sign-in of a password that was checked just before.
    let (identity, now) = (app.app.identity(), app.app.engine().now());
    let missed = identity.begin_pending_sign_in(account, eva, now).await.unwrap();
    let missed = Browser {
        cookie: Some(format!("usher_half={}", missed.expose())),
    };

    let met = type_code(&app, &met, &code(&app, &totp).await).await;
    let missed = type_code(&app, &missed, &code(&app, &totp).await).await;

    assert_eq!(met.header("location"), "/sign-in");
    assert_eq!(missed.status, StatusCode::FORBIDDEN);
    assert!(
        missed.html.contains(&format!("/sso/{account}")),
        "{}",
        missed.html
    );
    for page in [met, missed] {
        assert_eq!(page.browser().cookie, None);
    }
    let now = app.app.engine().now();
    assert_eq!(identity.portal_sessions(account, eva, now), []);
}

#[tokio::test]
async fn a_recovery_code_works_once_and_shows_how_many_are_left() {
    let (app, ..) = contoso(Role::Member).await;
    let (_, codes, _) = set_up(&app, &app.sign_in(EVA).await).await;

    let entered = type_code(&app, &halfway(&app).await, &codes[0]).await;

    let page = app.get(&entered.kept_by(&Browser::default()), "/me").await;
    assert!(page.html.contains("9 are left."), "{}", page.html);
    let again = type_code(&app, &halfway(&app).await, &codes[0]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_and_right_ones_do_not_count() {
    let (app, ..) = contoso(Role::Member).await;
    let (totp, ..) = set_up(&app, &app.sign_in(EVA).await).await;
    for _ in 0..=CODES_PER_USER {
        let entered = type_code(&app, &halfway(&app).await, &code(&app, &totp).await).await;
        assert_eq!(entered.header("location"), "/me");
    }
    let half = halfway(&app).await;
    for _ in 0..CODES_PER_USER {
        let wrong = type_code(&app, &half, "000000").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    let slowed = type_code(&app, &half, "000000").await;

    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u32 = slowed.header("retry-after").parse().unwrap();
    app.app.engine().advance(Secs::new(wait)).await;
    let entered = type_code(&app, &halfway(&app).await, &code(&app, &totp).await).await;
    assert_eq!(entered.header("location"), "/me");
}

#[tokio::test]
async fn removing_it_or_drawing_new_codes_needs_the_password_and_a_code() {
    let (app, account, eva) = contoso(Role::Member).await;
    let (totp, codes, browser) = set_up(&app, &app.sign_in(EVA).await).await;
    let prove = async |browser: &Browser, path: &str, password: &str, code: &str| {
        app.post(browser, ME, path, &[("present", password), ("code", code)])
            .await
    };
    let drawn = prove(
        &browser,
        "/me/second-factor/codes",
        PASSWORD,
        &code(&app, &totp).await,
    )
    .await;
    assert!(
        !drawn.html.contains(&codes[1]) && drawn.html.contains("shown once"),
        "{}",
        drawn.html
    );
    for (password, typed) in [(PASSWORD, "000000"), ("another lilac anchor", codes[0].as_str())] {
        let refused = prove(&browser, "/me/second-factor/remove", password, typed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(app.app.identity().has_second_factor(account, eva));

    let removed = prove(
        &browser,
        "/me/second-factor/remove",
        PASSWORD,
        &code(&app, &totp).await,
    )
    .await;

    assert_eq!(removed.header("location"), ME);
    assert!(!app.app.identity().has_second_factor(account, eva));
    assert_eq!(app.get(&browser, "/me").await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.get(&removed.browser(), "/me").await.status, StatusCode::OK);
    assert_eq!(password_leads(&app).await, "/me");
}

async fn password_leads(app: &App) -> String {
    password(app).await.header("location").to_owned()
}

#[tokio::test]
async fn users_who_manage_users_remove_a_lost_one_but_never_of_users_with_more_rights() {
    let (app, account, eva) = contoso(Role::Owner).await;
    let adam = app.user(account, "Adam", "adam@example.com", Role::Admin).await;
    let (_, _, browser) = set_up(&app, &app.sign_in(EVA).await).await;
    let adams = app.sign_in("adam@example.com").await;
    let (_, _, adams) = set_up(&app, &adams).await;
    let path = |user: UserId| format!("/a/{account}/users/{user}");
    let remove = async |browser: &Browser, user: UserId| {
        let form = format!("{}/second-factor/remove", path(user));
        app.post(browser, &path(user), &form, &[]).await
    };

    assert_eq!(remove(&adams, eva).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        remove(&browser, eva).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert!(
        app.get(&browser, &path(adam))
            .await
            .html
            .contains("Remove their second factor")
    );
    let removed = remove(&browser, adam).await;

    assert_eq!(removed.header("location"), path(adam));
    assert!(!app.app.identity().has_second_factor(account, adam));
    assert!(app.app.identity().has_second_factor(account, eva));
    assert_eq!(app.get(&adams, "/me").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_manager_of_users_cannot_change_the_credentials_of_admins_and_owners() {
    let (app, account, eva) = contoso(Role::Owner).await;
    let adam = app.user(account, "Adam", "adam@example.com", Role::Admin).await;
    let mia = app.user(account, "Mia", "mia@example.com", Role::Member).await;
    let uma = app.user(account, "Uma", "uma@example.com", Role::Manager).await;
    let change = UserPatch {
        privileges: Some([Privilege::UsersManage].into()),
        ..UserPatch::default()
    };
    app.give(account, kit::change_user(uma, change)).await;
    for email in [EVA, "adam@example.com", "mia@example.com"] {
        set_up(&app, &app.sign_in(email).await).await;
    }
    let uma = app.sign_in("uma@example.com").await;
    let identity = app.app.identity();
    let act = async |user: UserId, what: &str| {
        let page = format!("/a/{account}/users/{user}");
        let new = "another lilac anchor";
        let fields = [("password", new), ("password_again", new)];
        app.post(&uma, &page, &format!("{page}/{what}"), &fields).await
    };

    for above in [adam, eva] {
        let removed = act(above, "second-factor/remove").await;
        let set = act(above, "password").await;

        assert_eq!(removed.status, StatusCode::FORBIDDEN);
        assert_eq!(set.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(set.html.contains("You need to be an owner"), "{}", set.html);
        assert!(identity.has_second_factor(account, above));
        let known =
            identity.verify_password(HashingShare::default(), account, Some(above), PASSWORD.to_owned());
        assert!(known.await.unwrap());
        assert_eq!(
            identity
                .portal_sessions(account, above, app.app.engine().now())
                .len(),
            1
        );
    }
    let below = act(mia, "second-factor/remove").await;
    assert_eq!(below.status, StatusCode::SEE_OTHER, "{}", below.html);
    assert_eq!(act(mia, "password").await.status, StatusCode::SEE_OTHER);
    assert!(!identity.has_second_factor(account, mia));
}

#[tokio::test]
async fn admins_who_need_one_can_do_nothing_before_they_have_it() {
    let (app, account, _) = contoso(Role::Owner).await;
    app.user(account, "Adam", "adam@example.com", Role::Admin).await;
    app.user(account, "Mia", "mia@example.com", Role::Member).await;
    let settings = format!("/a/{account}/settings");
    let switch = format!("{settings}/second-factor");
    let browser = app.sign_in(EVA).await;
    let refused = app
        .post(&browser, &settings, &switch, &[("required", "on")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("for yourself first"), "{}", refused.html);
    let (_, _, browser) = set_up(&app, &browser).await;
    let (adam, mia) = (
        app.sign_in("adam@example.com").await,
        app.sign_in("mia@example.com").await,
    );

    let switched = app
        .post(&browser, &settings, &switch, &[("required", "on")])
        .await;

    assert_eq!(switched.header("location"), settings);
    assert!(
        app.get(&browser, &settings)
            .await
            .html
            .contains("id=\"required\" name=\"required\" aria-describedby=\"required-hint\" checked")
    );
    for path in [
        "/me".to_owned(),
        format!("/a/{account}/users"),
        "/console".to_owned(),
    ] {
        assert_eq!(app.get(&adam, &path).await.header("location"), ME, "{path}");
    }
    let form = app
        .post(&adam, ME, &format!("/a/{account}/teams"), &[("name", "T")])
        .await;
    assert_eq!(form.header("location"), ME);
    assert_eq!(app.get(&mia, "/me").await.status, StatusCode::OK);
    let (_, _, adam) = set_up(&app, &adam).await;
    assert_eq!(app.get(&adam, "/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn users_of_a_provider_need_none() {
    let (app, account, eva) = contoso(Role::Owner).await;
    let change = SettingsPatch {
        sign_in: SignInPatch {
            second_factor_for_admins: Some(true),
            ..SignInPatch::default()
        },
        ..SettingsPatch::default()
    };
    app.give(account, kit::change_settings(change)).await;
    let by_password = app.sign_in(EVA).await;
    let (identity, now) = (app.app.identity(), app.app.engine().now());
    let token = usher_identity::Secret::of_client("an ID token").unwrap();
    let begun = identity.begin_portal_session_by_provider(account, eva, "Firefox", &token, -1, now);
    let cookie = format!("{SESSION_COOKIE}={}", begun.await.unwrap().expose());
    let browser = Browser { cookie: Some(cookie) };

    let page = app.get(&browser, "/me").await;

    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(app.get(&by_password, "/me").await.header("location"), ME);
    // The session got a new secret, because the rights that it remembered were outdated; it still has the provider's
    // token.
    let browser = page.browser();
    assert_eq!(app.get(&browser, "/me").await.status, StatusCode::OK);
    let sessions = identity.portal_sessions(account, eva, now);
    let session = sessions.iter().find(|session| session.by_provider).unwrap();
    let kept = identity.portal_session_id_token(account, eva, session.id).await;
    assert_eq!(kept.unwrap(), Some(token));
}

#[tokio::test]
async fn a_session_gets_a_new_cookie_when_its_users_rights_change() {
    let (app, account, _) = contoso(Role::Owner).await;
    let adam = app.user(account, "Adam", "adam@example.com", Role::Member).await;
    let before = app.sign_in("adam@example.com").await;
    assert_eq!(app.get(&before, "/me").await.browser().cookie, None);
    let change = UserPatch {
        role: Some(Role::Admin),
        ..UserPatch::default()
    };
    app.give(account, kit::change_user(adam, change)).await;

    let page = app.get(&before, "/me").await;

    assert_eq!(page.status, StatusCode::OK);
    let after = page.browser();
    assert!(after.cookie.is_some());
    assert_eq!(app.get(&before, "/me").await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.get(&after, "/me").await.status, StatusCode::OK);
    assert_eq!(app.get(&after, "/me").await.browser().cookie, None);
    // The forms of the page have a token of the new secret.
    let page = app.post(&after, "/me", "/me/sessions/end-others", &[]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let (app, ..) = contoso(Role::Member).await;
    let first = app.sign_in(EVA).await;
    let fields = [("email", EVA), ("password", PASSWORD)];

    let second = app.post(&first, "/sign-in", "/sign-in", &fields).await.browser();

    assert_ne!(first.cookie, second.cookie);
    assert_eq!(app.get(&first, "/me").await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.get(&second, "/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_failed_sign_in_costs_one_hash_and_gets_the_same_answer() {
    let (app, account, _) = contoso(Role::Owner).await;
    let nora = app.user(account, "Nora", "nora@example.com", Role::Member).await;
    let change = UserPatch {
        active: Some(false),
        ..UserPatch::default()
    };
    app.give(account, kit::change_user(nora, change)).await;
    let petra = app
        .user(account, "Petra", "petra@example.com", Role::Member)
        .await;
    app.app.identity().remove_password(account, petra).await.unwrap();
    let gone = app.account("Gone").await;
    app.user(gone, "Olaf", "olaf@example.com", Role::Owner).await;
    app.give(gone, Command::Account(AccountCommand::Delete)).await;

    let mut pages = Vec::new();
    for (email, password) in [
        (EVA, "another lilac anchor"),
        ("nora@example.com", PASSWORD),
        ("petra@example.com", PASSWORD),
        ("olaf@example.com", PASSWORD),
        ("nobody@example.com", PASSWORD),
    ] {
        let before = app.app.identity().passwords_hashed();
        let fields = [("email", email), ("password", password)];
        let page = app
            .post(&Browser::default(), "/sign-in", "/sign-in", &fields)
            .await;
        assert_eq!(app.app.identity().passwords_hashed() - before, 1, "{email}");
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        pages.push(page.html.replace(email, ""));
    }

    assert!(pages.iter().all(|page| *page == pages[0]));
}

#[tokio::test]
async fn a_second_factor_is_set_up_with_the_present_password_only() {
    let (app, account, eva) = contoso(Role::Member).await;
    let browser = app.sign_in(EVA).await;
    app.post(&browser, ME, "/me/second-factor/begin", &[]).await;
    let page = app.get(&browser, ME).await;
    let totp = AuthenticatorApp::with_secret(between(&page.html, "<code id=\"secret\">", "</code>"));

    for present in ["", "not this one"] {
        let typed = code(&app, &totp).await;
        let fields = [("code", typed.as_str()), ("present", present)];
        let page = app.post(&browser, ME, CONFIRM, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.html.contains("not your present password"), "{}", page.html);
    }

    assert!(!app.app.identity().has_second_factor(account, eva));
}

#[tokio::test]
async fn an_easily_guessed_password_is_refused_at_its_field() {
    let (app, ..) = contoso(Role::Member).await;
    let browser = app.sign_in(EVA).await;
    for (new, word) in [
        ("password1234", "lists that are tried first"),
        ("eva@example.com", "your name"),
    ] {
        let fields = [("present", PASSWORD), ("password", new), ("password_again", new)];

        let page = app.post(&browser, "/me", "/me/password", &fields).await;

        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let error = between(&page.html, "id=\"password-error\">", "</p>");
        assert!(error.contains(word), "{error}");
    }
    assert_eq!(app.get(&browser, "/me").await.status, StatusCode::OK);
}
