use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use serde_json::json;
use usher_domain::Secs;

use crate::app::{App, Who};

#[tokio::test]
async fn a_token_is_valid_until_it_is_revoked() {
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
async fn failed_sign_ins_get_the_same_answer() {
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
async fn guessing_is_throttled_alike_for_known_and_unknown_addresses() {
    let app = App::with_account().await;
    let password = "correct horse battery";
    app.user("Sven", json!({"password": password})).await;
    for email in ["sven@example.com", "nobody@example.com"] {
        let body = |password| json!({"account": app.account, "email": email, "password": password});
        for _ in 0..usher_app::ATTEMPTS_PER_EMAIL {
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
async fn an_api_key_is_shown_once_and_stops_working_when_revoked() {
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

#[tokio::test]
async fn a_rotated_key_is_shown_once_more_and_the_old_secret_works_during_the_overlap() {
    let app = App::with_account().await;
    let made = app
        .operator()
        .post("api-keys", json!({"name": "Back end", "scopes": ["read"]}))
        .await
        .created();
    let who = |key: &serde_json::Value| Who(Some(key["key"].as_str().unwrap().to_owned()));
    let path = format!("api-keys/{}/rotate", made["id"].as_str().unwrap());

    let rotated = app.operator().post(&path, json!({"overlap_secs": 60})).await.ok();
    let both = [who(&made), who(&rotated)];
    for key in &both {
        app.by(key).get("users").await.ok();
    }
    app.engine.advance(Secs::new(60)).await;
    app.by(&both[0])
        .get("users")
        .await
        .problem(401, "unauthenticated");
    let again = app
        .operator()
        .send(axum::http::Method::POST, &path, None)
        .await
        .ok();

    assert_eq!(rotated["id"], made["id"]);
    assert_eq!(rotated["former_until"], "2026-11-23T09:01:00Z");
    assert!(again["former_until"].is_null());
    app.by(&both[1])
        .get("users")
        .await
        .problem(401, "unauthenticated");
    app.by(&who(&again)).get("users").await.ok();
    let too_long = app.operator().post(&path, json!({"overlap_secs": 604_801})).await;
    assert_eq!(
        too_long.problem(422, "invalid")["errors"][0]["field"],
        "overlap_secs"
    );
    let audit = app.operator().get("audit?limit=1").await.ok();
    assert_eq!(audit["items"][0]["action"], "api_key.rotated");
}

#[tokio::test]
async fn an_operator_key_is_limited_by_its_scopes_and_named_in_the_audit() {
    let app = App::with_account().await;
    let mut keys = Vec::new();
    for scope in ["accounts.read", "accounts.manage", "billing.manage", "everything"] {
        let new = json!({"name": scope, "scopes": [scope]});
        keys.push(app.operator().post("/v1/operator-keys", new).await.created());
    }
    let who: Vec<_> = keys
        .iter()
        .map(|key| Who(Some(key["key"].as_str().unwrap().to_owned())))
        .collect();
    let (mut looked, mut managed, mut billed, mut keyed) = (vec![], vec![], vec![], vec![]);
    for (number, who) in who.iter().enumerate() {
        let name = json!({"name": format!("Team {number}")});
        looked.push(app.by(who).get("users").await.status.as_u16());
        managed.push(app.by(who).post("teams", name).await.status.as_u16());
        billed.push(
            app.by(who)
                .post("minutes", json!({"minutes": 1}))
                .await
                .status
                .as_u16(),
        );
        keyed.push(app.by(who).get("/v1/operator-keys").await.status.as_u16());
    }

    assert_eq!(looked, [200, 200, 200, 200]);
    assert_eq!(managed, [403, 201, 403, 201]);
    assert_eq!(billed, [403, 403, 200, 200]);
    assert_eq!(keyed, [403, 403, 403, 200]);
    let refused = app.by(&who[0]).post("teams", json!({"name": "X"})).await;
    let detail = refused.problem(403, "forbidden")["detail"].to_string();
    assert!(detail.contains("accounts.manage"), "{detail}");
    let audit = app.operator().get("audit?action=team.created").await.ok();
    assert_eq!(audit["items"][0]["credential"], keys[3]["id"]);
    assert_eq!(audit["items"][0]["came_by"], "api");
}

#[tokio::test]
async fn changes_of_operator_keys_are_listed_with_actors_in_pages_and_without_secrets() {
    let app = App::empty().await;
    let by = |request: &str| app.operator().with_header("x-request-id", request);
    let first = app.operator().get("/v1/operator-keys").await.ok()["items"][0]["id"].clone();
    let new = json!({"name": "Billing", "scopes": ["billing.manage"]});
    let made = by("made-it").post("/v1/operator-keys", new).await.created();
    let path = format!("/v1/operator-keys/{}", made["id"].as_str().unwrap());
    let rotated = by("rotated-it")
        .post(&format!("{path}/rotate"), json!({"overlap_secs": 60}))
        .await
        .ok();
    by("revoked-it").delete(&path).await.done();
    by("again").delete(&path).await.problem(404, "not-found");
    by("the-last")
        .delete(&format!("/v1/operator-keys/{}", first.as_str().unwrap()))
        .await
        .problem(409, "last-operator-key");

    let whole = app.operator().get("/v1/operator-keys/audit").await.ok();
    let page = app.operator().get("/v1/operator-keys/audit?limit=3").await.ok();
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = app
        .operator()
        .get(&format!("/v1/operator-keys/audit?limit=3&cursor={cursor}"))
        .await
        .ok();

    let entries = whole["items"].as_array().unwrap();
    let said = entries.iter().map(|entry| {
        let word = |field: &str| entry[field].as_str().unwrap_or("-").to_owned();
        [word("action"), word("name"), word("request_id")].join(" ")
    });
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            "operator_key.revoked Billing revoked-it",
            "operator_key.rotated Billing rotated-it",
            "operator_key.created Billing made-it",
            "operator_key.created First key -",
        ]
    );
    for entry in &entries[..3] {
        assert_eq!((&entry["actor"], &entry["operator_key"]), (&first, &made["id"]));
    }
    assert_eq!(entries[3]["actor"], "start");
    assert_eq!(entries[2]["detail"]["scopes"], json!(["billing.manage"]));
    assert_eq!(entries[2]["seq"], 2);
    assert_eq!(whole["next_cursor"], json!(null));
    let halves = [&page["items"], &rest["items"]].map(|half| half.as_array().unwrap().as_slice());
    assert_eq!(&halves.concat(), entries);
    for secret in [&made["key"], &rotated["key"]] {
        assert!(!whole.to_string().contains(secret.as_str().unwrap()));
    }
}

#[tokio::test]
async fn the_last_operator_key_for_everything_stays() {
    let app = App::empty().await;
    let first = app.operator().get("/v1/operator-keys").await.ok()["items"][0].clone();
    let path = |key: &serde_json::Value| format!("/v1/operator-keys/{}", key["id"].as_str().unwrap());
    let new = json!({"name": "Second", "scopes": ["everything"]});

    app.operator()
        .delete(&path(&first))
        .await
        .problem(409, "last-operator-key");
    let second = app.operator().post("/v1/operator-keys", new).await.created();
    app.operator().delete(&path(&first)).await.done();

    app.operator()
        .get("/v1/accounts")
        .await
        .problem(401, "unauthenticated");
    let second = Who(Some(second["key"].as_str().unwrap().to_owned()));
    app.by(&second)
        .delete(&path(&first))
        .await
        .problem(404, "not-found");
    let wrong = json!({"name": "Third", "scopes": ["root"]});
    app.by(&second)
        .post("/v1/operator-keys", wrong)
        .await
        .problem(422, "invalid");
}

#[tokio::test]
async fn the_audit_is_filtered_by_channel_address_and_request_also_as_a_file() {
    let app = App::with_account().await;
    for (name, request) in [("Day", "request-1"), ("Night", "request-2")] {
        app.operator()
            .with_header("x-request-id", request)
            .post("teams", json!({"name": name}))
            .await
            .created();
    }
    let peer = SocketAddr::from(([192, 0, 2, 7], 40_000));
    let mut request = Request::builder()
        .method("POST")
        .uri(app.path("teams"))
        .header(
            "authorization",
            format!("Bearer {}", App::operator_key().0.unwrap()),
        )
        .header("content-type", "application/json")
        .body(Body::from(json!({"name": "Weekend"}).to_string()))
        .unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    app.send(request).await.created();
    let names = async |query: &str| {
        let audit = app
            .operator()
            .get(&format!("audit?action=team.created&{query}"))
            .await
            .ok();
        let items = audit["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["detail"]["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };

    assert_eq!(names("request_id=request-1").await, ["Day"]);
    assert_eq!(names("address=192.0.2.7").await, ["Weekend"]);
    assert_eq!(
        names("address=192.0.2.7&request_id=request-1").await,
        Vec::<String>::new()
    );
    assert_eq!(names("came_by=api").await, ["Weekend", "Night", "Day"]);
    assert_eq!(names("came_by=portal").await, Vec::<String>::new());
    let file = app
        .operator()
        .with_header("accept", "application/x-ndjson")
        .get("audit?request_id=request-2")
        .await;
    assert_eq!(file.text.lines().count(), 1);
    assert!(file.text.contains("Night"), "{}", file.text);
    for (field, value) in [("came_by", "window"), ("address", "home")] {
        let refused = app.operator().get(&format!("audit?{field}={value}")).await;
        assert_eq!(refused.problem(422, "invalid")["errors"][0]["field"], field);
    }
}
