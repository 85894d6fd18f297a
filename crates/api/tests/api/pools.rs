use serde_json::json;
use usher_domain::Secs;
use usher_domain::rules::{Preset, Rules};

use crate::app::App;

/// A server whose account has 4 unallocated seats besides the default pool's 10.
async fn app_with_seats_left() -> App {
    let app = App::with_account().await;
    let more =
        json!({"plan": "enterprise", "products": {"remote-support": {"named_seats": 2, "shared_seats": 14}}});
    app.operator().put("subscription", more).await.ok();
    app
}

#[tokio::test]
async fn a_pool_is_created_changed_and_deleted() {
    let app = app_with_seats_left().await;
    let new = json!({"name": "Night", "product": "remote-support", "seats": 3,
        "rules": {"preset": "concurrent_devices", "end_notice_secs": 10, "auto_log_off_after_secs": null}});

    let pool = app.operator().post("pools", new).await.created();

    assert_eq!(
        (
            &pool["seats"],
            &pool["occupied"],
            &pool["waiting"],
            &pool["default"],
            &pool["draining"]
        ),
        (&json!(3), &json!(0), &json!(0), &json!(false), &json!(false))
    );
    let rules = Rules {
        end_notice: Secs::new(10),
        auto_log_off_after: None,
        ..Rules::preset(Preset::ConcurrentDevices)
    };
    assert_eq!(pool["rules"], json!(rules));
    assert_eq!(pool["rules"]["when_full"], json!(["pay_per_use", "queue"]));
    let path = format!("pools/{}", pool["id"].as_str().unwrap());
    let change = json!({"seats": 4, "rules": {"max_devices_per_user": 2}});
    let changed = app.operator().patch(&path, change).await.ok();
    assert_eq!(changed["seats"], 4);
    assert_eq!(changed["rules"]["max_devices_per_user"], 2);
    assert_eq!(changed["rules"]["seat_per"], "device");
    assert_eq!(app.operator().get(&path).await.ok(), changed);
    app.operator().delete(&path).await.done();
    app.operator().get(&path).await.problem(404, "not-found");
}

#[tokio::test]
async fn raising_a_pool_takes_from_the_unallocated_seats() {
    let app = app_with_seats_left().await;
    let path = format!("pools/{}", app.default_pool().await);

    let problem = app
        .operator()
        .patch(&path, json!({"seats": 15}))
        .await
        .problem(409, "not-enough-seats");

    assert_eq!((&problem["asked"], &problem["left"]), (&json!(5), &json!(4)));
}

#[tokio::test]
async fn a_seat_number_based_on_an_outdated_one_is_refused() {
    let app = app_with_seats_left().await;
    let path = format!("pools/{}", app.default_pool().await);
    let seats = app.operator().get(&path).await.ok()["seats"].as_u64().unwrap();

    app.operator()
        .patch(&path, json!({"seats": 1, "seats_seen": seats + 1}))
        .await
        .problem(409, "changed-meanwhile");

    let change = json!({"seats": 1, "seats_seen": seats});
    assert_eq!(app.operator().patch(&path, change).await.ok()["seats"], 1);
}

#[tokio::test]
async fn seats_move_from_one_pool_to_another() {
    let app = app_with_seats_left().await;
    let default = app.default_pool().await;
    let new = json!({"name": "Night", "product": "remote-support", "seats": 1});
    let night = app.operator().post("pools", new).await.created();
    let path = format!("pools/{default}/move-seats");

    let left = app
        .operator()
        .post(&path, json!({"to": night["id"], "seats": 4}))
        .await
        .ok();

    assert_eq!((&left["id"], &left["seats"]), (&json!(default), &json!(6)));
    let night = format!("pools/{}", night["id"].as_str().unwrap());
    assert_eq!(app.operator().get(&night).await.ok()["seats"], 5);
    for (body, field) in [
        (json!({"to": default, "seats": 1}), "to"),
        (json!({"to": &night["pools/".len()..], "seats": 7}), "seats"),
        (json!({"to": &night["pools/".len()..], "seats": 0}), "seats"),
    ] {
        let problem = app.operator().post(&path, body).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn a_pool_with_users_is_deleted_when_they_are_moved_or_removed() {
    let app = app_with_seats_left().await;
    let default = app.default_pool().await;
    let new = json!({"name": "Night", "product": "remote-support", "seats": 0});
    let (sven, _) = app.member("Sven").await;
    let user = format!("users/{sven}");
    let license = format!("{user}/licenses/remote-support");
    for (query, left) in [
        (
            format!("?move_users_to={default}"),
            json!({"remote-support": {"kind": "shared", "pool": default}}),
        ),
        ("?remove_users=true".to_owned(), json!({})),
    ] {
        let pool = app.operator().post("pools", new.clone()).await.created();
        let path = format!("pools/{}", pool["id"].as_str().unwrap());
        app.operator()
            .put(&license, json!({"kind": "shared", "pool": pool["id"]}))
            .await
            .ok();

        let refused = app.operator().delete(&path).await.problem(409, "pool-not-empty");
        let both = format!("{path}?move_users_to={default}&remove_users=true");
        app.operator().delete(&both).await.problem(422, "invalid");
        app.operator().delete(&format!("{path}{query}")).await.done();

        assert_eq!(refused["users"], 1);
        assert_eq!(app.operator().get(&user).await.ok()["licenses"], left);
    }
}

#[tokio::test]
async fn the_default_pool_stays() {
    let app = App::with_account().await;
    let path = format!("pools/{}", app.default_pool().await);

    app.operator().delete(&path).await.problem(409, "default-pool");
}

#[tokio::test]
async fn a_rule_out_of_range_is_named() {
    let app = App::with_account().await;
    let path = format!("pools/{}", app.default_pool().await);
    let table = [
        (json!({"lease_secs": 1}), "lease_secs"),
        (json!({"max_devices_per_user": 0}), "max_devices_per_user"),
        (json!({"lease_secs": 60.5}), "rules.lease_secs"),
        (json!({"leese_secs": 60}), "rules.leese_secs"),
    ];
    for (rules, field) in table {
        let answer = app.operator().patch(&path, json!({"rules": rules})).await;
        assert_eq!(answer.problem(422, "invalid")["errors"][0]["field"], field);
    }
}
