//! Things that a caller may not see are not found; an action that they may not do is forbidden (R6). Members know that
//! an account has lists, but may not read them; their contents do not exist for them. The API and the pages agree.

use axum::http::{StatusCode, header};
use serde_json::Value;
use usher_domain::permission::Role;

use crate::app::{Browser, PASSWORD};
use crate::desk::Desk;

const OK: u16 = 200;
const FORBIDDEN: u16 = 403;
const NOT_FOUND: u16 = 404;

#[tokio::test]
async fn r6_pages_and_lists_give_a_member_the_same_answers() {
    let desk = Desk::open(1).await;
    let member = desk
        .app
        .user(desk.account, "Max", "max@example.com", Role::Member);
    member.await;
    let browser = desk.app.sign_in("max@example.com").await;
    let token = token(&desk).await;
    let (pool, sven) = (desk.pool, desk.agent("Sven").await);

    // The page, the API operation, and the status of both.
    for (page, operation, expected) in [
        ("users".to_owned(), "", FORBIDDEN),
        ("users?q=sven&page=2".to_owned(), "", FORBIDDEN),
        ("pools".to_owned(), "pools", FORBIDDEN),
        ("queue".to_owned(), "", FORBIDDEN),
        ("teams".to_owned(), "teams", FORBIDDEN),
        ("refusals".to_owned(), "refusals", FORBIDDEN),
        ("audit".to_owned(), "audit", FORBIDDEN),
        ("audit/export?format=csv".to_owned(), "audit", FORBIDDEN),
        ("minutes".to_owned(), "", FORBIDDEN),
        ("subscription".to_owned(), "subscription", FORBIDDEN),
        ("api-keys".to_owned(), "api-keys", FORBIDDEN),
        ("settings".to_owned(), "settings", FORBIDDEN),
        ("users/new".to_owned(), "", FORBIDDEN),
        ("pools/new".to_owned(), "", FORBIDDEN),
        ("sessions".to_owned(), "sessions", OK),
        ("overview".to_owned(), "usage", OK),
        (format!("users/{sven}"), &format!("users/{sven}"), NOT_FOUND),
        (format!("pools/{pool}"), &format!("pools/{pool}"), NOT_FOUND),
        (format!("pools/{pool}/users"), "", NOT_FOUND),
    ] {
        let shown = desk.app.get(&browser, &desk.path(&format!("/{page}"))).await;
        assert_eq!(shown.status.as_u16(), expected, "{page}");

        if !operation.is_empty() {
            let path = format!("/v1/accounts/{}/{operation}", desk.account);
            let bearer = format!("Bearer {token}");
            let headers = [(header::AUTHORIZATION.as_str(), bearer.as_str())];
            let answer = desk
                .app
                .send(
                    &Browser::default(),
                    axum::http::Method::GET,
                    &path,
                    &headers,
                    String::new(),
                )
                .await;
            assert_eq!(answer.status().as_u16(), expected, "{operation}");
        }
    }
}

/// The member's own API token.
async fn token(desk: &Desk) -> String {
    let body = serde_json::json!({
        "account": desk.account.to_string(), "email": "max@example.com", "password": PASSWORD,
    });
    let request = axum::http::Request::post("/v1/tokens")
        .header(header::CONTENT_TYPE, "application/json")
        .body(axum::body::Body::from(body.to_string()))
        .unwrap();
    let answer = tower::ServiceExt::oneshot(desk.app.site.clone(), request)
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let body = http_body_util::BodyExt::collect(answer.into_body())
        .await
        .unwrap();
    let body: Value = serde_json::from_slice(&body.to_bytes()).unwrap();
    body["token"].as_str().unwrap().to_owned()
}

/// A new secret comes with the next page. What the page says of the change is a cookie too, with a name in any script.
#[tokio::test]
async fn owners_who_change_their_own_rights_see_that_it_is_saved_and_stay_signed_in() {
    let desk = Desk::open(1).await;
    let name = "Ólga Ωwner";
    let id = desk.app.user(desk.account, name, "own@example.com", Role::Owner);
    let path = desk.path(&format!("/users/{}", id.await));
    let browser = desk.app.sign_in("own@example.com").await;
    let fields = [("name", name), ("email", "own@example.com"), ("role", "owner")];

    let saved = desk.app.post(&browser, &path, &path, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
    let after = saved.kept_by(&browser);
    let shown = desk.app.get(&after, saved.header("location")).await;

    assert_eq!(shown.status, StatusCode::OK, "{:?}", shown.headers);
    assert!(shown.html.contains("Ólga Ωwner is saved."), "{}", shown.html);
    assert!(
        !shown.cookie("usher_session").is_empty(),
        "the secret is a new one"
    );
    assert_eq!(desk.app.get(&after, &path).await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.app.get(&shown.browser(), &path).await.status, StatusCode::OK);
}
