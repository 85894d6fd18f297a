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
use usher_journal::{AuditFilter, AuditRow, Cause, Cursor, PAGE_MAX, PageRequest, Way};
use utoipa::{IntoParams, ToSchema};

use super::{need_reports, window};
use crate::extract::{Limit, List, Query};
use crate::problem::Problem;
use crate::v1::path::AccountPath;
use crate::v1::schema;
use crate::v1::time::Time;

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditEntry {
    /// When, by the account's own time: it never falls, and is ahead of the machine's clock where that was set back.
    at: Time,
    /// When, as the machine's clock showed it: what people are shown, and what `from` and `to` are compared with.
    wall_time: Time,
    /// The commit that did it: its place in the account's journal.
    seq: u64,
    /// Who: an id, or `operator`, `customer`, `system`.
    #[schema(example = "user_01h2xcejqtf2nbrexx3vqjhp41")]
    actor: String,
    /// What.
    #[schema(example = "license.set")]
    action: String,
    /// To whom or what: an id.
    #[schema(required)]
    target: Option<String>,
    /// More about it.
    #[schema(required, value_type = Option<Object>)]
    detail: Option<Box<RawValue>>,
    /// How it came in.
    #[schema(value_type = schema::Way, example = "portal")]
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

impl AuditEntry {
    fn of(row: AuditRow, wall: &WallTimes) -> Self {
        let AuditRow { at, seq, entry, .. } = row;
        let detail = entry.detail.map(|detail| detail.to_string());
        let cause = Cause::read(entry.cause.as_deref().unwrap_or_default());
        Self {
            at: WallTime::new(at).into(),
            wall_time: wall.shown(at).into(),
            seq: seq.get(),
            actor: entry.actor.to_string(),
            action: entry.action.to_string(),
            target: entry.target.map(|target| target.to_string()),
            detail: detail.and_then(|detail| RawValue::from_string(detail).ok()),
            came_by: cause.way.as_str(),
            credential: cause.credential.map(|credential| credential.to_string()),
            address: cause.address.map(|address| address.to_string()),
            request_id: cause.request.map(|request| request.to_string()),
        }
    }
}

/// How something came in.
#[derive(Debug, Clone, Copy)]
pub(super) struct CameBy(Way);

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
    /// Only what was done to this.
    target: Option<String>,
    /// Only what came in this way.
    #[param(value_type = Option<schema::Way>)]
    came_by: Option<CameBy>,
    /// Only what came from this network address.
    #[param(value_type = Option<schema::Address>)]
    address: Option<IpAddr>,
    /// Only what this request did.
    request_id: Option<String>,
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
/// Newest first. Needs `reports.view`. With `Accept: text/csv` or `Accept: application/x-ndjson`, all entries from the
/// `cursor` on come as one file, however many they are, with the hash of each entry's commit.
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
        way: query.came_by.map(|came_by| came_by.0),
        address: query.address,
        request: query.request_id,
    };
    if let Some(format) = wanted(&headers) {
        return Ok(file(caller.into_admitted(), filter, window, query.cursor, format));
    }
    let page = query.limit.after(query.cursor);
    let mut rows = caller
        .api
        .records()
        .list_audit(caller.account, filter, page)
        .await?;
    window.keep(&mut rows, |row| row.at);
    let shown = List::of(rows, |row| AuditEntry::of(row, window.wall()));
    Ok(Answer(shown).into_response())
}

/// The form of the file that is asked for, if one is.
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

/// All entries from a place on, read and sent page by page.
fn file(
    caller: Admitted,
    filter: AuditFilter,
    window: Window,
    after: Option<Cursor>,
    format: AuditFormat,
) -> Response {
    // What breaks off is broken off: an incomplete file must not look whole.
    let broken = |_| std::io::Error::other("the file broke off");
    let start = (caller, filter, window, Some(after));
    let pages = futures::stream::try_unfold(start, move |(caller, filter, window, next)| async move {
        let Some(after) = next else { return Ok(None) };
        let page = PageRequest::new(PAGE_MAX, after);
        let records = caller.api.records();
        let found = records.list_audit(caller.account, filter.clone(), page).await;
        let mut found = found.map_err(|error| broken(error.into()))?;
        window.keep(&mut found, |row| row.at);
        let hashes = caller
            .api
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
