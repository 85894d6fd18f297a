//! Requests every operator page and form as every kind of visitor, and compares the answers with the table.

use std::fmt::Write as _;

use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use usher_domain::personal::Personal;
use usher_domain::{AccountId, OperatorKeyId, SubscriptionRequestId, TopUpId, UserId};
use usher_identity::{GrantChange, KeysChangedBy, KeysOrigin, OperatorGrant, OperatorScope};

use super::{FIRST_KEY, account, enter, key, server};
use crate::app::{App, Browser, form};
use crate::authorization::is_of_operator;
use crate::tables::{table, tables};

/// One kind of visitor: the name of the column, and the browser.
struct Visitor {
    name: &'static str,
    key: Option<String>,
    browser: Browser,
}

impl Visitor {
    /// Enters the key again if necessary: a form may end the session.
    async fn come_in(&mut self, app: &App) {
        let Some(key) = &self.key else { return };
        if app.get(&self.browser, "/operator/accounts").await.status != StatusCode::OK {
            self.browser = enter(app, key).await;
        }
    }

    async fn ask(&self, app: &App, method: &Method, path: &str, fields: &[(&str, String)]) -> Response {
        let mut headers = Vec::new();
        let bearer = format!("Bearer {FIRST_KEY}");
        if self.name == "bearer" {
            headers.push(("authorization", &*bearer));
        }
        let mut body = String::new();
        if *method == Method::POST {
            let token = app.get(&self.browser, "/operator/accounts").await.token();
            let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
            let token = token.as_deref().map(|token| ("_csrf", token));
            body = form(&fields.chain(token).collect::<Vec<_>>());
        }
        app.send(&self.browser, method.clone(), path, &headers, body)
            .await
    }
}

async fn visitors(app: &App) -> Vec<Visitor> {
    account(app, "Contoso").await;
    let (revoked, revoked_key) = key(app, OperatorScope::Everything).await;
    let revoked_browser = enter(app, &revoked_key).await;
    let origin = KeysOrigin::of(KeysChangedBy::CommandLine);
    let gone = app
        .identity
        .revoke_operator_key(revoked, origin, app.engine.now());
    gone.await.unwrap();
    let without_key = |name, browser| Visitor {
        name,
        key: None,
        browser,
    };
    let mut visitors = vec![
        without_key("nobody", Browser::default()),
        without_key("bearer", Browser::default()),
        without_key("owner", app.sign_in("owner@contoso.example").await),
        without_key("revoked", revoked_browser),
    ];
    for (name, scope) in [
        ("op:read", OperatorScope::AccountsRead),
        ("op:manage", OperatorScope::AccountsManage),
        ("op:billing", OperatorScope::BillingManage),
        ("operator", OperatorScope::Everything),
    ] {
        let (_, key) = key(app, scope).await;
        visitors.push(Visitor {
            name,
            browser: enter(app, &key).await,
            key: Some(key),
        });
    }
    visitors
}

/// An owner who is operator.
async fn granted(app: &App) -> UserId {
    let now = app.engine.now();
    let grant = OperatorGrant {
        account: AccountId::from_bits(app.draw_bits()),
        user: UserId::from_bits(app.draw_bits()),
        name: Personal::new("Olga, Fabrikam".into()),
        granted_at: now,
        accounts: 1,
        confirmed_at: None,
        reset_at: None,
    };
    for old in app.identity.operator_grants() {
        let (why, origin) = (GrantChange::Revoked, KeysOrigin::of(KeysChangedBy::CommandLine));
        let revoked = app
            .identity
            .revoke_operator_grant(old.account, old.user, why, origin, now);
        revoked.await.unwrap();
    }
    let user = grant.user;
    let origin = KeysOrigin::of(KeysChangedBy::CommandLine);
    let made = app.identity.make_operator_grant(grant, origin, now).await;
    assert!(made.unwrap());
    user
}

/// The path with the id of a new thing for each name in braces.
async fn address(app: &App, path: &str) -> String {
    let mut address = path.to_owned();
    while let Some((before, rest)) = address.split_once('{') {
        let (name, after) = rest.split_once('}').unwrap();
        let value = match name {
            "account" => app.account("Fabrikam").await.to_string(),
            "request" => SubscriptionRequestId::from_bits(app.draw_bits()).to_string(),
            "owner" => granted(app).await.to_string(),
            "key" => key(app, OperatorScope::AccountsRead).await.0.to_string(),
            "*rest" => "nothing".to_owned(),
            _ => panic!("`{name}` of {path} has no value here: add one"),
        };
        address = format!("{before}{value}{after}");
    }
    address
}

/// The fields of a form, valid enough to be accepted from visitors who may send it.
fn fields(app: &App, path: &str) -> Vec<(&'static str, String)> {
    match path {
        "/operator/accounts/new" => vec![
            ("id", AccountId::from_bits(app.draw_bits()).to_string()),
            ("name", "Adatum".to_owned()),
        ],
        "/operator/accounts/{account}/name" => vec![("name", "Adatum".to_owned())],
        "/operator/accounts/{account}/subscription" => vec![
            ("seen", r#"{"plan":null,"products":{}}"#.to_owned()),
            ("plan", "enterprise".to_owned()),
        ],
        "/operator/accounts/{account}/minutes" => vec![
            ("id", TopUpId::from_bits(app.draw_bits()).to_string()),
            ("minutes", "5".to_owned()),
        ],
        "/operator/accounts/{account}/management" => vec![("mode", "closed".to_owned())],
        "/operator/accounts/{account}/requests/{request}" => vec![("answer", "decline".to_owned())],
        "/operator/accounts/{account}/operators" => vec![("user", UserId::from_bits(7).to_string())],
        "/operator/accounts/{account}/owners" => vec![
            ("owner_name", "Olga".to_owned()),
            ("owner_email", "olga@fabrikam.example".to_owned()),
        ],
        "/operator/keys/{key}/rotate" => vec![("overlap", "0".to_owned())],
        "/operator/keys" => vec![
            ("id", OperatorKeyId::from_bits(app.draw_bits()).to_string()),
            ("name", "Monitoring".to_owned()),
            ("scopes", "accounts.read".to_owned()),
        ],
        _ => Vec::new(),
    }
}

fn told(answer: &Response) -> String {
    let location = answer.headers().get(header::LOCATION);
    let location = location.map_or("", |location| location.to_str().unwrap());
    if answer.status() == StatusCode::SEE_OTHER && location.starts_with("/operator/sign-in") {
        return "sign-in".to_owned();
    }
    answer.status().as_u16().to_string()
}

#[tokio::test]
async fn every_operator_page_answers_everybody_as_the_table_says() {
    let (columns, rows) = table(tables()[2]);
    let app = server().await;
    let mut visitors = visitors(&app).await;
    let names: Vec<_> = visitors.iter().map(|visitor| visitor.name).collect();
    assert_eq!(columns, names);

    let mut wrong = String::new();
    for (method, path) in usher_portal::addresses() {
        if !is_of_operator(&path) {
            continue;
        }
        let mut made = Vec::new();
        for visitor in &mut visitors {
            visitor.come_in(&app).await;
            let (address, fields) = (address(&app, &path).await, fields(&app, &path));
            made.push(told(&visitor.ask(&app, &method, &address, &fields).await));
        }
        let row = format!("{method} {path}");
        if rows.get(row.as_str()).is_none_or(|row| *row != made) {
            let _ = writeln!(wrong, "| {row} | {} |", made.join(" | "));
        }
    }

    assert!(
        wrong.is_empty(),
        "these pages answer otherwise than docs/authorization.md says:\n{wrong}"
    );
}
