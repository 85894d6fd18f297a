//! Single sign-on: the provider, and how requiring it affects passwords.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use usher_app::Config;
use usher_domain::Secs;
use usher_identity::single_sign_on::Reach;
use usher_identity::{ChangeOrigin, ChangedBy};

use crate::app::{Answer, App, START, Who};

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
async fn if_single_sign_on_is_required_a_right_password_is_refused_except_the_break_glass_owners() {
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
async fn while_single_sign_on_is_required_an_owner_without_a_password_is_no_break_glass_owner() {
    let app = App::with_account().await;
    let owner = json!({"role": "owner", "password": PASSWORD});
    let (olga, _) = app.user("Olga", owner).await;
    let (bare, _) = app.user("Bare", json!({"role": "owner"})).await;
    app.provider().await;
    let break_glass = |user: &str| json!({"sign_in": {"break_glass": user}});
    let change = async |body| app.operator().patch("settings", body).await;
    change(break_glass(&bare)).await.ok();
    change(json!({"sign_in": {"sso_required": true, "break_glass": olga}}))
        .await
        .ok();

    let refused = change(break_glass(&bare)).await;

    let refused = refused.problem(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "sign_in.break_glass");
    let settings = app.operator().get("settings").await.ok();
    assert_eq!(settings["sign_in"]["break_glass"], json!(olga));
    change(break_glass(&olga)).await.ok();
}

#[tokio::test]
async fn a_provider_removed_while_it_becomes_required_stays_or_is_not_required() {
    let app = App::with_account().await;
    let owner = json!({"role": "owner", "password": PASSWORD});
    let (olga, _) = app.user("Olga", owner).await;
    let require = json!({"sign_in": {"sso_required": true, "break_glass": olga}});
    let offer = json!({"sign_in": {"sso_required": false}});
    for _ in 0..50 {
        app.operator().patch("settings", offer.clone()).await.ok();
        app.provider().await;

        let (required, removed) = tokio::join!(
            app.operator().patch("settings", require.clone()),
            app.operator().delete("single-sign-on"),
        );

        let settings = app.operator().get("settings").await.ok();
        let is_required = settings["sign_in"]["sso_required"] == true;
        let is_there = app.operator().get("single-sign-on").await.status == StatusCode::OK;
        assert_eq!(is_required, is_there, "{} {}", required.status, removed.status);
    }
}

/// A provider that serves its discovery document until the end of the test. Returns its address.
pub async fn provider() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    });
    // The key of RFC 8037, appendix A.2.
    let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
    let pages = Router::new()
        .route("/.well-known/openid-configuration", get(async || Json(metadata)))
        .route("/keys", get(async || Json(keys)));
    tokio::spawn(async { axum::serve(listener, pages).await });
    issuer
}

async fn app_with_owner() -> (App, String, Who) {
    let mut app = App::configured(Config {
        sandbox: true,
        providers: Reach::PrivateToo,
        ..Config::default()
    })
    .await;
    app.account = app.new_account("Contoso Support").await;
    let (olga, owner) = app
        .user("Olga", json!({"role": "owner", "password": PASSWORD}))
        .await;
    (app, olga, owner)
}

/// The entries about the provider, the newest first.
async fn recorded(app: &App) -> Vec<Value> {
    let audit = app.operator().get("audit").await.ok();
    let items = audit["items"].as_array().unwrap().iter();
    let about = |item: &&Value| item["action"].as_str().unwrap().starts_with("single_sign_on.");
    items.filter(about).cloned().collect()
}

/// A request of the owner's that came over a socket.
async fn over_a_socket(app: &App, who: &Who, method: &str, body: &Value) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(app.path("single-sign-on"))
        .header("authorization", format!("Bearer {}", who.0.as_deref().unwrap()))
        .header("content-type", "application/json")
        .header("x-request-id", format!("request-{method}"));
    let mut request = request.body(Body::from(body.to_string())).unwrap();
    let peer = SocketAddr::from(([192, 0, 2, 7], 40_000));
    request.extensions_mut().insert(ConnectInfo(peer));
    app.send(request).await
}

#[tokio::test]
async fn changes_of_the_provider_are_in_the_audit_with_actor_and_channel_and_no_secret() {
    let (app, olga, owner) = app_with_owner().await;
    let mut body = json!({"issuer": provider().await, "client_id": "usher", "client_secret": "s3cret-of-the-client",
        "label": "Acme", "email_domains": ["example.com"]});
    over_a_socket(&app, &owner, "PUT", &body).await.ok();
    body.as_object_mut().unwrap().remove("client_secret");
    over_a_socket(&app, &owner, "PUT", &body).await.ok();
    body["links_by_email"] = json!(true);
    body["client_secret"] = json!("an0ther-of-the-client");
    over_a_socket(&app, &owner, "PUT", &body).await.ok();
    over_a_socket(&app, &owner, "DELETE", &Value::Null).await.done();
    over_a_socket(&app, &owner, "DELETE", &Value::Null).await.done();

    let entries = recorded(&app).await;

    let actions: Vec<_> = entries
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "single_sign_on.removed",
            "single_sign_on.changed",
            "single_sign_on.set_up"
        ]
    );
    assert_eq!(entries[2]["detail"]["provider"]["client_id"], "usher");
    assert_eq!(
        entries[1]["detail"]["changed"],
        json!(["client_secret", "links_by_email"])
    );
    assert_eq!(entries[1]["detail"]["provider"]["links_by_email"], true);
    assert_eq!(entries[0]["detail"]["issuer"], body["issuer"]);
    for (entry, method) in entries.iter().zip(["DELETE", "PUT", "PUT"]) {
        assert_eq!(entry["actor"], json!(olga));
        assert_eq!(entry["came_by"], "api");
        assert!(
            entry["credential"].as_str().unwrap().starts_with("token_"),
            "{entry}"
        );
        assert_eq!(entry["address"], "192.0.2.7");
        assert_eq!(entry["request_id"], format!("request-{method}"));
        assert!(!entry.to_string().contains("of-the-client"), "{entry}");
    }
    let later = app.engine.now() + Secs::new(3_600);
    assert_eq!(app.identity.unrecorded(later).await.unwrap(), []);
}

#[tokio::test]
async fn a_refused_change_of_the_provider_leaves_nothing() {
    let (app, olga, owner) = app_with_owner().await;
    let issuer = provider().await;
    let (_, member) = app.member("Mia").await;
    let all = app.key(&["settings.manage"]).await;
    let body = json!({"issuer": issuer, "client_id": "usher", "label": "Acme", "client_secret": "secret"});
    let put = async |who: &Who, body: &Value| app.by(who).put("single-sign-on", body.clone()).await;
    for who in [&member, &all] {
        put(who, &body).await.problem(403, "forbidden");
        app.by(who)
            .delete("single-sign-on")
            .await
            .problem(403, "forbidden");
    }
    let mut without = body.clone();
    without.as_object_mut().unwrap().remove("client_secret");
    let refused = put(&owner, &without).await.problem(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "client_secret");
    let mut linking = body.clone();
    linking["links_by_email"] = json!(true);
    let refused = put(&owner, &linking).await.problem(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "email_domains");
    let later = app.engine.now() + Secs::new(3_600);
    assert_eq!(app.identity.unrecorded(later).await.unwrap(), []);
    assert_eq!(recorded(&app).await, Vec::<Value>::new());
    put(&owner, &body).await.ok();
    let required = json!({"sign_in": {"sso_required": true, "break_glass": olga}});
    app.operator().patch("settings", required).await.ok();

    app.operator()
        .delete("single-sign-on")
        .await
        .problem(409, "wrong-state");

    assert_eq!(recorded(&app).await.len(), 1);
    app.operator().get("single-sign-on").await.ok();
    assert_eq!(app.identity.unrecorded(later).await.unwrap(), []);
}

#[tokio::test]
async fn a_change_of_the_provider_interrupted_by_a_crash_is_recorded_later() {
    let (app, olga, _) = app_with_owner().await;
    app.provider().await;
    let origin = ChangeOrigin {
        by: ChangedBy::User(olga.parse().unwrap()),
        cause: "portal k=web_1 a=192.0.2.7 r=request-1".to_owned().into(),
    };
    let removed = app.identity.remove_provider(app.account, origin, START).await;
    assert!(removed.unwrap().is_some());
    assert_eq!(recorded(&app).await, Vec::<Value>::new());
    app.engine.advance(Secs::new(60)).await;

    app.app.record_left_over().await.unwrap();
    app.app.record_left_over().await.unwrap();

    let entries = recorded(&app).await;
    let actions: Vec<_> = entries
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["single_sign_on.removed", "single_sign_on.set_up"]);
    let removal = &entries[0];
    assert_eq!(
        (&removal["actor"], &removal["came_by"]),
        (&json!(olga), &json!("portal"))
    );
    assert_eq!(removal["credential"], "web_1");
    assert_eq!(removal["address"], "192.0.2.7");
    assert_eq!(removal["request_id"], "request-1");
    assert_eq!(entries[1]["actor"], "system");
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
