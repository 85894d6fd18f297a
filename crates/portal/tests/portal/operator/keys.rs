//! Operator keys and the trail of their changes.

use axum::http::StatusCode;
use usher_domain::OperatorKeyId;
use usher_identity::OperatorScope;

use super::{FIRST_KEY, enter, key, post, server};
use crate::app::{App, Browser, Page};

const KEYS: &str = "/operator/keys";

async fn create(app: &App, browser: &Browser, id: OperatorKeyId, name: &str) -> Page {
    let fields = [
        ("id", &*id.to_string()),
        ("name", name),
        ("scopes", "billing.manage"),
        ("scopes", "accounts.manage"),
    ];
    post(app, browser, KEYS, &fields).await
}

fn secret(page: &Page) -> Option<&str> {
    let (_, rest) = page.html.split_once("value=\"usher_op_")?;
    rest.split('"').next()
}

#[tokio::test]
async fn a_new_key_is_shown_once_and_works_within_its_scopes() {
    let app = server().await;
    let browser = enter(&app, FIRST_KEY).await;
    let id = OperatorKeyId::from_bits(app.draw_bits());

    let shown = create(&app, &browser, id, "Billing").await;

    let made = format!("usher_op_{}", secret(&shown).unwrap());
    let theirs = enter(&app, &made).await;
    assert_eq!(
        app.get(&theirs, "/operator/accounts/new").await.status,
        StatusCode::OK
    );
    assert_eq!(app.get(&theirs, KEYS).await.status, StatusCode::FORBIDDEN);
    let list = app.get(&browser, KEYS).await;
    assert!(
        list.html.contains("accounts.manage, billing.manage"),
        "{}",
        list.html
    );
    assert_eq!(secret(&list), None);
    let again = create(&app, &browser, id, "Billing").await;
    assert_eq!((again.status, secret(&again)), (StatusCode::SEE_OTHER, None));
}

#[tokio::test]
async fn a_form_that_is_sent_again_before_the_key_was_used_replaces_it() {
    let app = server().await;
    let browser = enter(&app, FIRST_KEY).await;
    let id = OperatorKeyId::from_bits(app.draw_bits());

    let first = create(&app, &browser, id, "Billing").await;
    let second = create(&app, &browser, id, "Billing").await;

    assert_ne!(secret(&first), secret(&second));
    assert_eq!(app.identity.operator_keys().len(), 2);
}

#[tokio::test]
async fn the_trail_names_the_key_that_was_used_and_the_one_that_changed() {
    let app = server().await;
    let browser = enter(&app, FIRST_KEY).await;
    let (id, _) = key(&app, OperatorScope::AccountsRead).await;

    let done = post(&app, &browser, &format!("{KEYS}/{id}/revoke"), &[]).await;

    assert_eq!(done.header("location"), KEYS);
    let page = app.get(&done.kept_by(&browser), KEYS).await.html;
    assert!(page.contains("Key accounts.read revoked."), "{page}");
    let (_, trail) = page.split_once("What was done with keys").unwrap();
    let newest = trail.split("<tr>").nth(2).unwrap();
    for part in ["accounts.read", "Revoked", "First key"] {
        assert!(newest.contains(part), "{newest}");
    }
    let entry = app.identity.operator_trail(None, 1).await.unwrap().remove(0);
    let first = app.identity.operator_keys()[0].id;
    assert_eq!(
        (entry.action.as_str(), entry.actor),
        ("operator_key.revoked", first.to_string())
    );
}

#[tokio::test]
async fn revoking_the_key_in_use_warns_and_ends_the_session() {
    let app = server().await;
    let (id, secret) = key(&app, OperatorScope::Everything).await;
    let browser = enter(&app, &secret).await;

    let question = app.get(&browser, &format!("{KEYS}/{id}/revoke")).await.html;
    assert!(question.contains("your session ends with it"), "{question}");
    post(&app, &browser, &format!("{KEYS}/{id}/revoke"), &[]).await;

    let page = app.get(&browser, KEYS).await;
    assert!(page.header("location").starts_with("/operator/sign-in"));
}

#[tokio::test]
async fn the_last_key_for_everything_and_wrong_fields_are_refused() {
    let app = server().await;
    let browser = enter(&app, FIRST_KEY).await;
    let first = app.identity.operator_keys()[0].id;

    let last = post(&app, &browser, &format!("{KEYS}/{first}/revoke"), &[]).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        last.html.contains("This is the last key that may do everything."),
        "{}",
        last.html
    );

    let id = OperatorKeyId::from_bits(app.draw_bits()).to_string();
    let wrong = [("id", &*id), ("name", " "), ("expires", "2020-01-01")];
    let page = post(&app, &browser, KEYS, &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "scopes", "expires"] {
        assert!(
            page.html.contains(&format!("href=\"#{field}\"")),
            "{field}: {}",
            page.html
        );
    }
    assert_eq!(app.identity.operator_keys().len(), 1);
}

#[tokio::test]
async fn a_key_gets_a_new_secret_and_the_present_one_works_as_long_as_it_was_chosen() {
    let app = server().await;
    let browser = enter(&app, FIRST_KEY).await;
    for (overlap, works) in [("3600", true), ("0", false)] {
        let (id, old) = key(&app, OperatorScope::AccountsRead).await;
        let path = format!("/operator/keys/{id}/rotate");
        assert!(app.get(&browser, &path).await.html.contains("Not at all"));

        let page = post(&app, &browser, &path, &[("overlap", overlap)]).await;

        let (_, rest) = page.html.split_once("id=\"key\" type=\"text\" value=\"").unwrap();
        let new = rest.split('"').next().unwrap();
        let is_known = |key: &str| app.identity.authenticate(key, None, app.engine.now()).is_ok();
        assert!(is_known(new) && new != old);
        assert_eq!(is_known(&old), works, "{overlap}");
    }
    let (id, _) = key(&app, OperatorScope::AccountsRead).await;
    let path = format!("/operator/keys/{id}/rotate");
    let other = post(&app, &browser, &path, &[("overlap", "7")]).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}
