//! Exports the audit as a file. It is read and sent page by page, so its length does not matter.

use axum::body::Body;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use usher_app::{AuditFormat, AuditLine, Window};
use usher_domain::{Account, Actor};
use usher_journal::{AuditFilter, Cursor, PAGE_MAX, PageRequest};

use super::filter::AuditQuery;
use super::view::{self, Names};
use super::{need_reports, sentence};
use crate::answer::done;
use crate::failed::Failed;
use crate::nav::NavPage;
use crate::viewer::Viewer;

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

/// What the export sends next.
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
    let (filter, window, _) = query.filter(&viewer, &mut form).await?;
    if !form.is_right() {
        // The list shows the errors of the filters.
        return Ok(done(
            &query.at(&NavPage::Audit.path(viewer.account), ""),
            "Nothing was exported.",
        ));
    }
    let format = match wanted.format {
        Format::Csv => AuditFormat::Csv,
        Format::Jsonl => AuditFormat::JsonLines,
    };
    let ending = format.ending();
    let name = format!("attachment; filename=\"audit-{}.{ending}\"", viewer.account);
    let start = (viewer, filter, window, Next::Page(None));
    let pages = futures::stream::try_unfold(start, move |(viewer, filter, window, next)| async move {
        let Next::Page(after) = next else { return Ok(None) };
        let (page, next) = one_page(&viewer, filter.clone(), &window, format, after).await?;
        Ok::<_, std::io::Error>(Some((page, (viewer, filter, window, next))))
    });
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// An error that aborts the download: an incomplete file must not look complete.
fn broken(_: impl std::any::Any) -> std::io::Error {
    std::io::Error::other("the export broke off")
}

async fn one_page(
    viewer: &Viewer,
    filter: AuditFilter,
    window: &Window,
    format: AuditFormat,
    after: Option<Cursor>,
) -> Result<(Bytes, Next), std::io::Error> {
    let page = PageRequest::new(PAGE_MAX, after);
    let records = viewer.portal.app.records();
    let mut found = records
        .list_audit(viewer.account, filter, page)
        .await
        .map_err(broken)?;
    window.keep(&mut found, |row| row.at);
    let ids = view::ids(&found.items);
    let look = move |account: &Account, actor: &Actor, now| {
        need_reports(account, actor, now)?;
        Ok(Names::of(account, actor, &ids))
    };
    let (_, names) = viewer.look(None, look).await.map_err(broken)?;
    let hashes = viewer
        .portal
        .app
        .hashes_of(viewer.account, &found.items)
        .await
        .map_err(broken)?;
    let lines = found.items.iter().zip(hashes).map(|(row, hash)| {
        let (target, _) = sentence::target(row, &view::detail(row), &names);
        AuditLine::of(row, window.wall(), hash).named(names.actor(row.actor.as_ref()), target)
    });
    let bytes = format.write(lines, after.is_none())?;
    let next = found.next.map_or(Next::Over, |next| Next::Page(Some(next)));
    Ok((bytes.into(), next))
}
