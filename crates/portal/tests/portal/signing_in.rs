use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode};
use tower::ServiceExt;
use usher_app::{ATTEMPTS_PER_EMAIL, ATTEMPTS_PER_EMAIL_FROM_ANYWHERE};
use usher_domain::command::UserPatch;
use usher_domain::permission::Role;
use usher_domain::{AccountId, Secs, UserId};
use usher_identity::{ChangeOrigin, ChangedBy, HashingShare, PasswordLife};
use usher_testkit as kit;

use crate::app::{App, Browser, PASSWORD, Page, form};

const EVA: &str = "eva@example.com";

async fn try_password(app: &App, email: &str, password: &str) -> Page {
    let fields = [("email", email), ("password", password)];
    app.post(&Browser::default(), "/sign-in", "/sign-in", &fields)
        .await
}

#[tokio::test]
async fn the_right_password_leads_to_the_overview_with_a_cookie_that_scripts_cannot_read() {
    let app = App::at(Some("https://usher.example.com")).await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", EVA, Role::Owner).await;

    let page = try_password(&app, EVA, PASSWORD).await;

    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.header("location"), format!("/a/{account}/overview"));
    let cookie = page.cookie("usher_session");
    assert!(cookie.starts_with("__Host-usher_session="), "{cookie}");
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
    let eva = page.browser();
    let overview = format!("/a/{account}/overview");
    assert_eq!(app.get(&eva, &overview).await.status, StatusCode::OK);
    // With the plain name, another host or a plain connection could have set it.
    let planted = eva.cookie.unwrap().replace("__Host-", "");
    let planted = Browser {
        cookie: Some(planted),
    };
    assert_eq!(app.get(&planted, &overview).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn agents_begin_at_their_console() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", EVA, Role::Member).await;

    let signed_in = try_password(&app, EVA, PASSWORD).await;
    let again = app.get(&signed_in.browser(), "/").await;

    assert_eq!(signed_in.header("location"), "/console");
    assert_eq!(again.header("location"), "/console");
}

#[tokio::test]
async fn an_address_works_as_browsers_send_it_and_is_shown_in_unicode() {
    let app = App::new().await;
    let account = app.account("Bücher").await;
    app.user(account, "Eva", "eva@bücher.example", Role::Owner).await;
    app.user(account, "Ole", "ole@xn--bcher-kva.example", Role::Owner)
        .await;

    // Chromium encodes the domain in a field of the type `email`, Firefox does not.
    for address in [
        "eva@xn--bcher-kva.example",
        "eva@bücher.example",
        "ole@bücher.example",
    ] {
        let page = try_password(&app, address, PASSWORD).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{address}: {}", page.html);
        let users = app.get(&page.browser(), &format!("/a/{account}/users")).await;
        assert!(users.html.contains("ole@bücher.example"), "{}", users.html);
    }
}

#[tokio::test]
async fn only_a_trusted_proxy_can_report_https_which_makes_cookies_secure() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", EVA, Role::Owner).await;

    for (peer, is_bound) in [([127, 0, 0, 1], true), ([192, 0, 2, 7], false)] {
        let body = format!("email=eva%40example.com&password={}", PASSWORD.replace(' ', "+"));
        let mut request = Request::post("/sign-in")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-proto", "https")
            .header("x-request-id", "r-17")
            .body(Body::from(body))
            .unwrap();
        let peer = SocketAddr::from((peer, 4711));
        request.extensions_mut().insert(ConnectInfo(peer));

        let page = Page::of(app.site.clone().oneshot(request).await.unwrap()).await;

        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
        assert_eq!(page.cookie("usher_session").starts_with("__Host-"), is_bound);
        assert_eq!(page.cookie("usher_session").contains("Secure"), is_bound);
        assert_eq!(page.header("strict-transport-security").is_empty(), !is_bound);
        assert_eq!(page.header("x-request-id"), "r-17");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", EVA, Role::Owner).await;

    let wrong = try_password(&app, EVA, "another password").await;
    let unknown = try_password(&app, "eve@example.com", "another password").await;

    assert_eq!(
        (wrong.status, unknown.status),
        (StatusCode::UNPROCESSABLE_ENTITY, wrong.status)
    );
    assert_eq!(
        wrong.html.replace(EVA, ""),
        unknown.html.replace("eve@example.com", "")
    );
    assert_eq!(app.app.identity().passwords_hashed(), 3);
}

#[tokio::test]
async fn guessing_is_throttled_until_the_stated_time() {
    let app = App::new().await;
    for _ in 0..ATTEMPTS_PER_EMAIL {
        assert_eq!(
            try_password(&app, EVA, "a guess").await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }

    let page = try_password(&app, EVA, "a guess").await;

    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u32 = page.header("retry-after").parse().unwrap();
    assert_eq!(wait, 24 * 60);
    assert!(page.html.contains("24 minutes"), "{}", page.html);
    app.app.engine().advance(Secs::new(wait)).await;
    assert_eq!(
        try_password(&app, EVA, "a guess").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn guesses_at_the_api_and_in_the_portal_are_counted_together() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let guess = format!(r#"{{"account": "{account}", "email": "{EVA}", "password": "a guess"}}"#);
    for _ in 0..ATTEMPTS_PER_EMAIL {
        let request = Request::post("/v1/tokens").header("content-type", "application/json");
        let request = request.body(Body::from(guess.clone())).unwrap();
        let answer = app.site.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }

    let page = try_password(&app, EVA, PASSWORD).await;

    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
}

/// Eva with the same password in two accounts, and the choice that she is offered.
async fn offered_a_choice(app: &App) -> (AccountId, (AccountId, UserId), String) {
    let (first, second) = (app.account("Contoso").await, app.account("Fabrikam").await);
    app.user(first, "Eva", EVA, Role::Owner).await;
    let eva = app.user(second, "Eva", EVA, Role::Member).await;
    let page = try_password(app, EVA, PASSWORD).await;
    assert!(
        page.html.contains("Contoso") && page.html.contains("Fabrikam"),
        "{}",
        page.html
    );
    let (_, choice) = page.html.split_once("name=\"choice\" value=\"").unwrap();
    let choice = choice.split('"').next().unwrap().to_owned();
    (first, (second, eva), choice)
}

async fn choose(app: &App, choice: &str, account: AccountId) -> Page {
    let account = account.to_string();
    let fields = [("choice", choice), ("account", account.as_str())];
    app.post(&Browser::default(), "/sign-in", "/sign-in/account", &fields)
        .await
}

#[tokio::test]
async fn a_user_with_the_same_password_in_two_accounts_chooses_one() {
    let app = App::new().await;
    let (_, (second, _), choice) = offered_a_choice(&app).await;

    let chosen = choose(&app, &choice, second).await;

    assert_eq!(chosen.header("location"), "/console");
    let again = choose(&app, &choice, second).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_choice_is_not_enough_once_the_account_requires_single_sign_on() {
    let app = App::new().await;
    let (first, (second, eva), choice) = offered_a_choice(&app).await;
    let owner = app.user(second, "Olga", "olga@example.com", Role::Owner).await;
    app.require_single_sign_on(second, owner).await;

    let chosen = choose(&app, &choice, second).await;

    assert_eq!(chosen.status, StatusCode::FORBIDDEN);
    assert!(chosen.html.contains(&format!("/sso/{second}")), "{}", chosen.html);
    assert_eq!(chosen.header("set-cookie"), "");
    let now = app.app.engine().now();
    assert_eq!(app.app.identity().portal_sessions(second, eva, now), []);
    let break_glass = try_password(&app, "olga@example.com", PASSWORD).await;
    assert_eq!(break_glass.header("location"), format!("/a/{second}/overview"));
    // Her other account has not changed.
    let direct = try_password(&app, EVA, PASSWORD).await;
    assert_eq!(direct.header("location"), format!("/a/{first}/overview"));
}

#[tokio::test]
async fn a_choice_is_not_enough_once_the_password_changed_or_the_user_is_inactive() {
    for is_out in [false, true] {
        let app = App::new().await;
        let (_, (second, eva), choice) = offered_a_choice(&app).await;
        let identity = app.app.identity();
        if is_out {
            let change = UserPatch {
                active: Some(false),
                ..UserPatch::default()
            };
            app.give(second, kit::change_user(eva, change)).await;
        } else {
            let hash = identity.hash_password(
                HashingShare::default(),
                "another lilac anchor".to_owned(),
                Vec::new(),
            );
            let (hash, now) = (hash.await.unwrap(), app.app.engine().now());
            let origin = ChangeOrigin {
                by: ChangedBy::User(eva),
                cause: "portal".to_owned().into(),
            };
            let set = identity
                .set_password(second, eva, &hash, PasswordLife::Lasting, origin, now)
                .await;
            identity.recorded(&set.unwrap()).await.unwrap();
        }

        let chosen = choose(&app, &choice, second).await;

        assert_eq!(chosen.header("location"), "/sign-in");
        assert_eq!(chosen.browser().cookie, None);
        let now = app.app.engine().now();
        assert_eq!(app.app.identity().portal_sessions(second, eva, now), []);
        let page = app.get(&chosen.kept_by(&Browser::default()), "/sign-in").await;
        assert!(page.html.contains("Sign in again."), "{}", page.html);
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_or_without_the_token_of_the_session_is_refused() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", EVA, Role::Owner).await;
    let eva = app.sign_in(EVA).await;

    let without = app
        .send(&eva, Method::POST, "/sign-out", &[], String::new())
        .await;
    let elsewhere = [("sec-fetch-site", "cross-site")];
    let foreign = app
        .send(
            &Browser::default(),
            Method::POST,
            "/sign-in",
            &elsewhere,
            String::new(),
        )
        .await;

    assert_eq!(
        (without.status(), foreign.status()),
        (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN)
    );
    assert!(Page::of(without).await.html.contains("load the page again"));
    assert_eq!(app.get(&eva, "/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_signing_in_again_leads_back() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", EVA, Role::Owner).await;
    let eva = app.sign_in(EVA).await;

    let out = app.post(&eva, "/me", "/sign-out", &[]).await;

    let told = out.headers.get_all("set-cookie").iter();
    let told = told.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
    let told = told.filter(|cookie| cookie.starts_with("usher_flash="));
    let browser = Browser {
        cookie: told.map(str::to_owned).next(),
    };
    let signed_out = app.get(&browser, out.header("location")).await;
    assert!(
        signed_out.html.contains("You are signed out."),
        "{}",
        signed_out.html
    );
    let page = app.get(&eva, "/me").await;
    assert_eq!(page.header("location"), "/sign-in?back=%2Fme");
}

#[tokio::test]
async fn a_new_password_signs_out_everywhere_else_and_gives_this_browser_a_new_session() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", EVA, Role::Owner).await;
    let (eva, phone) = (app.sign_in(EVA).await, app.sign_in(EVA).await);
    let new = "another long password";
    let mut fields = [("present", "wrong"), ("password", new), ("password_again", new)];

    assert_eq!(
        app.post(&eva, "/me", "/me/password", &fields).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    fields[0].1 = PASSWORD;
    let changed = app.post(&eva, "/me", "/me/password", &fields).await;

    assert_eq!(changed.status, StatusCode::SEE_OTHER);
    assert_eq!(app.get(&changed.browser(), "/me").await.status, StatusCode::OK);
    for old in [&eva, &phone] {
        assert_eq!(app.get(old, "/me").await.status, StatusCode::SEE_OTHER);
    }
}

/// An attempt from a network address, with the cookies of a browser.
async fn try_from(app: &App, browser: &Browser, from: [u8; 4], password: &str) -> Page {
    let fields = [("email", EVA), ("password", password)];
    let mut request = Request::post("/sign-in")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", browser.cookie.as_deref().unwrap_or_default())
        .body(Body::from(form(&fields)))
        .unwrap();
    let peer = SocketAddr::from((from, 4711));
    request.extensions_mut().insert(ConnectInfo(peer));
    Page::of(app.site.clone().oneshot(request).await.unwrap()).await
}

#[tokio::test]
async fn knowing_only_the_address_does_not_lock_its_user_out() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", EVA, Role::Owner).await;
    let (office, attacker) = ([192, 0, 2, 1], [198, 51, 100, 1]);
    let signed_in = try_from(&app, &Browser::default(), office, PASSWORD).await;
    let known = Browser {
        cookie: Some(
            signed_in
                .cookie("usher_browser")
                .split(';')
                .next()
                .unwrap()
                .to_owned(),
        ),
    };
    let unknown = Browser::default();
    for _ in 0..ATTEMPTS_PER_EMAIL {
        let page = try_from(&app, &unknown, attacker, "a guess").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let stopped = try_from(&app, &unknown, attacker, "a guess").await;
    assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);

    // Another network has its own count.
    let elsewhere = try_from(&app, &unknown, office, PASSWORD).await;
    assert_eq!(elsewhere.status, StatusCode::SEE_OTHER);
    // A known browser has its own count too, even next to the attacker and after an attack from everywhere.
    for number in 0..ATTEMPTS_PER_EMAIL_FROM_ANYWHERE - ATTEMPTS_PER_EMAIL {
        let network = [203, 0, u8::try_from(number / ATTEMPTS_PER_EMAIL).unwrap(), 1];
        let page = try_from(&app, &unknown, network, "a guess").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let new_browser = try_from(&app, &unknown, office, PASSWORD).await;
    assert_eq!(new_browser.status, StatusCode::TOO_MANY_REQUESTS);
    for from in [attacker, office] {
        let page = try_from(&app, &known, from, PASSWORD).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    }
    for _ in 0..ATTEMPTS_PER_EMAIL {
        let page = try_from(&app, &known, office, "a guess").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let too_many = try_from(&app, &known, office, PASSWORD).await;
    assert_eq!(too_many.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_new_password_makes_every_browser_unknown_but_the_one_it_was_changed_in() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let id = app.user(account, "Eva", EVA, Role::Owner).await;
    let (eva, phone) = (app.sign_in(EVA).await, try_password(&app, EVA, PASSWORD).await);
    let new = "another long password";
    let fields = [("present", PASSWORD), ("password", new), ("password_again", new)];
    let changed = app.post(&eva, "/me", "/me/password", &fields).await;

    let users = async |page: &Page| {
        let cookie = page.cookie("usher_browser");
        let signed = cookie.split(['=', ';']).nth(1).unwrap();
        let (identity, now) = (app.app.identity(), app.app.engine().now());
        let browser = identity.known_browser(signed).unwrap();
        identity.users_of_browser(browser, now).await.unwrap()
    };

    assert_eq!(users(&phone).await, []);
    assert_eq!(users(&changed).await, [(account, id)]);
}

#[tokio::test]
async fn a_user_with_a_temporary_password_chooses_a_new_one_before_anything_else() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Olga", "olga@example.com", Role::Owner).await;
    let owner = app.sign_in("olga@example.com").await;
    let users = format!("/a/{account}/users");
    let fields = [
        ("name", "Eva"),
        ("email", EVA),
        ("role", "member"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ];
    let made = app.post(&owner, &format!("{users}/new"), &users, &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);

    let eva = app.sign_in(EVA).await;

    for path in [
        format!("/a/{account}/overview"),
        "/me".to_owned(),
        "/console".to_owned(),
    ] {
        assert_eq!(
            app.get(&eva, &path).await.header("location"),
            "/me/password",
            "{path}"
        );
    }
    let page = app.get(&eva, "/me/password").await;
    assert!(
        page.html.contains("Somebody else set your password."),
        "{}",
        page.html
    );
    // Every other page redirects here, so there is no link to any.
    assert!(
        !page.html.contains("<nav") && !page.html.contains(r#"href="/me""#),
        "{}",
        page.html
    );
    assert!(page.html.contains("Sign out"), "{}", page.html);
    let missing = app.get(&eva, &format!("/a/{account}/nowhere")).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(!missing.html.contains("<nav"), "{}", missing.html);
    let change = |new: &'static str| [("present", PASSWORD), ("password", new), ("password_again", new)];
    let same = app
        .post(&eva, "/me/password", "/me/password", &change(PASSWORD))
        .await;
    assert!(same.html.contains("Choose another one."), "{}", same.html);
    let changed = app
        .post(
            &eva,
            "/me/password",
            "/me/password",
            &change("another long password"),
        )
        .await;
    assert_eq!(changed.header("location"), "/console");
    let console = app.get(&changed.browser(), changed.header("location")).await;
    assert_eq!(console.status, StatusCode::OK);
}

#[tokio::test]
async fn the_page_of_a_user_does_not_set_the_viewers_own_password() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let id = app.user(account, "Eva", EVA, Role::Owner).await;
    let eva = app.sign_in(EVA).await;
    let path = format!("/a/{account}/users/{id}");
    let new = "another long password";
    let fields = [("password", new), ("password_again", new)];

    let page = app.post(&eva, &path, &format!("{path}/password"), &fields).await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.html.contains("with your present one"), "{}", page.html);
    app.sign_in(EVA).await;
}
