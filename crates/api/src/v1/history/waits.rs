//! Waits: who queued, from when, for how long, and with which outcome (Q2).

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use usher_app::{AccountsRead, Caller, WaitOutcome};
use usher_domain::text::Product;
use usher_domain::{PoolId, TicketId, Timestamp, UserId, WallTimes};
use usher_journal::{CLAIMED, Cursor, TicketFilter, TicketRow};
use utoipa::{IntoParams, ToSchema};

use super::{need_reports, window};
use crate::extract::{Limit, List, Query};
use crate::problem::Problem;
use crate::v1::path::AccountPath;
use crate::v1::schema;
use crate::v1::time::Time;

/// A user's wait for a seat.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordedWait {
    /// The id of the ticket.
    #[schema(value_type = schema::TicketId)]
    id: TicketId,
    /// The user.
    #[schema(value_type = schema::UserId)]
    user: UserId,
    /// The product.
    #[schema(value_type = schema::Product)]
    product: String,
    /// The pool of the queue.
    #[schema(value_type = schema::PoolId)]
    pool: PoolId,
    /// For what: `sign_in`, `session` or `resume`; null for waits from before this was recorded.
    #[schema(required, example = "sign_in")]
    wanted: Option<String>,
    /// Since when.
    from: Time,
    /// How long the wait took, or has taken so far.
    #[schema(example = 540)]
    waited_secs: u32,
    /// When a seat was first reserved for them; null if none was.
    #[schema(required)]
    offered_at: Option<Time>,
    /// The outcome. `taken`: they got in. `missed`: a seat was reserved and not taken in time. `given_up`: they left
    /// the queue, or their device stopped responding. `ended`: it ended otherwise, as `reason` says.
    #[schema(value_type = schema::WaitOutcome)]
    outcome: &'static str,
    /// When it ended; null while they wait.
    #[schema(required)]
    ended_at: Option<Time>,
    /// Why it ended, if they did not get in.
    #[schema(required, value_type = Option<schema::EndReason>)]
    reason: Option<String>,
}

impl RecordedWait {
    fn of(row: &TicketRow, wall: &WallTimes, now: Timestamp) -> Self {
        let until = row.end.as_ref().map_or(now, |end| end.at);
        let end = row.end.as_ref().filter(|end| &*end.reason != CLAIMED);
        Self {
            id: row.id,
            user: row.user,
            product: row.product.to_string(),
            pool: row.pool,
            wanted: row.wanted.as_ref().map(ToString::to_string),
            from: wall.shown(row.opened_at).into(),
            waited_secs: until.since(row.opened_at).get(),
            offered_at: row.offered_at.map(|at| wall.shown(at).into()),
            outcome: WaitOutcome::of(row).as_str(),
            ended_at: row.end.as_ref().map(|end| wall.shown(end.at).into()),
            reason: end.map(|end| end.reason.to_string()),
        }
    }
}

/// Which waits to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitQuery {
    /// Only those that began at or after this instant.
    from: Option<Time>,
    /// Only those that began before this instant.
    to: Option<Time>,
    /// Only those of this user.
    #[param(value_type = Option<schema::UserId>)]
    user: Option<UserId>,
    /// Only those at this pool.
    #[param(value_type = Option<schema::PoolId>)]
    pool: Option<PoolId>,
    /// Only those of this product.
    #[param(value_type = Option<schema::Product>)]
    product: Option<Product>,
    /// The most waits on the page.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// The `next_cursor` of the previous page.
    #[param(value_type = Option<schema::Cursor>)]
    cursor: Option<Cursor>,
}

/// List the waits
///
/// Everybody who queued, including those who are waiting now, the newest first. A user who queues is not refused, so
/// this list complements that of refusals. Needs `reports.view`.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/waits", operation_id = "listWaits", tag = "history",
    params(AccountPath, WaitQuery),
    responses((status = 200, description = "A page of waits.", body = List<RecordedWait>))
)]
pub(super) async fn list(
    caller: Caller<AccountsRead>,
    Query(query): Query<WaitQuery>,
) -> Result<Answer<List<RecordedWait>>, Problem> {
    need_reports(&caller).await?;
    let window = window(&caller, query.from, query.to).await?;
    let filter = TicketFilter {
        span: window.span(),
        user: query.user,
        pool: query.pool,
        product: query.product.map(|product| product.to_string()),
    };
    let page = query.limit.after(query.cursor);
    let now = caller.app.engine().now();
    let mut rows = caller
        .app
        .records()
        .list_tickets(caller.account, filter, page)
        .await?;
    window.keep(&mut rows, |row| row.opened_at);
    Ok(Answer(List::of(rows, |row| {
        RecordedWait::of(&row, window.wall(), now)
    })))
}
