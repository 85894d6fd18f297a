use serde_json::json;

use crate::app::{App, Who};
use crate::desk::{Desk, PRODUCT, SignedIn, device, text};

#[tokio::test]
async fn signing_in_takes_a_seat_and_gives_a_token_of_its_own() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.agent("Sven").await;

    let answer = desk.try_sign_in(&sven, json!({})).await;

    let made = answer.created();
    let sign_in = &made["sign_in"];
    assert_eq!(sign_in["user"], json!(sven.id));
    assert_eq!(sign_in["product"], PRODUCT);
    assert_eq!(sign_in["pool"], json!(desk.pool));
    assert_eq!(sign_in["funding"], "seat");
    assert_eq!(sign_in["in_call"], false);
    assert_eq!(sign_in["since"], "2026-11-23T09:00:00Z");
    assert_eq!(sign_in["expires_in_secs"], 90);
    assert_eq!(sign_in["log_off_in_secs"], 3600);
    let path = format!("sign-ins/{}", text(&sign_in["id"]));
    assert_eq!(answer.header("location"), desk.app.path(&path));
    assert_eq!(desk.app.by(&sven.who).get(&path).await.ok(), *sign_in);
    assert_eq!(desk.occupied().await, 1);
}

#[tokio::test]
async fn signing_in_again_on_the_same_device_finds_the_sign_in_and_its_token() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.agent("Sven").await;
    let first = desk.try_sign_in(&sven, json!({})).await.created();

    let again = desk.try_sign_in(&sven, json!({})).await.ok();

    assert_eq!(again, first);
    assert_eq!(desk.occupied().await, 1);
}

#[tokio::test]
async fn a_full_pool_refuses_with_the_numbers_and_what_can_be_done() {
    let desk = Desk::with_seats(1).await;
    let (sven, eva) = (desk.agent("Sven").await, desk.agent("Eva").await);
    desk.sign_in(&sven).await;

    let to_member = desk
        .try_sign_in(&eva, json!({}))
        .await
        .problem(409, "no-seat-available");
    let to_key = desk.app.by(&desk.key).post("sign-ins", eva.body()).await;
    let to_key = to_key.problem(409, "no-seat-available");

    assert!(text(&to_member["detail"]).starts_with("All shared seats are in use."));
    assert_eq!(
        [&to_member["seats"], &to_member["occupied"], &to_member["waiting"]],
        [1, 1, 0]
    );
    let tickets = desk.app.path("tickets");
    let wait = json!({"action": "wait", "method": "POST", "href": tickets});
    assert_eq!(to_member["actions"][0], wait);
    assert!(to_member["holders"].is_null());
    assert_eq!(to_key["holders"][0]["name"], "Sven");
}

#[tokio::test]
async fn waiting_gives_a_ticket_if_the_pool_has_a_queue_and_a_refusal_otherwise() {
    let desk = Desk::with_seats(1).await;
    let (sven, eva) = (desk.agent("Sven").await, desk.agent("Eva").await);
    desk.sign_in(&sven).await;

    let answer = desk.try_sign_in(&eva, json!({"wait": true})).await;
    assert_eq!(answer.status, 202);
    let ticket = &answer.json()["ticket"];
    assert_eq!(
        [&ticket["state"], &ticket["position"]],
        [&json!("waiting"), &json!(1)]
    );
    let path = format!("tickets/{}", text(&ticket["id"]));
    assert_eq!(answer.header("location"), desk.app.path(&path));

    let strict = Desk::with(0, json!({"when_full": []})).await;
    let mia = strict.agent("Mia").await;
    let answer = strict.try_sign_in(&mia, json!({"wait": true})).await;
    answer.problem(409, "no-seat-available");
}

#[tokio::test]
async fn another_device_is_refused_by_name_and_a_takeover_ends_the_first() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.agent("Sven").await;
    let first = desk.sign_in(&sven).await;
    let phone = json!({"device": device("phone-1")});

    let problem = desk
        .try_sign_in(&sven, phone.clone())
        .await
        .problem(409, "signed-in-elsewhere");
    assert_eq!(problem["sign_in"], json!(first.id));
    assert_eq!(problem["device"]["kind"], "desktop");
    assert_eq!(problem["limit"], 1);

    let takeover = json!({"device": device("phone-1"), "takeover": true});
    desk.try_sign_in(&sven, takeover).await.created();
    let over = desk
        .app
        .by(&first.token)
        .post(&first.path("/heartbeat"), json!({}))
        .await;
    assert_eq!(over.problem(410, "sign-in-ended")["reason"], "takeover");
    assert_eq!(desk.occupied().await, 1);
}

#[tokio::test]
async fn users_without_the_product_are_told_why() {
    let desk = Desk::with_seats(2).await;
    let operator = || desk.app.operator();
    let (mia, mia_token) = desk.app.member("Mia").await;
    let body = json!({"user": mia, "product": PRODUCT, "device": device("d1")});
    let answer = desk.app.by(&mia_token).post("sign-ins", body).await;
    assert_eq!(answer.problem(403, "no-license")["product"], PRODUCT);

    let eva = desk.agent("Eva").await;
    operator()
        .patch(&format!("users/{}", eva.id), json!({"active": false}))
        .await
        .ok();
    let answer = desk.app.by(&desk.key).post("sign-ins", eva.body()).await;
    answer.problem(403, "user-inactive");

    let kim = desk.agent("Kim").await;
    operator()
        .patch(&format!("users/{}", kim.id), json!({"seat_limit": 0}))
        .await
        .ok();
    let problem = desk
        .try_sign_in(&kim, json!({}))
        .await
        .problem(409, "user-seat-limit");
    assert_eq!([&problem["held"], &problem["limit"]], [0, 0]);
}

#[tokio::test]
async fn an_evicted_user_cannot_come_back_before_the_cool_down_ends() {
    let desk = Desk::with(1, json!({"eviction_cool_down_secs": 300})).await;
    let sven = desk.agent("Sven").await;
    let signed_in = desk.sign_in(&sven).await;
    let sia = desk.app.manager("Sia", "seats.manage").await;

    desk.app
        .by(&sia)
        .delete(&signed_in.path("?reason=Shift%20is%20over"))
        .await
        .done();

    let problem = desk
        .try_sign_in(&sven, json!({}))
        .await
        .problem(409, "cooling-down");
    assert_eq!(problem["remaining_secs"], 300);
    let over = desk
        .app
        .by(&signed_in.token)
        .post(&signed_in.path("/heartbeat"), json!({}))
        .await;
    let over = over.problem(410, "sign-in-ended");
    assert_eq!(over["reason"], "evicted");
    assert!(text(&over["by"]).starts_with("user_"));
    assert_eq!(over["ended_at"], "2026-11-23T09:00:00Z");
    desk.advance(300).await;
    desk.sign_in(&sven).await;
}

#[tokio::test]
async fn minutes_replace_missing_seats_until_they_run_out() {
    let desk = Desk::with(0, json!({"when_full": ["pay_per_use"]})).await;
    let (sven, eva) = (desk.agent("Sven").await, desk.agent("Eva").await);
    desk.app
        .operator()
        .post("minutes", json!({"minutes": 1}))
        .await
        .ok();

    let made = desk.try_sign_in(&sven, json!({})).await.created();
    let refused = desk.try_sign_in(&eva, json!({})).await;

    assert_eq!(made["sign_in"]["funding"], "minutes");
    assert_eq!(refused.problem(409, "minutes-exhausted")["minutes_left"], 0);
}

#[tokio::test]
async fn a_heartbeat_says_what_is_left_and_its_body_may_be_left_out() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    desk.advance(60).await;
    let path = sven.path("/heartbeat");

    let bare = desk
        .app
        .by(&sven.token)
        .send(axum::http::Method::POST, &path, None)
        .await
        .ok();
    let active = desk
        .app
        .by(&sven.token)
        .post(&path, json!({"active": true}))
        .await
        .ok();

    assert_eq!(bare, json!({"expires_in_secs": 90, "log_off_in_secs": 3540}));
    assert_eq!(active, json!({"expires_in_secs": 90, "log_off_in_secs": 3600}));
    let wrong = desk.app.by(&sven.token).post(&path, json!({"alive": true})).await;
    wrong.problem(422, "invalid");
}

#[tokio::test]
async fn without_heartbeats_the_seat_is_lost_when_the_lease_expires() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;

    desk.advance(89).await;
    assert_eq!(desk.occupied().await, 1);
    desk.advance(1).await;

    assert_eq!(desk.occupied().await, 0);
    let over = desk
        .app
        .by(&sven.token)
        .get(&sven.path(""))
        .await
        .problem(410, "sign-in-ended");
    assert_eq!(over["reason"], "lease-expired");
    assert!(over["by"].is_null());
}

#[tokio::test]
async fn a_colleague_can_neither_free_nor_keep_a_seat() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.agent("Eva").await;
    let eva_in = desk.sign_in(&eva).await;
    let manager = desk.app.manager("Uma", "users.manage").await;

    for (who, status, code) in [
        (&eva.who, 404, "not-found"),
        (&eva_in.token, 404, "not-found"),
        (&manager, 403, "forbidden"),
    ] {
        let by = || desk.app.by(who);
        by().post(&sven.path("/heartbeat"), json!({}))
            .await
            .problem(status, code);
        by().delete(&sven.path("")).await.problem(status, code);
        by().put(&sven.path("/lock"), json!({"hold_secs": 60}))
            .await
            .problem(status, code);
        by().delete(&sven.path("/lock")).await.problem(status, code);
        let body = json!({"sign_in": sven.id, "kind": "call", "start": "active"});
        by().post("sessions", body).await.problem(status, code);
    }
    for who in [&eva.who, &eva_in.token] {
        desk.app
            .by(who)
            .get(&sven.path(""))
            .await
            .problem(404, "not-found");
        let list = desk.app.by(who).get("sign-ins").await.ok();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(list["items"][0]["id"], json!(eva_in.id));
    }
    desk.app
        .by(&sven.token)
        .post(&sven.path("/heartbeat"), json!({}))
        .await
        .ok();
}

#[tokio::test]
async fn a_user_cannot_be_signed_in_by_a_colleague() {
    let desk = Desk::with_seats(2).await;
    let (sven, eva) = (desk.agent("Sven").await, desk.agent("Eva").await);
    let eva_in = desk.sign_in(&eva).await;
    let manager = desk.app.manager("Sia", "seats.manage").await;

    for who in [&eva.who, &eva_in.token] {
        desk.app
            .by(who)
            .post("sign-ins", sven.body())
            .await
            .problem(404, "not-found");
    }
    desk.app
        .by(&manager)
        .post("sign-ins", sven.body())
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn in_another_account_nothing_of_this_one_is_found() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let other = Desk::with_seats(1).await;
    let elsewhere = App {
        account: desk.app.new_account("Another").await,
        ..desk.app.clone()
    };
    let stranger = elsewhere.key(&["read", "sign-ins.write"]).await;

    desk.app
        .by(&stranger)
        .get(&sven.path(""))
        .await
        .problem(404, "not-found");
    elsewhere
        .by(&stranger)
        .get(&sven.path(""))
        .await
        .problem(404, "not-found");
    elsewhere
        .by(&stranger)
        .post(&sven.path("/heartbeat"), json!({}))
        .await
        .problem(404, "not-found");
    elsewhere
        .by(&stranger)
        .delete(&sven.path(""))
        .await
        .problem(404, "not-found");
    elsewhere
        .by(&sven.token)
        .delete(&sven.path(""))
        .await
        .problem(401, "unauthenticated");
    other
        .app
        .by(&sven.token)
        .delete(&sven.path(""))
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn signing_out_is_for_good_and_saying_so_again_gives_the_reason() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.agent("Sven").await;
    let eva = desk.agent("Eva").await;
    let signed_in = desk.sign_in(&sven).await;
    let path = signed_in.path("");

    desk.app.by(&signed_in.token).delete(&path).await.done();

    for who in [&signed_in.token, &sven.who, &desk.key, &App::operator_key()] {
        let over = desk.app.by(who).delete(&path).await.problem(410, "sign-in-ended");
        assert_eq!(over["reason"], "signed-out");
    }
    desk.app
        .by(&signed_in.token)
        .get("sign-ins")
        .await
        .problem(410, "sign-in-ended");
    desk.app
        .by(&eva.who)
        .delete(&path)
        .await
        .problem(404, "not-found");
    let again = desk.sign_in(&sven).await;
    assert_ne!((again.id, again.token.0), (signed_in.id, signed_in.token.0));
}

#[tokio::test]
async fn unknown_things_are_not_found() {
    let desk = Desk::with_seats(1).await;
    let path = "sign-ins/sign_01h2xcejqtf2nbrexx3vqjhp41";
    let by = || desk.app.by(&desk.key);

    by().get(path).await.problem(404, "not-found");
    by().delete(path).await.problem(404, "not-found");
    by().post(&format!("{path}/heartbeat"), json!({}))
        .await
        .problem(404, "not-found");
    by().get("sign-ins/none").await.problem(404, "not-found");
}

#[tokio::test]
async fn a_back_end_sends_heartbeats_for_many_and_gets_a_result_for_each() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    desk.app.by(&eva.token).delete(&eva.path("")).await.done();
    let nobody = "sign_01h2xcejqtf2nbrexx3vqjhp41";
    desk.advance(60).await;

    let body = json!({"sign_ins": [sven.id, eva.id, nobody]});
    let answer = desk.app.by(&desk.key).post("heartbeats", body).await.ok();

    assert_eq!(
        answer["items"],
        json!([
            {"sign_in": sven.id, "expires_in_secs": 90},
            {"sign_in": eva.id, "code": "sign-in-ended", "reason": "signed-out"},
            {"sign_in": nobody, "code": "not-found"},
        ])
    );
    desk.advance(60).await;
    assert_eq!(desk.occupied().await, 1);
    for ids in [Vec::new(), vec![sven.id; 1001]] {
        let body = json!({"sign_ins": ids});
        desk.app
            .by(&desk.key)
            .post("heartbeats", body)
            .await
            .problem(422, "invalid");
    }
}

#[tokio::test]
async fn a_lock_is_shown_and_lifted_and_needs_a_shared_seat() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let lock = sven.path("/lock");
    let by = || desk.app.by(&sven.token);

    let locked = by().put(&lock, json!({"hold_secs": 900})).await.ok();
    assert_eq!(locked["locked_secs"], 900);
    by().delete(&lock).await.done();
    assert!(by().get(&sven.path("")).await.ok()["locked_secs"].is_null());
    for secs in [0, 14_401] {
        by().put(&lock, json!({"hold_secs": secs}))
            .await
            .problem(422, "invalid");
    }

    let (mia, who) = desk.app.member("Mia").await;
    let path = format!("users/{mia}/licenses/{PRODUCT}");
    desk.app
        .operator()
        .put(&path, json!({"kind": "named"}))
        .await
        .ok();
    let body = json!({"user": mia, "product": PRODUCT, "device": device("d1")});
    let named = SignedIn::of(&desk.app.by(&who).post("sign-ins", body).await.created());
    let answer = desk
        .app
        .by(&named.token)
        .put(&named.path("/lock"), json!({"hold_secs": 60}))
        .await;
    answer.problem(409, "wrong-state");
}

#[tokio::test]
async fn the_list_takes_filters_and_comes_in_pages() {
    let desk = Desk::with_seats(5).await;
    let mut ids = Vec::new();
    let mut users = Vec::new();
    for name in ["Ada", "Bob", "Cleo"] {
        let agent = desk.agent(name).await;
        ids.push(desk.sign_in(&agent).await.id);
        users.push(agent.id);
    }
    ids.sort();
    let first = desk.app.by(&desk.key).get("sign-ins?limit=2").await.ok();
    let found = first["items"].as_array().unwrap().iter();
    assert_eq!(found.map(|it| text(&it["id"])).collect::<Vec<_>>(), ids[..2]);
    let next = format!("sign-ins?limit=2&cursor={}", text(&first["next_cursor"]));
    let rest = desk.app.by(&desk.key).get(&next).await.ok();
    assert_eq!(rest["items"][0]["id"], json!(ids[2]));
    assert!(rest["next_cursor"].is_null());

    for (query, count) in [
        (format!("user={}", users[0]), 1),
        (format!("product={PRODUCT}"), 3),
        ("product=service-desk".to_owned(), 0),
        (format!("pool={}", desk.pool), 3),
    ] {
        let found = desk
            .app
            .by(&desk.key)
            .get(&format!("sign-ins?{query}"))
            .await
            .ok();
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
    }
    desk.app
        .by(&desk.key)
        .get("sign-ins?colour=red")
        .await
        .problem(422, "invalid");
}

#[tokio::test]
async fn a_repeated_attempt_finds_its_sign_in_and_never_brings_one_back() {
    let desk = Desk::with_seats(2).await;
    let (sven, eva) = (desk.agent("Sven").await, desk.agent("Eva").await);
    let attempt = async |body| {
        desk.app
            .by(&desk.key)
            .with_key("attempt-1")
            .post("sign-ins", body)
            .await
    };
    let made = attempt(sven.body()).await.created();
    let signed_in = SignedIn::of(&made);

    assert_eq!(attempt(sven.body()).await.ok(), made);
    attempt(eva.body()).await.problem(409, "idempotency-key-reused");

    desk.app
        .by(&signed_in.token)
        .delete(&signed_in.path(""))
        .await
        .done();
    let over = attempt(sven.body()).await.problem(410, "sign-in-ended");
    assert_eq!(over["reason"], "signed-out");
    let by_another = desk.app.by(&sven.who).with_key("attempt-1");
    by_another.post("sign-ins", sven.body()).await.created();
}

#[tokio::test]
async fn a_refused_sign_in_is_recorded_and_resolved_when_the_user_gets_in() {
    let desk = Desk::with_seats(1).await;
    let (sven, eva) = (desk.agent("Sven").await, desk.agent("Eva").await);
    let signed_in = desk.sign_in(&sven).await;
    desk.try_sign_in(&eva, json!({}))
        .await
        .problem(409, "no-seat-available");

    desk.advance(30).await;
    desk.app
        .by(&signed_in.token)
        .delete(&signed_in.path(""))
        .await
        .done();
    desk.sign_in(&eva).await;

    let refusals = desk.app.operator().get("refusals").await.ok();
    let refusal = &refusals["items"][0];
    assert_eq!(refusal["user"], json!(eva.id));
    assert_eq!(refusal["code"], "no-seat-available");
    assert_eq!(refusal["resolved_at"], "2026-11-23T09:00:30Z");
}

#[tokio::test]
async fn a_malformed_token_proves_nothing() {
    let desk = Desk::with_seats(1).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let mut token = sven.token.0.clone().unwrap();
    let last = token.pop().unwrap();
    token.push(if last == '0' { '1' } else { '0' });

    let forged = Who(Some(token));
    let answer = desk
        .app
        .by(&forged)
        .post(&sven.path("/heartbeat"), json!({}))
        .await;

    answer.problem(401, "unauthenticated");
}
