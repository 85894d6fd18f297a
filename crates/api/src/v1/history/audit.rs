//! The audit: who did what, to whom, because of which request.

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use usher_engine::Cause;
use usher_journal::{AuditFilter, AuditRow, Cursor};
use utoipa::{IntoParams, ToSchema};

use super::{need_reports, span};
use crate::extract::{Caller, Limit, List, Query};
use crate::problem::Problem;
use crate::v1::path::AccountPath;
use crate::v1::schema;
use crate::v1::time::Time;

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditEntry {
    /// When.
    at: Time,
    /// The commit that did it: its place in the account's journal.
    seq: u64,
    /// Who: an id, or `operator`, `customer`, `system`.
    #[schema(example = "user_01h2xcejqtf2nbrexx3vqjhp41")]
    actor: String,
    /// What.
    #[schema(example = "license_set")]
    action: String,
    /// To whom or what: an id.
    #[schema(required)]
    target: Option<String>,
    /// More about it.
    #[schema(required, value_type = Option<Object>)]
    detail: Option<Box<RawValue>>,
    /// How it came in: `api`, `portal`, `scim`, `timer` and so on.
    #[schema(example = "portal")]
    came_by: &'static str,
    /// The id of the operator key, the token or the session of the portal that was shown, where `actor` does not say
    /// it.
    #[schema(required, example = "opkey_01h2xcejqtf2nbrexx3vqjhp41")]
    credential: Option<String>,
    /// The network address that it came from.
    #[schema(required, example = "192.0.2.7")]
    address: Option<String>,
    /// The id of the request that it came by.
    #[schema(required)]
    request_id: Option<String>,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        let detail = row.detail.map(|detail| detail.to_string());
        let cause = Cause::read(row.cause.as_deref().unwrap_or_default());
        Self {
            at: row.at.into(),
            seq: row.seq.get(),
            actor: row.actor.to_string(),
            action: row.action.to_string(),
            target: row.target.map(|target| target.to_string()),
            detail: detail.and_then(|detail| RawValue::from_string(detail).ok()),
            came_by: cause.way.as_str(),
            credential: cause.credential.map(|credential| credential.to_string()),
            address: cause.address.map(|address| address.to_string()),
            request_id: cause.request.map(|request| request.to_string()),
        }
    }
}

/// Which entries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditQuery {
    /// Only those at or after this instant.
    from: Option<Time>,
    /// Only those before this instant.
    to: Option<Time>,
    /// Only what this actor did.
    actor: Option<String>,
    /// Only this action.
    action: Option<String>,
    /// Only what was done to this.
    target: Option<String>,
    /// How many entries the page has at most.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// The `next_cursor` of the page before.
    #[param(value_type = Option<schema::Cursor>)]
    cursor: Option<Cursor>,
}

/// List the audit
///
/// Newest first. Needs `reports.view`.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/audit", operation_id = "listAudit", tag = "history",
    params(AccountPath, AuditQuery),
    responses((status = 200, description = "A page of entries.", body = List<AuditEntry>))
)]
pub(super) async fn list(
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Answer<List<AuditEntry>>, Problem> {
    need_reports(&caller).await?;
    let filter = AuditFilter {
        span: span(query.from, query.to)?,
        actor: query.actor,
        action: query.action,
        target: query.target,
    };
    let page = query.limit.after(query.cursor);
    let rows = caller
        .api
        .records
        .list_audit(caller.account, filter, page)
        .await?;
    Ok(Answer(List::of(rows, AuditEntry::from)))
}
