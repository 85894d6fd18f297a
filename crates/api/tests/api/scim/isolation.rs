use axum::http::Method;
use serde_json::json;

use super::{Directory, GROUP, PATCH, USER, refused};
use crate::app::{App, Who};

#[tokio::test]
async fn another_accounts_key_finds_nothing_here() {
    let ours = Directory::new().await;
    let sven = ours.user("sven").await;
    let group = ours.group("Support", &[&sven]).await;
    let theirs = App {
        account: ours.app.new_account("Another").await,
        ..ours.app.clone()
    };
    let stranger = Directory {
        key: theirs.key(&["directory.provision"]).await,
        app: theirs,
    };
    let body = || json!({"schemas": [USER, GROUP, PATCH], "userName": "x@example.com", "displayName": "x"});
    let calls = [
        (Method::GET, "Users".to_owned()),
        (Method::POST, "Users".to_owned()),
        (Method::GET, format!("Users/{sven}")),
        (Method::PUT, format!("Users/{sven}")),
        (Method::PATCH, format!("Users/{sven}")),
        (Method::DELETE, format!("Users/{sven}")),
        (Method::POST, "Groups".to_owned()),
        (Method::DELETE, format!("Groups/{group}")),
        (Method::POST, "Bulk".to_owned()),
        (Method::POST, ".search".to_owned()),
        (Method::GET, "Schemas".to_owned()),
        (Method::GET, "Me".to_owned()),
    ];
    for (method, path) in calls {
        let body = (method != Method::GET).then(body);

        // Our address with their key, and our ids at their address.
        let answer = stranger
            .call()
            .send(method.clone(), &ours.url(&path), body.clone())
            .await;

        refused(&answer, 404, None);
        if path.contains('/') {
            let answer = stranger.call().send(method, &stranger.url(&path), body).await;
            assert!(
                answer.status == 404 || answer.json()["scimType"] == "invalidSyntax",
                "{path}"
            );
        }
    }
    let add = json!([{"op": "add", "path": "members", "value": [{"value": sven}]}]);
    let own = stranger.group("Own", &[]).await;
    let own = stranger.patch(&format!("Groups/{own}"), add).await.ok();
    assert!(own["members"].is_null());
    assert_eq!(ours.get("Users").await.ok()["totalResults"], 1);
}

#[tokio::test]
async fn callers_that_are_no_directory_are_refused() {
    let directory = Directory::new().await;
    let app = &directory.app;
    let url = directory.url("Users");
    let (_, member) = app.member("Mia").await;
    let body = || json!({"schemas": [USER], "userName": "x@example.com"});

    let nobody = app.nobody().get(&url).await;
    let unknown = app.by(&Who(Some("usher_key_x".to_owned()))).get(&url).await;

    refused(&nobody, 401, None);
    assert_eq!(nobody.header("www-authenticate"), r#"Bearer realm="usher""#);
    refused(&unknown, 401, None);
    refused(&app.by(&member).get(&url).await, 403, None);
    refused(&app.by(&member).post(&url, body()).await, 403, None);
    let reader = app.key(&["read"]).await;
    app.by(&reader).get(&url).await.ok();
    refused(&app.by(&reader).post(&url, body()).await, 403, None);
}

#[tokio::test]
async fn a_directory_key_does_nothing_else() {
    let directory = Directory::new().await;
    let call = || directory.app.by(&directory.key);

    for path in [
        "pools", "usage", "sign-ins", "sessions", "refusals", "api-keys", "teams",
    ] {
        let answer = call().get(path).await;
        assert!(
            answer.status == 403 || answer.status == 404 || answer.json()["items"] == json!([]),
            "{path}"
        );
    }
}

#[tokio::test]
async fn changes_by_a_directory_are_in_the_audit_with_key_and_request() {
    let directory = Directory::new().await;
    let user = |name: &str| {
        json!({
            "method": "POST", "path": "/Users", "bulkId": name,
            "data": {"schemas": [USER], "userName": format!("{name}@example.com")},
        })
    };
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [user("a"), user("b")],
    });

    directory
        .call()
        .with_header("x-request-id", "sync-7")
        .post(&directory.url("Bulk"), body)
        .await
        .ok();

    let audit = directory
        .app
        .operator()
        .get("audit?action=user.created")
        .await
        .ok();
    let entries = audit["items"].as_array().unwrap();
    let requests: Vec<_> = entries
        .iter()
        .map(|entry| entry["request_id"].as_str().unwrap())
        .collect();
    assert_eq!(requests, ["sync-7/1", "sync-7/0"]);
    assert!(entries.iter().all(|entry| entry["came_by"] == "scim"));
    assert!(
        entries
            .iter()
            .all(|entry| entry["actor"].as_str().unwrap().starts_with("key_"))
    );
}
