//! Refusals: who was refused, why, when, and how long until they got in (Q1).

mod view;

use axum::extract::Query;
use axum::response::Response;
use usher_domain::{Account, Actor, Refusal};
use usher_journal::{PageRequest, RefusalFilter, TicketFilter};

use self::view::{Names, RefusalQuery, RefusalsPage, Row, WaitRow};
use crate::answer::{page, page_again};
use crate::failed::Failed;
use crate::nav::NavPage;
use crate::pages::audit::filter::{named, one};
use crate::pages::audit::need_reports;
use crate::pages::days;
use crate::routes::{Pages, get};
use crate::viewer::Viewer;

/// Waits on the first page.
const WAITS_MAX: u16 = 20;
/// Refusals per page.
const ROWS_MAX: u16 = 50;

pub(crate) fn routes() -> Pages {
    Pages::new().route("/a/{account}/refusals", get(show))
}

async fn show(viewer: Viewer, Query(query): Query<RefusalQuery>) -> Result<Response, Failed> {
    let mut form = query.form();
    let who = query.user.trim().to_owned();
    let look = move |account: &Account, actor: &Actor, now| {
        need_reports(account, actor, now)?;
        let products = account.subscription().products.keys();
        let products: Vec<_> = products.map(ToString::to_string).collect();
        Ok((products, named(account, &who)))
    };
    let (_, (products, who)) = viewer.look(None, look).await?;
    let user = one(&mut form, "user", who).and_then(|id| {
        let id = id.parse().ok();
        if id.is_none() {
            form.wrong("user", "This is no person. Type a name or an e-mail address.");
        }
        id
    });
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let window = days::window(&mut form, &viewer).await;
    let filter = RefusalFilter {
        span: window.span(),
        user,
        pool: None,
        product: some(&query.product),
        code: some(&query.code),
    };
    let waits = TicketFilter {
        span: filter.span,
        user,
        pool: None,
        product: filter.product.clone(),
    };
    let after = some(&query.cursor).map(|cursor| cursor.parse()).transpose();
    let after = after.map_err(|_| {
        let refusal = Refusal::Invalid {
            field: "cursor",
            expected: "one that this list gave out".to_owned(),
        };
        usher_app::Problem::refused(&refusal, None)
    })?;
    let (rows, next) = if form.is_right() {
        let records = viewer.portal.api.records();
        let mut found = records
            .list_refusals(viewer.account, filter, PageRequest::new(ROWS_MAX, after))
            .await?;
        window.keep(&mut found, |row| row.at);
        (found.items, found.next)
    } else {
        (Vec::new(), None)
    };
    // Waits have no refusal reason, so a filter by reason excludes them.
    let waits = if after.is_none() && form.is_right() && query.code.is_empty() {
        let records = viewer.portal.api.records();
        let newest = PageRequest::new(WAITS_MAX, None);
        let mut found = records.list_tickets(viewer.account, waits, newest).await?;
        window.keep(&mut found, |row| row.opened_at);
        found.items
    } else {
        Vec::new()
    };
    let refused = rows.iter().map(|row| (row.user, row.pool));
    let waited = waits.iter().map(|row| (row.user, Some(row.pool)));
    let ids: Vec<_> = refused.chain(waited).collect();
    let look = move |account: &Account, _: &Actor, _| Ok(Names::of(account, &ids));
    let (frame, names) = viewer.look(Some(NavPage::Refusals), look).await?;
    let path = NavPage::Refusals.path(viewer.account);
    let now = viewer.portal.api.engine().now();
    let shown = RefusalsPage {
        frame,
        rows: rows
            .iter()
            .map(|row| Row::of(row, window.wall(), &names))
            .collect(),
        waits: waits
            .iter()
            .map(|row| WaitRow::of(row, window.wall(), &names, now))
            .collect(),
        next: next
            .map(|next| query.at(&path, &next.to_string()))
            .unwrap_or_default(),
        newest: if after.is_some() {
            query.at(&path, "")
        } else {
            String::new()
        },
        is_filtered: query.is_filtered(),
        products,
        form,
        path,
    };
    Ok(if shown.form.is_right() {
        page(&shown)
    } else {
        page_again(&shown)
    })
}
