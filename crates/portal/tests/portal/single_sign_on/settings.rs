//! The single sign-on settings, and their entries in the audit.

use axum::http::StatusCode;
use usher_app::Config;
use usher_domain::permission::Role;
use usher_domain::{AccountId, Secs};
use usher_identity::single_sign_on::Reach;

use super::dns::TestDns;
use super::provider::TestProvider;
use crate::app::{App, Browser};

async fn owned() -> (App, AccountId, Browser) {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let browser = app.sign_in("eva@example.com").await;
    (app, account, browser)
}

#[tokio::test]
async fn changes_of_the_provider_are_sentences_in_the_audit() {
    let (app, account, eva) = owned().await;
    let provider = TestProvider::start().await;
    let issuer = &provider.issuer;
    let page = format!("/a/{account}/single-sign-on");
    let save = async |secret: &str, domains: &str| {
        let fields = [
            ("label", "Acme"),
            ("issuer", issuer),
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
        assert!(
            page.contains("<summary>Portal") && page.contains("<code>web_"),
            "{page}"
        );
        assert_eq!(page.matches("<dt>Commit</dt>").count(), 1, "{page}");
    }
    let later = app.app.engine().now() + Secs::new(3_600);
    assert_eq!(app.app.identity().unrecorded(later).await.unwrap(), []);
}

#[tokio::test]
async fn the_page_says_what_to_register_and_how_a_domain_is_proved() {
    let dns = TestDns::start().await;
    let app = App::configured(Config {
        public_url: Some("https://usher.example.com".to_owned()),
        providers: Reach::PrivateToo,
        dns_server: Some(dns.address),
        ..Config::default()
    })
    .await;
    let account = app.account("Contoso").await;
    app.account("Another").await;
    app.user(account, "Eva", "eva@example.com", Role::Owner).await;
    let eva = app.sign_in("eva@example.com").await;
    let provider = TestProvider::start().await;
    let page = format!("/a/{account}/single-sign-on");
    let fields = [
        ("label", "Acme"),
        ("issuer", provider.issuer.as_str()),
        ("client_id", "usher"),
        ("client_secret", "s3cret-of-the-client"),
        ("scopes", "openid"),
        ("email_domains", "example.com"),
    ];
    let saved = app.post(&eva, &page, &format!("{page}/provider"), &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);

    let shown = app.get(&eva, &page).await.html;
    for address in [
        format!("https://usher.example.com/sso/{account}/callback"),
        format!("https://usher.example.com/sso/{account}<"),
        "_usher-challenge.example.com".to_owned(),
        "data-copy=\"redirect-uri\"".to_owned(),
    ] {
        assert!(shown.contains(&address), "{address}: {shown}");
    }
    let find = async || {
        let fields = [("email", "anybody@example.com")];
        app.post(&Browser::default(), "/sso", "/sso", &fields).await
    };
    let way = format!("/sso/{account}");
    let unproved = find().await;
    assert_eq!(unproved.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!unproved.html.contains(&way), "{}", unproved.html);

    let check = async |domain: &str| {
        let fields = [("domain", domain)];
        app.post(&eva, &page, &format!("{page}/domain"), &fields).await
    };
    let missing = check("example.com").await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        missing.html.contains("The DNS has no TXT record"),
        "{}",
        missing.html
    );
    assert_eq!(check("other.example").await.status, StatusCode::NOT_FOUND);
    let named = app.app.identity().named_domains(account).await.unwrap();
    dns.says(&named[0].record_name(), &[&named[0].record_value()]);
    assert_eq!(check("example.com").await.status, StatusCode::SEE_OTHER);

    assert!(app.get(&eva, &page).await.html.contains("Proved by its DNS"));
    let found = find().await;
    assert!(found.html.contains(&way), "{}", found.html);
    let audit = format!("/a/{account}/audit?action=single_sign_on.domain_proved");
    let audit = app.get(&eva, &audit).await.html;
    assert!(audit.contains("example.com, by its DNS"), "{audit}");
}
