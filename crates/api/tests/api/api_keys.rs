//! API keys have the rights of their creator, and follow changes of these.

use serde_json::{Value, json};

use crate::app::{App, Who};

/// A key of this creator, with its id.
async fn made_by(app: &App, maker: &Who, scopes: &[&str]) -> (String, Who) {
    let body = json!({"name": "Back end", "scopes": scopes});
    let made = app.by(maker).post("api-keys", body).await.created();
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    (text("id"), Who(Some(text("key"))))
}

async fn listed(app: &App, id: &str) -> Value {
    let keys = app.operator().get("api-keys").await.ok();
    let mut keys = keys["items"].as_array().unwrap().iter();
    keys.find(|key| key["id"] == id).unwrap().clone()
}

#[tokio::test]
async fn a_key_shows_its_creator_and_current_scopes_and_explains_when_it_has_none() {
    let app = App::with_account().await;
    let (adam, token) = app.user("Adam", json!({"role": "admin"})).await;
    let (id, key) = made_by(&app, &token, &["read", "users.manage"]).await;
    app.by(&key).get("users").await.ok();
    let known = listed(&app, &id).await;
    assert_eq!(known["made_by"], adam.as_str());
    assert_eq!(known["effective_scopes"], json!(["read", "users.manage"]));

    let demoted = json!({"role": "manager", "privileges": ["settings.manage"]});
    app.operator().patch(&format!("users/{adam}"), demoted).await.ok();
    assert_eq!(listed(&app, &id).await["effective_scopes"], json!(["read"]));
    app.by(&key).get("users").await.ok();
    let new = json!({"name": "Mia", "email": "mia@example.com"});
    assert_eq!(app.by(&key).post("users", new).await.status, 403);

    let off = json!({"active": false});
    app.operator().patch(&format!("users/{adam}"), off).await.ok();
    for path in ["users", "sessions", "usage", "pools"] {
        let answer = app.by(&key).get(path).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.text);
        assert!(answer.text.contains("rotate the key"), "{}", answer.text);
    }

    // Rotating it makes the caller its creator.
    let rotated = app
        .operator()
        .post(&format!("api-keys/{id}/rotate"), json!({}))
        .await
        .ok();
    assert_eq!(rotated["made_by"], "operator");
    let key = Who(Some(rotated["key"].as_str().unwrap().to_owned()));
    app.by(&key).get("users").await.ok();
}

#[tokio::test]
async fn a_key_sets_no_passwords_and_makes_no_admins() {
    let app = App::with_account().await;
    let owner = app.owner().await;
    let (_, key) = made_by(
        &app,
        &owner,
        &["users.manage", "seats.manage", "settings.manage", "reports.view"],
    )
    .await;
    let new = |fields: Value| {
        let mut body = json!({"name": "Mia", "email": "mia@example.com"});
        body.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        body
    };

    for fields in [
        json!({"password": "long enough to be taken, no doubt"}),
        json!({"role": "admin"}),
        json!({"role": "owner"}),
    ] {
        let answer = app.by(&key).post("users", new(fields)).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
    }
    let mia = app.by(&key).post("users", new(json!({}))).await.created();
    let password = json!({"password": "long enough to be taken, no doubt"});
    let path = format!("users/{}", mia["id"].as_str().unwrap());
    assert_eq!(app.by(&key).patch(&path, password).await.status, 403);
}

#[tokio::test]
async fn a_session_code_is_shown_to_those_who_may_control_the_session_and_to_nobody_after_its_end() {
    let desk = crate::desk::Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let session = desk.start(&sven, "standby").await;
    let id = session["id"].as_str().unwrap();
    assert!(session["code"].is_string());
    let reader = desk.app.key(&["read"]).await;
    let manager = desk.app.key(&["read", "seats.manage"]).await;
    let path = format!("sessions/{id}");

    let read = desk.app.by(&reader).get(&path).await.ok();
    let whole = desk.app.by(&manager).get(&path).await.ok();

    assert_eq!((&read["code"], &read["join_url"]), (&Value::Null, &Value::Null));
    assert_eq!(whole["code"], session["code"]);
    desk.app
        .operator()
        .post(&format!("{path}/end"), json!({}))
        .await
        .ok();
    let over = desk.app.operator().get(&path).await.ok();
    assert_eq!(over["state"], "ended");
    assert_eq!(over["code"], Value::Null);
}
