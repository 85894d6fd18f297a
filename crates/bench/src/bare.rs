//! The bare endpoint: the same web framework parses the same JSON and answers a constant.

use std::io::Write;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;

use super::BenchError;

/// The body of a sign-in request.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    #[serde(rename = "user")]
    _user: String,
    #[serde(rename = "product")]
    _product: String,
    #[serde(rename = "device")]
    _device: Device,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Device {
    #[serde(rename = "id")]
    _id: String,
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "kind")]
    _kind: String,
}

/// About the size of the answer to a sign-in.
const ANSWER: &str = concat!(
    r#"{"sign_in":{"id":"sign_01h2xcejqtf2nbrexx3vqjhp41","user":"user_01h2xcejqtf2nbrexx3vqjhp41","#,
    r#""product":"remote-support","device":{"id":"bench","name":"Bench","kind":"desktop"},"in_call":false,"#,
    r#""since":"2026-01-01T00:00:00Z","idle_secs":0},"token":"0123456789012345678901234567890123456789"}"#
);

async fn answer(Json(_): Json<SignIn>) -> impl IntoResponse {
    (StatusCode::CREATED, [(CONTENT_TYPE, "application/json")], ANSWER)
}

/// Serves the bare endpoint until the process is killed.
pub(super) async fn serve() -> Result<(), BenchError> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    let router = axum::Router::new()
        .route("/bare", post(answer))
        .route("/readyz", axum::routing::get(|| async { "ready" }));
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // If the socket refuses the option, it is slower but still works.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await?;
    Ok(())
}
