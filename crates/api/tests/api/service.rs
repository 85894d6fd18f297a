use std::collections::BTreeSet;

use serde_json::json;
use usher_app::{Config, MetricsToken};
use usher_domain::personal::Personal;
use usher_domain::{AccountId, Secs};
use usher_identity::{OutboxBounds, OutboxBudget, OutboxEntry, OutboxRefused};
use usher_journal::Fault;
use usher_testkit as kit;

use crate::app::{App, Who};
use crate::desk::Desk;

#[tokio::test]
async fn health_is_public() {
    let app = App::empty().await;

    assert_eq!(app.nobody().get("/livez").await.text, "live\n");
    assert_eq!(app.nobody().get("/readyz").await.text, "ready\n");
}

#[tokio::test]
async fn a_server_that_cannot_store_is_not_ready_until_it_can_again() {
    let app = App::with_account().await;
    app.journal.fault_at(1, Fault::Failed);
    app.journal.fault_at(2, Fault::Failed);

    let refused = app.operator().post("minutes", json!({"minutes": 10})).await;
    let not_ready = app.nobody().get("/readyz").await;
    let ready = app.nobody().get("/readyz").await;

    refused.problem(503, "unavailable");
    not_ready.problem(503, "unavailable");
    assert_eq!(ready.text, "ready\n");
    app.operator().post("minutes", json!({"minutes": 10})).await.ok();
}

#[tokio::test]
async fn metrics_count_requests_by_operation_and_never_by_path() {
    let app = App::with_account().await;
    app.operator().get("pools").await.ok();
    app.operator().get("pools").await.ok();
    app.operator()
        .get("pools/nonsense")
        .await
        .problem(404, "not-found");
    app.nobody().get("/nowhere").await.problem(404, "not-found");

    let answer = app.operator().get("/metrics").await;

    assert!(
        answer
            .header("content-type")
            .starts_with("text/plain; version=0.0.4")
    );
    for line in [
        r#"usher_http_requests_total{operation="listPools",status="2xx"} 2"#,
        r#"usher_http_requests_total{operation="getPool",status="4xx"} 1"#,
        r#"usher_http_requests_total{operation="other",status="4xx"} 1"#,
        r#"usher_http_request_duration_seconds_bucket{operation="listPools",le="+Inf"} 2"#,
        "usher_accounts_loaded 1",
    ] {
        assert!(
            answer.text.lines().any(|it| it == line),
            "{line}\n{}",
            answer.text
        );
    }
    assert!(!answer.text.contains("nowhere"));
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_reported() {
    let app = App::empty().await;
    assert_eq!(app.nobody().get("/readyz").await.text, "ready\n");

    app.clock.step(-3_600_000);

    assert_eq!(
        app.nobody().get("/readyz").await.text,
        "ready\n\
         The machine's clock was last set back by 3600 seconds.\n\
         Usher goes on by the time that really passes, 3600 seconds ahead of the machine's clock.\n"
    );
    let metrics = app.operator().get("/metrics").await.text;
    for line in [
        "usher_clock_behind_seconds 3600",
        "usher_clock_steps_back_total 1",
    ] {
        assert!(metrics.lines().any(|it| it == line), "{line}\n{metrics}");
    }
}

#[tokio::test]
async fn metrics_show_mails_that_wait_and_when_the_data_was_last_copied() {
    let directory = tempfile::tempdir().unwrap();
    let upkeep = r#"{"backup":1795424400000,"verify":{"at":1795428000999,"found":"right"}}"#;
    std::fs::write(directory.path().join(usher_app::UPKEEP_FILE), upkeep).unwrap();
    let app = App::configured(Config {
        data_directory: Some(directory.path().to_owned()),
        ..Config::default()
    })
    .await;
    let metrics = async || app.operator().get("/metrics").await.text;
    let calm = metrics().await;
    let mail = |address: &str| {
        let recipient = Personal::new(address.into());
        let budget = OutboxBudget::new(OutboxBounds::Notice, "test");
        OutboxEntry::mail("test", budget, "{}".to_owned(), recipient, app.engine.now()).unwrap()
    };
    let mails = vec![mail("ann@example.com"), mail("ben@example.com")];
    let stored = app.identity.put_in_outbox(mails, None).await.unwrap();
    assert_eq!(stored, OutboxRefused::default());
    app.clock.set(app.clock.now() + Secs::new(600));

    let waiting = metrics().await;

    let expected = [
        "usher_mails_waiting 0",
        "usher_mail_wait_seconds 0",
        "usher_mails_failed 0",
    ];
    assert_lines(&calm, &expected);
    let expected = [
        "usher_mails_waiting 2",
        "usher_mail_wait_seconds 600",
        "usher_last_backup_timestamp_seconds 1795424400",
        "usher_last_verify_timestamp_seconds 1795428000",
    ];
    assert_lines(&waiting, &expected);
}

#[tokio::test]
async fn metrics_are_for_operators_and_for_the_token_alone() {
    let token = "a-token-for-the-monitoring";
    let mut app = App::configured(Config {
        metrics_token: Some(MetricsToken::of(token)),
        ..Config::default()
    })
    .await;
    app.account = app.new_account("Contoso Support").await;
    let (_, member) = app.member("Sven").await;
    let key = app.key(&["read"]).await;
    let metrics = async |who: &Who| app.by(who).get("/metrics").await;

    metrics(&Who(None)).await.problem(401, "unauthenticated");
    let wrong = Who(Some("another-token-of-nobody".to_owned()));
    metrics(&wrong).await.problem(401, "unauthenticated");
    metrics(&member).await.problem(403, "forbidden");
    metrics(&key).await.problem(403, "forbidden");
    for who in [Who(Some(token.to_owned())), App::operator_key()] {
        assert!(metrics(&who).await.text.contains("usher_streams 0"));
    }
}

#[tokio::test]
async fn the_document_is_served() {
    let app = App::empty().await;

    let document = app.nobody().get("/v1/openapi.json").await.ok();

    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["license"]["identifier"], "Apache-2.0");
}

/// Fails with the whole text if one of the lines is missing.
fn assert_lines(metrics: &str, lines: &[&str]) {
    for line in lines {
        assert!(metrics.lines().any(|it| it == *line), "{line}\n{metrics}");
    }
}

#[tokio::test]
async fn metrics_show_seats_by_product_and_refusals_by_code_but_no_user_and_no_account() {
    let desk = Desk::with_seats(2).await;
    let sven = desk.agent("Sven").await;
    let (sven_in, _) = (
        desk.sign_in(&sven).await,
        desk.sign_in(&desk.agent("Eva").await).await,
    );
    let mia = desk.agent("Mia").await;
    desk.try_sign_in(&mia, json!({}))
        .await
        .problem(409, "no-seat-available");
    desk.wait(&mia).await;
    desk.wait(&desk.agent("Lea").await).await;
    desk.app.by(&sven_in.token).delete(&sven_in.path("")).await.done();

    let metrics = desk.app.operator().get("/metrics").await.text;

    let version = concat!(
        r#"usher_build_info{version=""#,
        env!("CARGO_PKG_VERSION"),
        r#""} 1"#
    );
    assert_lines(
        &metrics,
        &[
            version,
            "# TYPE usher_seats gauge",
            r#"usher_seats{product="remote-support"} 2"#,
            r#"usher_seats_occupied{product="remote-support"} 2"#,
            r#"usher_waiting{product="remote-support"} 1"#,
            r#"usher_open_offers{product="remote-support"} 1"#,
            "# TYPE usher_refusals_total counter",
            "usher_refusals_total 1",
            r#"usher_refusals_by_code_total{code="no-seat-available"} 1"#,
        ],
    );
    for hidden in [
        sven.id.as_str(),
        "Sven",
        &desk.app.account.to_string(),
        "usher_account_seats",
    ] {
        assert!(!metrics.contains(hidden), "{hidden}\n{metrics}");
    }
}

#[tokio::test]
async fn metrics_show_an_account_by_itself_if_the_operator_names_it() {
    let named = AccountId::from_bits(7);
    let app = App::configured(Config {
        metrics_accounts: BTreeSet::from([named]),
        ..Config::default()
    })
    .await;
    for id in [named, AccountId::from_bits(8)] {
        app.give(id, kit::create_account(id, "Contoso")).await;
        let bought = json!({"plan": "enterprise", "products": {"remote-support": {"named_seats": 0, "shared_seats": 5}}});
        let path = format!("/v1/accounts/{id}/subscription");
        app.operator().put(&path, bought).await.ok();
    }

    let metrics = app.operator().get("/metrics").await.text;

    let of_named = format!(r#"usher_account_seats{{account="{named}",product="remote-support"}} 5"#);
    assert_lines(
        &metrics,
        &[&of_named, r#"usher_seats{product="remote-support"} 10"#],
    );
    assert!(
        !metrics.contains(&AccountId::from_bits(8).to_string()),
        "{metrics}"
    );
}
