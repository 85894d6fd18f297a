//! The sandbox's clock. A server that is not a sandbox has none of this, neither as a route nor in its
//! OpenAPI document; `openapi.json` is the document of such a server.

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use usher_app::{Everything, Operator};
use usher_domain::Secs;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::time::Time;
use crate::extract::Json;
use crate::problem::Problem;
use crate::server::Server;

/// The most that one call moves the clock: a year.
const ADVANCE_SECS_MAX: u32 = 366 * 86_400;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(advance))
}

/// How far to move the clock.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// By how much.
    #[schema(maximum = 31_622_400, example = 600)]
    advance_secs: u32,
}

/// The current time.
#[derive(Debug, Serialize, ToSchema)]
struct SandboxClock {
    /// The time on Usher's clock.
    now: Time,
}

/// Move the clock
///
/// Only in a sandbox. Moves Usher's clock, stopping whenever something is due, and processes everything before it
/// answers: leases, offers, auto log-off, notices and minutes. An open stream does not renew anything while the clock
/// moves.
#[utoipa::path(
    post, path = "/v1/sandbox/clock", operation_id = "advanceClock", tag = "sandbox", request_body = Advance,
    responses((status = 200, description = "The clock after the move.", body = SandboxClock))
)]
async fn advance(
    operator: Operator<Everything>,
    Json(body): Json<Advance>,
) -> Result<Answer<SandboxClock>, Problem> {
    if body.advance_secs > ADVANCE_SECS_MAX {
        let message = format!("must be 0 to {ADVANCE_SECS_MAX}");
        return Err(Problem::invalid("advance_secs", message));
    }
    let engine = operator.app.engine();
    engine.advance(Secs::new(body.advance_secs)).await;
    Ok(Answer(SandboxClock {
        now: engine.shown(engine.now()).into(),
    }))
}
