use serde_json::{Value, json};

use usher_domain::event::{TicketEvent, UserEvent};
use usher_domain::{Event, Secs};
use usher_journal::Seq;

use super::{Directory, USER, id, refused};

#[tokio::test]
async fn a_new_hire_is_created_with_the_directorys_data_and_no_seat() {
    let directory = Directory::new().await;
    let body = json!({
        "schemas": [USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "userName": "Sven", "externalId": "0001", "displayName": "Sven Svensson", "active": true,
        "name": {"givenName": "Sven", "familyName": "Svensson", "formatted": "Mr Sven Svensson"},
        "emails": [
            {"value": "s@home.example", "type": "home"},
            {"value": "Sven@Example.com", "type": "work", "primary": true},
        ],
        "title": "Agent", "password": "a secret that is not ours",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Support"},
    });

    let answer = directory.post("Users", body).await;

    let made = answer.created();
    let id = id(&made);
    let location = directory.url(&format!("Users/{id}"));
    assert_eq!(
        made,
        json!({
            "schemas": [USER], "id": id, "externalId": "0001", "userName": "Sven", "displayName": "Sven Svensson",
            "name": {"givenName": "Sven", "familyName": "Svensson"}, "active": true,
            "emails": [{"value": "sven@example.com", "type": "work", "primary": true}],
            "meta": {
                "resourceType": "User", "created": "2026-11-23T09:00:00Z", "lastModified": "2026-11-23T09:00:00Z",
                "location": location, "version": answer.header("etag"),
            },
        })
    );
    assert_eq!(answer.header("location"), location);
    assert_eq!(answer.header("content-type"), "application/scim+json");
    assert!(answer.header("etag").starts_with("W/\""));
    assert_eq!(directory.get(&format!("Users/{id}")).await.ok(), made);
    let seen = directory.seen(&id).await;
    assert_eq!(seen["email"], "sven@example.com");
    assert_eq!(seen["role"], "member");
    assert_eq!(seen["licenses"], json!({}));
}

#[tokio::test]
async fn missing_attributes_are_derived_from_given_ones() {
    let directory = Directory::new().await;
    let table = [
        (json!({"userName": "a@example.com"}), "a@example.com"),
        (
            json!({"userName": "b@example.com", "name": {"givenName": "Bo", "familyName": "Berg"}}),
            "Bo Berg",
        ),
        (
            json!({"userName": "c@example.com", "name": {"formatted": "Dr Carl"}}),
            "Dr Carl",
        ),
    ];
    for (mut body, name) in table {
        body["schemas"] = json!([USER]);
        let made = directory.post("Users", body.clone()).await.created();

        assert_eq!(made["displayName"], name);
        assert_eq!(made["active"], true);
        let email = json!([{"value": body["userName"], "type": "work", "primary": true}]);
        assert_eq!(made["emails"], email);
    }
}

#[tokio::test]
async fn a_user_may_be_created_inactive() {
    let directory = Directory::new().await;
    let body = json!({"schemas": [USER], "userName": "sven@example.com", "active": "False"});

    let made = directory.post("Users", body).await.created();

    assert_eq!(made["active"], false);
    assert_eq!(directory.seen(&id(&made)).await["active"], false);
}

#[tokio::test]
async fn an_invalid_body_is_refused_with_the_reason() {
    let directory = Directory::new().await;
    let bad = [
        (json!({"userName": "sven@example.com"}), "invalidSyntax"),
        (json!({"schemas": [USER]}), "invalidValue"),
        (json!({"schemas": [USER], "userName": "sven"}), "invalidValue"),
        (json!({"schemas": [USER], "userName": 7}), "invalidValue"),
        (
            json!({"schemas": [USER], "userName": "sven", "emails": [{"value": "nowhere"}]}),
            "invalidValue",
        ),
        (
            json!({"schemas": [USER], "userName": "sven", "emails": [{"type": "work"}]}),
            "invalidValue",
        ),
        (
            json!({"schemas": [USER], "userName": "s@example.com", "displayName": "x".repeat(121)}),
            "invalidValue",
        ),
    ];
    for (body, scim_type) in bad {
        refused(&directory.post("Users", body).await, 400, Some(scim_type));
    }
    let url = directory.url("Users");
    let send = |text: &str| {
        let text = Some(text.to_owned());
        directory.call().send_text(axum::http::Method::POST, &url, text)
    };
    refused(&send("{\"schemas\"").await, 400, Some("invalidSyntax"));
    refused(&send("[]").await, 400, Some("invalidSyntax"));
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(1024 * 1024));
    refused(&send(&large).await, 413, None);
    let html = directory
        .app
        .by(&directory.key)
        .with_header("content-type", "text/html");
    refused(&html.post(&url, json!({})).await, 415, None);
    assert_eq!(directory.get("Users").await.ok()["totalResults"], 0);
}

#[tokio::test]
async fn a_name_or_address_that_is_taken_is_a_conflict() {
    let directory = Directory::new().await;
    directory.user("sven").await;
    let same_name = json!({
        "schemas": [USER], "userName": "SVEN@example.com", "emails": [{"value": "other@example.com"}],
    });
    let same_email = json!({
        "schemas": [USER], "userName": "other", "emails": [{"value": "sven@example.com"}],
    });
    let eva = json!({"schemas": [USER], "userName": "eva@bücher.example"});
    directory.post("Users", eva).await.created();
    let same_spelled_otherwise = json!({
        "schemas": [USER], "userName": "eva@xn--bcher-kva.example", "emails": [{"value": "other@example.com"}],
    });

    for body in [same_name, same_email, same_spelled_otherwise] {
        refused(&directory.post("Users", body).await, 409, Some("uniqueness"));
    }
    assert_eq!(directory.get("Users").await.ok()["totalResults"], 2);
}

#[tokio::test]
async fn a_put_replaces_a_user() {
    let directory = Directory::new().await;
    let body = json!({
        "schemas": [USER], "userName": "sven@example.com", "externalId": "0001",
        "name": {"givenName": "Sven", "familyName": "Svensson"}, "displayName": "Sven",
    });
    let made = directory.post("Users", body).await.created();
    let path = format!("Users/{}", id(&made));
    directory.app.engine.advance(Secs::new(60)).await;

    let body = json!({
        "schemas": [USER], "id": "another", "userName": "sven", "name": {"familyName": "Berg"}, "active": true,
        "emails": [{"value": "berg@example.com"}],
    });
    let changed = directory.put(&path, body).await.ok();

    assert_eq!(changed["id"], made["id"]);
    assert_eq!(changed["userName"], "sven");
    assert_eq!(changed["externalId"], Value::Null);
    assert_eq!(changed["name"], json!({"familyName": "Berg"}));
    assert_eq!(changed["displayName"], "Berg");
    assert_eq!(changed["emails"], json!([{"value": "berg@example.com"}]));
    assert_eq!(changed["meta"]["created"], "2026-11-23T09:00:00Z");
    assert_eq!(changed["meta"]["lastModified"], "2026-11-23T09:01:00Z");
    // An omitted state stays: nobody is activated by accident.
    directory
        .patch(
            &path,
            json!([{"op": "replace", "path": "active", "value": false}]),
        )
        .await
        .ok();
    let body = json!({"schemas": [USER], "userName": "sven"});
    let changed = directory.put(&path, body).await.ok();
    assert_eq!(changed["active"], false);
    assert_eq!(changed["emails"][0]["value"], "berg@example.com");
    refused(
        &directory.put(&path, json!({"schemas": [USER]})).await,
        400,
        Some("invalidValue"),
    );
}

#[tokio::test]
async fn operations_are_carried_out_all_or_none() {
    let directory = Directory::new().await;
    directory.user("nora").await;
    let path = format!("Users/{}", directory.user("sven").await);
    let before = directory.get(&path).await.ok();

    let operations = json!([
        {"op": "replace", "path": "displayName", "value": "Another"},
        {"op": "replace", "path": "active", "value": false},
        {"op": "replace", "path": "emails.value", "value": "nora@example.com"},
    ]);
    refused(&directory.patch(&path, operations).await, 409, Some("uniqueness"));
    let operations = json!([
        {"op": "replace", "path": "displayName", "value": "Another"},
        {"op": "remove", "path": "userName"},
    ]);
    refused(&directory.patch(&path, operations).await, 400, Some("mutability"));

    assert_eq!(directory.get(&path).await.ok(), before);
}

#[tokio::test]
async fn existing_users_can_be_taken_over_by_the_directory() {
    let directory = Directory::new().await;
    let (sven, _) = directory.app.member("Sven").await;

    let found = directory
        .get("Users?filter=userName%20eq%20%22SVEN@example.com%22")
        .await
        .ok();

    assert_eq!(found["Resources"][0]["id"], sven);
    let operations = json!([
        {"op": "add", "path": "externalId", "value": "0001"},
        {"op": "replace", "path": "userName", "value": "sven"},
    ]);
    let changed = directory.patch(&format!("Users/{sven}"), operations).await.ok();
    assert_eq!(changed["externalId"], "0001");
    assert_eq!(changed["displayName"], "Sven");
    let found = directory
        .get("Users?filter=userName%20eq%20%22sven@example.com%22")
        .await
        .ok();
    assert_eq!(found["totalResults"], 0);
}

#[tokio::test]
async fn a_deleted_user_loses_their_tokens() {
    let directory = Directory::new().await;
    let (sven, token) = directory.app.member("Sven").await;
    let path = format!("Users/{sven}");

    directory.delete(&path).await.done();

    refused(&directory.get(&path).await, 404, None);
    refused(&directory.delete(&path).await, 404, None);
    directory
        .app
        .by(&token)
        .get("users")
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_leaving_user_is_signed_out_and_the_next_in_the_queue_gets_an_offer_in_the_same_step() {
    let directory = Directory::new().await;
    let app = &directory.app;
    let pool = app.default_pool().await;
    app.operator()
        .patch(
            &format!("pools/{pool}"),
            json!({"seats": 1, "rules": {"preset": "help_desk_shift"}}),
        )
        .await
        .ok();
    let (sven, nora) = (directory.user("sven").await, directory.user("nora").await);
    for user in [&sven, &nora] {
        let license = json!({"kind": "shared", "pool": pool});
        app.operator()
            .put(&format!("users/{user}/licenses/remote-support"), license)
            .await
            .ok();
    }
    let sign_in = |user: &str, wait: bool| {
        let device = json!({"id": user, "name": "Desk", "kind": "desktop"});
        let body = json!({"user": user, "product": "remote-support", "device": device, "wait": wait});
        app.operator().post("sign-ins", body)
    };
    sign_in(&sven, false).await.created();
    let waiting = sign_in(&nora, true).await.json();
    let ticket = waiting["ticket"]["id"].as_str().unwrap().to_owned();
    let token = app.token_of(&sven).await;

    let operations = json!([{"op": "replace", "path": "active", "value": false}]);
    let changed = directory.patch(&format!("Users/{sven}"), operations).await.ok();

    assert_eq!(changed["active"], false);
    let ticket = app.operator().get(&format!("tickets/{ticket}")).await.ok();
    assert_eq!(ticket["state"], "offered");
    app.by(&token).get("users").await.problem(401, "unauthenticated");
    let published = app
        .engine
        .published_after(app.account, Seq::ZERO, 200)
        .await
        .unwrap();
    let of_leaver = |event: &Event| matches!(event, Event::User(UserEvent::Activated { active: false, .. }));
    let events = published.iter().map(|commit| {
        let entries = commit.entries.iter();
        entries.flat_map(|entry| entry.events.iter()).collect::<Vec<_>>()
    });
    let mut commits = events.filter(|events| events.iter().any(|event| of_leaver(event)));
    let events = commits.next().unwrap();
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Ticket(TicketEvent::Offered { .. }))),
        "{events:?}"
    );
}
