//! The settings of single sign-on, and what the audit tells of them.

use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use usher_domain::permission::Role;
use usher_domain::{AccountId, Secs};

use crate::app::{App, Browser};

/// A provider that says how it is worked with, until the test is over. Gives its address.
async fn provider() -> String {
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
    // The one of RFC 8037, appendix A.2.
    let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
    let pages = Router::new()
        .route("/.well-known/openid-configuration", get(async || Json(metadata)))
        .route("/keys", get(async || Json(keys)));
    tokio::spawn(async { axum::serve(listener, pages).await });
    issuer
}

async fn owned() -> (App, AccountId, Browser) {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let browser = app.sign_in("eva@example.com").await;
    (app, account, browser)
}

#[tokio::test]
async fn changes_of_the_provider_are_sentences_of_the_audit() {
    let (app, account, eva) = owned().await;
    let issuer = provider().await;
    let page = format!("/a/{account}/single-sign-on");
    let save = async |secret: &str, domains: &str| {
        let fields = [
            ("label", "Acme"),
            ("issuer", &issuer),
            ("client_id", "usher"),
            ("client_secret", secret),
            ("scopes", "openid"),
            ("email_domains", domains),
            ("creates_users", "on"),
        ];
        app.post(&eva, &page, &format!("{page}/provider"), &fields).await
    };
    let audit = async |action: &str| {
        let path = format!("/a/{account}/audit?action=single_sign_on.{action}");
        app.get(&eva, &path).await.html
    };
    let refused = save("", "example.com").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(audit("set_up").await.contains("Nothing like that was done"));
    for (secret, domains) in [
        ("s3cret-of-the-client", "example.com"),
        ("an0ther-of-the-client", "example.com example.org"),
    ] {
        let saved = save(secret, domains).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
    }
    let removed = app.post(&eva, &page, &format!("{page}/remove"), &[]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER);
    let gone = app.post(&eva, &page, &format!("{page}/remove"), &[]).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);

    let (made, changed, removed) = (
        audit("set_up").await,
        audit("changed").await,
        audit("removed").await,
    );

    assert!(made.contains("set up single sign-on"), "{made}");
    assert!(made.contains(&format!("the provider {issuer}")), "{made}");
    assert!(
        made.contains("no groups; the label Acme; who is new becomes a user"),
        "{made}"
    );
    assert!(changed.contains("changed single sign-on"), "{changed}");
    assert!(
        changed.contains("another client secret; addresses of example.com, example.org"),
        "{changed}"
    );
    assert!(removed.contains("removed single sign-on"), "{removed}");
    for page in [made, changed, removed] {
        assert!(!page.contains("of-the-client"), "{page}");
        assert!(page.contains("Portal") && page.contains("with web_"), "{page}");
        assert_eq!(page.matches("Commit ").count(), 1, "{page}");
    }
    let later = app.api.engine().now() + Secs::new(3_600);
    assert_eq!(app.api.identity().unrecorded(later).await.unwrap(), []);
}
