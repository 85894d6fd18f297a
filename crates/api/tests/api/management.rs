//! Who changes a subscription besides the operator (L9).

use serde_json::{Value, json};

use crate::app::{App, Who};
use crate::desk::text;

fn seats(named_seats: u32) -> Value {
    json!({"plan": "enterprise", "products": {"remote-support": {
        "named_seats": named_seats, "shared_seats": 10,
    }}})
}

/// Named seats from 2 to 20, 10 shared seats, and 60 minutes.
fn within_bounds() -> Value {
    json!({"mode": "within_bounds", "bounds": {
        "products": {"remote-support": {
            "named_seats": {"min": 2, "max": 20}, "shared_seats": {"min": 10, "max": 10},
        }},
        "minutes_per_30_days": 60,
    }})
}

/// The billing contact and a program.
async fn buyers(app: &App) -> [Who; 2] {
    [app.owner().await, app.key(&["subscription.manage"]).await]
}

async fn manage(app: &App, management: Value) -> Value {
    let operator = app.operator();
    operator.put("subscription-management", management).await.ok()
}

#[tokio::test]
async fn l9_a_free_subscription_is_changed_by_billing_contacts_and_keys_at_once() {
    let app = App::with_account().await;
    manage(&app, json!({"mode": "free"})).await;

    for (number, buyer) in (30..).zip(buyers(&app).await) {
        let bought = app.by(&buyer).put("subscription", seats(number)).await.ok();
        assert_eq!(bought["products"]["remote-support"]["named_seats"], number);
        app.by(&buyer).post("minutes", json!({"minutes": 500})).await.ok();
    }

    let minutes = app.operator().post("minutes", json!({"minutes": 1})).await.ok();
    assert_eq!(minutes, json!({"remaining": 1001}));
    let audit = app.operator().get("audit?action=subscription.set").await.ok();
    let actor = audit["items"][1]["actor"].to_string();
    assert!(actor.contains("user_"), "{audit}");
}

#[tokio::test]
async fn l9_a_subscription_within_bounds_is_changed_up_to_its_bounds() {
    let app = App::with_account().await;
    let set = manage(&app, within_bounds()).await;
    assert_eq!(set["minutes_left"], 60);

    for buyer in buyers(&app).await {
        app.by(&buyer).put("subscription", seats(20)).await.ok();
        app.by(&buyer).post("minutes", json!({"minutes": 20})).await.ok();

        let beyond = app.by(&buyer).put("subscription", seats(21)).await;
        let problem = beyond.problem(409, "outside-bounds");
        assert_eq!(problem["product"], "remote-support");
        assert_eq!(problem["seat_kind"], "named");
        assert_eq!(
            (&problem["asked"], &problem["min"], &problem["max"]),
            (&json!(21), &json!(2), &json!(20))
        );
    }
    let [mia, key] = [app.member("Mia").await.1, app.key(&["subscription.manage"]).await];
    let beyond = app.by(&key).post("minutes", json!({"minutes": 21})).await;
    let problem = beyond.problem(409, "outside-bounds");
    assert_eq!((&problem["left"], &problem["max"]), (&json!(20), &json!(60)));
    app.by(&mia)
        .put("subscription", seats(3))
        .await
        .problem(403, "forbidden");
    app.operator().put("subscription", seats(99)).await.ok();
    app.operator()
        .post("minutes", json!({"minutes": 1000}))
        .await
        .ok();
    let shown = app.by(&key).get("subscription-management").await.ok();
    assert_eq!(shown["minutes_left"], 20);
    assert_eq!(shown["bounds"], within_bounds()["bounds"]);
}

#[tokio::test]
async fn l9_a_closed_subscription_is_changed_by_the_operator_only() {
    let app = App::with_account().await;
    manage(&app, json!({"mode": "closed"})).await;

    for buyer in buyers(&app).await {
        let seats = app.by(&buyer).put("subscription", seats(3)).await;
        seats.problem(403, "subscription-closed");
        let minutes = app.by(&buyer).post("minutes", json!({"minutes": 1})).await;
        minutes.problem(403, "subscription-closed");
    }

    app.operator().put("subscription", seats(3)).await.ok();
    app.operator().post("minutes", json!({"minutes": 1})).await.ok();
}

#[tokio::test]
async fn l9_bounds_go_with_their_mode_and_make_sense() {
    let app = App::with_account().await;
    let mut turned = within_bounds();
    turned["bounds"]["products"]["remote-support"]["named_seats"]["min"] = json!(21);
    let mut free = within_bounds();
    free["mode"] = json!("free");

    for (body, field) in [
        (json!({"mode": "within_bounds"}), "bounds"),
        (free, "bounds"),
        (turned, "bounds"),
        (json!({"mode": "sometimes"}), "mode"),
    ] {
        let answer = app.operator().put("subscription-management", body).await;
        let problem = answer.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    let unchanged = app.operator().get("subscription-management").await.ok();
    assert_eq!(
        unchanged,
        json!({"mode": "on_request", "bounds": null, "minutes_left": null})
    );
}

#[tokio::test]
async fn l10_what_is_asked_for_is_bought_when_the_operator_approves_it() {
    let app = App::with_account().await;
    for (number, buyer) in (30..).zip(buyers(&app).await) {
        let mut asked = seats(number);
        asked["note"] = json!("For the new team.");
        let request = app.by(&buyer).put("subscription", asked).await.accepted();
        assert_eq!(
            request["asked"]["products"]["remote-support"]["named_seats"],
            number
        );
        assert_eq!(request["note"], "For the new team.");
        let before = app.operator().get("subscription").await.ok();
        assert_ne!(before["products"]["remote-support"]["named_seats"], number);

        let open = app.operator().get("/v1/subscription-requests").await.ok();
        assert_eq!(open["items"], json!([request]));
        let path = format!("subscription-requests/{}/approve", text(&request["id"]));
        let approved = app.operator().post(&path, json!({"note": "Welcome."})).await.ok();

        assert_eq!(approved["answer"]["outcome"], "approved");
        let after = app.operator().get("subscription").await.ok();
        assert_eq!(after["products"]["remote-support"]["named_seats"], number);
        let own = app.by(&buyer).get("subscription-requests").await.ok();
        assert_eq!(own["items"], json!([approved]));
        let open = app.operator().get("/v1/subscription-requests").await.ok();
        assert_eq!(open["items"], json!([]));
        let again = app.operator().post(&path, json!({})).await;
        again.problem(409, "wrong-state");
    }
}

#[tokio::test]
async fn l10_a_request_is_replaced_declined_or_changed() {
    let app = App::with_account().await;
    let [owner, key] = buyers(&app).await;
    app.by(&owner)
        .post("minutes", json!({"minutes": 60}))
        .await
        .accepted();
    let second = app
        .by(&key)
        .post("minutes", json!({"minutes": 70}))
        .await
        .accepted();
    let open = app.operator().get("/v1/subscription-requests").await.ok();
    assert_eq!(open["items"], json!([second]));

    let decline = format!("subscription-requests/{}/decline", text(&second["id"]));
    let declined = app
        .operator()
        .post(&decline, json!({"note": "Call us."}))
        .await
        .ok();
    assert_eq!(declined["answer"]["note"], "Call us.");
    let third = app
        .by(&key)
        .post("minutes", json!({"minutes": 80}))
        .await
        .accepted();
    let approve = format!("subscription-requests/{}/approve", text(&third["id"]));
    let both = json!({"minutes": 5, "subscription": seats(3)});
    app.operator().post(&approve, both).await.problem(422, "invalid");
    let other_kind = json!({"subscription": seats(3)});
    app.operator()
        .post(&approve, other_kind)
        .await
        .problem(422, "invalid");
    let changed = app.operator().post(&approve, json!({"minutes": 50})).await.ok();

    assert_eq!(changed["answer"]["outcome"], "changed");
    assert_eq!(changed["answer"]["bought"]["minutes"], 50);
    let minutes = app.operator().post("minutes", json!({"minutes": 1})).await.ok();
    assert_eq!(minutes, json!({"remaining": 51}));
    for (action, count) in [
        ("subscription.requested", 3),
        ("subscription.request_approved", 1),
        ("subscription.request_declined", 1),
    ] {
        let audit = app.operator().get(&format!("audit?action={action}")).await.ok();
        assert_eq!(audit["items"].as_array().unwrap().len(), count, "{audit}");
    }
}

#[tokio::test]
async fn l10_a_repeated_call_with_its_key_is_one_request() {
    let app = App::with_account().await;
    let buyer = app.key(&["subscription.manage"]).await;
    let ask = async |minutes: u32| {
        let body = json!({"minutes": minutes});
        app.by(&buyer).with_key("june").post("minutes", body).await
    };

    let first = ask(60).await.accepted();
    let again = ask(60).await.accepted();
    let other = ask(61).await;

    assert_eq!(again, first);
    other.problem(409, "idempotency-key-reused");
}

#[tokio::test]
async fn l10_the_operator_pages_through_the_requests_of_all_accounts() {
    let app = App::with_account().await;
    let other = App {
        account: app.new_account("Another").await,
        ..app.clone()
    };
    let mut asked = Vec::new();
    for of in [&app, &other] {
        let buyer = of.key(&["subscription.manage"]).await;
        asked.push(
            of.by(&buyer)
                .post("minutes", json!({"minutes": 60}))
                .await
                .accepted(),
        );
    }

    let first = app.operator().get("/v1/subscription-requests?limit=1").await.ok();
    let cursor = text(&first["next_cursor"]);
    let path = format!("/v1/subscription-requests?limit=1&cursor={cursor}");
    let second = app.operator().get(&path).await.ok();

    let mut listed = vec![first["items"][0].clone(), second["items"][0].clone()];
    listed.sort_by_key(|request| text(&request["id"]));
    asked.sort_by_key(|request| text(&request["id"]));
    assert_eq!(listed, asked);
    assert_eq!(second["next_cursor"], Value::Null);
    other.operator().delete("").await.done();
    let open = app.operator().get("/v1/subscription-requests").await.ok();
    assert_eq!(open["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn l9_every_change_of_a_subscription_is_listed_in_order() {
    let app = App::with_account().await;
    let other = App {
        account: app.new_account("Another").await,
        ..app.clone()
    };
    let start = app.operator().get("/v1/subscription-changes").await.ok();
    let start = text(&start["items"].as_array().unwrap().last().unwrap()["cursor"]);
    manage(&app, json!({"mode": "free"})).await;
    let buyer = app.key(&["subscription.manage"]).await;
    app.by(&buyer).put("subscription", seats(3)).await.ok();
    other
        .operator()
        .post("minutes", json!({"minutes": 60}))
        .await
        .ok();
    app.by(&buyer).post("minutes", json!({"minutes": 5})).await.ok();
    // These change nothing.
    app.by(&buyer).put("subscription", seats(3)).await.ok();
    other
        .by(&other.key(&["subscription.manage"]).await)
        .post("minutes", json!({"minutes": 9}))
        .await
        .accepted();
    other.operator().delete("").await.done();

    let mut changes = Vec::new();
    let mut cursor = start;
    loop {
        let path = format!("/v1/subscription-changes?limit=2&cursor={cursor}");
        let page = app.operator().get(&path).await.ok();
        let Some(last) = page["items"].as_array().unwrap().last().cloned() else {
            break;
        };
        changes.extend(page["items"].as_array().unwrap().iter().cloned());
        cursor = text(&last["cursor"]);
    }

    let kinds: Vec<(String, String)> = changes
        .iter()
        .map(|change| (text(&change["account"]), text(&change["kind"])))
        .collect();
    let (this, that) = (app.account.to_string(), other.account.to_string());
    let expected = [
        (&this, "management"),
        (&this, "subscription"),
        (&that, "minutes"),
        (&this, "minutes"),
        (&that, "closed"),
    ];
    assert_eq!(
        kinds,
        expected.map(|(account, kind)| (account.clone(), kind.to_owned()))
    );
    assert_eq!(changes[0]["management"]["mode"], "free");
    assert_eq!(changes[1]["products"]["remote-support"]["named_seats"], 3);
    assert_eq!(changes[2]["minutes"], 60);
    assert_eq!(changes[2]["actor"], "operator");
    assert!(text(&changes[1]["actor"]).starts_with("key_"));
}

#[tokio::test]
async fn l10_a_request_is_withdrawn_and_its_answer_dismissed() {
    let app = App::with_account().await;
    let [owner, key] = buyers(&app).await;
    let seats = app.by(&owner).put("subscription", seats(30)).await.accepted();
    let minutes = app
        .by(&owner)
        .post("minutes", json!({"minutes": 60}))
        .await
        .accepted();
    assert_eq!(seats["account_name"], "Contoso Support");
    assert_eq!(seats["before"]["products"]["remote-support"]["shared_seats"], 10);
    assert_eq!(minutes["before"], Value::Null);
    let path = |of: &Value| format!("subscription-requests/{}", text(&of["id"]));
    let decline = format!("{}/decline", path(&minutes));
    app.operator().post(&decline, json!({})).await.ok();

    app.by(&key).delete(&path(&seats)).await.done();
    app.by(&key).delete(&path(&minutes)).await.done();

    let open = app.operator().get("/v1/subscription-requests").await.ok();
    assert_eq!(open["items"], json!([]));
    let own = app.by(&owner).get("subscription-requests").await.ok();
    assert_eq!(own["items"], json!([]));
    app.by(&key).delete(&path(&seats)).await.problem(404, "not-found");
    for action in ["subscription.request_withdrawn", "subscription.request_dismissed"] {
        let audit = app.operator().get(&format!("audit?action={action}")).await.ok();
        assert_eq!(audit["items"].as_array().unwrap().len(), 1, "{audit}");
    }
}

#[tokio::test]
async fn l10_an_approval_does_not_undo_a_change_made_since_the_request() {
    let app = App::with_account().await;
    let [owner, _] = buyers(&app).await;
    let request = app.by(&owner).put("subscription", seats(30)).await.accepted();
    app.operator().put("subscription", seats(40)).await.ok();
    let approve = format!("subscription-requests/{}/approve", text(&request["id"]));

    let as_asked = app.operator().post(&approve, json!({})).await;
    let mut instead = seats(50);
    instead["seen"] = seats(30);
    let outdated = app
        .operator()
        .post(&approve, json!({"subscription": instead}))
        .await;
    instead["seen"] = seats(40);
    let approved = app
        .operator()
        .post(&approve, json!({"subscription": instead}))
        .await
        .ok();

    as_asked.problem(409, "changed-meanwhile");
    outdated.problem(409, "changed-meanwhile");
    assert_eq!(approved["answer"]["outcome"], "changed");
    let now = app.operator().get("subscription").await.ok();
    assert_eq!(now["products"]["remote-support"]["named_seats"], 50);
}

#[tokio::test]
async fn l10_a_request_stays_open_when_the_management_changes() {
    let app = App::with_account().await;
    let [owner, key] = buyers(&app).await;
    let request = app.by(&owner).put("subscription", seats(30)).await.accepted();

    for mode in ["free", "closed"] {
        manage(&app, json!({"mode": mode})).await;
        let own = app.by(&key).get("subscription-requests").await.ok();
        assert_eq!(own["items"], json!([request]), "{mode}");
    }
    let approve = format!("subscription-requests/{}/approve", text(&request["id"]));
    app.operator().post(&approve, json!({})).await.ok();

    let now = app.operator().get("subscription").await.ok();
    assert_eq!(now["products"]["remote-support"]["named_seats"], 30);
}
