use serde_json::json;
use usher_domain::Secs;

use crate::app::{App, Who};

#[tokio::test]
async fn a_token_opens_the_account_until_it_is_killed() {
    let app = App::with_account().await;
    app.user(
        "Olga",
        json!({"role": "owner", "password": "correct horse battery"}),
    )
    .await;
    let body =
        json!({"account": app.account, "email": "OLGA@example.com", "password": "correct horse battery"});

    let token = app.nobody().post("/v1/tokens", body).await.created();

    assert_eq!(token["expires_in_secs"], 43_200);
    let token = Who(Some(token["token"].as_str().unwrap().to_owned()));
    app.by(&token).get("users").await.ok();
    app.by(&token).delete("/v1/tokens/current").await.done();
    let answer = app.by(&token).get("users").await;
    answer.problem(401, "unauthenticated");
    assert_eq!(
        answer.header("www-authenticate"),
        r#"Bearer realm="usher", error="invalid_token""#
    );
}

#[tokio::test]
async fn whoever_does_not_get_in_is_answered_alike() {
    let app = App::with_account().await;
    let password = "correct horse battery";
    app.user("Sven", json!({"password": password})).await;
    let (nora, _) = app.user("Nora", json!({"password": password})).await;
    app.operator()
        .patch(&format!("users/{nora}"), json!({"active": false}))
        .await
        .ok();
    let unknown = "acct_00000000000000000000000001";

    let mut answers = Vec::new();
    for (account, email, password) in [
        (app.account.to_string(), "sven@example.com", "wrong horse battery"),
        (app.account.to_string(), "nobody@example.com", password),
        (app.account.to_string(), "nora@example.com", password),
        (unknown.to_owned(), "sven@example.com", password),
    ] {
        let body = json!({"account": account, "email": email, "password": password});
        let answer = app.nobody().post("/v1/tokens", body).await;
        answers.push(answer.problem(401, "unauthenticated"));
    }

    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn guessing_is_slowed_down_for_known_and_unknown_addresses_alike() {
    let app = App::with_account().await;
    let password = "correct horse battery";
    app.user("Sven", json!({"password": password})).await;
    for email in ["sven@example.com", "nobody@example.com"] {
        let body = |password| json!({"account": app.account, "email": email, "password": password});
        for _ in 0..usher_api::ATTEMPTS_PER_EMAIL {
            let answer = app.nobody().post("/v1/tokens", body("a wrong guess")).await;
            answer.problem(401, "unauthenticated");
        }

        let answer = app.nobody().post("/v1/tokens", body(password)).await;

        let problem = answer.problem(429, "too-many-attempts");
        let wait = answer.header("retry-after");
        assert_eq!(problem["remaining_secs"].to_string(), wait);
        app.engine.advance(Secs::new(wait.parse().unwrap())).await;
        let again = app.nobody().post("/v1/tokens", body("a wrong guess")).await;
        again.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn an_api_key_is_shown_once_and_dies_when_revoked() {
    let app = App::with_account().await;
    let body = json!({"name": "Back end", "scopes": ["read"], "expires_at": "2026-12-24T18:00:00+01:00"});

    let made = app.operator().post("api-keys", body).await.created();

    assert_eq!(made["expires_at"], "2026-12-24T17:00:00Z");
    let key = Who(Some(made["key"].as_str().unwrap().to_owned()));
    app.by(&key).get("users").await.ok();
    let listed = &app.operator().get("api-keys").await.ok()["items"][0];
    assert_eq!(listed["id"], made["id"]);
    assert_eq!(listed["last_used_at"], "2026-11-23T09:00:00Z");
    assert!(listed.get("key").is_none());
    let path = format!("api-keys/{}", made["id"].as_str().unwrap());
    app.operator().delete(&path).await.done();
    app.by(&key).get("users").await.problem(401, "unauthenticated");
    app.operator().delete(&path).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_repeated_creation_of_a_key_replaces_one_that_was_never_used_and_no_other() {
    let app = App::with_account().await;
    let body = json!({"name": "Back end", "scopes": ["read"]});
    let create = || app.operator().with_key("1").post("api-keys", body.clone());
    let first = create().await.created();

    let second = create().await.ok();
    let key = Who(Some(second["key"].as_str().unwrap().to_owned()));
    app.by(&key).get("users").await.ok();
    let third = create().await.ok();

    assert_eq!(second["id"], first["id"]);
    assert_ne!(second["key"], first["key"]);
    assert!(third.get("key").is_none());
    app.by(&key).get("users").await.ok();
}

#[tokio::test]
async fn nobody_gives_a_key_more_than_they_have_or_a_life_in_the_past() {
    let app = App::with_account().await;
    let manager = app.manager("Seth", "settings.manage").await;
    let more = json!({"name": "K", "scopes": ["users.manage"]});
    let past = json!({"name": "K", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"});
    let nothing = json!({"name": "K", "scopes": []});

    app.by(&manager)
        .post("api-keys", more)
        .await
        .problem(403, "forbidden");
    app.operator()
        .post("api-keys", past)
        .await
        .problem(422, "invalid");
    app.operator()
        .post("api-keys", nothing)
        .await
        .problem(422, "invalid");
}
