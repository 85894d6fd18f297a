use crate::app::App;

#[tokio::test]
async fn health_is_told_to_everybody() {
    let app = App::empty().await;

    assert_eq!(app.nobody().get("/livez").await.text, "live\n");
    assert_eq!(app.nobody().get("/readyz").await.text, "ready\n");
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

    let answer = app.nobody().get("/metrics").await;

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
async fn the_document_is_served() {
    let app = App::empty().await;

    let document = app.nobody().get("/v1/openapi.json").await.ok();

    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["license"]["identifier"], "Apache-2.0");
}
