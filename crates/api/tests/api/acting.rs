use serde_json::json;

use crate::desk::{Desk, text};

#[tokio::test]
async fn a_reason_never_decides_whether_somebody_signs_out_or_is_evicted() {
    let desk = Desk::with_seats(3).await;
    let both = desk.app.key(&["read", "sign-ins.write", "seats.manage"]).await;
    for (said, reason) in [
        ("", "signed-out"),
        ("?reason=Closing", "signed-out"),
        ("?as=user&reason=Closing", "signed-out"),
        ("?as=admin", "evicted"),
        ("?as=admin&reason=Closing", "evicted"),
    ] {
        let sven = desk
            .sign_in(&desk.agent(&format!("Sven{}", said.len())).await)
            .await;

        desk.app.by(&both).delete(&sven.path(said)).await.done();

        let over = desk.app.by(&sven.token).get(&sven.path("")).await;
        let over = over.problem(410, "sign-in-ended");
        assert_eq!(over["reason"], reason, "{said}");
        let note = said.contains("reason").then_some("Closing");
        assert_eq!(over["note"].as_str(), note, "{said}");
        if said.contains("admin") {
            // The key is named.
            assert_eq!(over["by_name"], "read sign-ins.write seats.manage", "{over}");
        }
    }
}

#[tokio::test]
async fn nobody_acts_in_a_capacity_that_is_not_theirs() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let olga = desk.app.owner().await;
    let session = text(&desk.start(&sven, "active").await["id"]);
    let end = format!("sessions/{session}/end");

    let answer = desk.app.by(&sven.token).delete(&sven.path("?as=admin")).await;
    answer.problem(403, "forbidden");
    let answer = desk.app.by(&olga).delete(&sven.path("?as=user")).await;
    answer.problem(403, "forbidden");
    let answer = desk
        .app
        .by(&olga)
        .post(&format!("{end}?as=user"), json!({}))
        .await;
    answer.problem(403, "forbidden");
    let answer = desk
        .app
        .by(&sven.token)
        .post(&format!("{end}?as=admin"), json!({}))
        .await;
    answer.problem(403, "forbidden");
    let answer = desk
        .app
        .by(&olga)
        .post(&format!("{end}?as=owner"), json!({}))
        .await;
    answer.problem(422, "invalid");
}

#[tokio::test]
async fn an_operator_key_does_as_a_user_what_the_user_could_and_both_are_on_record() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let session = text(&desk.start(&sven, "active").await["id"]);
    let path = |verb: &str| format!("sessions/{session}/{verb}");
    let operator = || desk.app.operator();

    let told = operator()
        .post(&path("pause"), json!({}))
        .await
        .problem(403, "not-your-session");
    assert!(text(&told["detail"]).contains("`?as=user`"), "{told}");
    let paused = operator().post(&path("pause?as=user"), json!({})).await.ok();
    assert_eq!(paused["state"], "paused");
    // S8: for the operator as such it does not exist.
    operator()
        .get(&format!("sessions/{session}"))
        .await
        .problem(404, "not-found");
    let told = operator().post(&path("resume"), json!({})).await;
    let told = told.problem(404, "not-found");
    assert!(text(&told["detail"]).contains("`?as=user`"), "{told}");
    let resumed = operator().post(&path("resume?as=user"), json!({})).await.ok();
    assert_eq!(resumed["state"], "active");
    let audit = operator().get("audit?action=session.paused").await.ok();
    assert_eq!(audit["items"][0]["target"], json!(session));
}

#[tokio::test]
async fn an_operator_key_claims_for_the_waiting_user_and_the_audit_names_both() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.agent("Eva").await;
    let waiting = desk.wait(&eva).await;
    desk.app.by(&sven.token).delete(&sven.path("")).await.done();
    let claim = waiting.path("/claim");

    let told = desk.app.operator().post(&claim, json!({})).await;
    let told = told.problem(403, "forbidden");
    assert!(text(&told["detail"]).contains("`?as=user`"), "{told}");
    desk.app
        .operator()
        .post(&format!("{claim}?as=admin"), json!({}))
        .await
        .problem(422, "invalid");
    let claimed = desk
        .app
        .operator()
        .post(&format!("{claim}?as=user"), json!({}))
        .await
        .created();
    assert_eq!(claimed["sign_in"]["user"], json!(eva.id));

    let audit = desk.app.operator().get("audit?action=sign_in.created").await.ok();
    let line = &audit["items"][0];
    assert_eq!(line["actor"], json!(eva.id));
    assert!(
        line["credential"]
            .as_str()
            .is_some_and(|it| it.starts_with("opkey_")),
        "{line}"
    );
}

#[tokio::test]
async fn an_operator_key_ends_many_sessions_as_their_user_and_never_as_two_users() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let mut ids = Vec::new();
    for who in [&sven, &sven, &eva] {
        ids.push(desk.start(who, "standby").await["id"].clone());
    }
    let end = |ids: &[serde_json::Value]| json!({"ids": ids});
    let operator = || desk.app.operator();

    let told = operator().post("sessions/end?as=user", end(&ids)).await;
    let told = told.problem(422, "invalid");
    assert_eq!(told["errors"][0]["field"], "ids");
    let ended = operator().post("sessions/end?as=user", end(&ids[..2])).await.ok();

    for session in ended["items"].as_array().unwrap() {
        assert_eq!([&session["state"], &session["reason"]], ["ended", "finished"]);
    }
    let open = operator().get("sessions").await.ok();
    assert_eq!(open["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_capacity_is_a_query_parameter_of_every_call_and_refused_elsewhere() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let waiting = desk.wait(&desk.agent("Eva").await).await;
    let session = text(&desk.start(&sven, "active").await["id"]);
    let of_session = |verb: &str| format!("sessions/{session}/{verb}");

    for (path, mut body) in [
        (of_session("pause"), json!({})),
        (of_session("resume"), json!({})),
        (of_session("connect"), json!({})),
        (of_session("end"), json!({})),
        ("sessions/end".to_owned(), json!({"ids": [session]})),
        (waiting.path("/claim"), json!({})),
    ] {
        body["as"] = json!("user");
        let told = desk
            .app
            .operator()
            .post(&path, body)
            .await
            .problem(422, "invalid");
        assert_eq!(told["errors"][0]["field"], "as", "{path}");
        assert!(text(&told["detail"]).contains("`?as=user`"), "{told}");
    }
    let still = desk
        .app
        .by(&sven.token)
        .get(&format!("sessions/{session}"))
        .await
        .ok();
    assert_eq!(still["state"], "active");
}
