//! Health and metrics.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::routing::get;
use usher_app::Api;
use usher_app::MetricsToken;
use usher_engine::WallClock;
use usher_identity::Caller;
use usher_journal::{AccountFilter, PageRequest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Bearer;
use crate::problem::{Problem, UNAVAILABLE};
use crate::server::Server;

/// The media type of the Prometheus text format.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How long storing may take before the server counts as not ready.
const STORE_TIME_MAX: Duration = Duration::from_secs(2);

pub(crate) fn documented() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// A caller who may read the metrics: with the metrics token, or any operator key.
struct MayReadMetrics;

impl FromRequestParts<Server> for MayReadMetrics {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Server) -> Result<Self, Problem> {
        let Bearer(token) = Bearer::from_request_parts(parts, api).await?;
        if api.config().metrics_token == Some(MetricsToken::of(&token)) {
            return Ok(Self);
        }
        match api.identity().authenticate(&token, None, api.engine().now()) {
            Ok(Caller::Operator) => Ok(Self),
            Ok(_) => Err(Problem::forbidden("an operator key, or the token for metrics")),
            Err(_) => Err(Problem::unauthenticated(true)),
        }
    }
}

pub(crate) fn routes() -> Router<Server> {
    let metrics = |_: MayReadMetrics, State(api): State<Arc<Api>>| std::future::ready(metrics(&api));
    Router::new().route("/metrics", get(metrics))
}

/// `/metrics` alone, for a separate listener, without authentication.
pub fn metrics_router(api: Arc<Api>) -> Router {
    let metrics = |State(api): State<Arc<Api>>| std::future::ready(metrics(&api));
    Router::new().route("/metrics", get(metrics)).with_state(api)
}

fn metrics(api: &Api) -> impl IntoResponse + use<> {
    let mut text = String::with_capacity(16 * 1024);
    write_figures(api, &mut text);
    if let Some(meter) = api.meter() {
        meter.write(&mut text);
    }
    ([(header::CONTENT_TYPE, PROMETHEUS)], text)
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
async fn ready(State(api): State<Arc<Api>>) -> Result<String, Problem> {
    let one = PageRequest::new(1, None);
    api.records().list_accounts(AccountFilter::default(), one).await?;
    let writable = tokio::time::timeout(STORE_TIME_MAX, api.engine().check_writable()).await;
    writable.map_err(|_| {
        Problem::new(
            UNAVAILABLE,
            "Commits are not stored in time. Look at the disk and the log.",
        )
    })??;
    Ok(format!("ready\n{}", clock_note(api.engine().wall_clock())))
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

/// The engine's counters, in the text format of Prometheus.
fn write_figures(api: &Api, text: &mut String) {
    let figures = api.engine().figures();
    let gauges = [
        (
            "connections",
            "Open connections.",
            u64::from(api.connections().count()),
        ),
        ("streams", "Open event streams.", api.streams().count()),
        ("accounts_loaded", "Accounts in memory.", figures.accounts_loaded),
        (
            "subscribers",
            "Open subscriptions to accounts.",
            figures.subscribers,
        ),
        (
            "commits_under_way",
            "Commits that wait for the disk.",
            figures.commits_under_way,
        ),
    ];
    let counters = [
        (
            "commands",
            "Commands decided, refused ones included.",
            figures.commands,
        ),
        ("refusals", "Commands that the rules refused.", figures.refusals),
        ("commits", "Commits stored.", figures.commits),
        (
            "connections_turned_away",
            "Connections closed at once because their network address had too many.",
            api.connections().turned_away(),
        ),
        (
            "commit_conflicts",
            "Commits that met another node's and were decided again.",
            figures.conflicts,
        ),
        (
            "commit_failures",
            "Commits that the journal did not store.",
            figures.commits_failed,
        ),
        (
            "commits_unknown",
            "Commits whose outcome had to be looked up.",
            figures.commits_unknown,
        ),
        (
            "account_loads",
            "Accounts loaded from the journal.",
            figures.loads,
        ),
        ("snapshots", "Snapshots taken.", figures.snapshots),
        (
            "account_evictions",
            "Accounts that left memory.",
            figures.evictions,
        ),
        (
            "inbox_overflows",
            "Requests turned away because too many waited.",
            figures.inbox_overflows,
        ),
        (
            "subscribers_dropped",
            "Subscribers dropped because they lagged.",
            figures.subscribers_dropped,
        ),
        ("ticks", "Times that what was due was done.", figures.ticks),
        (
            "account_panics",
            "Accounts whose task ended by a panic.",
            figures.panics,
        ),
        (
            "invariants_broken",
            "Times that a promise of the rules was found broken; anything but zero is a fault of Usher.",
            figures.invariants_broken,
        ),
    ];
    write_all(text, &gauges, &counters);
    write_clock(api.engine().wall_clock(), text);
}

fn write_clock(clock: WallClock, text: &mut String) {
    let gauges = [(
        "clock_behind_seconds",
        "How far the machine's clock is behind the time that Usher works by.",
        clock.behind.get() / 1_000,
    )];
    let counters = [
        (
            "clock_steps_back",
            "Times that the machine's clock was set back.",
            clock.steps_back,
        ),
        (
            "clock_steps_forward",
            "Times that the machine's clock was set forward.",
            clock.steps_forward,
        ),
    ];
    write_all(text, &gauges, &counters);
}

/// A metric's name, description and value.
type Figure = (&'static str, &'static str, u64);

fn write_all(text: &mut String, gauges: &[Figure], counters: &[Figure]) {
    for (name, help, value) in gauges {
        let _ = writeln!(
            text,
            "# HELP usher_{name} {help}\n# TYPE usher_{name} gauge\nusher_{name} {value}"
        );
    }
    for (name, help, value) in counters {
        let name = format_args!("usher_{name}_total");
        let _ = writeln!(
            text,
            "# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}"
        );
    }
}
