//! Single sign-on: the provider, and what its being required means for passwords.

use axum::http::StatusCode;
use serde_json::json;

use crate::app::App;

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn a_provider_is_shown_without_its_secret_and_goes_when_it_is_not_required() {
    let app = App::with_account().await;
    app.operator()
        .get("single-sign-on")
        .await
        .problem(404, "not-found");
    app.provider().await;

    let shown = app.operator().get("single-sign-on").await.ok();

    assert_eq!(shown["issuer"], "https://login.example.com");
    assert_eq!(shown["sign_in_path"], format!("/sso/{}", app.account));
    assert!(shown.get("client_secret").is_none(), "{shown}");
    app.operator().delete("single-sign-on").await.done();
    app.operator()
        .get("single-sign-on")
        .await
        .problem(404, "not-found");
}

#[tokio::test]
async fn a_provider_that_cannot_be_used_is_not_saved_and_the_field_is_named() {
    let app = App::with_account().await;
    let wanted = json!({"issuer": "https://login.example.com", "client_id": "usher", "client_secret": "secret", "label": "Acme"});
    for (field, value) in [
        ("issuer", json!("login.example.com")),
        ("issuer", json!("https://127.0.0.1:1")),
        ("issuer", json!("https://169.254.169.254/latest")),
        ("client_id", json!("")),
        ("client_secret", json!("two\nlines")),
        ("scopes", json!("profile")),
        ("email_domains", json!(["example"])),
    ] {
        let mut body = wanted.clone();
        body[field] = value;

        let refused = app.operator().put("single-sign-on", body).await;

        assert_eq!(refused.problem(422, "invalid")["errors"][0]["field"], field);
    }
    app.operator()
        .get("single-sign-on")
        .await
        .problem(404, "not-found");
}

#[tokio::test]
async fn where_single_sign_on_is_required_a_right_password_is_refused_save_the_break_glass_owners() {
    let app = App::with_account().await;
    let (olga, _) = app
        .user("Olga", json!({"role": "owner", "password": PASSWORD}))
        .await;
    app.user("Sven", json!({"password": PASSWORD})).await;
    let token = async |name: &str, password: &str| {
        let body =
            json!({"account": app.account, "email": format!("{name}@example.com"), "password": password});
        app.nobody().post("/v1/tokens", body).await
    };
    let before = token("sven", PASSWORD).await.created();
    let sign_in = json!({"sign_in": {"sso_required": true, "break_glass": olga}});
    let without = app.operator().patch("settings", sign_in.clone()).await;
    assert_eq!(
        without.problem(422, "invalid")["errors"][0]["field"],
        "sign_in.sso_required"
    );
    app.provider().await;

    app.operator().patch("settings", sign_in).await.ok();

    let refused = token("sven", PASSWORD).await;
    let detail = refused.problem(403, "sso-required")["detail"].to_string();
    assert!(detail.contains(&format!("/sso/{}", app.account)), "{detail}");
    for (name, password) in [("sven", "a wrong password"), ("nobody", PASSWORD)] {
        token(name, password).await.problem(401, "unauthenticated");
    }
    token("olga", PASSWORD).await.created();
    let old = crate::app::Who(before["token"].as_str().map(str::to_owned));
    assert_eq!(
        app.by(&old).get("settings").await.status,
        StatusCode::UNAUTHORIZED
    );
    app.operator()
        .delete("single-sign-on")
        .await
        .problem(409, "wrong-state");
}

#[tokio::test]
async fn a_password_that_is_being_checked_when_single_sign_on_becomes_required_gives_no_token() {
    let app = App::with_account().await;
    let (olga, _) = app
        .user("Olga", json!({"role": "owner", "password": PASSWORD}))
        .await;
    let (sven, _) = app.user("Sven", json!({"password": PASSWORD})).await;
    app.provider().await;
    let sven = sven.parse().unwrap();
    let tokens = || app.identity.user_tokens(app.account, sven, app.engine.now());
    let body = json!({"account": app.account, "email": "sven@example.com", "password": PASSWORD});
    let sign_in = json!({"sign_in": {"sso_required": true, "break_glass": olga}});

    // Hashing takes long enough for the settings to change meanwhile.
    let (answer, changed) = tokio::join!(
        app.nobody().post("/v1/tokens", body),
        app.operator().patch("settings", sign_in)
    );

    changed.ok();
    assert!(matches!(answer.status.as_u16(), 201 | 403), "{}", answer.text);
    assert_eq!(tokens(), []);
}
