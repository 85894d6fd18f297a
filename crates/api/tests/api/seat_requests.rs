//! Requests for seats, and seats that are lent.

use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn a_user_asks_and_whoever_manages_seats_lends_a_seat_that_comes_back_by_itself() {
    let app = App::with_account().await;
    let pool = app.default_pool().await;
    let (id, ann) = app.member("Ann").await;
    let sia = app.manager("Sia", "seats.manage").await;
    let path = format!("users/{id}/seat-requests/remote-support");

    let sent = app
        .by(&ann)
        .put(&path, json!({"note": "I stand in for Ben"}))
        .await
        .ok();
    assert_eq!(sent["note"], "I stand in for Ben");
    assert_eq!(sent["declined"], json!(null));
    let open = app.by(&sia).get("seat-requests").await.ok();
    assert_eq!(open["items"], json!([sent]));
    app.by(&ann).get("seat-requests").await.problem(403, "forbidden");

    let past = json!({"license": {"kind": "named", "until": "2001-01-01T00:00:00Z"}});
    let refused = app.by(&sia).post(&format!("{path}/grant"), past).await;
    assert_eq!(refused.problem(422, "invalid")["errors"][0]["field"], "until");
    let grant = json!({"license": {"kind": "shared", "pool": pool, "until": "2100-01-01T00:00:00Z"}});
    let user = app
        .by(&sia)
        .post(&format!("{path}/grant"), grant.clone())
        .await
        .ok();

    assert_eq!(user["licenses"]["remote-support"]["pool"], json!(pool));
    assert_eq!(
        user["lent"],
        json!({"remote-support": {"until": "2100-01-01T00:00:00Z", "back_to_pool": null}})
    );
    let again = app.by(&sia).post(&format!("{path}/grant"), grant).await;
    again.problem(409, "changed-meanwhile");
    app.by(&ann).get(&path).await.problem(404, "not-found");
    let license = format!("users/{id}/licenses/remote-support");
    let kept = app
        .by(&sia)
        .put(&license, json!({"kind": "shared", "pool": pool}))
        .await
        .ok();
    assert_eq!(kept["lent"], json!({}), "it is for good now");
}

#[tokio::test]
async fn a_declined_request_says_who_and_why_until_its_user_puts_it_away() {
    let app = App::with_account().await;
    let (id, ann) = app.member("Ann").await;
    let sia = app.manager("Sia", "seats.manage").await;
    let path = format!("users/{id}/seat-requests/remote-support");
    app.by(&ann).put(&path, json!({"note": "Please"})).await.ok();

    let declined = app
        .by(&sia)
        .post(&format!("{path}/decline"), json!({"note": "Not this week"}))
        .await
        .ok();

    assert_eq!(declined["declined"]["by_name"], "Sia");
    assert_eq!(declined["declined"]["note"], "Not this week");
    assert_eq!(app.by(&ann).get(&path).await.ok(), declined);
    assert_eq!(app.by(&sia).get("seat-requests").await.ok()["items"], json!([]));
    app.by(&ann).delete(&path).await.done();
    app.by(&ann).get(&path).await.problem(404, "not-found");
    let unknown = format!("users/{id}/seat-requests/another");
    let refused = app.by(&ann).put(&unknown, json!({"note": "Please"})).await;
    assert_eq!(refused.problem(422, "invalid")["errors"][0]["field"], "product");
}
