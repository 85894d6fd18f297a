//! The audit as a file. It is read and sent page by page, however long it is.

use axum::body::Body;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use usher_domain::{Account, Actor};
use usher_journal::{AuditFilter, AuditRow, Cursor, PAGE_MAX, PageRequest};

use super::filter::AuditQuery;
use super::view::{self, Names};
use super::{need_reports, sentence};
use crate::answer::done;
use crate::failed::Failed;
use crate::nav::Place;
use crate::shown::Moment;
use crate::viewer::Viewer;

/// What starts a formula in programs for tables.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Format {
    Csv,
    Jsonl,
}

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    format: Format,
}

/// An entry as the file has it.
#[derive(Serialize)]
struct Entry {
    at: String,
    seq: u64,
    actor: String,
    actor_name: String,
    action: String,
    target: String,
    target_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Box<RawValue>>,
    cause: String,
}

const COLUMNS: [&str; 9] = [
    "at",
    "seq",
    "actor",
    "actor_name",
    "action",
    "target",
    "target_name",
    "detail",
    "cause",
];

/// Where the export stands.
enum Next {
    Page(Option<Cursor>),
    Over,
}

pub(super) async fn export(
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Failed> {
    let mut form = query.form();
    let (filter, _) = query.filter(&viewer, &mut form).await?;
    if !form.is_right() {
        // The list says what is wrong.
        return Ok(done(
            &query.at(&Place::Audit.path(viewer.account), ""),
            "Nothing was exported.",
        ));
    }
    let format = wanted.format;
    let (kind, ending) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Jsonl => ("application/jsonl; charset=utf-8", "jsonl"),
    };
    let name = format!("attachment; filename=\"audit-{}.{ending}\"", viewer.account);
    let start = (viewer, filter, Next::Page(None));
    let pages = futures::stream::try_unfold(start, move |(viewer, filter, next)| async move {
        let Next::Page(after) = next else { return Ok(None) };
        let (page, next) = one_page(&viewer, filter.clone(), format, after).await?;
        Ok::<_, std::io::Error>(Some((page, (viewer, filter, next))))
    });
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// What breaks off the file that is being sent: an incomplete one must not look whole.
fn broken(_: impl std::any::Any) -> std::io::Error {
    std::io::Error::other("the export broke off")
}

async fn one_page(
    viewer: &Viewer,
    filter: AuditFilter,
    format: Format,
    after: Option<Cursor>,
) -> Result<(Bytes, Next), std::io::Error> {
    let page = PageRequest::new(PAGE_MAX, after);
    let records = viewer.portal.api.records();
    let found = records
        .list_audit(viewer.account, filter, page)
        .await
        .map_err(broken)?;
    let ids = view::ids(&found.items);
    let look = move |account: &Account, actor: &Actor, now| {
        need_reports(account, actor, now)?;
        Ok(Names::of(account, &ids))
    };
    let (_, names) = viewer.look(None, look).await.map_err(broken)?;
    let entries = found.items.iter().map(|row| Entry::of(row, &names));
    let bytes = match format {
        Format::Csv => csv(entries, after.is_none())?,
        Format::Jsonl => jsonl(entries)?,
    };
    let next = found.next.map_or(Next::Over, |next| Next::Page(Some(next)));
    Ok((bytes.into(), next))
}

impl Entry {
    fn of(row: &AuditRow, names: &Names) -> Self {
        let actor = row.actor.to_string();
        let text = |text: Option<&usher_journal::Text>| text.map(ToString::to_string).unwrap_or_default();
        let detail = row.detail.as_ref().map(ToString::to_string);
        Self {
            at: Moment(row.at).machine(),
            seq: row.seq.get(),
            actor_name: names.actor(&actor),
            actor,
            action: row.action.to_string(),
            target: text(row.target.as_ref()),
            target_name: sentence::target(row, &view::detail(row), names),
            detail: detail.and_then(|detail| RawValue::from_string(detail).ok()),
            cause: text(row.cause.as_ref()),
        }
    }
}

fn csv(entries: impl Iterator<Item = Entry>, with_columns: bool) -> Result<Vec<u8>, std::io::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if with_columns {
        writer.write_record(COLUMNS)?;
    }
    for entry in entries {
        let seq = entry.seq.to_string();
        let detail = entry.detail.as_ref().map_or("", |detail| detail.get());
        let cells = [
            &entry.at,
            &seq,
            &entry.actor,
            &entry.actor_name,
            &entry.action,
            &entry.target,
            &entry.target_name,
            detail,
            &entry.cause,
        ];
        writer.write_record(cells.map(defused))?;
    }
    writer.into_inner().map_err(broken)
}

fn jsonl(entries: impl Iterator<Item = Entry>) -> Result<Vec<u8>, std::io::Error> {
    let mut lines = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut lines, &entry)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// A cell that no program takes for a formula: names are typed by others than those who open the file.
fn defused(cell: &str) -> String {
    if cell.starts_with(FORMULA_STARTS) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
