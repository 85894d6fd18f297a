use serde_json::{Value, json};

use crate::app::App;
use crate::desk::Desk;

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap();
    let mut names: Vec<_> = items.iter().map(|user| user["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_new_user_gets_a_named_seat_if_one_is_free_and_the_answer_says_so() {
    let app = App::with_account().await;
    // Owners pay for the seats, and are asked.
    let owner = json!({"name": "Olga", "email": "olga@example.com", "role": "owner"});
    let owner = app.operator().post("users", owner).await.created();
    assert_eq!(owner["seat_assigned"], false);
    let body = |name: &str| json!({"name": name, "email": format!("{name}@example.com")});

    let first = app.operator().post("users", body("A")).await.created();
    app.operator().post("users", body("B")).await.created();
    let third = app.operator().post("users", body("C")).await.created();

    assert_eq!(first["seat_assigned"], true);
    assert_eq!(first["licenses"], json!({"remote-support": {"kind": "named"}}));
    assert_eq!(third["seat_assigned"], false);
    assert_eq!(third["licenses"], json!({}));
    let must = json!({"name": "D", "email": "d@example.com", "assign_seat": true});
    let problem = app
        .operator()
        .post("users", must)
        .await
        .problem(409, "not-enough-seats");
    assert_eq!(problem["left"], 0);
    assert_eq!(problem["total"], 2);
}

#[tokio::test]
async fn a_user_has_every_field_of_the_design() {
    let app = App::with_account().await;
    let body = json!({
        "name": "Sven", "email": "Sven@Example.com", "role": "manager", "privileges": ["seats.manage"],
        "billing_contact": true, "seat_limit": 2, "session_permissions": {"view_account": "allow"},
        "assign_seat": false,
    });

    let user = app.operator().post("users", body).await.created();

    let id = user["id"].as_str().unwrap();
    assert!(id.starts_with("user_"));
    let shown = app.operator().get(&format!("users/{id}")).await.ok();
    assert_eq!(
        shown,
        json!({
            "id": id, "name": "Sven", "email": "sven@example.com", "role": "manager",
            "privileges": ["seats.manage"], "billing_contact": true, "seat_limit": 2,
            "external_id": null, "metadata": {},
            "session_permissions": {
                "view_own": "inherit", "control_own": "inherit",
                "view_account": "allow", "control_account": "inherit",
            },
            "active": true, "licenses": {}, "lent": {}, "teams": [],
            "groups": [], "directory": null, "created_at": "2026-11-23T09:00:00Z",
        })
    );
}

#[tokio::test]
async fn users_are_found_by_licenses_and_attributes() {
    let app = App::with_account().await;
    let pool = app.default_pool().await;
    let (sven, _) = app.member("Sven").await;
    let (nora, _) = app.member("Nora").await;
    let (olaf, _) = app.user("Olaf", json!({"role": "admin"})).await;
    let license = |user: &str| format!("users/{user}/licenses/remote-support");
    let shared = json!({"kind": "shared", "pool": pool});
    app.operator().put(&license(&sven), shared).await.ok();
    app.operator()
        .put(&license(&nora), json!({"kind": "named"}))
        .await
        .ok();
    app.operator()
        .patch(&format!("users/{olaf}"), json!({"active": false}))
        .await
        .ok();
    let team = app
        .operator()
        .post("teams", json!({"name": "Night", "members": [olaf]}))
        .await
        .created();
    let (team, product) = (team["id"].as_str().unwrap(), "product=remote-support");

    let table: &[(&str, &[&str])] = &[
        ("", &["Nora", "Olaf", "Sven"]),
        ("license=named", &["Nora"]),
        ("license=shared", &["Sven"]),
        ("license=none", &["Olaf"]),
        (product, &["Nora", "Sven"]),
        ("product=service-desk&license=none", &["Nora", "Olaf", "Sven"]),
        (&format!("{product}&license=none"), &["Olaf"]),
        (&format!("pool={pool}"), &["Sven"]),
        (&format!("team={team}"), &["Olaf"]),
        ("status=inactive", &["Olaf"]),
        ("status=active", &["Nora", "Sven"]),
        ("role=admin", &["Olaf"]),
        ("q=NOR", &["Nora"]),
        ("q=sven%40example", &["Sven"]),
    ];
    for (query, expected) in table {
        let list = app.operator().get(&format!("users?{query}")).await.ok();
        assert_eq!(names(&list), *expected, "{query}");
    }
}

#[tokio::test]
async fn a_license_goes_to_somebody_else_in_one_call() {
    let app = App::with_account().await;
    let (sven, _) = app.member("Sven").await;
    let (nora, _) = app.member("Nora").await;
    let license = format!("users/{sven}/licenses/remote-support");
    let reassign = format!("{license}/reassign");
    app.operator().put(&license, json!({"kind": "named"})).await.ok();

    let heir = app.operator().post(&reassign, json!({"to": nora})).await.ok();

    assert_eq!(heir["id"], json!(nora));
    assert_eq!(heir["licenses"], json!({"remote-support": {"kind": "named"}}));
    let holder = app.operator().get(&format!("users/{sven}")).await.ok();
    assert_eq!(holder["licenses"], json!({}));
    app.operator()
        .post(&reassign, json!({"to": nora}))
        .await
        .problem(404, "not-found");
    let own = format!("users/{nora}/licenses/remote-support/reassign");
    let problem = app
        .operator()
        .post(&own, json!({"to": nora}))
        .await
        .problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "to");
}

#[tokio::test]
async fn a_license_switches_in_one_step_and_is_taken_away() {
    let app = App::with_account().await;
    let (sven, _) = app.member("Sven").await;
    let path = format!("users/{sven}/licenses/remote-support");
    let shared = json!({"kind": "shared", "pool": app.default_pool().await});
    app.operator().put(&path, json!({"kind": "named"})).await.ok();

    let user = app.operator().put(&path, shared.clone()).await.ok();

    assert_eq!(user["licenses"]["remote-support"], shared);
    app.operator().delete(&path).await.done();
    let user = app.operator().get(&format!("users/{sven}")).await.ok();
    assert_eq!(user["licenses"], json!({}));
}

#[tokio::test]
async fn a_license_of_another_shape_is_refused() {
    let app = App::with_account().await;
    let (sven, _) = app.member("Sven").await;
    let path = format!("users/{sven}/licenses/remote-support");

    for body in [
        json!({"kind": "floating"}),
        json!({"kind": "shared"}),
        json!({"kind": "named", "pool": app.default_pool().await}),
        json!({}),
    ] {
        app.operator().put(&path, body).await.problem(422, "invalid");
    }
}

#[tokio::test]
async fn members_see_themselves_and_nobody_else() {
    let app = App::with_account().await;
    let (sven, token) = app.member("Sven").await;
    let (nora, _) = app.member("Nora").await;

    assert_eq!(names(&app.by(&token).get("users").await.ok()), ["Sven"]);
    app.by(&token).get(&format!("users/{sven}")).await.ok();
    app.by(&token)
        .get(&format!("users/{nora}"))
        .await
        .problem(404, "not-found");
    let path = format!("users/{sven}");
    let renamed = app.by(&token).patch(&path, json!({"name": "Sven S."})).await.ok();
    assert_eq!(renamed["name"], "Sven S.");
    let promoted = app.by(&token).patch(&path, json!({"role": "owner"})).await;
    assert_eq!(promoted.problem(403, "forbidden")["needed"], "users.manage");
}

#[tokio::test]
async fn a_field_left_out_stays_and_null_lifts_a_limit() {
    let app = App::with_account().await;
    let (sven, _) = app.user("Sven", json!({"seat_limit": 2})).await;
    let path = format!("users/{sven}");

    let renamed = app.operator().patch(&path, json!({"name": "S"})).await.ok();
    let lifted = app
        .operator()
        .patch(&path, json!({"seat_limit": null}))
        .await
        .ok();

    assert_eq!(renamed["seat_limit"], 2);
    assert_eq!(lifted["seat_limit"], json!(null));
}

#[tokio::test]
async fn a_password_lets_its_user_in_and_a_refused_creation_leaves_none() {
    let app = App::with_account().await;
    let password = "correct horse battery";
    let new = json!({"name": "Sven", "email": "sven@example.com", "password": password});
    let token = json!({"account": app.account, "email": "sven@example.com", "password": password});

    app.operator().post("users", new.clone()).await.created();
    app.operator()
        .post("users", new)
        .await
        .problem(409, "already-exists");

    app.nobody().post("/v1/tokens", token).await.created();
    let short = json!({"name": "Nora", "email": "nora@example.com", "password": "short"});
    let problem = app.operator().post("users", short).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "password");
}

#[tokio::test]
async fn a_repeated_creation_does_not_touch_a_password_that_was_changed_since() {
    let app = App::with_account().await;
    let new = json!({"name": "Sven", "email": "sven@example.com", "password": "the first password"});
    let user = app
        .operator()
        .with_key("1")
        .post("users", new.clone())
        .await
        .created();
    let path = format!("users/{}", user["id"].as_str().unwrap());
    app.operator()
        .patch(&path, json!({"password": "the second password"}))
        .await
        .ok();

    let again = app.operator().with_key("1").post("users", new).await.ok();

    assert_eq!(again["id"], user["id"]);
    let token =
        |password: &str| json!({"account": app.account, "email": "sven@example.com", "password": password});
    app.nobody()
        .post("/v1/tokens", token("the second password"))
        .await
        .created();
    app.nobody()
        .post("/v1/tokens", token("the first password"))
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn tokens_die_with_a_new_password_with_deactivation_and_with_the_user() {
    let app = App::with_account().await;
    let table = [
        ("Sven", json!({"password": "a new password"})),
        ("Nora", json!({"active": false})),
    ];
    for (name, change) in table {
        let (id, token) = app.member(name).await;
        app.operator().patch(&format!("users/{id}"), change).await.ok();
        app.by(&token).get("users").await.problem(401, "unauthenticated");
    }
    let (id, token) = app.member("Olaf").await;
    app.operator().delete(&format!("users/{id}")).await.done();
    app.by(&token).get("users").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn the_last_owner_stays() {
    let app = App::with_account().await;
    let (olga, _) = app.user("Olga", json!({"role": "owner"})).await;

    app.operator()
        .delete(&format!("users/{olga}"))
        .await
        .problem(409, "last-owner");
}

/// Has 12 characters but is easily guessed: an answer that says so has computed an estimate.
const WEAK: &str = "password1234";

#[tokio::test]
async fn nobody_has_a_password_estimated_or_hashed_whom_the_rules_refuse() {
    let app = App::with_account().await;
    let (olga, _) = app.user("Olga", json!({"role": "owner"})).await;
    let (_, member) = app.member("Sven").await;
    let reader = app.manager("Rita", "reports.view").await;
    let manager = app.manager("Ulla", "users.manage").await;
    let new = |email: &str, role: &str| json!({"name": "N", "email": email, "role": role, "password": WEAK});
    let before = app.identity.passwords_hashed();

    let of_olga = format!("users/{olga}");
    for (who, status, code) in [
        (&member, 404, "not-found"),
        (&reader, 403, "forbidden"),
        (&manager, 403, "forbidden"),
    ] {
        let answer = app.by(who).patch(&of_olga, json!({"password": WEAK})).await;
        answer.problem(status, code);
    }
    for (who, body, status, code) in [
        (&member, new("n@example.com", "member"), 403, "forbidden"),
        (&reader, new("n@example.com", "member"), 403, "forbidden"),
        (&manager, new("n@example.com", "owner"), 403, "forbidden"),
        (&manager, new("sven@example.com", "member"), 409, "already-exists"),
    ] {
        app.by(who).post("users", body).await.problem(status, code);
    }

    assert_eq!(app.identity.passwords_hashed(), before);
}

#[tokio::test]
async fn a_password_that_somebody_else_set_gives_no_token_before_it_is_changed() {
    let app = App::with_account().await;
    let manager = app.manager("Ulla", "users.manage").await;
    let password = "correct horse battery";
    let new = |name: &str| {
        let email = format!("{name}@example.com");
        json!({"name": name, "email": email, "password": password})
    };
    let token = async |name: &str| {
        let email = format!("{name}@example.com");
        let body = json!({"account": app.account, "email": email, "password": password});
        app.nobody().post("/v1/tokens", body).await
    };
    let with = |name: &str, temporary: bool| {
        let mut body = new(name);
        body["password_temporary"] = json!(temporary);
        body
    };

    app.by(&manager).post("users", new("a")).await.created();
    app.by(&manager).post("users", with("b", false)).await.created();
    app.operator().post("users", new("c")).await.created();
    let d = app.operator().post("users", with("d", true)).await.created();

    for name in ["a", "d"] {
        let problem = token(name).await.problem(403, "password-change-required");
        assert_eq!(problem["href"], "/me/password");
    }
    for name in ["b", "c"] {
        token(name).await.created();
    }
    let path = format!("users/{}", d["id"].as_str().unwrap());
    app.operator()
        .patch(&path, json!({"password": password}))
        .await
        .ok();
    token("d").await.created();
    app.by(&manager)
        .patch(&path, json!({"password": password}))
        .await
        .ok();
    token("d").await.problem(403, "password-change-required");
    let alone = app
        .operator()
        .patch(&path, json!({"password_temporary": true}))
        .await;
    assert_eq!(alone.problem(422, "invalid")["errors"][0]["field"], "password");
}

#[tokio::test]
async fn your_own_password_is_changed_only_with_the_current_one() {
    let app = App::with_account().await;
    let (present, next) = ("correct horse battery", "teapot anchor lilac");
    let (sven, token) = app.user("Sven", json!({"password": present})).await;
    let path = format!("users/{sven}");
    let change = async |body| app.by(&token).patch(&path, body).await;

    for (body, field) in [
        (json!({"password": next}), "present_password"),
        (
            json!({"password": next, "present_password": next}),
            "present_password",
        ),
        (
            json!({"password": next, "present_password": present, "password_temporary": true}),
            "password_temporary",
        ),
        (json!({"present_password": present}), "password"),
    ] {
        let problem = change(body).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let of_another = json!({"password": next, "present_password": present});
    let answer = app
        .operator()
        .patch(&path, of_another)
        .await
        .problem(422, "invalid");
    assert_eq!(answer["errors"][0]["field"], "present_password");
    change(json!({"password": next, "present_password": present}))
        .await
        .ok();

    let body =
        |password: &str| json!({"account": app.account, "email": "sven@example.com", "password": password});
    let old = app.nobody().post("/v1/tokens", body(present)).await;
    old.problem(401, "unauthenticated");
    app.nobody().post("/v1/tokens", body(next)).await.created();
}

#[tokio::test]
async fn guesses_at_your_own_current_password_are_throttled() {
    let app = App::with_account().await;
    let (sven, token) = app
        .user("Sven", json!({"password": "correct horse battery"}))
        .await;
    let path = format!("users/{sven}");
    let guess = json!({"password": "teapot anchor lilac", "present_password": "a wrong guess"});
    for _ in 0..usher_app::ATTEMPTS_PER_EMAIL {
        app.by(&token)
            .patch(&path, guess.clone())
            .await
            .problem(422, "invalid");
    }

    let stopped = app.by(&token).patch(&path, guess).await;

    stopped.problem(429, "too-many-attempts");
    let body =
        json!({"account": app.account, "email": "sven@example.com", "password": "correct horse battery"});
    app.nobody().post("/v1/tokens", body).await.created();
}

#[tokio::test]
async fn a_new_password_ends_the_sign_ins_of_devices() {
    let desk = Desk::with_seats(1).await;
    let (sven, nora) = (desk.agent("Sven").await, desk.agent("Nora").await);
    let (device, other) = (desk.sign_in(&sven).await, desk.agent("Olaf").await);
    let change = json!({"password": "teapot anchor lilac"});
    desk.app
        .operator()
        .patch(&format!("users/{}", other.id), change.clone())
        .await
        .ok();
    let path = format!("sign-ins/{}/heartbeat", device.id);
    desk.app.by(&device.token).post(&path, json!({})).await.ok();

    desk.app
        .operator()
        .patch(&format!("users/{}", sven.id), change)
        .await
        .ok();

    let ended = desk.app.by(&device.token).post(&path, json!({})).await;
    assert_eq!(ended.problem(410, "sign-in-ended")["reason"], "password-changed");
    desk.sign_in(&nora).await;
}
