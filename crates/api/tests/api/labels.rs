use serde_json::{Value, json};

use crate::app::App;
use crate::desk::{Desk, PRODUCT, text};

fn labels() -> Value {
    json!({"external_id": "crm-7", "metadata": {"case": "4711"}})
}

fn with(mut body: Value, more: &Value) -> Value {
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn users_and_pools_are_found_by_their_external_id_and_users_by_their_address() {
    let app = App::with_account().await;
    let ann = json!({"name": "Ann", "email": "ann@bücher.example", "assign_seat": false});
    let made = app.operator().post("users", with(ann, &labels())).await.created();
    let pool = json!({"name": "North", "product": PRODUCT, "seats": 0});
    let north = app
        .operator()
        .post("pools", with(pool, &labels()))
        .await
        .created();
    app.member("Ben").await;

    for (path, found) in [
        ("users?external_id=crm-7", Some(&made["id"])),
        ("users?email=Ann@xn--bcher-kva.example", Some(&made["id"])),
        ("users?q=ann@xn--bcher-kva.ex", Some(&made["id"])),
        (
            "users?email=ann@b%C3%BCcher.example&external_id=crm-7",
            Some(&made["id"]),
        ),
        ("users?email=ben@example.com&external_id=crm-7", None),
        ("users?external_id=crm", None),
        ("pools?external_id=crm-7", Some(&north["id"])),
        ("pools?external_id=crm-8", None),
    ] {
        let page = app.operator().get(path).await.ok();
        let ids: Vec<_> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["id"])
            .collect();
        assert_eq!(ids, Vec::from_iter(found), "{path}");
    }
    assert_eq!(made["metadata"], json!({"case": "4711"}));
    let change = json!({"external_id": null, "metadata": {}});
    let path = format!("users/{}", text(&made["id"]));
    let changed = app.operator().patch(&path, change).await.ok();
    assert_eq!(
        (&changed["external_id"], &changed["metadata"]),
        (&json!(null), &json!({}))
    );
}

#[tokio::test]
async fn an_account_is_created_changed_and_found_with_its_labels() {
    let app = App::empty().await;
    let made = app
        .operator()
        .post("/v1/accounts", with(json!({"name": "Contoso"}), &labels()))
        .await
        .created();
    assert_eq!(made["external_id"], "crm-7");
    app.new_account("Another").await;

    let found = app.operator().get("/v1/accounts?external_id=crm-7").await.ok();
    assert_eq!(found["items"], json!([made]));
    let path = format!("/v1/accounts/{}", text(&made["id"]));
    app.operator()
        .patch(&path, json!({"external_id": "crm-8"}))
        .await
        .ok();

    let found = app.operator().get("/v1/accounts?external_id=crm-8").await.ok();
    assert_eq!(found["items"][0]["name"], "Contoso");
    assert_eq!(found["items"][0]["metadata"], json!({"case": "4711"}));
}

#[tokio::test]
async fn a_session_keeps_its_labels_and_customer_after_its_end() {
    let desk = Desk::with(1, json!({"occupies": "session"})).await;
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let eva = desk.sign_in(&desk.agent("Eva").await).await;
    let start = |sign_in: &str| {
        let body = json!({"sign_in": sign_in, "kind": "call", "start": "active", "wait": true,
            "customer": {"name": "Kim"}});
        with(body, &labels())
    };
    let first = desk
        .app
        .by(&sven.token)
        .post("sessions", start(&sven.id))
        .await
        .created();
    let waiting = desk.app.by(&eva.token).post("sessions", start(&eva.id)).await;
    assert_eq!(waiting.status, 202, "{}", waiting.text);
    let path = format!("sessions/{}/end", text(&first["id"]));
    desk.app.by(&sven.token).post(&path, json!({})).await.ok();

    // Waiting loses no part of the request.
    let claim = format!("tickets/{}/claim", text(&waiting.json()["ticket"]["id"]));
    let second = desk.app.by(&eva.token).post(&claim, json!({})).await.created();
    assert_eq!(second["session"]["external_id"], "crm-7");
    let ended = desk
        .app
        .operator()
        .get("sessions?state=ended&external_id=crm-7")
        .await
        .ok();
    let ended = &ended["items"][0];
    assert_eq!(ended["id"], first["id"]);
    assert_eq!(ended["customer"]["name"], "Kim");
    assert_eq!(ended["metadata"], json!({"case": "4711"}));
    let live = desk.app.operator().get("sessions?external_id=crm-7").await.ok();
    assert_eq!(live["items"][0]["id"], second["session"]["id"]);
}

#[tokio::test]
async fn a_user_is_created_with_licenses_in_one_call_or_not_at_all() {
    let app = App::with_account().await;
    let pool = app.default_pool().await;
    let body = |name: &str, pool: &str| {
        json!({"name": name, "email": format!("{name}@example.com"),
            "licenses": {PRODUCT: {"kind": "shared", "pool": pool}}})
    };

    let made = app.operator().post("users", body("ann", &pool)).await.created();
    assert_eq!(
        made["licenses"],
        json!({PRODUCT: {"kind": "shared", "pool": pool}})
    );
    let named = json!({"name": "Ben", "email": "ben@example.com",
        "licenses": {PRODUCT: {"kind": "named"}}});
    assert_eq!(
        app.operator().post("users", named).await.created()["seat_assigned"],
        true
    );
    let nowhere = "pool_01h2xcejqtf2nbrexx3vqjhp41";
    app.operator()
        .post("users", body("eva", nowhere))
        .await
        .problem(404, "not-found");
    let found = app.operator().get("users?email=eva@example.com").await.ok();
    assert_eq!(found["items"], json!([]));
    let both = with(body("eva", &pool), &json!({"assign_seat": true}));
    let told = app.operator().post("users", both).await.problem(422, "invalid");
    assert_eq!(told["errors"][0]["field"], "licenses");
}

#[tokio::test]
async fn metadata_is_bounded_and_the_answer_says_how() {
    let app = App::with_account().await;
    let many: serde_json::Map<_, _> = (0..21).map(|n| (n.to_string(), json!(""))).collect();
    let large: serde_json::Map<_, _> = (0..9).map(|n| (n.to_string(), json!("v".repeat(500)))).collect();
    for metadata in [
        json!(many),
        json!(large),
        json!({"k": "v".repeat(501)}),
        json!({"k": 1}),
    ] {
        let body = json!({"name": "Ann", "email": "ann@example.com", "metadata": metadata});
        let told = app.operator().post("users", body).await.problem(422, "invalid");
        let field = told["errors"][0]["field"].as_str().unwrap();
        assert!(field.starts_with("metadata"), "{told}");
    }
}

#[tokio::test]
async fn a_password_made_of_the_users_address_is_refused_with_labels_as_without() {
    let app = App::with_account().await;
    let password = "wilhelmina.weakling@example";
    let guessable = json!({
        "name": "Wilhelmina Weakling", "email": "wilhelmina.weakling@example.com", "assign_seat": false,
        "password": password,
    });

    for body in [guessable.clone(), with(guessable, &labels())] {
        let told = app.operator().post("users", body).await.problem(422, "invalid");
        assert_eq!(told["errors"][0]["field"], "password");
    }
}

#[tokio::test]
async fn users_who_label_themselves_are_refused_with_a_true_sentence() {
    let app = App::with_account().await;
    let (id, ben) = app.member("Ben").await;

    let answer = app.by(&ben).patch(&format!("users/{id}"), labels()).await;

    assert_eq!(answer.problem(403, "forbidden")["needed"], "users.manage");
}

#[tokio::test]
async fn a_license_that_is_no_object_is_refused_without_parser_jargon() {
    let app = App::with_account().await;
    let body = json!({"name": "Ann", "email": "ann@example.com", "licenses": {PRODUCT: "shared"}});

    let told = app.operator().post("users", body).await.problem(422, "invalid");

    let message = text(&told["errors"][0]["message"]);
    assert!(message.starts_with("must be an object"), "{message}");
}
