use serde_json::json;

use crate::desk::{Desk, SignedIn, Waiting, text};

#[tokio::test]
async fn fifteen_agents_share_ten_seats_first_come_first_served() {
    let desk = Desk::with_seats(10).await;
    let mut seated = Vec::new();
    let mut waiting = Vec::new();
    for number in 0..15 {
        let agent = desk.agent(&format!("Agent{number:02}")).await;
        if number < 10 {
            seated.push(desk.sign_in(&agent).await);
        } else {
            waiting.push((desk.wait(&agent).await, agent));
        }
    }
    for (position, (ticket, _)) in waiting.iter().enumerate() {
        let shown = desk.app.by(&ticket.token).get(&ticket.path("")).await.ok();
        assert_eq!(shown["position"], position + 1);
    }

    for leaver in &seated[..5] {
        desk.app.by(&leaver.token).delete(&leaver.path("")).await.done();
    }
    for (ticket, agent) in &waiting {
        let shown = desk.app.by(&ticket.token).get(&ticket.path("")).await.ok();
        assert_eq!(shown["state"], "offered");
        assert!(shown["position"].is_null());
        assert_eq!(shown["offer_expires_in_secs"], 60);
        let claimed = desk
            .app
            .by(&ticket.token)
            .post(&ticket.path("/claim"), json!({}))
            .await
            .created();
        assert_eq!(claimed["sign_in"]["user"], json!(agent.id));
        let signed_in = SignedIn::of(&claimed);
        desk.app
            .by(&signed_in.token)
            .post(&signed_in.path("/heartbeat"), json!({}))
            .await
            .ok();
    }
    assert_eq!(desk.occupied().await, 10);
}

#[tokio::test]
async fn claiming_once_more_gives_the_same_and_a_ticket_that_waits_cannot_be_claimed() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.agent("Eva").await;
    let ticket = desk.wait(&eva).await;
    let claim = async || {
        desk.app
            .by(&ticket.token)
            .post(&ticket.path("/claim"), json!({}))
            .await
    };

    let problem = claim().await.problem(409, "wrong-state");
    assert_eq!([&problem["state"], &problem["expected"]], ["waiting", "offered"]);
    desk.app.by(&sven.token).delete(&sven.path("")).await.done();
    let claimed = claim().await.created();

    assert_eq!(claim().await.ok(), claimed);
    let over = desk
        .app
        .by(&ticket.token)
        .get(&ticket.path(""))
        .await
        .problem(410, "ticket-ended");
    assert_eq!(over["reason"], "claimed");
    let signed_in = SignedIn::of(&claimed);
    desk.app
        .by(&signed_in.token)
        .delete(&signed_in.path(""))
        .await
        .done();
    claim().await.problem(410, "ticket-ended");
}

#[tokio::test]
async fn an_offer_that_is_not_taken_passes_on() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let first = desk.wait(&desk.agent("Eva").await).await;
    let second = desk.wait(&desk.agent("Kim").await).await;
    desk.app.by(&sven.token).delete(&sven.path("")).await.done();

    desk.advance(60).await;

    let over = desk
        .app
        .by(&first.token)
        .post(&first.path("/claim"), json!({}))
        .await;
    assert_eq!(over.problem(410, "ticket-ended")["reason"], "offer-expired");
    let shown = desk.app.by(&second.token).get(&second.path("")).await.ok();
    assert_eq!(shown["state"], "offered");
    assert_eq!(desk.occupied().await, 1);
}

#[tokio::test]
async fn reading_a_ticket_keeps_it_alive_and_without_reads_it_ends() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let (eva, kim) = (desk.agent("Eva").await, desk.agent("Kim").await);
    let (looks, silent) = (desk.wait(&eva).await, desk.wait(&kim).await);

    for _ in 0..2 {
        desk.advance_alive(60, &[&sven]).await;
        desk.app.by(&looks.token).get(&looks.path("")).await.ok();
        desk.app.operator().get(&silent.path("")).await;
    }

    let shown = desk.app.by(&eva.who).get(&looks.path("")).await.ok();
    assert_eq!(shown["expires_in_secs"], 90);
    let over = desk
        .app
        .by(&silent.token)
        .get(&silent.path(""))
        .await
        .problem(410, "ticket-ended");
    assert_eq!(over["reason"], "lease-expired");
    let over = desk
        .app
        .by(&kim.who)
        .get(&silent.path(""))
        .await
        .problem(410, "ticket-ended");
    assert_eq!(over["reason"], "lease-expired");
}

#[tokio::test]
async fn the_body_of_the_refused_call_asks_for_a_ticket() {
    let desk = Desk::with(1, json!({"preset": "concurrent_sessions"})).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let body = |signed_in: &SignedIn| json!({"sign_in": signed_in.id, "kind": "call", "start": "active"});
    let wait = async |signed_in: &SignedIn| {
        desk.app
            .by(&signed_in.token)
            .post("tickets", body(signed_in))
            .await
    };

    let at_once = wait(&sven).await.created();
    assert_eq!(at_once["state"], "active");
    let queued = wait(&eva).await;
    assert_eq!(queued.status, 202);
    let ticket = Waiting::of(&queued.json());
    assert_eq!(wait(&eva).await.json()["ticket"]["id"], json!(ticket.id));
    let end = format!("sessions/{}/end", text(&at_once["id"]));
    desk.app.by(&sven.token).post(&end, json!({})).await.ok();

    let claimed = desk
        .app
        .by(&ticket.token)
        .post(&ticket.path("/claim"), json!({}))
        .await
        .created();
    assert_eq!(claimed["session"]["sign_in"], json!(eva.id));
    let again = desk
        .app
        .by(&eva.token)
        .post(&ticket.path("/claim"), json!({}))
        .await
        .ok();
    assert_eq!(again, claimed);
}

#[tokio::test]
async fn a_ticket_can_be_for_signing_in_or_for_resuming_and_nothing_else() {
    let desk = Desk::with(1, json!({"preset": "concurrent_sessions"})).await;
    let sven = desk.agent("Sven").await;
    let (sven_in, eva) = (
        desk.sign_in(&sven).await,
        desk.sign_in(&desk.agent("Eva").await).await,
    );
    let paused = desk.start(&sven_in, "active").await;
    let pause = format!("sessions/{}/pause", text(&paused["id"]));
    desk.app.by(&sven_in.token).post(&pause, json!({})).await.ok();
    let other = desk.start(&eva, "active").await;

    let queued = desk
        .app
        .by(&sven_in.token)
        .post("tickets", json!({"session": paused["id"]}))
        .await;
    assert_eq!(queued.status, 202);
    let ticket = Waiting::of(&queued.json());
    let end = format!("sessions/{}/end", text(&other["id"]));
    desk.app.by(&eva.token).post(&end, json!({})).await.ok();
    let claimed = desk
        .app
        .by(&ticket.token)
        .post(&ticket.path("/claim"), json!({}))
        .await
        .created();
    assert_eq!(
        [&claimed["session"]["id"], &claimed["session"]["state"]],
        [&paused["id"], &json!("active")]
    );

    desk.app.by(&sven.who).post("tickets", sven.body()).await.ok();
    for (body, field) in [
        (json!({}), ""),
        (json!({"user": sven.id}), "product"),
        (json!({"user": 7}), "user"),
        (json!({"sign_in": eva.id, "colour": "red"}), "colour"),
        (json!({"session": {"id": paused["id"]}}), "session"),
    ] {
        let answer = desk.app.by(&sven.who).post("tickets", body.clone()).await;
        assert_eq!(
            answer.problem(422, "invalid")["errors"][0]["field"],
            field,
            "{body}"
        );
    }
}

#[tokio::test]
async fn leaving_the_queue_gives_the_place_to_the_next() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.agent("Eva").await;
    let first = desk.wait(&eva).await;
    let second = desk.wait(&desk.agent("Kim").await).await;
    desk.app.by(&sven.token).delete(&sven.path("")).await.done();

    desk.app.by(&first.token).delete(&first.path("")).await.done();

    let over = desk
        .app
        .by(&first.token)
        .delete(&first.path(""))
        .await
        .problem(410, "ticket-ended");
    assert_eq!(over["reason"], "signed-out");
    let shown = desk.app.by(&second.token).get(&second.path("")).await.ok();
    assert_eq!(shown["state"], "offered");
    let sia = desk.app.manager("Sia", "seats.manage").await;
    desk.app.by(&sia).delete(&second.path("")).await.done();
    let over = desk
        .app
        .by(&second.token)
        .get(&second.path(""))
        .await
        .problem(410, "ticket-ended");
    assert_eq!(over["reason"], "evicted");
}

#[tokio::test]
async fn a_colleague_finds_no_ticket_but_their_own_and_staff_see_the_queue_in_order() {
    let desk = Desk::with_seats(0).await;
    let (eva, kim) = (desk.agent("Eva").await, desk.agent("Kim").await);
    let (of_eva, of_kim) = (desk.wait(&eva).await, desk.wait(&kim).await);
    let uma = desk.app.manager("Uma", "users.manage").await;

    for who in [&kim.who, &of_kim.token] {
        let by = || desk.app.by(who);
        by().get(&of_eva.path("")).await.problem(404, "not-found");
        by().delete(&of_eva.path("")).await.problem(404, "not-found");
        by().post(&of_eva.path("/claim"), json!({}))
            .await
            .problem(404, "not-found");
        let own = by().get("tickets").await.ok();
        assert_eq!(own["items"].as_array().unwrap().len(), 1);
        assert_eq!(own["items"][0]["id"], json!(of_kim.id));
    }
    desk.app.by(&uma).get(&of_eva.path("")).await.ok();
    desk.app
        .by(&uma)
        .post(&of_eva.path("/claim"), json!({}))
        .await
        .problem(403, "forbidden");
    desk.app
        .by(&uma)
        .delete(&of_eva.path(""))
        .await
        .problem(403, "forbidden");

    let first = desk
        .app
        .by(&uma)
        .get(&format!("tickets?limit=1&pool={}", desk.pool))
        .await
        .ok();
    assert_eq!(
        [&first["items"][0]["id"], &first["items"][0]["position"]],
        [&json!(of_eva.id), &json!(1)]
    );
    let next = format!("tickets?limit=1&cursor={}", text(&first["next_cursor"]));
    let second = desk.app.by(&uma).get(&next).await.ok();
    assert_eq!(second["items"][0]["id"], json!(of_kim.id));
    assert!(second["next_cursor"].is_null());
    let none = desk.app.by(&uma).get("tickets?product=service-desk").await.ok();
    assert_eq!(none["items"], json!([]));
    let unknown = "tickets/tick_01h2xcejqtf2nbrexx3vqjhp41";
    desk.app.by(&uma).get(unknown).await.problem(404, "not-found");
    desk.app
        .by(&desk.key)
        .delete(unknown)
        .await
        .problem(404, "not-found");
}

#[tokio::test]
async fn nobody_gets_in_while_two_pools_drain() {
    let desk = Desk::with_seats(2).await;
    let (sven, eva) = (desk.agent("Sven").await, desk.agent("Eva").await);
    let (sven_in, _) = (desk.sign_in(&sven).await, desk.sign_in(&eva).await);
    let kim = desk.wait(&desk.agent("Kim").await).await;
    let pool = format!("pools/{}", desk.pool);

    for seats in [1, 0] {
        desk.app
            .operator()
            .patch(&pool, json!({"seats": seats}))
            .await
            .ok();
    }
    let usage = desk.app.operator().get("usage").await.ok();
    let drained = &usage["products"][0]["pools"][0];
    assert_eq!([&drained["seats"], &drained["occupied"]], [0, 2]);
    assert_eq!(drained["draining"], true);
    desk.app.by(&sven_in.token).delete(&sven_in.path("")).await.done();

    let shown = desk.app.by(&kim.token).get(&kim.path("")).await.ok();
    assert_eq!(shown["state"], "waiting");
    desk.try_sign_in(&sven, json!({}))
        .await
        .problem(409, "no-seat-available");
    desk.app.operator().patch(&pool, json!({"seats": 2})).await.ok();
    let shown = desk.app.by(&kim.token).get(&kim.path("")).await.ok();
    assert_eq!(shown["state"], "offered");
}
