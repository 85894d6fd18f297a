use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn a_team_is_created_changed_and_deleted() {
    let app = App::with_account().await;
    let (sven, _) = app.member("Sven").await;

    let answer = app
        .operator()
        .post("teams", json!({"name": "Night shift", "members": [sven]}))
        .await;
    let team = answer.created();
    let path = format!("teams/{}", team["id"].as_str().unwrap());
    assert_eq!(team["members"], json!([sven]));
    assert_eq!(answer.header("location"), app.path(&path));

    let changed = app.operator().patch(&path, json!({"members": []})).await.ok();
    assert_eq!(changed["name"], "Night shift");
    assert_eq!(changed["members"], json!([]));
    assert_eq!(app.operator().get(&path).await.ok(), changed);
    assert_eq!(app.operator().get("teams").await.ok()["items"], json!([changed]));

    app.operator().delete(&path).await.done();
    app.operator().get(&path).await.problem(404, "not-found");
}

#[tokio::test]
async fn members_come_and_go_one_by_one() {
    let app = App::with_account().await;
    let (sven, _) = app.member("Sven").await;
    let (amara, _) = app.member("Amara").await;
    let new = json!({"name": "Night shift", "members": [sven]});
    let team = app.operator().post("teams", new).await.created();
    let path = format!("teams/{}", team["id"].as_str().unwrap());

    let changed = app
        .operator()
        .patch(&path, json!({"add_members": [amara], "remove_members": [sven]}))
        .await
        .ok();

    assert_eq!(changed["members"], json!([amara]));
    for (body, field) in [
        (json!({"members": [], "add_members": [sven]}), "members"),
        (
            json!({"add_members": [sven], "remove_members": [sven]}),
            "remove_members",
        ),
        (
            json!({"add_members": ["user_01h2xcejqtf2nbrexx3vqjhp41"]}),
            "add_members",
        ),
    ] {
        let problem = app.operator().patch(&path, body).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    assert_eq!(app.operator().get(&path).await.ok()["members"], json!([amara]));
}

#[tokio::test]
async fn two_teams_cannot_have_one_name() {
    let app = App::with_account().await;
    let body = json!({"name": "Night shift"});
    app.operator().post("teams", body.clone()).await.created();

    let problem = app
        .operator()
        .post("teams", body)
        .await
        .problem(409, "already-exists");

    assert_eq!(problem["what"], "team");
    assert_eq!(problem["field"], "name");
}

#[tokio::test]
async fn a_repeated_creation_returns_the_team_in_its_current_state() {
    let app = App::with_account().await;
    let (sven, _) = app.member("Sven").await;
    let body = json!({"name": "Night shift"});
    let first = app
        .operator()
        .with_key("a-1")
        .post("teams", body.clone())
        .await
        .created();
    let path = format!("teams/{}", first["id"].as_str().unwrap());
    app.operator().patch(&path, json!({"members": [sven]})).await.ok();

    let again = app.operator().with_key("a-1").post("teams", body).await.ok();

    assert_eq!(again["id"], first["id"]);
    assert_eq!(again["members"], json!([sven]));
    assert_eq!(
        app.operator().get("teams").await.ok()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn an_idempotency_key_creates_one_thing() {
    let app = App::with_account().await;
    app.operator()
        .with_key("a-1")
        .post("teams", json!({"name": "Night"}))
        .await
        .created();

    let other = app
        .operator()
        .with_key("a-1")
        .post("teams", json!({"name": "Day"}))
        .await;

    let problem = other.problem(409, "idempotency-key-reused");
    assert!(problem["detail"].as_str().unwrap().contains("Idempotency-Key"));
}
