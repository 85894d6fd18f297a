//! The operator pages.

mod accounts;
mod authorization;
mod branding;
mod grants;
mod keys;
mod management;
mod requests;
mod resets;
mod sessions;
mod subscription;
mod terms;

use std::collections::BTreeSet;

use axum::http::StatusCode;
use usher_domain::permission::Role;
use usher_domain::{AccountId, OperatorKeyId};
use usher_identity::{KeysChangedBy, KeysOrigin, NewOperatorKey, OperatorScope};
use usher_journal::Fault;

use crate::app::{App, Browser, Page};

pub const FIRST_KEY: &str = "usher_op_of_the_tests_0123456789abcdef";

/// A server with its first operator key.
pub async fn server() -> App {
    with_key(App::new().await).await
}

pub async fn with_key(app: App) -> App {
    let now = app.engine.now();
    app.identity.set_operator_key(FIRST_KEY, now).await.unwrap();
    app
}

/// Creates an operator key with one scope.
pub async fn key(app: &App, scope: OperatorScope) -> (OperatorKeyId, String) {
    let id = OperatorKeyId::from_bits(app.draw_bits());
    let new = NewOperatorKey {
        name: scope.as_str().parse().unwrap(),
        scopes: BTreeSet::from([scope]),
        expires_at: None,
    };
    let origin = KeysOrigin::of(KeysChangedBy::CommandLine);
    let made = app.identity.add_operator_key(id, new, origin, app.engine.now());
    (id, made.await.unwrap().unwrap().into_exposed())
}

/// A browser in which a key was entered.
pub async fn enter(app: &App, key: &str) -> Browser {
    let path = "/operator/sign-in";
    let page = app.post(&Browser::default(), path, path, &[("key", key)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    page.kept_by(&Browser::default())
}

/// A browser in which a new key with one scope was entered.
pub async fn operator(app: &App, scope: OperatorScope) -> Browser {
    let (_, key) = key(app, scope).await;
    enter(app, &key).await
}

/// Sends a form of the operator pages.
pub async fn post(app: &App, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    app.post(browser, "/operator/accounts", path, fields).await
}

/// An account with an owner.
pub async fn account(app: &App, name: &str) -> AccountId {
    let account = app.account(name).await;
    let email = format!("owner@{}.example", name.to_lowercase().replace(' ', "-"));
    app.user(account, "Olga", &email, Role::Owner).await;
    account
}

#[tokio::test]
async fn the_server_says_that_it_is_well_and_what_it_holds() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::AccountsRead).await;
    app.account("Contoso").await;

    let page = app.get(&browser, "/operator/server").await.html;

    for part in [
        "Ready",
        env!("CARGO_PKG_VERSION"),
        "Accounts in memory",
        "Everything is in memory",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(page.contains("<dt>Commits stored</dt><dd>1</dd>"), "{page}");
    assert!(!page.contains("<p class=\"notice notice-warn\">"), "{page}");
}

#[tokio::test]
async fn the_server_says_where_its_journal_ends_and_when_it_was_copied_and_checked() {
    let directory = tempfile::tempdir().unwrap();
    let config = usher_app::Config {
        data_directory: Some(directory.path().to_owned()),
        ..usher_app::Config::default()
    };
    let app = with_key(App::configured(config).await).await;
    let browser = operator(&app, OperatorScope::AccountsRead).await;
    let unknown = app.get(&browser, "/operator/server").await.html;
    assert_eq!(
        unknown.matches("Not known to this server").count(),
        2,
        "{unknown}"
    );

    let note = r#"{"commits":17,"hash":"ab12","at":1700000000000,"alive_at":1}"#;
    std::fs::write(directory.path().join("usher.note"), format!("{note}\ndigest\n")).unwrap();
    let upkeep = r#"{"backup":1700000000000,"verify":{"at":1700000060000,"found":"wrong"}}"#;
    std::fs::write(directory.path().join("usher.upkeep"), upkeep).unwrap();
    let known = app.get(&browser, "/operator/server").await.html;

    for part in [
        "<dd>17</dd>",
        "ab12",
        "2023-11-14T22:13:20Z",
        "2023-11-14T22:14:20Z",
        "Something wrong",
        "found something wrong in the data",
    ] {
        assert!(known.contains(part), "{part}: {known}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_store_says_so_instead_of_failing() {
    let app = server().await;
    let browser = operator(&app, OperatorScope::AccountsManage).await;
    app.journal.fault_at(1, Fault::Failed);
    app.journal.fault_at(2, Fault::Failed);
    let id = AccountId::from_bits(app.draw_bits()).to_string();
    let fields = [("id", &*id), ("name", "Contoso")];
    let refused = post(&app, &browser, "/operator/accounts/new", &fields).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);

    let page = app.get(&browser, "/operator/server").await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.html.contains("Not ready") && page.html.contains("notice-warn"),
        "{}",
        page.html
    );
}
