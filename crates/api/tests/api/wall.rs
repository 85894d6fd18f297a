//! After the machine's clock was set back, instants are shown by that clock.

use serde_json::{Value, json};

use crate::app::App;
use crate::desk::{Agent, Desk, text};

const HOUR_MILLIS: i64 = 3_600_000;

/// A desk with one seat on a server whose clock was set back, from nine o'clock to eight, before anything happened.
async fn desk_at_eight() -> Desk {
    let app = App::empty().await;
    app.clock.step(-HOUR_MILLIS);
    let rules = json!({"lease_secs": 7200, "auto_log_off_after_secs": null});
    Desk::of(app.furnished().await, 1, rules).await
}

/// All instants in an answer, with their paths.
fn moments(value: &Value, at: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            members
                .iter()
                .for_each(|(name, member)| moments(member, &format!("{at}.{name}"), found));
        }
        Value::Array(items) => items.iter().for_each(|item| moments(item, at, found)),
        Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => {
            found.push((at.to_owned(), text.clone()));
        }
        _ => {}
    }
}

/// All instants in these answers are around eight o'clock, and each answer has some.
fn assert_at_eight<'a>(answers: impl IntoIterator<Item = (&'a str, &'a Value)>) {
    for (from, answer) in answers {
        let mut found = Vec::new();
        moments(answer, from, &mut found);
        assert!(!found.is_empty(), "{from}: {answer}");
        for (at, moment) in found {
            assert!(moment.starts_with("2026-11-23T08:0"), "{at}: {moment}");
        }
    }
}

async fn items(desk: &Desk, path: &str) -> Vec<Value> {
    let page = desk.app.operator().get(path).await.ok();
    page["items"].as_array().unwrap().clone()
}

async fn named(desk: &Desk) -> [Agent; 3] {
    [
        desk.agent("Sven").await,
        desk.agent("Eva").await,
        desk.agent("Max").await,
    ]
}

#[tokio::test]
async fn every_answer_shows_instants_by_the_clock_that_was_set_back() {
    let desk = desk_at_eight().await;
    let app = &desk.app;
    let [sven, eva, max] = named(&desk).await;
    let group = app
        .operator()
        .post("groups", json!({"name": "Support"}))
        .await
        .created();
    let signed_in = desk.sign_in(&sven).await;
    let session = desk.start(&signed_in, "active").await;
    let waiting = desk.wait(&eva).await;
    let refused = app.operator().post("sign-ins", max.body()).await;
    let refused = refused.problem(409, "no-seat-available");
    desk.advance(5).await;
    let session = format!("sessions/{}", text(&session["id"]));
    app.by(&signed_in.token)
        .post(&format!("{session}/end"), json!({}))
        .await
        .ok();
    let gone = desk.wait(&max).await;
    app.by(&gone.token).delete(&gone.path("")).await.done();
    let ended = app
        .by(&gone.token)
        .get(&gone.path(""))
        .await
        .problem(410, "ticket-ended");

    assert_at_eight([("refusal", &refused), ("an end", &ended), ("group", &group)]);
    for path in [
        "",
        "/v1/accounts",
        "/v1/operator-keys",
        &format!("users/{}", sven.id),
        "users",
        "pools",
        "groups",
        "api-keys",
        "sign-ins",
        &session,
        &waiting.path(""),
        "usage",
        "waits",
        "refusals",
    ] {
        let answer = app.operator().get(path).await.ok();
        assert_at_eight([(path, &answer)]);
    }
    let users = app
        .operator()
        .get(&format!("/scim/v2/{}/Users", app.account))
        .await;
    assert!(!users.text.contains("T09:"), "{}", users.text);
}

#[tokio::test]
async fn the_audit_stores_both_the_accounts_time_and_the_machines() {
    let desk = Desk::with_seats(1).await;
    let app = &desk.app;
    desk.agent("Sven").await;
    desk.advance(60).await;
    app.clock.step(-HOUR_MILLIS);
    desk.agent("Eva").await;
    desk.advance(60).await;

    let all = items(&desk, "audit").await;
    let times = |name: &str| -> Vec<String> { all.iter().rev().map(|entry| text(&entry[name])).collect() };

    assert!(times("at").is_sorted(), "{all:?}");
    assert!(times("at").last().unwrap().starts_with("2026-11-23T09:01"));
    assert_eq!(times("wall_time")[0], "2026-11-23T09:00:00Z");
    assert!(times("wall_time").last().unwrap().starts_with("2026-11-23T08:01"));
    let csv = app
        .operator()
        .with_header("accept", "text/csv")
        .get("audit")
        .await;
    let header = csv.text.lines().next().unwrap();
    assert!(header.ends_with(",hash,wall_time"), "{header}");
    assert!(
        csv.text.lines().nth(1).unwrap().contains(",2026-11-23T08:01:0"),
        "{}",
        csv.text
    );
}

#[tokio::test]
async fn lists_are_searched_by_the_clock_that_people_saw() {
    let desk = Desk::with(1, json!({"lease_secs": 7200})).await;
    let app = &desk.app;
    let [sven, eva, max] = named(&desk).await;
    desk.sign_in(&sven).await;
    let before = desk.wait(&eva).await;
    desk.try_sign_in(&max, json!({}))
        .await
        .problem(409, "no-seat-available");
    desk.advance(600).await;
    app.clock.step(-HOUR_MILLIS);
    let after = desk.wait(&max).await;
    desk.try_sign_in(&eva, json!({}))
        .await
        .problem(409, "no-seat-available");
    desk.advance(60).await;
    app.by(&before.token).delete(&before.path("")).await.done();

    let found = async |path: &str| items(&desk, path).await.len();
    for list in ["waits", "refusals"] {
        let between = async |from: &str, to: &str| {
            found(&format!(
                "{list}?from=2026-11-23T{from}:00Z&to=2026-11-23T{to}:00Z"
            ))
            .await
        };
        assert_eq!(between("08:00", "08:30").await, 1, "{list}");
        assert_eq!(between("08:59", "09:05").await, 1, "{list}");
        assert_eq!(between("08:00", "10:00").await, 2, "{list}");
        assert_eq!(
            between("08:30", "08:59").await + between("09:05", "12:00").await,
            0,
            "{list}"
        );
    }
    assert_eq!(found("audit?from=2026-11-23T09:05:00Z").await, 0);
    let rows = items(&desk, "waits").await;
    let row = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap();

    // The waiting time is the real one, regardless of the clock.
    assert_eq!(row(&before.id)["waited_secs"], 660);
    assert_eq!(row(&before.id)["from"], "2026-11-23T09:00:00Z");
    assert!(text(&row(&before.id)["ended_at"]).starts_with("2026-11-23T08:11:0"));
    assert!(text(&row(&after.id)["from"]).starts_with("2026-11-23T08:10:0"));
}

#[tokio::test]
async fn a_key_ends_on_the_day_that_was_given() {
    let desk = desk_at_eight().await;
    let end = "2027-01-01T00:00:00Z";
    let body = json!({"name": "Back end", "scopes": ["read"], "expires_at": end});

    let made = desk.app.operator().post("api-keys", body.clone()).await.created();
    let operators = json!({"name": "Sales", "scopes": ["accounts.manage"], "expires_at": end});
    let operators = desk
        .app
        .operator()
        .post("/v1/operator-keys", operators)
        .await
        .created();

    assert_eq!(made["expires_at"], end);
    assert_eq!(operators["expires_at"], end);
}
