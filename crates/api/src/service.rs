//! Health and metrics.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::routing::get;
use prometheus_client::encoding::prometheus_text;
use usher_app::App;
use usher_app::MetricsToken;
use usher_engine::WallClock;
use usher_identity::Caller;
use usher_journal::{AccountFilter, PageRequest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Bearer;
use crate::metrics;
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn documented() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// A caller who may read the metrics: with the metrics token, or any operator key.
struct MayReadMetrics;

impl FromRequestParts<Server> for MayReadMetrics {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Server) -> Result<Self, Problem> {
        let Bearer(token) = Bearer::from_request_parts(parts, app).await?;
        if app.config().metrics_token == Some(MetricsToken::of(&token)) {
            return Ok(Self);
        }
        match app.identity().authenticate(&token, None, app.engine().now()) {
            Ok(Caller::Operator) => Ok(Self),
            Ok(_) => Err(Problem::forbidden("an operator key, or the token for metrics")),
            Err(_) => Err(Problem::unauthenticated(true)),
        }
    }
}

pub(crate) fn routes() -> Router<Server> {
    let answer = async |_: MayReadMetrics, State(app): State<Arc<App>>| figures(&app).await;
    Router::new().route("/metrics", get(answer))
}

/// `/metrics` alone, for a separate listener, without authentication.
pub fn metrics_router(app: Arc<App>) -> Router {
    let answer = async |State(app): State<Arc<App>>| figures(&app).await;
    Router::new().route("/metrics", get(answer)).with_state(app)
}

async fn figures(app: &App) -> impl IntoResponse + use<> {
    (
        [(header::CONTENT_TYPE, prometheus_text::CONTENT_TYPE)],
        metrics::text(app).await,
    )
}

/// Whether the program runs
///
/// Answers as long as the program can answer at all.
#[utoipa::path(
    get, path = "/livez", operation_id = "isLive", tag = "service", security(()),
    responses((status = 200, description = "It runs.", body = String, content_type = "text/plain"))
)]
async fn live() -> &'static str {
    "live\n"
}

/// Whether requests can be served
///
/// Answers 200 when the journal can be read, and commits can be stored: it is not ready on a full disk, until there is
/// space again. The first line is `ready`; others follow if the machine's clock was set since the start.
#[utoipa::path(
    get, path = "/readyz", operation_id = "isReady", tag = "service", security(()),
    responses((status = 200, description = "It is ready.", body = String, content_type = "text/plain")),
    extensions(("x-problems" = json!(["unavailable"])))
)]
async fn ready(State(app): State<Arc<App>>) -> Result<String, Problem> {
    let one = PageRequest::new(1, None);
    app.records().list_accounts(AccountFilter::default(), one).await?;
    app.check_writable().await?;
    Ok(format!("ready\n{}", clock_note(app.engine().wall_clock())))
}

/// Lines about a machine's clock that was set since the start.
fn clock_note(clock: WallClock) -> String {
    let mut note = String::new();
    let last_secs = clock.last_step_millis.unsigned_abs().div_ceil(1_000);
    let direction = if clock.last_step_millis < 0 {
        "back"
    } else {
        "forward"
    };
    if last_secs > 0 {
        let _ = writeln!(
            note,
            "The machine's clock was last set {direction} by {last_secs} seconds."
        );
    }
    let behind_secs = clock.behind.get() / 1_000;
    if behind_secs > 0 {
        let _ = writeln!(
            note,
            "Usher goes on by the time that really passes, {behind_secs} seconds ahead of the machine's clock."
        );
    }
    note
}
