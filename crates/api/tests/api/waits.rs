use serde_json::json;

use crate::desk::{Agent, Desk};

async fn waits(desk: &Desk, query: &str) -> Vec<serde_json::Value> {
    let page = desk.app.operator().get(&format!("waits{query}")).await.ok();
    page["items"].as_array().unwrap().clone()
}

async fn agents<const N: usize>(desk: &Desk, names: [&str; N]) -> [Agent; N] {
    let mut agents = Vec::new();
    for name in names {
        agents.push(desk.agent(name).await);
    }
    agents.try_into().ok().unwrap()
}

#[tokio::test]
async fn every_wait_is_recorded_with_its_length_and_outcome() {
    let desk = Desk::with(1, json!({"lease_secs": 7200})).await;
    let [sven, eva, max, ida] = agents(&desk, ["Sven", "Eva", "Max", "Ida"]).await;
    let sven = desk.sign_in(&sven).await;
    let first = desk.wait(&eva).await;
    desk.advance(10).await;
    let second = desk.wait(&max).await;
    desk.advance(10).await;
    desk.wait(&ida).await;

    let outcomes = async || {
        let rows = waits(&desk, "").await;
        let outcomes = rows.iter().map(|row| row["outcome"].as_str().unwrap().to_owned());
        outcomes.collect::<Vec<_>>()
    };
    assert_eq!(outcomes().await, ["waiting", "waiting", "waiting"]);
    // None of the three was refused.
    assert_eq!(desk.app.operator().get("refusals").await.ok()["items"], json!([]));

    desk.app.by(&second.token).delete(&second.path("")).await.done();
    desk.app.by(&sven.token).delete(&sven.path("")).await.done();
    assert_eq!(outcomes().await, ["waiting", "given_up", "offered"]);
    let claim = first.path("/claim");
    desk.app.by(&first.token).post(&claim, json!({})).await.created();
    desk.advance(5).await;
    desk.app
        .operator()
        .delete(&format!("sign-ins/{}", first.id.replace("tick_", "sign_")))
        .await
        .done();
    assert_eq!(outcomes().await, ["offered", "given_up", "taken"]);
    desk.advance(60).await;

    let rows = waits(&desk, "").await;
    assert_eq!(rows[0]["outcome"], "missed");
    assert_eq!(rows[0]["reason"], "offer-expired");
    assert_eq!(rows[0]["waited_secs"], 65);
    assert_eq!(
        (&rows[2]["waited_secs"], &rows[2]["reason"]),
        (&json!(20), &json!(null))
    );
    assert_eq!(rows[2]["wanted"], "sign_in");
    let of_eva = waits(&desk, &format!("?user={}", eva.id)).await;
    assert_eq!(of_eva.len(), 1);
    assert!(of_eva[0]["offered_at"].is_string());
}

#[tokio::test]
async fn waits_are_for_those_who_may_see_reports() {
    let desk = Desk::with_seats(1).await;
    let manager = desk.app.manager("Rita", "reports.view").await;

    desk.app
        .by(&desk.key)
        .get("waits")
        .await
        .problem(403, "forbidden");
    desk.app.by(&manager).get("waits").await.ok();
}
