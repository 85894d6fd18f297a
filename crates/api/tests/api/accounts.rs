use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn the_operator_creates_lists_renames_and_closes_accounts() {
    let app = App::empty().await;

    let answer = app
        .operator()
        .post("/v1/accounts", json!({"name": "Contoso"}))
        .await;
    let account = answer.created();
    let path = format!("/v1/accounts/{}", account["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), path);
    assert_eq!(account["created_at"], "2026-11-23T09:00:00Z");
    assert_eq!(app.operator().get(&path).await.ok(), account);

    let renamed = app
        .operator()
        .patch(&path, json!({"name": "Contoso Ltd"}))
        .await
        .ok();
    assert_eq!(renamed["name"], "Contoso Ltd");
    assert_eq!(
        app.operator().get("/v1/accounts?q=ltd").await.ok()["items"],
        json!([renamed])
    );
    assert_eq!(
        app.operator().get("/v1/accounts?q=xyz").await.ok()["items"],
        json!([])
    );

    app.operator().delete(&path).await.done();
    app.operator().get(&path).await.problem(404, "not-found");
    assert_eq!(app.operator().get("/v1/accounts").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn the_list_of_accounts_comes_in_pages() {
    let app = App::empty().await;
    for name in ["A", "B", "C"] {
        app.new_account(name).await;
    }

    let first = app.operator().get("/v1/accounts?limit=2").await.ok();
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = app
        .operator()
        .get(&format!("/v1/accounts?limit=2&cursor={cursor}"))
        .await
        .ok();

    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    assert_eq!(last["items"].as_array().unwrap().len(), 1);
    assert_eq!(last["next_cursor"], json!(null));
}

#[tokio::test]
async fn a_repeated_creation_finds_the_account() {
    let app = App::empty().await;
    let body = json!({"name": "Contoso"});

    let first = app
        .operator()
        .with_key("1")
        .post("/v1/accounts", body.clone())
        .await
        .created();
    let again = app.operator().with_key("1").post("/v1/accounts", body).await.ok();

    assert_eq!(again, first);
}

#[tokio::test]
async fn a_repeated_creation_does_not_bring_back_an_account_that_was_closed() {
    let app = App::empty().await;
    let body = json!({"name": "Contoso"});
    let create = || app.operator().with_key("1").post("/v1/accounts", body.clone());
    let first = create().await.created();
    let path = format!("/v1/accounts/{}", first["id"].as_str().unwrap());
    app.operator().delete(&path).await.done();

    create().await.problem(409, "already-exists");
    app.operator().get(&path).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_subscription_shows_how_much_of_it_is_in_use() {
    let app = App::with_account().await;

    let subscription = app.operator().get("subscription").await.ok();

    assert_eq!(
        subscription,
        json!({
            "plan": "enterprise",
            "products": {"remote-support": {
                "display_name": "Remote support", "color": null, "named_seats": 2, "named_assigned": 0, "named_over": 0, "temporary": [],
                "shared_seats": 10, "shared_distributed": 10, "shared_unallocated": 0,
            }},
            "terms": {
                "start": null, "end": null, "trial": false, "renewal_months": null, "grace_days": 0,
                "sign_ins_end": null, "ended": false,
            },
            "minutes_ending": [],
        })
    );
    let pool = &app.operator().get("pools").await.ok()["items"][0];
    assert_eq!(pool["default"], true);
    assert_eq!(pool["seats"], 10);
}

#[tokio::test]
async fn a_product_has_the_color_of_the_settings() {
    let app = App::with_account().await;
    let color = |shown: &serde_json::Value| shown["products"]["remote-support"]["color"].clone();
    assert_eq!(color(&app.operator().get("subscription").await.ok()), json!(null));

    let change = json!({"product_colors": {"remote-support": "violet"}});
    let settings = app.operator().patch("settings", change).await.ok();
    let unknown = json!({"product_colors": {"remote-support": "magenta"}});
    let refused = app.operator().patch("settings", unknown).await;

    assert_eq!(settings["product_colors"], json!({"remote-support": "violet"}));
    assert_eq!(refused.problem(422, "invalid")["code"], "invalid");
    assert_eq!(color(&app.operator().get("subscription").await.ok()), "violet");
}

#[tokio::test]
async fn a_product_has_the_display_name_of_the_settings_or_its_slug_in_readable_form() {
    let app = App::with_account().await;
    let name = |shown: &serde_json::Value| shown["products"]["remote-support"]["display_name"].clone();
    assert_eq!(
        name(&app.operator().get("subscription").await.ok()),
        "Remote support"
    );

    let change = json!({"product_names": {"remote-support": "Contoso Rescue"}});
    let settings = app.operator().patch("settings", change).await.ok();
    assert_eq!(
        settings["product_names"],
        json!({"remote-support": "Contoso Rescue"})
    );
    assert_eq!(
        name(&app.operator().get("subscription").await.ok()),
        "Contoso Rescue"
    );

    let same = json!({"product_names": {"remote-support": "Desk", "desk": "Desk"}});
    let refused = app.operator().patch("settings", same).await;
    assert_eq!(
        refused.problem(422, "invalid")["errors"][0]["field"],
        "product_names"
    );
    // Other changes leave the names.
    let change = json!({"cors_origins": []});
    app.operator().patch("settings", change).await.ok();
    assert_eq!(
        name(&app.operator().get("subscription").await.ok()),
        "Contoso Rescue"
    );
}

#[tokio::test]
async fn the_language_of_an_account_is_one_that_usher_speaks_or_the_browsers() {
    let app = App::with_account().await;
    let settings = app.operator().get("settings").await.ok();
    assert_eq!(settings["language"], "browser");

    for (set, language) in [("SL", "sl"), ("browser", "browser"), ("de", "de")] {
        let settings = app
            .operator()
            .patch("settings", json!({"language": set}))
            .await
            .ok();
        assert_eq!(settings["language"], language);
    }

    for wrong in ["tlh", "de-AT", "", "Deutsch!"] {
        let refused = app.operator().patch("settings", json!({"language": wrong})).await;
        let problem = refused.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], "language", "{wrong}");
    }
    assert_eq!(app.operator().get("settings").await.ok()["language"], "de");
}

#[tokio::test]
async fn the_time_zone_of_an_account_is_one_of_the_iana_database() {
    let app = App::with_account().await;
    let settings = app.operator().get("settings").await.ok();
    assert_eq!(settings["time_zone"], "UTC");

    let change = json!({"time_zone": "europe/ljubljana"});
    let settings = app.operator().patch("settings", change).await.ok();

    assert_eq!(settings["time_zone"], "Europe/Ljubljana");
    for wrong in ["Europe/Atlantis", "+02:00", ""] {
        let refused = app
            .operator()
            .patch("settings", json!({"time_zone": wrong}))
            .await;
        let problem = refused.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], "time_zone", "{wrong}");
    }
    assert_eq!(app.operator().get("settings").await.ok(), settings);
}

#[tokio::test]
async fn a_subscription_is_never_lowered_below_what_is_in_use() {
    let app = App::with_account().await;
    let fewer =
        json!({"plan": "enterprise", "products": {"remote-support": {"named_seats": 2, "shared_seats": 4}}});

    let problem = app
        .operator()
        .put("subscription", fewer)
        .await
        .problem(409, "seats-in-use");

    assert_eq!(problem["seat_kind"], "shared");
    assert_eq!(problem["asked"], 4);
    assert_eq!(problem["in_use"], 10);
}

#[tokio::test]
async fn a_subscription_chosen_from_an_outdated_one_is_refused() {
    let app = App::with_account().await;
    let seats = |named: u32| json!({"remote-support": {"named_seats": named, "shared_seats": 10}});
    let change = |named| {
        let seen = json!({"plan": "enterprise", "products": seats(2)});
        json!({"plan": "enterprise", "products": seats(named), "seen": seen})
    };

    app.operator().put("subscription", change(3)).await.ok();
    let problem = app
        .operator()
        .put("subscription", change(4))
        .await
        .problem(409, "changed-meanwhile");

    assert_eq!(problem["field"], "subscription");
    let now = app.operator().get("subscription").await.ok();
    assert_eq!(now["products"]["remote-support"]["named_seats"], 3);
}

#[tokio::test]
async fn the_first_subscription_is_chosen_from_one_without_a_plan() {
    let app = App::empty().await;
    let account = app
        .operator()
        .post("/v1/accounts", json!({"name": "Contoso"}))
        .await;
    let path = format!(
        "/v1/accounts/{}/subscription",
        account.created()["id"].as_str().unwrap()
    );
    let change = |plan: &str| json!({"plan": plan, "products": {}, "seen": {"plan": null, "products": {}}});

    app.operator().put(&path, change("team")).await.ok();

    app.operator()
        .put(&path, change("enterprise"))
        .await
        .problem(409, "changed-meanwhile");
}

#[tokio::test]
async fn an_unknown_plan_is_refused_by_name() {
    let app = App::with_account().await;

    let answer = app
        .operator()
        .put("subscription", json!({"plan": "gold", "products": {}}))
        .await;

    let problem = answer.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "plan");
    assert_eq!(
        problem["errors"][0]["message"],
        "must be one of `team`, `enterprise`"
    );
}

#[tokio::test]
async fn minutes_add_up() {
    let app = App::with_account().await;
    app.operator().post("minutes", json!({"minutes": 500})).await.ok();

    let minutes = app.operator().post("minutes", json!({"minutes": 20})).await.ok();

    assert_eq!(minutes, json!({"remaining": 520}));
    app.operator()
        .post("minutes", json!({"minutes": 0}))
        .await
        .problem(422, "invalid");
}

#[tokio::test]
async fn q3_minutes_that_are_added_again_with_the_same_key_are_added_once() {
    let app = App::with_account().await;
    let add = async |key: &str, minutes: u32| {
        let body = json!({"minutes": minutes});
        app.operator().with_key(key).post("minutes", body).await
    };
    add("june", 500).await.ok();
    add("july", 20).await.ok();

    let again = add("june", 500).await.ok();
    let other = add("june", 501).await;
    let audit = app.operator().get("audit?action=minutes.added").await.ok();

    assert_eq!(again, json!({"remaining": 520}));
    let problem = other.problem(409, "idempotency-key-reused");
    assert!(problem["detail"].as_str().unwrap().contains("Idempotency-Key"));
    assert_eq!(add("july", 20).await.ok(), json!({"remaining": 520}));
    assert_eq!(audit["items"].as_array().unwrap().len(), 2, "{audit}");
}

#[tokio::test]
async fn q3_two_top_ups_with_the_same_key_at_once_are_one() {
    let app = App::with_account().await;
    let add = || {
        let operator = app.operator().with_key("june");
        operator.post("minutes", json!({"minutes": 500}))
    };

    let answers = futures::future::join_all((0..8).map(|_| add())).await;

    for answer in answers {
        assert_eq!(answer.ok(), json!({"remaining": 500}));
    }
}

#[tokio::test]
async fn a_closed_account_takes_its_credentials_with_it() {
    let app = App::with_account().await;
    let (owner, key) = (app.owner().await, app.key(&["read"]).await);
    app.operator().delete("").await.done();

    app.by(&owner).get("users").await.problem(401, "unauthenticated");
    app.by(&key).get("users").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn settings_change_one_by_one_and_new_pools_follow_them() {
    let app = App::with_account().await;
    let change = json!({
        "session_permissions": {"view_account": true},
        "pool_defaults": {"preset": "concurrent_sessions", "lease_secs": 120},
    });

    let settings = app.operator().patch("settings", change).await.ok();

    assert_eq!(
        settings["session_permissions"],
        json!({"view_own": true, "control_own": true, "view_account": true, "control_account": false})
    );
    assert_eq!(settings["pool_defaults"]["occupies"], "session");
    assert_eq!(settings["pool_defaults"]["lease_secs"], 120);
    assert_eq!(app.operator().get("settings").await.ok(), settings);
    let pool = json!({"name": "Night", "product": "remote-support", "seats": 0});
    let pool = app.operator().post("pools", pool).await.created();
    assert_eq!(pool["rules"], settings["pool_defaults"]);
}

#[tokio::test]
async fn two_changes_of_the_settings_at_once_both_count() {
    let app = App::with_account().await;
    let first = json!({"session_permissions": {"view_account": true}, "pool_defaults": {"lease_secs": 120}});
    let second = json!({
        "session_permissions": {"control_own": false}, "pool_defaults": {"offer_hold_secs": 45},
    });

    let (one, other) = tokio::join!(
        app.operator().patch("settings", first),
        app.operator().patch("settings", second),
    );

    one.ok();
    other.ok();
    let settings = app.operator().get("settings").await.ok();
    assert_eq!(
        settings["session_permissions"],
        json!({"view_own": true, "control_own": false, "view_account": true, "control_account": false})
    );
    assert_eq!(settings["pool_defaults"]["lease_secs"], 120);
    assert_eq!(settings["pool_defaults"]["offer_hold_secs"], 45);
}

#[tokio::test]
async fn control_needs_view() {
    let app = App::with_account().await;
    let change = json!({"session_permissions": {"control_account": true}});

    let problem = app
        .operator()
        .patch("settings", change)
        .await
        .problem(422, "control-needs-view");

    assert_eq!(problem["control"], "control_account");
    assert_eq!(problem["view"], "view_account");
}
