use axum::http::{Method, StatusCode};
use usher_domain::permission::Role;

use crate::app::{App, Browser};

async fn calls(app: &App, account: usher_domain::AccountId, key: &str) -> StatusCode {
    let bearer = format!("Bearer {key}");
    let path = format!("/v1/accounts/{account}/pools");
    let headers = [("authorization", bearer.as_str())];
    let anybody = Browser::default();
    app.send(&anybody, Method::GET, &path, &headers, String::new())
        .await
        .status()
}

fn between<'a>(html: &'a str, before: &str) -> &'a str {
    html.split_once(before).unwrap().1.split('"').next().unwrap()
}

#[tokio::test]
async fn a_key_is_shown_once_works_and_is_dead_once_revoked() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Olga", "olga@example.com", Role::Owner).await;
    let olga = app.sign_in("olga@example.com").await;
    let path = format!("/a/{account}/api-keys");
    let page = app.get(&olga, &path).await;
    let id = between(&page.html, "name=\"id\" value=\"").to_owned();
    let fields = [("id", id.as_str()), ("name", "Back end"), ("scopes", "read")];

    let created = app.post(&olga, &path, &path, &fields).await;

    assert_eq!(created.status, StatusCode::OK, "{}", created.html);
    let key = between(&created.html, "type=\"text\" value=\"").to_owned();
    assert!(key.starts_with("usher_key_"), "{key}");
    assert_eq!(calls(&app, account, &key).await, StatusCode::OK);
    let list = app.get(&olga, &path).await;
    assert!(list.html.contains("Back end") && !list.html.contains(&key));
    let again = app.post(&olga, &path, &path, &fields).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert_eq!(calls(&app, account, &key).await, StatusCode::OK);

    let revoke = format!("{path}/{id}/revoke");
    assert!(
        app.get(&olga, &revoke)
            .await
            .html
            .contains("Revoke the key Back end?")
    );
    let revoked = app.post(&olga, &path, &revoke, &[]).await;

    assert_eq!(revoked.status, StatusCode::SEE_OTHER);
    assert_eq!(calls(&app, account, &key).await, StatusCode::UNAUTHORIZED);
    assert_eq!(app.get(&olga, &revoke).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn errors_of_a_new_key_are_shown_at_its_fields() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Olga", "olga@example.com", Role::Owner).await;
    let olga = app.sign_in("olga@example.com").await;
    let path = format!("/a/{account}/api-keys");
    let id = between(&app.get(&olga, &path).await.html, "name=\"id\" value=\"").to_owned();
    let fields = [
        ("id", id.as_str()),
        ("name", "Nightly <b>"),
        ("expires", "2020-01-01"),
    ];

    let page = app.post(&olga, &path, &path, &fields).await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.html.contains("id=\"scopes-error\"") && page.html.contains("id=\"expires-error\""));
    assert!(page.html.contains("Nightly &#60;b&#62;"), "{}", page.html);
}

#[tokio::test]
async fn a_rotated_keys_previous_secret_works_for_the_chosen_overlap() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    app.user(account, "Olga", "olga@example.com", Role::Owner).await;
    let olga = app.sign_in("olga@example.com").await;
    let path = format!("/a/{account}/api-keys");
    let id = between(&app.get(&olga, &path).await.html, "name=\"id\" value=\"").to_owned();
    let fields = [
        ("id", id.as_str()),
        ("name", "Back end"),
        ("scopes", "read"),
        ("expires", "2026-11-30"),
    ];
    let created = app.post(&olga, &path, &path, &fields).await;
    let first = between(&created.html, "type=\"text\" value=\"").to_owned();
    let rotate = format!("{path}/{id}/rotate");

    let asked = app.get(&olga, &rotate).await;
    let rotated = app.post(&olga, &rotate, &rotate, &[("overlap", "3600")]).await;
    let list = app.get(&olga, &path).await;

    assert!(
        asked.html.contains("A new secret for the key Back end?"),
        "{}",
        asked.html
    );
    let second = between(&rotated.html, "type=\"text\" value=\"").to_owned();
    assert_ne!(first, second);
    for key in [&first, &second] {
        assert_eq!(calls(&app, account, key).await, StatusCode::OK);
    }
    assert!(list.html.contains("Expires soon") && list.html.contains("The secret before works until"));
    app.app.engine().advance(usher_domain::Secs::new(3_600)).await;
    assert_eq!(calls(&app, account, &first).await, StatusCode::UNAUTHORIZED);
    let nonsense = app
        .post(&olga, &rotate, &rotate, &[("overlap", "99999999")])
        .await;
    assert_eq!(nonsense.status, StatusCode::NOT_FOUND);
    assert_eq!(calls(&app, account, &second).await, StatusCode::OK);
    let audit = app.get(&olga, &format!("/a/{account}/audit")).await;
    assert!(
        audit
            .unlinked()
            .contains("drew a new secret for the API key Back end"),
        "{}",
        audit.html
    );
}

#[tokio::test]
async fn users_list_and_revoke_their_own_tokens() {
    let app = App::new().await;
    let account = app.account("Contoso").await;
    let id = app.user(account, "Olga", "olga@example.com", Role::Owner).await;
    let (identity, now) = (app.app.identity(), app.app.engine().now());
    let token = identity.issue_user_token(account, id, now).await.unwrap().token;
    let olga = app.sign_in("olga@example.com").await;
    let page = app.get(&olga, "/me").await;
    let revoke = between(&page.html, "action=\"/me/tokens/").to_owned();

    assert_eq!(calls(&app, account, token.expose()).await, StatusCode::OK);
    let revoked = app.post(&olga, "/me", &format!("/me/tokens/{revoke}"), &[]).await;

    assert_eq!(revoked.status, StatusCode::SEE_OTHER);
    assert_eq!(
        calls(&app, account, token.expose()).await,
        StatusCode::UNAUTHORIZED
    );
    assert!(!app.get(&olga, "/me").await.html.contains("/me/tokens/"));
}
