use serde_json::{Value, json};

use crate::desk::{Agent, Desk, SignedIn, device, text};

/// A desk where a session takes the seat.
async fn concurrent(seats: u32) -> Desk {
    Desk::with(seats, json!({"preset": "concurrent_sessions"})).await
}

fn path(session: &Value, verb: &str) -> String {
    format!("sessions/{}{verb}", text(&session["id"]))
}

async fn wide_eyed(desk: &Desk, name: &str) -> Agent {
    let all = json!({"session_permissions": {"view_account": "allow", "control_account": "allow"}});
    let (id, who) = desk.app.user(name, all).await;
    Agent { id, who }
}

#[tokio::test]
async fn a_session_in_standby_has_a_code_and_a_link_and_rides_on_the_sign_in() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.agent("Sven").await;
    let signed_in = desk.sign_in(&sven).await;
    let body = json!({
        "sign_in": signed_in.id, "kind": "attended", "start": "standby",
        "customer": {"name": "Kim"}, "valid_for_secs": 600,
    });

    let answer = desk.app.by(&signed_in.token).post("sessions", body).await;

    let session = answer.created();
    let code = text(&session["code"]);
    for (field, value) in [
        ("state", json!("standby")),
        ("kind", json!("attended")),
        ("user", json!(sven.id)),
        ("user_name", json!("Sven")),
        ("user_email", json!("sven@example.com")),
        ("funding", json!("seat")),
        ("join_url", json!(format!("/join/{code}"))),
        ("customer", json!({"name": "Kim"})),
        ("expires_in_secs", json!(600)),
        ("since", json!("2026-11-23T09:00:00Z")),
    ] {
        assert_eq!(session[field], value, "{field}");
    }
    assert_eq!(session["device"]["kind"], "desktop");
    assert_eq!(answer.header("location"), desk.app.path(&path(&session, "")));
    assert_eq!(
        desk.app.by(&sven.who).get(&path(&session, "")).await.ok(),
        session
    );
}

#[tokio::test]
async fn a_session_goes_through_its_states_and_is_shown_after_its_end() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let session = desk.start(&sven, "standby").await;
    let step = async |verb, body| desk.app.by(&sven.token).post(&path(&session, verb), body).await;

    let connected = step("/connect", json!({"customer": {"name": "Kim"}})).await.ok();
    assert_eq!(connected["state"], "active");
    assert_eq!(connected["customer"]["name"], "Kim");
    assert_eq!(step("/connect", json!({})).await.ok()["state"], "active");
    assert_eq!(step("/pause", json!({})).await.ok()["state"], "paused");
    assert_eq!(step("/resume", json!({})).await.ok()["state"], "active");
    let ended = step("/end", json!({})).await.ok();
    assert_eq!([&ended["state"], &ended["reason"]], ["ended", "finished"]);
    assert_eq!(ended["user_name"], "Sven");
    assert_eq!(ended["device"]["name"], connected["device"]["name"]);
    assert_eq!(step("/end", json!({})).await.ok(), ended);
    assert_eq!(
        desk.app.by(&sven.token).get(&path(&session, "")).await.ok(),
        ended
    );
    for verb in ["/connect", "/pause", "/resume"] {
        let problem = step(verb, json!({})).await.problem(409, "wrong-state");
        assert_eq!([&problem["state"], &problem["reason"]], ["ended", "finished"]);
    }
}

#[tokio::test]
async fn a_seat_in_a_call_takes_no_second_one() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    desk.start(&sven, "active").await;

    let body = json!({"sign_in": sven.id, "kind": "call", "start": "active"});
    let answer = desk.app.by(&sven.token).post("sessions", body).await;

    let problem = answer.problem(409, "seat-in-call");
    assert_eq!([&problem["held"], &problem["limit"]], [1, 1]);
    let waiting = desk.start(&sven, "standby").await;
    let answer = desk
        .app
        .by(&sven.token)
        .post(&path(&waiting, "/connect"), json!({}))
        .await;
    answer.problem(409, "seat-in-call");
}

#[tokio::test]
async fn a_paused_session_is_hidden_from_others_and_steps_out_of_order_are_refused() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let wide = wide_eyed(&desk, "Wilma").await;
    let session = desk.start(&sven, "standby").await;
    let by_sven = async |verb| {
        desk.app
            .by(&sven.token)
            .post(&path(&session, verb), json!({}))
            .await
    };

    by_sven("/pause").await.problem(409, "wrong-state");
    by_sven("/resume").await.problem(409, "wrong-state");
    by_sven("/connect").await.ok();
    desk.app.by(&wide.who).get(&path(&session, "")).await.ok();
    for verb in ["/connect", "/pause"] {
        let answer = desk
            .app
            .by(&wide.who)
            .post(&path(&session, verb), json!({}))
            .await;
        answer.problem(403, "not-your-session");
    }
    by_sven("/pause").await.ok();

    desk.app
        .by(&wide.who)
        .get(&path(&session, ""))
        .await
        .problem(404, "not-found");
    let list = desk.app.by(&wide.who).get("sessions").await.ok();
    assert_eq!(list["items"], json!([]));
    let own = desk.app.by(&sven.token).get("sessions?state=paused").await.ok();
    assert_eq!(own["items"][0]["id"], session["id"]);
    let answer = desk
        .app
        .by(&wide.who)
        .post(&path(&session, "/end"), json!({}))
        .await;
    answer.problem(404, "not-found");
}

#[tokio::test]
async fn ending_another_users_session_gives_notice_and_holds_the_seat_until_it_closes() {
    let rules = json!({"preset": "concurrent_sessions", "end_notice_secs": 30});
    let desk = Desk::with(1, rules).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let wide = wide_eyed(&desk, "Wilma").await;
    let session = desk.start(&sven, "active").await;

    let reason = json!({"reason": "The customer called twice."});
    let ending = desk
        .app
        .by(&wide.who)
        .post(&path(&session, "/end"), reason)
        .await
        .ok();
    assert_eq!(ending["state"], "ending");
    assert_eq!(ending["closes_in_secs"], 30);
    assert_eq!(desk.occupied().await, 1);
    desk.advance(30).await;

    assert_eq!(desk.occupied().await, 0);
    let ended = desk.app.by(&wide.who).get(&path(&session, "")).await.ok();
    assert_eq!([&ended["state"], &ended["reason"]], ["ended", "ended-by-other"]);
    assert_eq!(ended["by"], json!(wide.id));
    assert_eq!(ended["ended_at"], "2026-11-23T09:00:30Z");
}

#[tokio::test]
async fn a_device_that_confirms_closes_an_ending_session_at_once() {
    let rules = json!({"preset": "concurrent_sessions", "end_notice_secs": 30});
    let desk = Desk::with(1, rules).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let wide = wide_eyed(&desk, "Wilma").await;
    let session = desk.start(&sven, "active").await;
    desk.app
        .by(&wide.who)
        .post(&path(&session, "/end"), json!({}))
        .await
        .ok();

    let ended = desk
        .app
        .by(&sven.token)
        .post(&path(&session, "/end"), json!({}))
        .await
        .ok();

    assert_eq!([&ended["state"], &ended["reason"]], ["ended", "ended-by-other"]);
    assert_eq!(desk.occupied().await, 0);
}

#[tokio::test]
async fn many_are_ended_all_or_none() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let (of_sven, of_eva) = (
        desk.start(&sven, "active").await,
        desk.start(&eva, "standby").await,
    );
    let wide = wide_eyed(&desk, "Wilma").await;
    let body = json!({"ids": [of_sven["id"], of_eva["id"]]});

    let answer = desk.app.by(&sven.token).post("sessions/end", body.clone()).await;
    answer.problem(404, "not-found");
    let still = desk.app.by(&sven.token).get(&path(&of_sven, "")).await.ok();
    assert_eq!(still["state"], "active");

    for _ in 0..2 {
        let ended = desk
            .app
            .by(&wide.who)
            .post("sessions/end", body.clone())
            .await
            .ok();
        let items = ended["items"].as_array().unwrap();
        assert_eq!(items.len(), 2);
        assert!(items.iter().all(|it| it["state"] == "ended"), "{ended}");
    }
    for ids in [Vec::new(), vec![of_sven["id"].clone(); 101]] {
        let answer = desk
            .app
            .by(&wide.who)
            .post("sessions/end", json!({"ids": ids}))
            .await;
        answer.problem(422, "invalid");
    }
}

#[tokio::test]
async fn no_session_starts_on_an_ended_or_unknown_sign_in() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    desk.app.by(&sven.token).delete(&sven.path("")).await.done();
    let start = |id: &str| json!({"sign_in": id, "kind": "call", "start": "active"});

    let over = desk.app.by(&sven.token).post("sessions", start(&sven.id)).await;
    assert_eq!(over.problem(410, "sign-in-ended")["reason"], "signed-out");
    let never = desk
        .app
        .by(&desk.key)
        .post("sessions", start("sign_01h2xcejqtf2nbrexx3vqjhp41"))
        .await;
    never.problem(404, "not-found");
    let wrong = desk
        .app
        .by(&desk.key)
        .post("sessions", json!({"sign_in": sven.id}))
        .await;
    wrong.problem(422, "invalid");
}

#[tokio::test]
async fn the_list_shows_what_the_caller_may_view() {
    let desk = Desk::with_seats(2).await;
    let (sven, eva) = (desk.agent("Sven").await, desk.agent("Eva").await);
    let (sven_in, eva_in) = (desk.sign_in(&sven).await, desk.sign_in(&eva).await);
    let of_sven = desk.start(&sven_in, "active").await;
    let of_eva = desk.start(&eva_in, "standby").await;
    let over = desk.start(&eva_in, "standby").await;
    desk.app
        .by(&eva_in.token)
        .post(&path(&over, "/end"), json!({}))
        .await
        .ok();
    let wide = wide_eyed(&desk, "Wilma").await;
    let ids = |list: &Value| -> Vec<Value> {
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].clone())
            .collect()
    };

    for (who, query, expected) in [
        (&sven.who, "", vec![&of_sven["id"]]),
        (&sven_in.token, "", vec![&of_sven["id"]]),
        (&sven.who, "?state=ended", vec![]),
        (&eva.who, "", vec![&of_eva["id"]]),
        (&eva_in.token, "?state=ended", vec![&over["id"]]),
        (&wide.who, "?state=standby", vec![&of_eva["id"]]),
        (&wide.who, "?state=ended", vec![&over["id"]]),
        (&desk.key, "?state=active", vec![&of_sven["id"]]),
    ] {
        let list = desk.app.by(who).get(&format!("sessions{query}")).await.ok();
        assert_eq!(
            ids(&list),
            expected.into_iter().cloned().collect::<Vec<_>>(),
            "{query}"
        );
    }
    let of_user = format!("sessions?user={}&pool={}", eva.id, desk.pool);
    assert_eq!(
        ids(&desk.app.by(&wide.who).get(&of_user).await.ok()),
        [of_eva["id"].clone()]
    );
    desk.app
        .by(&sven.who)
        .get(&path(&of_eva, ""))
        .await
        .problem(404, "not-found");
    desk.app
        .by(&sven.who)
        .get(&path(&over, ""))
        .await
        .problem(404, "not-found");
    desk.app
        .by(&wide.who)
        .get("sessions?state=gone")
        .await
        .problem(422, "invalid");
}

#[tokio::test]
async fn if_a_session_takes_the_seat_starting_and_resuming_may_be_refused_or_queued() {
    let desk = concurrent(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let first = desk.start(&sven, "active").await;
    assert_eq!(first["funding"], "seat");
    let start = |wait| json!({"sign_in": eva.id, "kind": "call", "start": "active", "wait": wait});

    desk.app
        .by(&eva.token)
        .post("sessions", start(false))
        .await
        .problem(409, "no-seat-available");
    desk.app
        .by(&sven.token)
        .post(&path(&first, "/pause"), json!({}))
        .await
        .ok();
    desk.app
        .by(&eva.token)
        .post("sessions", start(false))
        .await
        .created();
    let resume = path(&first, "/resume");
    desk.app
        .by(&sven.token)
        .post(&resume, json!({}))
        .await
        .problem(409, "no-seat-available");
    let queued = desk
        .app
        .by(&sven.token)
        .post(&resume, json!({"wait": true}))
        .await;

    assert_eq!(queued.status, 202);
    let ticket = &queued.json()["ticket"];
    assert_eq!(ticket["wanted"], json!({"resume": {"session": first["id"]}}));
}

#[tokio::test]
async fn a_repeated_start_finds_its_session_and_never_brings_one_back() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let body = json!({"sign_in": sven.id, "kind": "call", "start": "standby"});
    let attempt = || {
        desk.app
            .by(&sven.token)
            .with_key("attempt-1")
            .post("sessions", body.clone())
    };

    let made = attempt().await.created();
    assert_eq!(attempt().await.ok(), made);
    desk.app
        .by(&sven.token)
        .post(&path(&made, "/end"), json!({}))
        .await
        .ok();

    let problem = attempt().await.problem(409, "wrong-state");
    assert_eq!([&problem["state"], &problem["reason"]], ["ended", "finished"]);
}

#[tokio::test]
async fn the_same_user_on_two_devices_holds_two_seats_if_each_device_takes_one() {
    let desk = Desk::with(2, json!({"preset": "concurrent_devices", "when_full": []})).await;
    let sven = desk.agent("Sven").await;
    let mut devices = Vec::new();
    for id in ["one", "two", "three"] {
        let more = json!({"device": device(id)});
        devices.push(SignedIn::of(&desk.try_sign_in(&sven, more).await.created()));
    }
    desk.start(&devices[0], "active").await;
    desk.start(&devices[0], "active").await;
    desk.start(&devices[1], "active").await;

    assert_eq!(desk.occupied().await, 2);
    let body = json!({"sign_in": devices[2].id, "kind": "call", "start": "active"});
    let answer = desk.app.by(&devices[2].token).post("sessions", body).await;
    answer.problem(409, "no-seat-available");
}
