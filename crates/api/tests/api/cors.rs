use axum::http::Method;
use serde_json::json;
use usher_app::Config;

use crate::app::{Answer, App};
use crate::desk::{Desk, text};

const OURS: &str = "https://support.example.com";
const THEIRS: &str = "https://elsewhere.example";

fn allowed(answer: &Answer) -> &str {
    answer.header("access-control-allow-origin")
}

async fn preflight(app: &App, origin: &str, path: &str) -> Answer {
    let call = app.nobody().with_header("origin", origin);
    let call = call.with_header("access-control-request-method", "POST");
    let call = call.with_header("access-control-request-headers", "authorization");
    call.send(Method::OPTIONS, path, None).await
}

#[tokio::test]
async fn an_account_lists_the_origins_whose_pages_may_call_for_it() {
    let desk = Desk::with_seats(1).await;
    let app = &desk.app;
    let another = App {
        account: app.new_account("Another").await,
        ..app.clone()
    };
    assert_eq!(allowed(&preflight(app, OURS, "sign-ins").await), "");

    let change = json!({"cors_origins": ["https://Support.example.com:443"]});
    let settings = app.operator().patch("settings", change).await.ok();
    assert_eq!(settings["cors_origins"], json!([OURS]));

    let answer = preflight(app, OURS, "sign-ins").await;
    assert_eq!((answer.status.as_u16(), allowed(&answer)), (204, OURS));
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("authorization")
    );
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert_eq!(allowed(&preflight(app, THEIRS, "sign-ins").await), "");
    assert_eq!(allowed(&preflight(&another, OURS, "sign-ins").await), "");
    let call = app.operator().with_header("origin", OURS);
    let answer = call.get("usage").await;
    assert_eq!(allowed(&answer), OURS);
    assert_eq!(answer.header("vary"), "origin");
    // Refusals can be read, too.
    let answer = app.nobody().with_header("origin", OURS).get("usage").await;
    assert_eq!((answer.status.as_u16(), allowed(&answer)), (401, OURS));
    // The customer's side of its sessions belongs to the account, too.
    let sven = desk.sign_in(&desk.agent("Sven").await).await;
    let link = text(&desk.start(&sven, "standby").await["join_url"]);
    assert_eq!(allowed(&preflight(app, OURS, &link).await), OURS);
    // Nobody can distinguish a code that ended an hour ago from one that never existed.
    desk.app.by(&sven.token).delete(&sven.path("")).await.done();
    desk.advance(3_600).await;
    assert_eq!(allowed(&preflight(app, OURS, &link).await), "");
}

#[tokio::test]
async fn the_operator_lists_origins_for_every_account() {
    let app = App::configured(Config {
        cors_origins: [OURS.parse().unwrap()].into(),
        ..Config::default()
    })
    .await;

    for path in ["/v1/accounts", "/v1/tokens", "/join/K7M2QX9D4T"] {
        assert_eq!(allowed(&preflight(&app, OURS, path).await), OURS, "{path}");
        assert_eq!(allowed(&preflight(&app, THEIRS, path).await), "", "{path}");
    }
}

#[tokio::test]
async fn an_origin_is_a_scheme_a_host_and_a_port() {
    let app = App::with_account().await;
    for origin in [
        "*",
        "null",
        "https://a.example/path",
        "https://*.example",
        "a.example",
    ] {
        let change = json!({"cors_origins": [origin]});
        let told = app
            .operator()
            .patch("settings", change)
            .await
            .problem(422, "invalid");
        assert_eq!(told["errors"][0]["field"], "cors_origins[0]", "{origin}");
    }
    let many: Vec<_> = (0..21).map(|n| format!("https://a{n}.example")).collect();
    let change = json!({"cors_origins": many});
    app.operator()
        .patch("settings", change)
        .await
        .problem(422, "invalid");
}
