//! Invalid requests, which never reach the rules.

use axum::body::Body;
use axum::http::{Method, Request};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::app::App;

async fn send_body(app: &App, body: &str) -> crate::app::Answer {
    app.operator()
        .send_text(Method::POST, "pools", Some(body.to_owned()))
        .await
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused_with_the_position_of_the_error() {
    let app = App::with_account().await;

    let problem = send_body(&app, "{\"name\": \"Night\",\n \"seats\": }")
        .await
        .problem(400, "malformed");

    let detail = problem["detail"].as_str().unwrap();
    assert_eq!(
        detail,
        "The body is not valid JSON: reading stopped at line 2, column 11. Correct it there."
    );
    send_body(&app, "").await.problem(400, "malformed");
    send_body(&app, "{\"name\": \"Night\"")
        .await
        .problem(400, "malformed");
}

#[tokio::test]
async fn an_invalid_field_is_named_with_the_accepted_values() {
    let app = App::with_account().await;
    let table = [
        (
            r#"{"name":"N","product":"p","seats":559.0}"#,
            "seats",
            "must be a whole number from 0 to 4294967295, without a decimal point, not `559.0` (line 1, column 39)",
        ),
        (
            r#"{"name":{"en":"N"},"product":"p","seats":1}"#,
            "name",
            "must be a text in quotes, not an object (line 1, column 8)",
        ),
        (
            r#"{"name":"N","product":"p","seats":"1"}"#,
            "seats",
            "must be a whole number from 0 to 4294967295, without a decimal point, not the text \"1\" (line 1, column 37)",
        ),
        (
            r#"{"name":"N","product":"p","seats":-1}"#,
            "seats",
            "must be a whole number from 0 to 4294967295, without a decimal point, not `-1` (line 1, column 36)",
        ),
        (
            r#"{"name":"N","product":"P","seats":1}"#,
            "product",
            "must be a product slug: 1 to 64 of a-z, 0-9 and `-`, starting with a letter (line 1, column 25)",
        ),
        (
            r#"{"name":"N","product":"p","seats":1,"colour":"red"}"#,
            "colour",
            "is not known here; known are `name`, `product`, `seats`, `rules`, `external_id`, `metadata` (line 1, column 44)",
        ),
        (
            r#"{"name":"N","product":"p"}"#,
            "seats",
            "must be given: `seats` is missing (line 1, column 26)",
        ),
        (r"[]", "", "must be a JSON object"),
    ];
    for (body, field, message) in table {
        let problem = send_body(&app, body).await.problem(422, "invalid");
        assert_eq!(problem["errors"], json!([{"field": field, "message": message}]));
    }
}

fn fields(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().unwrap().iter();
    errors.map(|error| error["field"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_operation_names_all_fields_that_its_body_lacks() {
    let app = App::with_account().await;
    let document: Value = serde_json::from_str(&usher_api::openapi_json()).unwrap();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let name = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
            let required = name.map_or(&Value::Null, |name| &document.pointer(name).unwrap()["required"]);
            if required.is_null() {
                continue;
            }
            asked += 1;
            let mut address = path.replace("{account}", &app.account.to_string());
            for (name, id) in [
                ("user", "user"),
                ("pool", "pool"),
                ("sign_in", "sign"),
                ("group", "grp"),
            ] {
                address = address.replace(
                    &format!("{{{name}}}"),
                    &format!("{id}_01h2xcejqtf2nbrexx3vqjhp41"),
                );
            }
            address = address.replace("{product}", "remote-support");
            let method = method.to_uppercase().parse().unwrap();

            let answer = app.operator().send(method, &address, Some(json!({}))).await;

            let problem = answer.problem(422, "invalid");
            assert_eq!(json!(fields(&problem)), *required, "{path}");
        }
    }
    assert!(asked > 15, "only {asked} bodies have fields that must be there");
}

#[tokio::test]
async fn missing_nested_fields_are_named_with_their_path() {
    let app = App::with_account().await;
    let user = "user_01h2xcejqtf2nbrexx3vqjhp41";
    let shared = json!({"kind": "shared"});
    let table = [
        (
            "POST sign-ins",
            json!({"user": user, "device": {"id": "laptop"}}),
            vec!["device.name", "product", "device.kind"],
        ),
        (
            "PUT groups/grp_01h2xcejqtf2nbrexx3vqjhp41/mapping",
            json!({"licenses": {"chat": {"kind": "shared"}, "phone": {"kind": "shared"}, "remote": {"kind": "named"}}}),
            vec!["licenses.chat.pool", "licenses.phone.pool"],
        ),
        // The fields determine which kind of ticket or license is meant.
        ("POST tickets", json!({"user": user}), vec!["product", "device"]),
        ("POST tickets", json!({}), vec![""]),
        (
            "POST users",
            json!({"name": "Kim", "licenses": {"remote-support": shared}}),
            vec!["licenses.remote-support.pool", "email"],
        ),
        // Something else is wrong, too.
        (
            "POST pools",
            json!({"name": "N", "seats": -1}),
            vec!["seats", "product"],
        ),
        (
            "POST pools",
            json!({"name": "N", "product": "p", "seats": -1}),
            vec!["seats"],
        ),
    ];
    for (call, body, expected) in table {
        let (method, path) = call.split_once(' ').unwrap();
        let sent = app
            .operator()
            .send(method.parse().unwrap(), path, Some(body.clone()));
        let problem = sent.await.problem(422, "invalid");
        assert_eq!(fields(&problem), expected, "{call} {body}");
        for field in expected.iter().filter(|field| !field.is_empty()) {
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains(&format!("`{field}` is not right")), "{detail}");
        }
    }
}

#[tokio::test]
async fn a_body_must_be_declared_as_json_and_not_too_large() {
    let app = App::with_account().await;
    let body = Some("{}".to_owned());

    let form = app
        .operator()
        .with_header("content-type", "application/x-www-form-urlencoded");
    form.send_text(Method::POST, "pools", body.clone())
        .await
        .problem(415, "unsupported-media-type");
    let named = app
        .operator()
        .with_header("content-type", "application/json; charset=utf-8");
    named
        .send_text(Method::POST, "pools", body)
        .await
        .problem(422, "invalid");
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(usher_api::BODY_BYTES_MAX));
    send_body(&app, &large).await.problem(413, "body-too-large");
}

#[tokio::test]
async fn addresses_and_methods_that_do_not_exist_answer_with_problems() {
    let app = App::with_account().await;

    app.operator().get("/v2/nothing").await.problem(404, "not-found");
    app.operator().get("nothing").await.problem(404, "not-found");
    app.operator()
        .get("pools/not-an-id")
        .await
        .problem(404, "not-found");
    app.operator()
        .get("pools/user_00000000000000000000000001")
        .await
        .problem(404, "not-found");
    app.operator()
        .get("/v1/accounts/nonsense/pools")
        .await
        .problem(404, "not-found");
    let answer = app.operator().put("pools", json!({})).await;
    answer.problem(405, "method-not-allowed");
    assert!(answer.header("allow").contains("POST"), "{:?}", answer.headers);
}

#[tokio::test]
async fn parameters_are_read_strictly() {
    let app = App::with_account().await;
    let table = [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("cursor=!", "cursor"),
        ("page=2", "page"),
        ("license=floating", "license"),
        ("pool=user_00000000000000000000000001", "pool"),
    ];
    for (query, field) in table {
        let answer = app.operator().get(&format!("users?{query}")).await;
        let problem = answer.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let backwards = "refusals?from=2026-11-23T10:00:00Z&to=2026-11-23T09:00:00Z";
    app.operator().get(backwards).await.problem(422, "invalid");
}

#[tokio::test]
async fn the_caller_is_authenticated_before_anything_else() {
    let app = App::with_account().await;

    let answer = app
        .nobody()
        .send_text(Method::POST, "pools", Some("not json".to_owned()))
        .await;

    answer.problem(401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="usher""#);
}

#[tokio::test]
async fn a_request_id_is_returned_and_recorded_in_the_audit() {
    let app = App::with_account().await;
    let team = json!({"name": "Night"});

    let answer = app
        .operator()
        .with_header("x-request-id", "r-17")
        .post("teams", team)
        .await;

    assert_eq!(answer.header("x-request-id"), "r-17");
    let audit = app.operator().get("audit?limit=1").await.ok();
    let entry = &audit["items"][0];
    assert_eq!(
        (&entry["request_id"], &entry["actor"]),
        (&json!("r-17"), &json!("operator"))
    );
    assert_eq!(entry["target"], answer.created()["id"]);
    assert_eq!(app.operator().get("teams").await.header("x-request-id").len(), 32);
    assert_eq!(
        app.nobody().get("/nowhere").await.header("x-request-id").len(),
        32
    );
}

#[tokio::test]
async fn an_idempotency_key_has_a_bound() {
    let app = App::with_account().await;
    let long = "k".repeat(usher_app::KEY_CHARS_MAX + 1);

    let answer = app
        .operator()
        .with_key(&long)
        .post("teams", json!({"name": "Night"}))
        .await;

    assert_eq!(
        answer.problem(422, "invalid")["errors"][0]["field"],
        "Idempotency-Key"
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_not_awaited_for_ever() {
    let app = App::empty().await;
    let never = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
    let request = Request::post("/v1/tokens").header("content-type", "application/json");

    let answer = app.send(request.body(never).unwrap()).await;

    answer.problem(408, "timeout");
    assert_eq!(answer.header("connection"), "close");
}

#[tokio::test]
async fn the_audit_comes_as_a_file_of_all_its_pages_with_the_hashes_of_the_journal() {
    let app = App::with_account().await;
    for number in 0..1_050 {
        let name = json!({"name": format!("=Team {number}")});
        app.operator().post("teams", name).await.created();
    }
    let (_, hash) = app.engine.head(app.account).await.unwrap().unwrap();
    let path = "audit?action=team.created";
    let file = |kind| app.operator().with_header("accept", kind).get(path);

    let csv = file("text/csv").await;
    let lines = file("application/x-ndjson").await;

    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.text.lines().count(), 1_051);
    assert!(csv.text.starts_with("\u{feff}at,seq,actor,"), "{:.80}", csv.text);
    let lines: Vec<serde_json::Value> = lines
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1_050);
    assert_eq!(lines[0]["hash"], hash.to_string());
    assert_eq!(lines[0]["detail"]["name"], "=Team 1049");
    let nobody = app.nobody().with_header("accept", "text/csv").get(path).await;
    nobody.problem(401, "unauthenticated");
}
