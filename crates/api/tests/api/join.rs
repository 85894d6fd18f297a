use serde_json::json;

use crate::desk::{Desk, text};

#[tokio::test]
async fn a_customer_looks_joins_and_leaves_without_a_login() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let session = desk.start(&sven, "standby").await;
    let link = text(&session["join_url"]);

    let shown = desk.app.nobody().get(&link).await.ok();
    assert_eq!(
        shown,
        json!({
            "code": session["code"], "state": "standby", "kind": "call", "agent": "Sven",
            "account_name": "Contoso Support", "product": "remote-support", "customer": null,
            "expires_in_secs": 86_400,
        })
    );

    let joined = desk.app.nobody().post(&link, json!({"name": "Kim"})).await.ok();
    assert_eq!([&joined["state"], &joined["customer"]], ["active", "Kim"]);
    let again = desk
        .app
        .nobody()
        .send(axum::http::Method::POST, &link, None)
        .await
        .ok();
    assert_eq!(again, joined);
    let of_agent = desk
        .app
        .by(&sven.token)
        .get(&format!("sessions/{}", text(&session["id"])))
        .await
        .ok();
    assert_eq!(of_agent["customer"]["name"], "Kim");

    desk.app
        .nobody()
        .post(&format!("{link}/leave"), json!({}))
        .await
        .done();
    desk.app.nobody().get(&link).await.problem(404, "not-found");
    let over = desk
        .app
        .by(&sven.token)
        .get(&format!("sessions/{}", text(&session["id"])))
        .await
        .ok();
    assert_eq!([&over["state"], &over["reason"]], ["ended", "finished"]);
}

#[tokio::test]
async fn a_code_may_be_typed_in_small_letters_and_groups() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let session = desk.start(&sven, "standby").await;
    let code = text(&session["code"]).to_lowercase();

    let typed = format!("/join/{}-{}", &code[..5], &code[5..]);

    assert_eq!(desk.app.nobody().get(&typed).await.ok()["code"], session["code"]);
}

#[tokio::test]
async fn codes_that_are_unknown_expired_or_used_up_answer_alike() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let body = json!({"sign_in": sven.id, "kind": "call", "start": "standby", "valid_for_secs": 30});
    let expired = desk.app.by(&sven.token).post("sessions", body).await.created();
    desk.advance(30).await;
    let ended = desk.start(&sven, "standby").await;
    let end = format!("sessions/{}/end", text(&ended["id"]));
    desk.app.by(&sven.token).post(&end, json!({})).await.ok();

    let mut answers = Vec::new();
    for link in [
        "/join/K7M2QX9D4T".to_owned(),
        text(&expired["join_url"]),
        text(&ended["join_url"]),
    ] {
        answers.push(desk.app.nobody().get(&link).await.problem(404, "not-found"));
        answers.push(
            desk.app
                .nobody()
                .post(&link, json!({}))
                .await
                .problem(404, "not-found"),
        );
        let leave = format!("{link}/leave");
        answers.push(
            desk.app
                .nobody()
                .post(&leave, json!({}))
                .await
                .problem(404, "not-found"),
        );
    }

    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    desk.app.nobody().get("/join/x").await.problem(404, "not-found");
}

#[tokio::test]
async fn a_customer_waits_while_the_seat_is_in_another_call_and_does_not_see_a_paused_session() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let call = desk.start(&sven, "active").await;
    let waiting = desk.start(&sven, "standby").await;
    let link = text(&waiting["join_url"]);

    desk.app
        .nobody()
        .post(&link, json!({}))
        .await
        .problem(409, "seat-in-call");
    let pause = format!("sessions/{}/pause", text(&call["id"]));
    desk.app.by(&sven.token).post(&pause, json!({})).await.ok();
    desk.app.nobody().post(&link, json!({})).await.ok();

    let pause = format!("sessions/{}/pause", text(&waiting["id"]));
    desk.app.by(&sven.token).post(&pause, json!({})).await.ok();
    desk.app.nobody().get(&link).await.problem(404, "not-found");
    let answer = desk.app.nobody().post(&link, json!({"colour": "red"})).await;
    answer.problem(422, "invalid");
}
