//! Measures updates of live pages: the time from the change, and the size over the wire.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Method, Request};
use serde_json::{Value, json};

use super::ASKED;
use crate::BenchError;
use crate::client::{Connection, bearer};
use crate::load::median;
use crate::process::Server;
use crate::report::Report;
use crate::world::OPERATOR_KEY;

/// The least time between two updates of a page. The portal delays updates in quick succession to it on purpose, and
/// that delay must not be measured.
const UPDATE_EVERY: Duration = Duration::from_millis(250);

/// An update is considered complete when nothing has arrived for this long.
const QUIET: Duration = Duration::from_millis(100);

/// Follows a live page while a user on it is renamed again and again, one update at a time. The time is from sending
/// the change to the update's last byte; the size is that of the largest update, in a stream that is compressed as a
/// whole.
pub(super) async fn measure(
    server: &Server,
    account: &str,
    user: &str,
    follow: Request<Full<Bytes>>,
    name: &str,
    report: &mut Report,
) -> Result<(), BenchError> {
    let path = format!("/v1/accounts/{account}/users/{user}");
    let operator = bearer(OPERATOR_KEY)?;
    let mut changes = Connection::open(server.address).await?;
    let mut watcher = Connection::open(server.address).await?;
    let mut stream = watcher.begin(follow).await?.into_body();
    // The state when the page is opened.
    update(&mut stream).await?;
    let (mut millis, mut largest) = (Vec::with_capacity(ASKED), 0);
    for number in 0..ASKED {
        tokio::time::sleep(UPDATE_EVERY).await;
        let change = json!({ "name": format!("Agent 0, renamed {number} times") });
        let sent = Instant::now();
        let _: Value = changes.json(Method::PATCH, &path, &operator, &change).await?;
        let (came, bytes) = update(&mut stream).await?;
        millis.push(came.duration_since(sent).as_secs_f64() * 1e3);
        largest = largest.max(bytes);
    }
    report.page(name, median(millis), largest);
    Ok(())
}

/// Reads one update. Returns the time of its last byte and its size in bytes.
async fn update(stream: &mut Incoming) -> Result<(Instant, usize), BenchError> {
    let ended = || BenchError::Client("a live page ended".to_owned());
    let first = stream.frame().await.ok_or_else(ended)??;
    let mut came = Instant::now();
    let mut bytes = first.data_ref().map_or(0, Bytes::len);
    while let Ok(more) = tokio::time::timeout(QUIET, stream.frame()).await {
        let more = more.ok_or_else(ended)??;
        came = Instant::now();
        bytes += more.data_ref().map_or(0, Bytes::len);
    }
    Ok((came, bytes))
}
