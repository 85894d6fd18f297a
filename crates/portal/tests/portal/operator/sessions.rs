//! Entering a key, and what ends a session.

use axum::http::{Method, StatusCode};
use usher_app::Config;
use usher_domain::Secs;
use usher_identity::{KeysChangedBy, KeysOrigin, OPERATOR_SESSION_IDLE, OperatorScope};

use super::{FIRST_KEY, enter, key, server, with_key};
use crate::app::{App, Browser, Page};

const ACCOUNTS: &str = "/operator/accounts";
const SIGN_IN: &str = "/operator/sign-in";

async fn asks_for_a_key(app: &App, browser: &Browser) -> bool {
    let page = app.get(browser, ACCOUNTS).await;
    page.status == StatusCode::SEE_OTHER && page.header("location").starts_with(SIGN_IN)
}

#[tokio::test]
async fn an_operator_key_opens_the_page_that_was_asked_for() {
    let app = server().await;
    let closed = app.get(&Browser::default(), "/operator/accounts?q=x").await;
    let to = closed.header("location");
    assert_eq!(to, "/operator/sign-in?back=%2Foperator%2Faccounts%3Fq%3Dx");
    let form = app.get(&Browser::default(), to).await;
    assert!(
        form.html.contains("type=\"password\" autocomplete=\"off\""),
        "{}",
        form.html
    );

    let fields = [("key", FIRST_KEY), ("back", "/operator/accounts?q=x")];
    let entered = app.post(&Browser::default(), SIGN_IN, SIGN_IN, &fields).await;

    assert_eq!(entered.header("location"), "/operator/accounts?q=x");
    let browser = entered.kept_by(&Browser::default());
    let page = app.get(&browser, ACCOUNTS).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains("Key First key"), "{}", page.html);
    assert!(!page.html.contains(FIRST_KEY));
}

#[tokio::test]
async fn no_page_outside_of_the_operators_is_led_to() {
    let app = server().await;

    for back in [
        "//evil.example",
        "https://evil.example",
        "/me",
        "/operator/\\evil",
        "",
    ] {
        let fields = [("key", FIRST_KEY), ("back", back)];
        let entered = app.post(&Browser::default(), SIGN_IN, SIGN_IN, &fields).await;
        assert_eq!(entered.header("location"), "/operator", "{back}");
    }
}

#[tokio::test]
async fn the_cookie_goes_to_the_operator_pages_alone() {
    let app = server().await;

    let entered = app
        .post(&Browser::default(), SIGN_IN, SIGN_IN, &[("key", FIRST_KEY)])
        .await;

    let cookie = entered.cookie("usher_operator");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/operator"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        !cookie.contains("Max-Age") && !cookie.contains("Expires"),
        "{cookie}"
    );
}

#[tokio::test]
async fn over_https_the_cookie_is_secure_and_a_plain_one_is_ignored() {
    let config = Config {
        public_url: Some("https://usher.example.com".to_owned()),
        ..Config::default()
    };
    let app = with_key(App::configured(config).await).await;

    let entered = app
        .post(&Browser::default(), SIGN_IN, SIGN_IN, &[("key", FIRST_KEY)])
        .await;

    let cookie = entered.cookie("usher_operator");
    assert!(cookie.starts_with("__Secure-usher_operator="), "{cookie}");
    assert!(
        cookie.contains("Secure;") || cookie.ends_with("Secure"),
        "{cookie}"
    );
    let browser = entered.kept_by(&Browser::default());
    assert!(!asks_for_a_key(&app, &browser).await);
    let plain = browser.cookie.unwrap().replace("__Secure-", "");
    assert!(asks_for_a_key(&app, &Browser { cookie: Some(plain) }).await);
}

#[tokio::test]
async fn what_is_no_operator_key_opens_nothing() {
    let app = server().await;

    for wrong in ["", "usher_op_0123", "usher_key_0123", "usher_web_0123"] {
        let page = app
            .post(&Browser::default(), SIGN_IN, SIGN_IN, &[("key", wrong)])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.html.contains("This is not an operator key of this server"),
            "{}",
            page.html
        );
        assert_eq!(page.cookie("usher_operator"), "");
    }
}

#[tokio::test]
async fn wrong_keys_are_throttled_and_right_ones_cost_nothing() {
    let app = server().await;
    let send = async |key: &str| {
        let page = app
            .post(&Browser::default(), SIGN_IN, SIGN_IN, &[("key", key)])
            .await;
        page.status
    };
    for _ in 0..20 {
        assert_eq!(send(FIRST_KEY).await, StatusCode::SEE_OTHER);
    }
    for _ in 0..usher_app::OPERATOR_KEYS_PER_NETWORK {
        assert_eq!(send("usher_op_wrong").await, StatusCode::UNPROCESSABLE_ENTITY);
    }

    assert_eq!(send("usher_op_wrong").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(send(FIRST_KEY).await, StatusCode::TOO_MANY_REQUESTS);
    app.engine.advance(Secs::new(60)).await;
    assert_eq!(send(FIRST_KEY).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_signed_out_or_its_key_is_revoked() {
    let app = server().await;
    let (id, secret) = key(&app, OperatorScope::AccountsRead).await;
    let (idle, left) = (enter(&app, FIRST_KEY).await, enter(&app, FIRST_KEY).await);

    let out = app.post(&left, ACCOUNTS, "/operator/sign-out", &[]).await;
    assert_eq!(out.header("location"), SIGN_IN);
    assert!(out.cookie("usher_operator").contains("Max-Age=0"));
    assert!(asks_for_a_key(&app, &left).await);
    assert!(!asks_for_a_key(&app, &idle).await);

    app.engine.advance(OPERATOR_SESSION_IDLE).await;
    assert!(asks_for_a_key(&app, &idle).await);

    let revoked = enter(&app, &secret).await;
    let origin = KeysOrigin::of(KeysChangedBy::CommandLine);
    let gone = app.identity.revoke_operator_key(id, origin, app.engine.now());
    gone.await.unwrap();
    assert!(asks_for_a_key(&app, &revoked).await);
}

#[tokio::test]
async fn a_form_needs_the_token_of_the_same_session() {
    let app = server().await;
    let (mine, other) = (enter(&app, FIRST_KEY).await, enter(&app, FIRST_KEY).await);
    let token = app.get(&other, ACCOUNTS).await.token().unwrap();

    for body in [String::new(), crate::app::form(&[("_csrf", &token)])] {
        let sent = app
            .send(&mine, Method::POST, "/operator/sign-out", &[], body)
            .await;
        assert_eq!(Page::of(sent).await.status, StatusCode::FORBIDDEN);
    }
    let elsewhere = [("sec-fetch-site", "cross-site")];
    let body = crate::app::form(&[("key", FIRST_KEY)]);
    let sent = app
        .send(&Browser::default(), Method::POST, SIGN_IN, &elsewhere, body)
        .await;
    assert_eq!(sent.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_key_without_the_scope_is_told_which_one_it_lacks_in_the_frame_of_the_pages() {
    let app = server().await;
    let reader = super::operator(&app, OperatorScope::AccountsRead).await;

    let page = app.get(&reader, "/operator/accounts/new").await;

    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.html.contains("<code>accounts.manage</code>"),
        "{}",
        page.html
    );
    assert!(page.html.contains("href=\"/operator/accounts\""), "{}", page.html);
}
