//! The audit: who did what, newest first, with filters, and as a file.

mod check;
mod export;
pub(crate) mod filter;
mod provider;
mod sentence;
mod view;

use std::sync::Arc;

use axum::Extension;
use axum::extract::Query;
use axum::response::Response;
use usher_domain::permission::Privilege;
use usher_domain::{Account, Actor, Refusal, Timestamp};
use usher_journal::{Hash, PageRequest, Seq};

use self::check::Checks;
use self::filter::AuditQuery;
use self::view::{AuditPage, Chain};
pub(crate) use self::view::{Names, Row, ids};
use crate::answer::{page, page_again};
use crate::failed::Failed;
use crate::nav::NavPage;
use crate::routes::{Pages, get, post};
use crate::viewer::Viewer;

/// Entries per page.
const ROWS_MAX: u16 = 50;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/audit", get(show))
        .route("/a/{account}/audit/check", post(check::check))
        .route("/a/{account}/audit/export", get(export::export))
        .keeping(Checks::default())
}

/// Refuses viewers who may not see reports.
pub(crate) fn need_reports(account: &Account, actor: &Actor, _: Timestamp) -> Result<(), Refusal> {
    account.need_in_account(actor, Privilege::ReportsView)
}

async fn show(
    viewer: Viewer,
    Extension(checks): Extension<Arc<Checks>>,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Failed> {
    let mut form = query.form();
    let (filter, window, after) = query.filter(&viewer, &mut form).await?;
    let (rows, next) = if form.is_right() {
        let records = viewer.portal.app.records();
        let page = PageRequest::new(ROWS_MAX, after);
        let mut found = records.list_audit(viewer.account, filter, page).await?;
        window.keep(&mut found, |row| row.at);
        (found.items, found.next)
    } else {
        (Vec::new(), None)
    };
    let ids = ids(&rows);
    let look = move |account: &Account, actor: &Actor, now| {
        need_reports(account, actor, now)?;
        Ok(Names::of(account, actor, &ids))
    };
    let (frame, names) = viewer.look(Some(NavPage::Audit), look).await?;
    let path = NavPage::Audit.path(viewer.account);
    let head = viewer.portal.app.engine().head(viewer.account).await?;
    let (seq, hash) = head.unwrap_or((Seq::ZERO, Hash::GENESIS));
    let chain = Chain {
        seq: seq.get(),
        hash: hash.to_string(),
        checked: checks.last(viewer.account),
    };
    let shown = AuditPage {
        frame,
        rows: rows
            .iter()
            .map(|row| Row::of(row, window.wall(), &names, &path))
            .collect(),
        next: next
            .map(|next| query.at(&path, &next.to_string()))
            .unwrap_or_default(),
        newest: if after.is_some() {
            query.at(&path, "")
        } else {
            String::new()
        },
        csv: query.export(&path, "csv"),
        json: query.export(&path, "jsonl"),
        is_filtered: query.is_filtered(),
        form,
        path,
        chain,
    };
    Ok(if shown.form.is_right() {
        page(&shown)
    } else {
        page_again(&shown)
    })
}
