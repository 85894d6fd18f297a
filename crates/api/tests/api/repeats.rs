//! `Idempotency-Key`: the same request again, and another one with the same key.

use serde_json::{Value, json};

use crate::app::App;
use crate::desk::{Desk, PRODUCT, text};

/// Sends a body with a key, again with its members in another order, and then a different body with the same key.
async fn twice(app: &App, path: &str, body: Value, another: Value) {
    let key = format!("key of {path}");
    let send = async |text: String| {
        let call = app.operator().with_key(&key);
        call.send_text(axum::http::Method::POST, path, Some(text)).await
    };
    let first = send(body.to_string()).await;
    assert!(first.status.is_success(), "{path}: {}", first.text);

    let members = body.as_object().unwrap().iter().rev();
    let members: Vec<_> = members
        .map(|(name, value)| format!("{}: {value}", json!(name)))
        .collect();
    let again = send(format!("{{ {} }}", members.join(" , "))).await;
    assert_eq!(again.status, 200, "{path}: {}", again.text);
    let id = |answer: &Value| {
        let of = |thing: &Value| thing.get("id").cloned();
        of(answer).or_else(|| of(&answer["sign_in"]))
    };
    assert_eq!(id(&again.json()), id(&first.json()), "{path}");

    send(another.to_string())
        .await
        .problem(409, "idempotency-key-reused");
}

#[tokio::test]
async fn a_key_with_another_body_is_refused_at_every_operation_with_a_key() {
    let desk = Desk::with_seats(5).await;
    let app = &desk.app;
    let agent = desk.agent("Sven").await;
    let sven = desk.sign_in(&agent).await;
    let user = json!({"name": "Ann", "email": "ann@example.com", "assign_seat": false});
    let pool = json!({"name": "North", "product": PRODUCT, "seats": 0});
    let session = json!({"sign_in": sven.id, "kind": "call", "start": "standby"});
    let ida = desk.agent("Ida").await.body();

    for (path, body, changed) in [
        (
            "/v1/accounts",
            json!({"name": "Another"}),
            json!({"name": "Other"}),
        ),
        (
            "/v1/operator-keys",
            json!({"name": "k", "scopes": ["accounts.read"]}),
            json!({"name": "l"}),
        ),
        ("users", user, json!({"name": "Anna"})),
        ("pools", pool, json!({"name": "South"})),
        ("teams", json!({"name": "A"}), json!({"name": "B"})),
        ("groups", json!({"name": "A"}), json!({"name": "B"})),
        (
            "api-keys",
            json!({"name": "k", "scopes": ["read"]}),
            json!({"name": "l"}),
        ),
        ("minutes", json!({"minutes": 5}), json!({"minutes": 6})),
        ("sign-ins", ida, json!({"takeover": true})),
        ("sessions", session, json!({"kind": "attended"})),
    ] {
        let mut another = body.clone();
        another
            .as_object_mut()
            .unwrap()
            .extend(changed.as_object().unwrap().clone());
        twice(app, path, body, another).await;
    }
    // The same key at another address is also a different request.
    let call = app.operator().with_key("key of teams");
    call.post("groups", json!({"name": "A"}))
        .await
        .problem(409, "idempotency-key-reused");
}

#[tokio::test]
async fn a_repeat_is_answered_with_the_current_state() {
    let app = App::with_account().await;
    let body = json!({"name": "Ann", "email": "ann@example.com", "assign_seat": false});
    let call = || app.operator().with_key("one");
    let made = call().post("users", body.clone()).await.created();
    let path = format!("users/{}", text(&made["id"]));
    let change = json!({"name": "Anna", "email": "anna@example.com"});
    app.operator().patch(&path, change).await.ok();

    let again = call().post("users", body).await.ok();

    assert_eq!([&again["name"], &again["email"]], ["Anna", "anna@example.com"]);
}

#[tokio::test]
async fn a_key_stays_bound_to_what_it_created_even_after_its_end() {
    let desk = Desk::with_seats(2).await;
    let agent = desk.agent("Sven").await;
    let sign_in = async |body: Value| {
        let call = desk.app.by(&agent.who).with_key("one");
        call.post("sign-ins", body).await
    };
    let made = sign_in(agent.body()).await.created();
    let path = format!("sign-ins/{}", text(&made["sign_in"]["id"]));
    desk.app.by(&agent.who).delete(&path).await.done();
    let mut another = agent.body();
    another["takeover"] = json!(true);

    sign_in(agent.body()).await.problem(410, "sign-in-ended");
    sign_in(another).await.problem(409, "idempotency-key-reused");
}
