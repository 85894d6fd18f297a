//! The audit: who did what, to whom, because of which request.

use std::net::IpAddr;

use axum::Json as Answer;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::value::RawValue;
use usher_app::{AccountsRead, Admitted, AuditFormat, AuditLine, Caller, Window};
use usher_domain::{WallTime, WallTimes};
use usher_journal::{AuditFilter, AuditRow, Channel, Cursor, PAGE_MAX, PageRequest};
use utoipa::{IntoParams, ToSchema};

use super::{need_reports, window};
use crate::extract::{Limit, List, Query};
use crate::problem::Problem;
use crate::v1::path::AccountPath;
use crate::v1::schema;
use crate::v1::time::Time;

/// An entry of the audit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditEntry {
    /// When, by the account's own time: it never goes back, and is ahead of the machine's clock after that was set
    /// back.
    at: Time,
    /// When, by the machine's clock: shown to people, and compared with `from` and `to`.
    wall_time: Time,
    /// The commit: its number in the account's journal.
    seq: u64,
    /// The actor: an id, or `operator`, `customer`, `system`.
    #[schema(example = "user_01h2xcejqtf2nbrexx3vqjhp41")]
    actor: String,
    /// The action.
    #[schema(example = "license.set")]
    action: String,
    /// The target: an id.
    #[schema(required)]
    target: Option<String>,
    /// More about it.
    #[schema(required, value_type = Option<Object>)]
    detail: Option<Box<RawValue>>,
    /// The channel.
    #[schema(value_type = schema::Way, example = "portal")]
    came_by: &'static str,
    /// The id of the operator key, token or portal session that was used, if `actor` does not name it.
    #[schema(required, example = "opkey_01h2xcejqtf2nbrexx3vqjhp41")]
    credential: Option<String>,
    /// The network address it came from.
    #[schema(required, example = "192.0.2.7")]
    address: Option<String>,
    /// The id of the request.
    #[schema(required)]
    request_id: Option<String>,
}

impl AuditEntry {
    fn of(row: AuditRow, wall: &WallTimes) -> Self {
        let AuditRow { at, seq, entry, .. } = row;
        let cause = entry.read_cause();
        let detail = entry.detail.map(|detail| detail.reveal().to_string());
        Self {
            at: WallTime::new(at).into(),
            wall_time: wall.shown(at).into(),
            seq: seq.get(),
            actor: entry.actor.to_string(),
            action: entry.action.to_string(),
            target: entry.target.map(|target| target.to_string()),
            detail: detail.and_then(|detail| RawValue::from_string(detail).ok()),
            came_by: cause.channel.as_str(),
            credential: cause.credential.map(|credential| credential.to_string()),
            address: cause.address.map(|address| address.reveal().to_string()),
            request_id: cause.request.map(|request| request.to_string()),
        }
    }
}

/// A channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct CameBy(Channel);

impl<'de> Deserialize<'de> for CameBy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        word.parse().map(Self).map_err(de::Error::custom)
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
    /// Only what has this target.
    target: Option<String>,
    /// Only what came through this channel.
    #[param(value_type = Option<schema::Way>)]
    came_by: Option<CameBy>,
    /// Only what came from this network address.
    #[param(value_type = Option<schema::Address>)]
    address: Option<IpAddr>,
    /// Only what this request did.
    request_id: Option<String>,
    /// The most entries on the page.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// The `next_cursor` of the previous page.
    #[param(value_type = Option<schema::Cursor>)]
    cursor: Option<Cursor>,
}

/// List the audit
///
/// Newest first. Needs `reports.view`. With `Accept: text/csv` or `Accept: application/x-ndjson`, all entries after the
/// `cursor` are returned as one file, with the hash of each entry's commit.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/audit", operation_id = "listAudit", tag = "history",
    params(AccountPath, AuditQuery),
    responses((status = 200, description = "A page of entries.", content(
        (List<AuditEntry> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"),
    )))
)]
pub(super) async fn list(
    caller: Caller<AccountsRead>,
    headers: HeaderMap,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    need_reports(&caller).await?;
    let window = window(&caller, query.from, query.to).await?;
    let filter = AuditFilter {
        span: window.span(),
        actor: query.actor,
        action: query.action,
        target: query.target,
        channel: query.came_by.map(|came_by| came_by.0),
        address: query.address,
        request: query.request_id,
    };
    if let Some(format) = wanted(&headers) {
        return Ok(file(caller.into_admitted(), filter, window, query.cursor, format));
    }
    let page = query.limit.after(query.cursor);
    let mut rows = caller
        .app
        .records()
        .list_audit(caller.account, filter, page)
        .await?;
    window.keep(&mut rows, |row| row.at);
    let shown = List::of(rows, |row| AuditEntry::of(row, window.wall()));
    Ok(Answer(shown).into_response())
}

/// The format of the requested file, if any.
fn wanted(headers: &HeaderMap) -> Option<AuditFormat> {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let accepted = accepted.filter_map(|value| value.to_str().ok());
    let mut types = accepted.flat_map(|value| value.split(','));
    let first = types.next()?.split(';').next()?.trim().to_ascii_lowercase();
    match first.as_str() {
        "text/csv" => Some(AuditFormat::Csv),
        "application/x-ndjson" => Some(AuditFormat::JsonLines),
        _ => None,
    }
}

/// All entries from a position on, read and sent page by page.
fn file(
    caller: Admitted,
    filter: AuditFilter,
    window: Window,
    after: Option<Cursor>,
    format: AuditFormat,
) -> Response {
    // An error breaks off the answer: an incomplete file must not look complete.
    let broken = |_| std::io::Error::other("the file broke off");
    let start = (caller, filter, window, Some(after));
    let pages = futures::stream::try_unfold(start, move |(caller, filter, window, next)| async move {
        let Some(after) = next else { return Ok(None) };
        let page = PageRequest::new(PAGE_MAX, after);
        let records = caller.app.records();
        let found = records.list_audit(caller.account, filter.clone(), page).await;
        let mut found = found.map_err(|error| broken(error.into()))?;
        window.keep(&mut found, |row| row.at);
        let hashes = caller
            .app
            .hashes_of(caller.account, &found.items)
            .await
            .map_err(broken)?;
        let lines = found.items.iter().zip(hashes);
        let bytes = format.write(
            lines.map(|(row, hash)| AuditLine::of(row, window.wall(), hash)),
            after.is_none(),
        )?;
        let next = found.next.map(Some);
        Ok::<_, std::io::Error>(Some((Bytes::from(bytes), (caller, filter, window, next))))
    });
    let media_type = [(header::CONTENT_TYPE, format.media_type())];
    (media_type, Body::from_stream(pages)).into_response()
}
