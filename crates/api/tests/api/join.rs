use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use serde_json::json;
use tower::ServiceExt;

use crate::app::Who;
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
    assert_eq!(joined["token_expires_in_secs"], 3600);
    let kim = Who(Some(text(&joined["token"])));
    let again = desk.app.by(&kim).send(Method::POST, &link, None).await.ok();
    assert_eq!([&again["state"], &again["customer"]], ["active", "Kim"]);
    let of_agent = desk
        .app
        .by(&sven.token)
        .get(&format!("sessions/{}", text(&session["id"])))
        .await
        .ok();
    assert_eq!(of_agent["customer"]["name"], "Kim");

    desk.app
        .by(&kim)
        .post(&format!("{link}/leave"), json!({}))
        .await
        .done();
    let shown = desk.app.nobody().get(&link).await.ok();
    assert_eq!([&shown["state"], &shown["reason"]], ["ended", "finished"]);
    // Others with the code learn who ended it, but not the customer's name.
    assert_eq!(
        (&shown["by"], &shown["customer"]),
        (
            &json!({"who": "customer", "name": null, "note": null}),
            &json!(null)
        )
    );
    let shown = desk.app.by(&kim).get(&link).await.ok();
    assert_eq!([&shown["by"]["name"], &shown["customer"]], ["Kim", "Kim"]);
    let over = desk
        .app
        .by(&sven.token)
        .get(&format!("sessions/{}", text(&session["id"])))
        .await
        .ok();
    assert_eq!([&over["state"], &over["reason"]], ["ended", "finished"]);
    assert_eq!(over["by"], "customer");
    // The customer's name stays with the session.
    assert_eq!(over["customer"]["name"], "Kim");
}

#[tokio::test]
async fn a_code_answers_its_first_customer_and_refuses_another() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let link = text(&desk.start(&sven, "standby").await["join_url"]);
    let leave = format!("{link}/leave");
    let join = async |who: &Who, key: Option<&str>| {
        let mut call = desk.app.by(who);
        if let Some(key) = key {
            call = call.with_key(key);
        }
        call.post(&link, json!({})).await
    };
    let nobody = Who(None);
    let kim_key = "6f1c9f3e-8a53-4d0c-9b7a-0b1f6f3f2f4e";

    let told = join(&nobody, Some("1")).await.problem(422, "invalid");
    assert_eq!(told["errors"][0]["field"], "Idempotency-Key");
    let joined = join(&nobody, Some(kim_key)).await.ok();

    join(&nobody, None).await.problem(409, "already-joined");
    join(&nobody, Some("3a0b9e1c-eve-guesses-the-key"))
        .await
        .problem(409, "already-joined");
    desk.app
        .nobody()
        .post(&leave, json!({}))
        .await
        .problem(409, "already-joined");
    let forged = Who(Some("usher_pass_1795424400001.1.aaaa".to_owned()));
    join(&forged, None).await.problem(409, "already-joined");
    // A lost answer is given again.
    assert_eq!(join(&nobody, Some(kim_key)).await.ok()["state"], "active");
    let kim = Who(Some(text(&joined["token"])));
    assert_eq!(join(&kim, None).await.ok()["state"], "active");
    desk.app.by(&kim).post(&leave, json!({})).await.done();
}

#[tokio::test]
async fn anybody_with_the_code_sees_a_pause_and_for_an_hour_the_end_with_actor_and_reason() {
    let desk = Desk::with(1, json!({"end_notice_secs": 30})).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let session = desk.start(&sven, "standby").await;
    let link = text(&session["join_url"]);
    let path = |verb: &str| format!("sessions/{}/{verb}", text(&session["id"]));
    desk.app.nobody().post(&link, json!({})).await.ok();

    desk.app
        .by(&sven.token)
        .post(&path("pause"), json!({}))
        .await
        .ok();
    let paused = desk.app.nobody().get(&link).await.ok();
    assert_eq!([&paused["state"], &paused["agent"]], ["paused", "Sven"]);
    desk.app
        .by(&sven.token)
        .post(&path("resume"), json!({}))
        .await
        .ok();
    let olga = desk.app.owner().await;
    let end = json!({"reason": "We close at noon"});
    let ending = desk.app.by(&olga).post(&path("end"), end).await.ok();
    assert_eq!([&ending["state"], &ending["by_name"]], ["ending", "Olga"]);
    assert_eq!(
        [&ending["reason"], &ending["note"]],
        ["ended-by-other", "We close at noon"]
    );
    let by = json!({"who": "account", "name": "Contoso Support", "note": "We close at noon"});
    let shown = desk.app.nobody().get(&link).await.ok();
    assert_eq!((&shown["state"], &shown["by"]), (&json!("ending"), &by));
    desk.advance(31).await;

    let over = desk.app.nobody().get(&link).await.ok();
    assert_eq!((&over["state"], &over["by"]), (&json!("ended"), &by));
    assert_eq!(over["reason"], "ended-by-other");
    let joining = desk.app.nobody().post(&link, json!({})).await;
    let told = joining.problem(409, "wrong-state");
    assert_eq!([&told["state"], &told["note"]], ["ended", "We close at noon"]);
    desk.advance(3_598).await;
    assert_eq!(desk.app.nobody().get(&link).await.ok()["state"], "ended");
    desk.advance(2).await;
    desk.app.nobody().get(&link).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_customers_name_is_not_shown_to_others_with_the_code() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let link = text(&desk.start(&sven, "standby").await["join_url"]);
    let joined = desk.app.nobody().post(&link, json!({"name": "Kim"})).await.ok();
    let kim = Who(Some(text(&joined["token"])));

    let shown = desk.app.nobody().get(&link).await.ok();

    assert_eq!(
        (&shown["state"], &shown["customer"]),
        (&json!("active"), &json!(null))
    );
    assert_eq!(desk.app.by(&kim).get(&link).await.ok()["customer"], "Kim");
}

#[tokio::test]
async fn the_note_to_an_evicted_agent_is_not_shown_to_the_customer() {
    let desk = Desk::with_seats(1).await;
    let olga = desk.app.owner().await;
    for (number, (by_olga, said, who)) in [
        (true, "?reason=Dismissed", "account"),
        (false, "?reason=Dismissed", "agent"),
        (false, "", "agent"),
    ]
    .into_iter()
    .enumerate()
    {
        let sven = desk.sign_in(&desk.agent(&format!("Sven{number}")).await).await;
        let link = text(&desk.start(&sven, "standby").await["join_url"]);
        let joined = desk.app.nobody().post(&link, json!({})).await.ok();
        let kim = Who(Some(text(&joined["token"])));
        let events = format!("{link}/events");
        let mut stream = desk.follow(&kim, &events, None).await;
        stream.expect("session").await;

        let signs_out = if by_olga { &olga } else { &sven.token };
        desk.app.by(signs_out).delete(&sven.path(said)).await.done();

        let ended = stream.expect("session_ended").await.data;
        let shown = desk.app.by(&kim).get(&link).await.ok();
        let refused = desk.app.by(&kim).post(&link, json!({})).await;
        let refused = refused.problem(409, "wrong-state");
        assert_eq!([&ended["by"]["who"], &shown["by"]["who"]], [who, who]);
        assert_eq!(refused["by"], who);
        for told in [&ended, &shown, &refused] {
            assert!(!told.to_string().contains("Dismissed"), "{told}");
        }
    }
}

#[tokio::test]
async fn a_customer_follows_pause_ending_and_end_with_their_own_token() {
    let desk = Desk::with(1, json!({"end_notice_secs": 30})).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let session = desk.start(&sven, "standby").await;
    let link = text(&session["join_url"]);
    let path = |verb: &str| format!("sessions/{}/{verb}", text(&session["id"]));
    let events = format!("{link}/events");
    let joined = desk.app.nobody().post(&link, json!({})).await.ok();
    let kim = Who(Some(text(&joined["token"])));

    desk.app
        .nobody()
        .get(&events)
        .await
        .problem(401, "unauthenticated");
    desk.app
        .by(&sven.token)
        .get(&events)
        .await
        .problem(401, "unauthenticated");
    let mut stream = desk.follow(&kim, &events, None).await;
    assert_eq!(stream.expect("session").await.data, json!({"state": "active"}));
    desk.app
        .by(&sven.token)
        .post(&path("pause"), json!({}))
        .await
        .ok();
    assert_eq!(
        stream.expect("session_paused").await.data,
        json!({"state": "paused"})
    );
    desk.app
        .by(&sven.token)
        .post(&path("resume"), json!({}))
        .await
        .ok();
    stream.expect("session_resumed").await;
    let olga = desk.app.owner().await;
    let end = json!({"reason": "We close at noon"});
    desk.app.by(&olga).post(&path("end"), end).await.ok();
    let by = json!({"who": "account", "name": "Contoso Support", "note": "We close at noon"});
    let ending = stream.expect("session_ending").await;
    assert_eq!(ending.data, json!({"in_secs": 30, "by": by}));
    let before_the_end = stream.last_id.clone();
    desk.advance(31).await;
    let ended = stream.expect("session_ended").await;
    assert_eq!(ended.data, json!({"reason": "ended-by-other", "by": by}));
    stream.ends().await;

    let mut missed = desk.follow(&kim, &events, Some(&before_the_end)).await;
    missed.expect("session_ended").await;
    missed.ends().await;
    let late = desk.app.by(&kim).get(&events).await.problem(409, "wrong-state");
    assert_eq!(late["state"], "ended");
}

#[tokio::test]
async fn the_code_of_a_customer_has_its_own_limit_of_streams() {
    let desk = Desk::with(2, json!({"max_active_sessions_per_seat": null})).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let customer = async |signed_in| {
        let link = text(&desk.start(signed_in, "standby").await["join_url"]);
        let joined = desk.app.nobody().post(&link, json!({})).await.ok();
        (format!("{link}/events"), Who(Some(text(&joined["token"]))))
    };
    let (events, kim) = customer(&sven).await;
    let (events_of_another, lea) = customer(&sven).await;
    let mut open = Vec::new();
    for _ in 0..usher_app::STREAMS_PER_SESSION_MAX {
        let mut stream = desk.follow(&kim, &events, None).await;
        stream.expect("session").await;
        open.push(stream);
    }

    let refused = desk.app.by(&kim).get(&events).await;

    let problem = refused.problem(429, "too-many-streams");
    assert_eq!(problem["limit"], usher_app::STREAMS_PER_SESSION_MAX);
    assert_eq!(refused.header("retry-after"), "30");
    // No other customer of the agent, nor the agent's device, nor anybody else has fewer.
    let mut another = desk.follow(&lea, &events_of_another, None).await;
    another.expect("session").await;
    for device in [&sven, &eva] {
        desk.follow(&device.token, &device.path("/events"), None)
            .await
            .begun()
            .await;
    }
    open.pop();
    desk.follow(&kim, &events, None).await.expect("session").await;
}

#[tokio::test]
async fn a_browser_opens_the_customers_stream_with_a_ticket_for_half_a_minute() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let [one, other] = [
        desk.start(&sven, "standby").await,
        desk.start(&sven, "standby").await,
    ];
    let joined = desk
        .app
        .nobody()
        .post(&text(&one["join_url"]), json!({}))
        .await
        .ok();
    let url = text(&joined["events_url"]);
    assert!(!url.contains(&text(&joined["token"])), "{url}");

    let mut stream = desk.follow(&Who(None), &url, None).await;
    stream.expect("session").await;
    let elsewhere = url.replace(&text(&one["code"]), &text(&other["code"]));
    desk.app
        .nobody()
        .get(&elsewhere)
        .await
        .problem(401, "unauthenticated");
    desk.advance(30).await;

    desk.app.nobody().get(&url).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn wrong_codes_from_a_network_never_delay_a_right_one() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let link = text(&desk.start(&sven, "standby").await["join_url"]);
    let address = std::net::IpAddr::from([192, 0, 2, 7]);
    let wrong = "K7M2QX9D4T".parse().unwrap();
    let right = link.trim_start_matches("/join/").parse().unwrap();
    let status = async |code| {
        let owner = desk.app.app.code_owner(code, Some(address)).await;
        owner.map_or_else(|problem| problem.kind().status.as_u16(), |_| 200)
    };

    for _ in 0..usher_app::JOIN_CODES_PER_ADDRESS {
        assert_eq!(status(&wrong).await, 404);
    }

    assert_eq!(status(&wrong).await, 429);
    assert_eq!(status(&right).await, 200);
}

#[tokio::test]
async fn a_code_may_be_entered_in_lower_case_and_groups() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let session = desk.start(&sven, "standby").await;
    let code = text(&session["code"]).to_lowercase();

    let typed = format!("/join/{}-{}", &code[..5], &code[5..]);

    assert_eq!(desk.app.nobody().get(&typed).await.ok()["code"], session["code"]);
}

#[tokio::test]
async fn unknown_codes_get_the_same_answer() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let ended = desk.start(&sven, "standby").await;
    let end = format!("sessions/{}/end", text(&ended["id"]));
    desk.app.by(&sven.token).post(&end, json!({})).await.ok();
    desk.advance(3_600).await;

    let mut answers = Vec::new();
    for link in ["/join/K7M2QX9D4T".to_owned(), text(&ended["join_url"])] {
        let leave = format!("{link}/leave");
        for answer in [
            desk.app.nobody().get(&link).await,
            desk.app.nobody().post(&link, json!({})).await,
            desk.app.nobody().post(&leave, json!({})).await,
        ] {
            answers.push(answer.problem(404, "not-found"));
        }
    }

    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    desk.app.nobody().get("/join/x").await.problem(404, "not-found");
}

#[tokio::test]
async fn a_customer_waits_while_the_seat_is_in_another_call_and_cannot_join_a_paused_session() {
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
    let told = desk.app.nobody().post(&link, json!({})).await;
    assert_eq!(told.problem(409, "already-joined")["status"], 409);
    let answer = desk.app.nobody().post(&link, json!({"colour": "red"})).await;
    answer.problem(422, "invalid");
}

#[tokio::test]
async fn guesses_at_the_key_of_a_customer_are_throttled_and_their_own_is_not() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let link = text(&desk.start(&sven, "standby").await["join_url"]);
    let join = async |key: &str| {
        let request = Request::builder().method(Method::POST).uri(&link);
        let request = request.header("idempotency-key", key);
        let mut request = request.body(Body::empty()).unwrap();
        let peer = SocketAddr::from(([192, 0, 2, 7], 4711));
        request.extensions_mut().insert(ConnectInfo(peer));
        desk.app.router.clone().oneshot(request).await.unwrap().status()
    };
    let own = "6f1c9f3e-8a53-4d0c-9b7a-0b1f6f3f2f4e";
    assert_eq!(join(own).await, 200);

    for guess in 0..usher_app::JOIN_CODES_PER_ADDRESS {
        assert_eq!(join(&format!("a guess of many: {guess}")).await, 409);
    }

    assert_eq!(join("a guess too many").await, 429);
    assert_eq!(join(own).await, 200);
}
