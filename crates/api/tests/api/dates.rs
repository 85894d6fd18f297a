//! Terms (L11), seats and minutes that end (L12), and what is given back then (L13).

use serde_json::{Value, json};
use usher_domain::{Secs, WallTime};
use usher_testkit::START;

use crate::app::{App, Who};
use crate::desk::{PRODUCT, device, text};

const DAY: u32 = 24 * 60 * 60;

/// So many days after the server was started.
fn day(number: u32) -> String {
    usher_app::rfc3339(WallTime::new(START + Secs::new(number * DAY))).to_string()
}

fn bought(seats: &Value) -> Value {
    json!({"plan": "enterprise", "products": {PRODUCT: seats}})
}

/// An account with two named seats, of which one ends on day 30, and ten shared seats, of which three end then.
async fn lent() -> App {
    let app = App::with_account().await;
    let seats = json!({"named_seats": 2, "shared_seats": 10, "temporary": [
        {"named_seats": 1, "shared_seats": 3, "until": day(30)},
    ]});
    app.operator().put("subscription", bought(&seats)).await.ok();
    app
}

/// Moves the clock to a day, and lets everything happen that is due by then.
async fn pass_to(app: &App, number: u32) {
    let passed = app.engine.now().since(START).get();
    app.engine.advance(Secs::new(number * DAY - passed)).await;
}

async fn sign_in(app: &App, user: &str) -> crate::app::Answer {
    let body = json!({"user": user, "product": PRODUCT, "device": device("laptop")});
    let key = app.key(&["sign-ins.write"]).await;
    app.by(&key).post("sign-ins", body).await
}

#[tokio::test]
async fn l11_a_subscription_ends_after_its_days_of_grace_and_running_work_goes_on() {
    let app = App::with_account().await;
    let (ida, _) = app.member("Ida").await;
    let (max, _) = app.member("Max").await;
    let mut body = bought(&json!({"named_seats": 2, "shared_seats": 10}));
    body["terms"] = json!({"start": day(0), "end": day(30), "trial": true, "grace_days": 7});

    let set = app.operator().put("subscription", body).await.ok();

    assert_eq!(
        set["terms"],
        json!({
            "start": day(0), "end": day(30), "trial": true, "renewal_months": null, "grace_days": 7,
            "sign_ins_end": day(37), "ended": false,
        })
    );
    pass_to(&app, 36).await;
    for user in [&ida, &max] {
        let license = json!({"kind": "named"});
        let path = format!("users/{user}/licenses/{PRODUCT}");
        app.operator().put(&path, license).await.ok();
    }
    sign_in(&app, &ida).await.created();
    app.engine.advance(Secs::new(DAY - 10)).await;
    sign_in(&app, &ida).await;
    app.engine.advance(Secs::new(10)).await;

    let refused = sign_in(&app, &max).await.problem(403, "subscription-ended");
    assert!(text(&refused["detail"]).contains("has ended"), "{refused}");
    let shown = app.operator().get("subscription").await.ok();
    assert_eq!(shown["terms"]["ended"], true);
    let signed_in = app.operator().get("sign-ins").await.ok();
    assert_eq!(signed_in["items"].as_array().unwrap().len(), 1, "{signed_in}");

    let mut renewed = bought(&json!({"named_seats": 2, "shared_seats": 10}));
    renewed["terms"] = json!({});
    app.operator().put("subscription", renewed).await.ok();
    sign_in(&app, &max).await.created();
}

#[tokio::test]
async fn l11_l12_only_the_operator_says_what_ends_and_a_plain_change_leaves_it() {
    let app = lent().await;
    let operator = app.operator();
    operator
        .put("subscription-management", json!({"mode": "free"}))
        .await
        .ok();
    let owner = app.owner().await;

    let mut terms = bought(&json!({"named_seats": 2, "shared_seats": 10}));
    terms["terms"] = json!({"end": day(90)});
    let seats = bought(&json!({"named_seats": 2, "shared_seats": 10, "temporary": []}));
    for body in [terms, seats] {
        app.by(&owner)
            .put("subscription", body)
            .await
            .problem(403, "forbidden");
    }
    let minutes = json!({"minutes": 5, "until": day(3)});
    app.by(&owner)
        .post("minutes", minutes)
        .await
        .problem(403, "forbidden");
    let more = bought(&json!({"named_seats": 3, "shared_seats": 10}));
    let after = app.by(&owner).put("subscription", more).await.ok();

    let seats = &after["products"][PRODUCT];
    assert_eq!(seats["named_seats"], 3);
    assert_eq!(
        seats["temporary"],
        json!([{"named_seats": 1, "shared_seats": 3, "until": day(30)}])
    );
    let fewer = bought(&json!({"named_seats": 0, "shared_seats": 10}));
    let refused = app
        .by(&owner)
        .put("subscription", fewer)
        .await
        .problem(422, "invalid");
    assert!(text(&refused["detail"]).contains("named_seats"), "{refused}");
}

#[tokio::test]
async fn l12_minutes_that_end_are_shown_and_what_is_left_of_them_is_gone() {
    let app = App::with_account().await;
    app.operator().post("minutes", json!({"minutes": 5})).await.ok();
    let ending = json!({"minutes": 3, "until": day(3)});
    let balance = app.operator().post("minutes", ending).await.ok();
    assert_eq!(balance, json!({"remaining": 8}));
    let shown = app.operator().get("subscription").await.ok();
    assert_eq!(shown["minutes_ending"], json!([{"minutes": 3, "until": day(3)}]));

    pass_to(&app, 3).await;

    let shown = app.operator().get("subscription").await.ok();
    assert_eq!(shown["minutes_ending"], json!([]));
    let balance = app.operator().post("minutes", json!({"minutes": 1})).await.ok();
    assert_eq!(balance, json!({"remaining": 6}));
    let past = json!({"minutes": 3, "until": day(3)});
    app.operator().post("minutes", past).await.problem(422, "invalid");
}

#[tokio::test]
async fn l13_the_account_is_asked_beforehand_and_its_choice_is_carried_out() {
    let app = lent().await;
    let admin = app.manager("Ada", "seats.manage").await;
    let mut holders: Vec<(String, Who)> = Vec::new();
    for name in ["Ida", "Max"] {
        let user = app.member(name).await;
        let path = format!("users/{}/licenses/{PRODUCT}", user.0);
        app.operator().put(&path, json!({"kind": "named"})).await.ok();
        holders.push(user);
        app.engine.advance(Secs::new(60)).await;
    }
    let [ida, max] = [&holders[0].0, &holders[1].0];
    let pool = app.default_pool().await;

    // The pool has all ten seats. Ida has not worked for the longest.
    let proposed = app.by(&admin).get("subscription/give-back").await.ok();
    let end = &proposed["products"][PRODUCT]["next_end"];
    assert_eq!(end["until"], day(30));
    assert_eq!(
        end["gives"],
        json!({"pools": [{"pool": pool, "seats": 3}], "users": [ida]})
    );
    assert_eq!(end["chosen"], json!({"pools": [], "users": []}));

    let choice = json!({"product": PRODUCT, "users": [max]});
    let chosen = app.by(&admin).put("subscription/give-back", choice).await.ok();
    assert_eq!(
        chosen["products"][PRODUCT]["next_end"]["gives"]["users"],
        json!([max])
    );
    let both = json!({"product": PRODUCT, "users": [ida, max]});
    let refused = app
        .by(&admin)
        .put("subscription/give-back", both)
        .await
        .problem(422, "invalid");
    assert!(
        text(&refused["detail"]).contains("at most 1 seat together"),
        "{refused}"
    );
    let twice =
        json!({"product": PRODUCT, "pools": [{"pool": pool, "seats": 1}, {"pool": pool, "seats": 1}]});
    app.by(&admin)
        .put("subscription/give-back", twice)
        .await
        .problem(422, "invalid");

    pass_to(&app, 30).await;

    let license = |user: &str| format!("users/{user}");
    let of = |user: Value| user["licenses"].clone();
    assert_eq!(of(app.operator().get(&license(max)).await.ok()), json!({}));
    assert_ne!(of(app.operator().get(&license(ida)).await.ok()), json!({}));
    let shown = app.operator().get("subscription").await.ok();
    let seats = &shown["products"][PRODUCT];
    assert_eq!(
        (&seats["named_seats"], &seats["shared_seats"]),
        (&json!(1), &json!(7))
    );
    assert_eq!(
        (&seats["named_over"], &seats["temporary"]),
        (&json!(0), &json!([]))
    );
    assert_eq!(seats["shared_distributed"], 7);
    let left = app.operator().get("subscription/give-back").await.ok();
    assert_eq!(left, json!({"products": {}}));
}

#[tokio::test]
async fn l13_over_its_subscription_an_account_assigns_nothing_until_a_user_stops_work() {
    let app = lent().await;
    let (ida, _) = app.member("Ida").await;
    let (max, _) = app.member("Max").await;
    let (zoe, _) = app.member("Zoe").await;
    let license = |user: &str| format!("users/{user}/licenses/{PRODUCT}");
    let named = json!({"kind": "named"});
    pass_to(&app, 29).await;
    app.engine.advance(Secs::new(DAY - 30)).await;
    let mut sign_ins = Vec::new();
    for user in [&ida, &max] {
        app.operator().put(&license(user), named.clone()).await.ok();
        let signed_in = sign_in(&app, user).await.created();
        sign_ins.push(text(&signed_in["sign_in"]["id"]));
    }

    app.engine.advance(Secs::new(40)).await;

    let over = app.operator().get("subscription/give-back").await.ok();
    let over = &over["products"][PRODUCT]["over"];
    assert_eq!(
        (&over["named_seats"], &over["since"]),
        (&json!(1), &json!(day(30)))
    );
    assert_eq!(over["users"].as_array().unwrap().len(), 1);
    let refused = app.operator().put(&license(&zoe), named.clone()).await;
    let refused = refused.problem(409, "over-subscription");
    assert!(
        text(&refused["detail"]).contains("over its subscription"),
        "{refused}"
    );

    let leaving = text(&over["users"][0]);
    let place = usize::from(leaving == max);
    let key = app.key(&["sign-ins.write"]).await;
    app.by(&key)
        .delete(&format!("sign-ins/{}", sign_ins[place]))
        .await
        .done();
    app.engine.advance(Secs::new(1)).await;

    let shown = app.operator().get("subscription").await.ok();
    assert_eq!(shown["products"][PRODUCT]["named_over"], 0);
    assert_eq!(shown["products"][PRODUCT]["named_assigned"], 1);
    let changes = app.operator().get("/v1/subscription-changes").await.ok();
    let mut kinds = changes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| text(&change["kind"]));
    assert_eq!(kinds.next_back().unwrap(), "seats_ended", "{changes}");
    let audit = app
        .operator()
        .get("audit?action=subscription.seats_ended")
        .await
        .ok();
    assert_eq!(audit["items"][0]["actor"], "system", "{audit}");
}
