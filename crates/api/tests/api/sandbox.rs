use serde_json::{Value, json};
use usher_app::Config;

use crate::app::App;
use crate::desk::Desk;

#[tokio::test]
async fn moving_the_clock_warns_and_then_logs_off_idle_users() {
    let desk = Desk::with(1, json!({"auto_log_off_after_secs": 600, "lease_secs": 3600})).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let mut stream = desk
        .follow(&sven.token, &sven.path("/events"), None)
        .await
        .begun()
        .await;
    let advance = async |secs: u32| {
        let body = json!({"advance_secs": secs});
        desk.app.operator().post("/v1/sandbox/clock", body).await
    };

    let clock = advance(540).await.ok();
    assert_eq!(clock, json!({"now": "2026-11-23T09:09:00Z"}));
    let warning = stream.expect("log_off_warning").await;
    assert_eq!(warning.data, json!({"in_secs": 60}));
    let beat = desk
        .app
        .by(&sven.token)
        .post(&sven.path("/heartbeat"), json!({}))
        .await
        .ok();
    assert_eq!(beat["log_off_in_secs"], 60);
    advance(60).await.ok();

    let out = stream.expect("signed_out").await;
    assert_eq!(out.data, json!({"reason": "inactive", "by": null}));
    stream.ends().await;
    assert_eq!(desk.occupied().await, 0);
}

#[tokio::test]
async fn only_the_operator_moves_the_clock_and_not_too_far() {
    let desk = Desk::with_seats(1).await;
    let owner = desk.app.owner().await;
    let body = json!({"advance_secs": 10});

    desk.app
        .by(&owner)
        .post("/v1/sandbox/clock", body.clone())
        .await
        .problem(403, "forbidden");
    desk.app
        .nobody()
        .post("/v1/sandbox/clock", body)
        .await
        .problem(401, "unauthenticated");
    for wrong in [
        json!({"advance_secs": 31_622_401}),
        json!({"advance_secs": -1}),
        json!({}),
    ] {
        desk.app
            .operator()
            .post("/v1/sandbox/clock", wrong)
            .await
            .problem(422, "invalid");
    }
}

#[tokio::test]
async fn outside_the_sandbox_there_is_no_such_call() {
    let server = App::configured(Config::default()).await;
    let sandbox = App::empty().await;
    let document = async |app: App| {
        let document: Value = app.nobody().get("/v1/openapi.json").await.ok();
        document["paths"]["/v1/sandbox/clock"].is_object()
    };

    let answer = server
        .operator()
        .post("/v1/sandbox/clock", json!({"advance_secs": 1}))
        .await;

    answer.problem(404, "not-found");
    assert!(!document(server).await);
    assert!(document(sandbox).await);
}
