use serde_json::json;

use crate::app::Who;
use crate::desk::{Desk, Stream, Waiting, text};

#[tokio::test]
async fn a_device_receives_the_events_of_its_sign_in_and_sessions() {
    let rules = json!({"end_notice_secs": 30, "max_active_sessions_per_seat": null});
    let desk = Desk::with(2, rules).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let all = json!({"session_permissions": {"view_account": "allow", "control_account": "allow"}});
    let (wilma, wilma_token) = desk.app.user("Wilma", all).await;
    let mut stream = desk
        .follow(&sven.token, &sven.path("/events"), None)
        .await
        .begun()
        .await;

    let session = desk.start(&sven, "standby").await;
    let standby = stream.expect("session_standby").await;
    assert_eq!(standby.data["code"], session["code"]);
    desk.start(&eva, "active").await;
    desk.app
        .nobody()
        .post(&text(&session["join_url"]), json!({"name": "Kim"}))
        .await
        .ok();
    let started = stream.expect("session_started").await;
    assert_eq!(
        started.data,
        json!({"session": session["id"], "kind": null, "customer": "Kim"})
    );

    let end = format!("sessions/{}/end", text(&session["id"]));
    desk.app
        .by(&wilma_token)
        .post(&end, json!({"reason": "Too long."}))
        .await
        .ok();
    let ending = stream.expect("session_ending").await;
    let by = json!({"actor": wilma, "name": "Wilma", "note": "Too long."});
    assert_eq!(
        ending.data,
        json!({"session": session["id"], "in_secs": 30, "by": by})
    );
    desk.advance(30).await;
    let ended = stream.expect("session_ended").await;
    assert_eq!(ended.data["reason"], "ended-by-other");
    assert_eq!(ended.data["by"]["name"], "Wilma");

    let sia = desk.app.manager("Sia", "seats.manage").await;
    desk.app
        .by(&sia)
        .delete(&sven.path("?reason=Go%20home."))
        .await
        .done();
    let out = stream.expect("signed_out").await;
    assert_eq!(out.data["reason"], "evicted");
    assert_eq!(
        [&out.data["by"]["name"], &out.data["by"]["note"]],
        ["Sia", "Go home."]
    );
    stream.ends().await;
}

#[tokio::test]
async fn a_stream_resumes_without_gap_or_repetition() {
    let desk = Desk::with(2, json!({"max_active_sessions_per_seat": null})).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let path = sven.path("/events");
    let begin = desk.follow(&sven.token, &path, None).await.begun().await.last_id;
    let mut sessions = Vec::new();
    for _ in 0..6 {
        sessions.push(desk.start(&sven, "active").await["id"].clone());
        desk.start(&eva, "active").await;
    }
    let ended = sessions.clone();
    desk.app
        .by(&sven.token)
        .post("sessions/end", json!({"ids": ended}))
        .await
        .ok();
    desk.app.by(&sven.token).delete(&sven.path("")).await.done();

    // All of it is in the past now: 6 starts, 6 ends that share one commit, and the end.
    let mut whole = Vec::new();
    let mut stream = desk.follow(&sven.token, &path, Some(&begin)).await;
    while let Some(told) = stream.next().await {
        whole.push(told);
    }
    let names: Vec<_> = whole.iter().map(|told| told.name.as_str()).collect();
    let expected = [["session_started"; 6], ["session_ended"; 6]].concat();
    assert_eq!(names[..12], expected);
    assert_eq!(names[12..], ["signed_out"]);
    let mut ids: Vec<_> = whole.iter().map(|told| told.id.clone().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 13);

    // Whichever event was received last, the rest follows.
    for (index, id) in ids.iter().enumerate().take(12) {
        let mut rest = Vec::new();
        let mut stream = desk.follow(&sven.token, &path, Some(id)).await;
        while let Some(told) = stream.next().await {
            rest.push(told);
        }
        assert_eq!(rest, whole[index + 1..], "after {id}");
    }
    let after_all = desk.app.by(&sven.token).with_header("last-event-id", &ids[12]);
    after_all.get(&path).await.problem(410, "sign-in-ended");
}

#[tokio::test]
async fn missed_events_come_first_and_then_the_stream_is_live() {
    let desk = Desk::with(1, json!({"max_active_sessions_per_seat": null})).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let path = sven.path("/events");
    let mut first = desk.follow(&sven.token, &path, None).await.begun().await;
    let one = desk.start(&sven, "active").await;
    assert_eq!(first.expect("session_started").await.data["session"], one["id"]);
    let shown = first.last_id.clone();
    drop(first);
    let two = desk.start(&sven, "active").await;
    let end = format!("sessions/{}/end", text(&two["id"]));
    desk.app.by(&sven.token).post(&end, json!({})).await.ok();

    let mut second = desk.follow(&sven.token, &path, Some(&shown)).await;

    assert_eq!(second.expect("session_started").await.data["session"], two["id"]);
    assert_eq!(second.expect("session_ended").await.data["session"], two["id"]);
    let three = desk.start(&sven, "active").await;
    assert_eq!(
        second.expect("session_started").await.data["session"],
        three["id"]
    );
}

#[tokio::test]
async fn a_new_stream_starts_with_the_current_state() {
    let desk = Desk::with(1, json!({"auto_log_off_after_secs": 600, "lease_secs": 3600})).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    desk.advance(570).await;

    let mut stream = desk.follow(&sven.token, &sven.path("/events"), None).await;

    let warning = stream.expect("log_off_warning").await;
    assert_eq!((warning.id, warning.data), (None, json!({"in_secs": 30})));
    desk.advance(30).await;
    stream.expect("signed_out").await;
}

#[tokio::test]
async fn a_waiting_device_receives_position_offer_and_end() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let first = desk.wait(&desk.agent("Eva").await).await;
    let second = desk.wait(&desk.agent("Kim").await).await;
    let follow = async |ticket: &Waiting| desk.follow(&ticket.token, &ticket.path("/events"), None).await;
    let (mut of_first, mut of_second) = (follow(&first).await, follow(&second).await);
    assert_eq!(of_first.expect("queue").await.data["position"], 1);
    assert_eq!(of_second.expect("queue").await.data["position"], 2);

    desk.advance(30).await;
    desk.app.by(&sven.token).delete(&sven.path("")).await.done();
    let offer = of_first.expect("offer").await;
    assert_eq!(offer.data, json!({"ticket": first.id, "expires_in_secs": 60}));
    let queue = of_second.expect("queue").await;
    assert_eq!(
        [&queue.data["position"], &queue.data["wait_estimate_secs"]],
        [1, 30]
    );

    desk.app.by(&first.token).delete(&first.path("")).await.done();
    let ended = of_first.expect("ended").await;
    assert_eq!(ended.data, json!({"reason": "signed-out", "by": null}));
    of_first.ends().await;
    of_second.expect("offer").await;
    let last_id = of_second.last_id.clone();
    let claimed = desk
        .app
        .by(&second.token)
        .post(&second.path("/claim"), json!({}))
        .await
        .created();
    let told = of_second.expect("claimed").await;
    assert_eq!(told.data["sign_in"], claimed["sign_in"]["id"]);
    of_second.ends().await;

    let mut again = Stream::open(&desk.app, &second.token, &second.path("/events"), Some(&last_id)).await;
    assert_eq!(again.next().await.unwrap(), told);
    again.ends().await;
    desk.app
        .by(&second.token)
        .get(&second.path("/events"))
        .await
        .problem(410, "ticket-ended");
}

#[tokio::test]
async fn a_signed_in_device_receives_the_events_of_its_ticket() {
    let desk = Desk::with(1, json!({"preset": "concurrent_sessions"})).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let session = desk.start(&sven, "active").await;
    let mut stream = desk
        .follow(&eva.token, &eva.path("/events"), None)
        .await
        .begun()
        .await;

    let body = json!({"sign_in": eva.id, "kind": "call", "start": "active", "wait": true});
    let ticket = desk.app.by(&eva.token).post("sessions", body).await.json()["ticket"].clone();
    assert_eq!(stream.expect("queue").await.data["position"], 1);
    let end = format!("sessions/{}/end", text(&session["id"]));
    desk.app.by(&sven.token).post(&end, json!({})).await.ok();

    assert_eq!(stream.expect("offer").await.data["ticket"], ticket["id"]);
    let beat = desk
        .app
        .by(&eva.token)
        .post(&eva.path("/heartbeat"), json!({}))
        .await
        .ok();
    assert_eq!(
        beat["offer"],
        json!({"ticket": ticket["id"], "expires_in_secs": 60})
    );
    let claim = format!("tickets/{}/claim", text(&ticket["id"]));
    desk.app.by(&eva.token).post(&claim, json!({})).await.created();
    stream.expect("session_started").await;
}

#[tokio::test]
async fn the_idle_holder_is_warned_when_somebody_waits() {
    let rules = json!({"reclaim_idle_after_secs": 300, "lease_secs": 3600});
    let desk = Desk::with(1, rules).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let mut stream = desk
        .follow(&sven.token, &sven.path("/events"), None)
        .await
        .begun()
        .await;
    let eva = desk.wait(&desk.agent("Eva").await).await;

    desk.advance(300).await;
    assert_eq!(
        stream.expect("reclaim_warning").await.data,
        json!({"in_secs": 60})
    );
    let beat = desk
        .app
        .by(&sven.token)
        .post(&sven.path("/heartbeat"), json!({"active": true}))
        .await;
    assert!(beat.ok()["reclaim_in_secs"].is_null());
    stream.expect("activity").await;
    desk.advance(300).await;
    stream.expect("reclaim_warning").await;
    desk.app.by(&eva.token).delete(&eva.path("")).await.done();
    stream.expect("reclaim_cancelled").await;

    let kim = desk.wait(&desk.agent("Kim").await).await;
    desk.advance(1).await;
    stream.expect("reclaim_warning").await;
    desk.advance(60).await;
    assert_eq!(stream.expect("signed_out").await.data["reason"], "reclaimed");
    let shown = desk.app.by(&kim.token).get(&kim.path("")).await.ok();
    assert_eq!(shown["state"], "offered");
}

#[tokio::test]
async fn low_minutes_are_reported_before_they_run_out() {
    let desk = Desk::with(0, json!({"when_full": ["pay_per_use"]})).await;
    let sven = desk.agent("Sven").await;
    desk.app
        .operator()
        .post("minutes", json!({"minutes": 2}))
        .await
        .ok();
    let sven = desk.sign_in(&sven).await;
    let mut stream = desk
        .follow(&sven.token, &sven.path("/events"), None)
        .await
        .begun()
        .await;

    desk.advance_alive(60, &[&sven]).await;
    assert_eq!(stream.expect("minutes_low").await.data, json!({"in_secs": 60}));
    desk.advance(60).await;

    assert_eq!(
        stream.expect("signed_out").await.data["reason"],
        "minutes-exhausted"
    );
}

#[tokio::test]
async fn nobody_follows_what_they_may_not_see() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.agent("Sven").await;
    let sven_in = desk.sign_in(&sven).await;
    let eva = desk.agent("Eva").await;
    let ticket = desk.wait(&eva).await;
    let kim = desk.agent("Kim").await;

    for who in [&eva.who, &ticket.token, &kim.who] {
        desk.app
            .by(who)
            .get(&sven_in.path("/events"))
            .await
            .problem(404, "not-found");
    }
    for who in [&sven.who, &sven_in.token, &kim.who] {
        desk.app
            .by(who)
            .get(&ticket.path("/events"))
            .await
            .problem(404, "not-found");
    }
    let unknown = "sign-ins/sign_01h2xcejqtf2nbrexx3vqjhp41/events";
    desk.app
        .by(&desk.key)
        .get(unknown)
        .await
        .problem(404, "not-found");
    let strange = desk
        .app
        .by(&sven_in.token)
        .with_header("last-event-id", "yesterday");
    strange
        .get(&sven_in.path("/events"))
        .await
        .problem(422, "invalid");
    desk.app.by(&sven_in.token).delete(&sven_in.path("")).await.done();
    desk.app
        .by(&sven_in.token)
        .get(&sven_in.path("/events"))
        .await
        .problem(410, "sign-in-ended");
}

#[tokio::test]
async fn a_position_in_the_future_continues_from_now() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let mut stream = desk
        .follow(&sven.token, &sven.path("/events"), Some("1000000.3"))
        .await;

    desk.start(&sven, "active").await;

    stream.expect("session_started").await;
}

#[tokio::test]
async fn an_open_stream_keeps_a_ticket_alive_but_no_sign_in() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.wait(&desk.agent("Eva").await).await;
    let mut of_eva = desk.follow(&eva.token, &eva.path("/events"), None).await;
    of_eva.expect("queue").await;
    let mut of_sven = desk
        .follow(&sven.token, &sven.path("/events"), None)
        .await
        .begun()
        .await;
    desk.advance(60).await;

    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(16)).await;
    of_eva.alive().await;
    of_sven.alive().await;
    tokio::time::resume();
    desk.advance(30).await;

    assert_eq!(of_sven.expect("signed_out").await.data["reason"], "lease-expired");
    assert_eq!(of_eva.expect("offer").await.data["ticket"], json!(eva.id));
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams() {
    let mut desk = Desk::with_seats(1).await;
    let records = std::sync::Arc::new(usher_journal::MemoryJournal::new());
    let (engine, identity) = (desk.app.engine.clone(), desk.app.identity.clone());
    let app = usher_app::App::new(engine, identity, records, usher_app::Config::default());
    desk.app.router = usher_api::router(std::sync::Arc::clone(&app)).0;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let mut stream = desk
        .follow(&sven.token, &sven.path("/events"), None)
        .await
        .begun()
        .await;

    app.close();

    stream.ends().await;
}

#[tokio::test]
async fn a_device_has_a_limit_of_streams_and_gets_another_one_when_one_ends() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let path = sven.path("/events");
    let mut open = Vec::new();
    for _ in 0..usher_app::STREAMS_PER_SESSION_MAX {
        open.push(desk.follow(&sven.token, &path, None).await.begun().await);
    }

    let refused = desk.app.by(&sven.token).get(&path).await;

    let problem = refused.problem(429, "too-many-streams");
    assert_eq!(problem["limit"], usher_app::STREAMS_PER_SESSION_MAX);
    assert_eq!(refused.header("retry-after"), "30");
    desk.follow(&eva.token, &eva.path("/events"), None)
        .await
        .begun()
        .await;
    open.pop();
    desk.follow(&sven.token, &path, None).await.begun().await;
}

#[tokio::test]
async fn a_user_who_asks_again_and_again_does_not_fill_the_record_of_refusals() {
    let desk = Desk::with_seats(1).await;
    let (sven, nora) = (desk.agent("Sven").await, desk.agent("Nora").await);
    desk.sign_in(&sven).await;

    for _ in 0..50 {
        let refused = desk.try_sign_in(&nora, json!({})).await;
        refused.problem(409, "no-seat-available");
    }

    let listed = desk.app.operator().get("refusals?limit=200").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 20);
    desk.advance(60).await;
    desk.try_sign_in(&nora, json!({}))
        .await
        .problem(409, "no-seat-available");
    let listed = desk.app.operator().get("refusals?limit=200").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 21);
}

/// Moves the keep-alive time forward until all streams send one.
async fn all_are_asked_again() {
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(16)).await;
}

#[tokio::test]
async fn a_stream_ends_soon_after_its_credential_does() {
    let desk = Desk::with_seats(2).await;
    let agent = desk.agent("Sven").await;
    let sven = desk.sign_in(&agent).await;
    let path = sven.path("/events");
    let key = desk.app.operator().post(
        "api-keys",
        json!({"name": "Back end", "scopes": ["read", "sign-ins.write"]}),
    );
    let key = key.await.created();
    let by_key = Who(Some(text(&key["key"])));
    let ticket = desk
        .app
        .by(&by_key)
        .post("stream-tickets", json!({"sign_in": sven.id}));
    let url = text(&ticket.await.ok()["url"]);
    let operator = desk.app.operator().post(
        "/v1/operator-keys",
        json!({"name": "Watch", "scopes": ["everything"]}),
    );
    let operator = operator.await.created();
    let by_operator = Who(Some(text(&operator["key"])));
    let seats = json!({"role": "manager", "privileges": ["seats.manage"]});
    let (sia, sia_token) = desk.app.user("Sia", seats).await;
    let mut streams = Vec::new();
    for (who, path) in [
        (&agent.who, &path),
        (&by_key, &path),
        (&Who(None), &url),
        (&by_operator, &path),
        (&sia_token, &path),
    ] {
        streams.push(desk.follow(who, path, None).await.begun().await);
    }
    let mut device = desk.follow(&sven.token, &path, None).await.begun().await;

    desk.app
        .identity
        .revoke_user_token(agent.who.0.as_deref().unwrap())
        .await
        .unwrap();
    desk.app
        .operator()
        .delete(&format!("api-keys/{}", text(&key["id"])))
        .await
        .done();
    desk.app
        .operator()
        .delete(&format!("/v1/operator-keys/{}", text(&operator["id"])))
        .await
        .done();
    // Sia's token is still valid, but no longer shows anybody's sign-in.
    desk.app
        .operator()
        .patch(
            &format!("users/{sia}"),
            json!({"role": "member", "privileges": []}),
        )
        .await
        .ok();

    all_are_asked_again().await;
    for mut stream in streams {
        stream.ends().await;
    }
    device.alive().await;
}

#[tokio::test]
async fn the_stream_of_a_ticket_and_of_a_customer_end_with_what_opened_them() {
    let desk = Desk::with(1, json!({"lease_secs": 90})).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.agent("Eva").await;
    let waiting = desk.wait(&eva).await;
    let session = desk.start(&sven, "standby").await;
    let link = text(&session["join_url"]);
    let joined = desk.app.nobody().post(&link, json!({})).await.ok();
    let customer = Who(Some(text(&joined["token"])));
    let of_customer = desk.follow(&customer, &format!("{link}/events"), None).await;
    let by_ticket = desk.follow(&Who(None), &text(&joined["events_url"]), None).await;
    let of_waiting = desk.follow(&eva.who, &waiting.path("/events"), None).await;
    let mut streams = [of_customer, by_ticket, of_waiting];
    for (stream, first) in streams.iter_mut().zip(["session", "session", "queue"]) {
        stream.expect(first).await;
    }

    desk.app
        .operator()
        .patch(&format!("users/{}", eva.id), json!({"active": false}))
        .await
        .ok();
    desk.app
        .identity
        .rotate_signing_key(desk.app.engine.now())
        .await
        .unwrap();
    desk.app.identity.retire_signing_keys().await.unwrap();

    let [mut of_customer, mut by_ticket, mut of_waiting] = streams;
    of_waiting.expect("ended").await;
    of_waiting.ends().await;
    all_are_asked_again().await;
    of_customer.ends().await;
    by_ticket.ends().await;
}
