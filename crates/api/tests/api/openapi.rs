//! The committed document is the one that the program generates.

use std::path::Path;

use axum::http::Method;

use crate::app::App;

/// Set to write `openapi.json` instead of comparing it.
const UPDATE: &str = "UPDATE_OPENAPI";

#[test]
fn the_committed_document_is_the_one_that_the_program_makes() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    let made = usher_api::openapi_json();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&file, &made).unwrap();
    }

    let committed = std::fs::read_to_string(&file).unwrap_or_default();

    assert!(
        committed == made,
        "openapi.json is out of date: run `{UPDATE}=1 cargo test -p usher-api openapi` and look at the difference"
    );
}

#[test]
fn every_operation_says_what_it_is_and_how_it_answers() {
    let document: serde_json::Value = serde_json::from_str(&usher_api::openapi_json()).unwrap();

    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let place = format!("{method} {path}");
            for field in ["operationId", "summary", "description", "tags", "responses"] {
                assert!(!operation[field].is_null(), "{place} has no {field}");
            }
            let tags = document["tags"].as_array().unwrap();
            let tag = &operation["tags"][0];
            assert!(tags.iter().any(|it| it["name"] == *tag), "{place}: no tag {tag}");
            let answers = operation["responses"].as_object().unwrap();
            assert!(answers.keys().any(|status| status.starts_with('2')), "{place}");
            for code in operation["x-problems"].as_array().into_iter().flatten() {
                let code = code.as_str().unwrap();
                assert!(usher_app::Kind::find(code).is_some(), "{place}: no code {code}");
            }
        }
    }
}

#[test]
fn the_document_is_the_same_each_time() {
    let document = usher_api::openapi_json();

    assert!(document.contains("\"x-events\""));
    assert!((0..8).all(|_| usher_api::openapi_json() == document));
}

#[tokio::test]
async fn every_operation_refuses_a_query_parameter_that_it_does_not_know() {
    let app = App::with_account().await;
    let document: serde_json::Value = serde_json::from_str(&usher_api::openapi_json()).unwrap();
    let mut asked = 0;

    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let known: Vec<_> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|it| it["in"] == "query")
                .map(|it| it["name"].as_str().unwrap())
                .collect();
            let filled = path.replace("{account}", &app.account.to_string());
            let filled = filled.replace("{code}", "K7M2QX9D4T").replace(['{', '}'], "");
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let asked_for = format!("{filled}?as_=user");
            let told = app.operator().send(method.clone(), &asked_for, None).await;
            let told = told.problem(422, "invalid");

            assert_eq!(told["errors"][0]["field"], "as_", "{method} {path}");
            let detail = told["detail"].as_str().unwrap();
            assert!(
                known.iter().all(|it| detail.contains(it)),
                "{method} {path}: {detail}"
            );
            asked += 1;
        }
    }
    assert!(asked > 80, "{asked}");
}
