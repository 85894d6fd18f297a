//! Refusals: who did not get a seat, where, when and why, and how long until they did (Q1).

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use usher_app::{AccountsRead, Caller};
use usher_domain::text::Product;
use usher_domain::{Code, PoolId, RefusalId, UserId, WallTimes};
use usher_journal::{Cursor, RefusalFilter, RefusalRow};
use utoipa::{IntoParams, ToSchema};

use super::{need_reports, window};
use crate::extract::{Limit, List, Query};
use crate::problem::Problem;
use crate::v1::path::AccountPath;
use crate::v1::schema;
use crate::v1::time::Time;

/// A refused request for a seat.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordedRefusal {
    /// The id.
    #[schema(value_type = schema::RefusalId)]
    id: RefusalId,
    /// When.
    at: Time,
    /// The user.
    #[schema(value_type = schema::UserId)]
    user: UserId,
    /// The product.
    #[schema(value_type = schema::Product)]
    product: String,
    /// The pool that the user's seat would have come from; null for a named seat.
    #[schema(required, value_type = Option<schema::PoolId>)]
    pool: Option<PoolId>,
    /// Why: the problem code of the answer.
    #[schema(example = "no-seat-available")]
    code: String,
    /// What they tried: `sign_in`, `session`, `resume`, `connect` or `ticket`.
    #[schema(example = "sign_in")]
    attempt: String,
    /// The device's name, if known.
    #[schema(required)]
    device: Option<String>,
    /// How many seats the pool had; null if a full pool was not the reason.
    #[schema(required)]
    seats: Option<u32>,
    /// How many of them were taken; null if a full pool was not the reason.
    #[schema(required)]
    occupied: Option<u32>,
    /// How many users were waiting; null if a full pool was not the reason.
    #[schema(required)]
    waiting: Option<u32>,
    /// When the same user got in; null if that has not happened.
    #[schema(required)]
    resolved_at: Option<Time>,
    /// How long that took.
    #[schema(required)]
    resolved_after_secs: Option<u32>,
}

impl RecordedRefusal {
    fn of(row: RefusalRow, wall: &WallTimes) -> Self {
        let RefusalRow { at, entry, .. } = row;
        let is_full = entry.is_of_full_pool();
        Self {
            id: entry.id,
            at: wall.shown(at).into(),
            user: entry.user,
            product: entry.product.to_string(),
            pool: entry.pool,
            code: entry.code.to_string(),
            attempt: entry.attempt.to_string(),
            device: entry.device.map(|device| device.reveal().to_string()),
            seats: is_full.then_some(entry.seats),
            occupied: is_full.then_some(entry.occupied),
            waiting: entry.waiting.filter(|_| is_full),
            resolved_at: entry.resolved_at.map(|resolved| wall.shown(resolved).into()),
            resolved_after_secs: entry.resolved_at.map(|resolved| resolved.since(at).get()),
        }
    }
}

/// Which refusals to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct RefusalQuery {
    /// Only those at or after this instant.
    from: Option<Time>,
    /// Only those before this instant.
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
    /// Only those with this problem code.
    #[param(value_type = Option<String>, example = "no-seat-available")]
    code: Option<Code>,
    /// The most refusals on the page.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// The `next_cursor` of the previous page.
    #[param(value_type = Option<schema::Cursor>)]
    cursor: Option<Cursor>,
}

/// List the refusals
///
/// Newest first. Needs `reports.view`.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/refusals", operation_id = "listRefusals", tag = "history",
    params(AccountPath, RefusalQuery),
    responses((status = 200, description = "A page of refusals.", body = List<RecordedRefusal>))
)]
pub(super) async fn list(
    caller: Caller<AccountsRead>,
    Query(query): Query<RefusalQuery>,
) -> Result<Answer<List<RecordedRefusal>>, Problem> {
    need_reports(&caller).await?;
    let window = window(&caller, query.from, query.to).await?;
    let filter = RefusalFilter {
        span: window.span(),
        user: query.user,
        pool: query.pool,
        product: query.product.map(|product| product.to_string()),
        code: query.code.map(|code| code.as_str().to_owned()),
    };
    let page = query.limit.after(query.cursor);
    let mut rows = caller
        .app
        .records()
        .list_refusals(caller.account, filter, page)
        .await?;
    window.keep(&mut rows, |row| row.at);
    Ok(Answer(List::of(rows, |row| {
        RecordedRefusal::of(row, window.wall())
    })))
}
