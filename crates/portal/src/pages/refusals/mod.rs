//! Refusals: who was refused, why, when, and how long until they got in (Q1).

mod view;

use axum::extract::Query;
use axum::response::Response;
use usher_app::Window;
use usher_domain::{Account, Actor, Refusal, UserId};
use usher_journal::{Cursor, PageRequest, RefusalFilter, RefusalRow, TicketFilter, TicketRow};

pub(crate) use self::view::{Names, Row, WaitRow, length};
use self::view::{RefusalQuery, RefusalsPage};
use crate::answer::{page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::nav::NavPage;
use crate::pages::audit::filter::{named, one};
use crate::pages::audit::need_reports;
use crate::pages::days;
use crate::routes::{Pages, get};
use crate::shown::ProductChoice;
use crate::viewer::Viewer;

/// Waits on the first page.
const WAITS_MAX: u16 = 20;
/// Refusals per page.
const ROWS_MAX: u16 = 50;

pub(crate) fn routes() -> Pages {
    Pages::new().route("/a/{account}/refusals", get(show))
}

async fn show(viewer: Viewer, Query(query): Query<RefusalQuery>) -> Result<Response, Failed> {
    let asked = ParsedQuery::by(&viewer, &query).await?;
    let (rows, next) = refusals(&viewer, &asked).await?;
    let waits = waits(&viewer, &asked).await?;
    let shown = refusals_page(&viewer, &query, asked, Lists { rows, next, waits }).await?;
    Ok(if shown.form.is_right() {
        page(&shown)
    } else {
        page_again(&shown)
    })
}

/// The query, as read from the address.
struct ParsedQuery {
    /// Has an error if something in the query is invalid; then nothing is listed.
    form: Form,
    filter: RefusalFilter,
    window: Window,
    after: Option<Cursor>,
    /// The products to choose from.
    products: Vec<ProductChoice>,
}

impl ParsedQuery {
    async fn by(viewer: &Viewer, query: &RefusalQuery) -> Result<Self, Failed> {
        let mut form = query.form();
        let (products, user) = read_user(viewer, &mut form, query.user.trim()).await?;
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let window = days::window(&mut form, viewer).await;
        let after = some(&query.cursor).map(|cursor| cursor.parse()).transpose();
        let after = after.map_err(|_| {
            let refusal = Refusal::Invalid {
                field: "cursor",
                expected: "one that this list gave out".to_owned(),
            };
            usher_app::Problem::refused(&refusal, None)
        })?;
        let filter = RefusalFilter {
            span: window.span(),
            user,
            pool: None,
            product: some(&query.product),
            code: some(&query.code),
        };
        Ok(Self {
            form,
            filter,
            window,
            after,
            products,
        })
    }
}

/// The products of the account, and the user that was typed.
async fn read_user(
    viewer: &Viewer,
    form: &mut Form,
    typed: &str,
) -> Result<(Vec<ProductChoice>, Option<UserId>), Failed> {
    let who = typed.to_owned();
    let look = move |account: &Account, actor: &Actor, now| {
        need_reports(account, actor, now)?;
        Ok((ProductChoice::all(account), named(account, &who)))
    };
    let (_, (products, who)) = viewer.look(None, look).await?;
    let user = one(form, "user", who).and_then(|id| {
        let id = id.parse().ok();
        if id.is_none() {
            form.wrong("user", "This is no person. Type a name or an e-mail address.");
        }
        id
    });
    Ok((products, user))
}

/// A page of refusals, and where the next one begins.
async fn refusals(viewer: &Viewer, asked: &ParsedQuery) -> Result<(Vec<RefusalRow>, Option<Cursor>), Failed> {
    if !asked.form.is_right() {
        return Ok((Vec::new(), None));
    }
    let records = viewer.portal.app.records();
    let page = PageRequest::new(ROWS_MAX, asked.after);
    let mut found = records
        .list_refusals(viewer.account, asked.filter.clone(), page)
        .await?;
    asked.window.keep(&mut found, |row| row.at);
    Ok((found.items, found.next))
}

/// The newest waits, on the first page. They have no refusal reason, so a filter by reason excludes them.
async fn waits(viewer: &Viewer, asked: &ParsedQuery) -> Result<Vec<TicketRow>, Failed> {
    if asked.after.is_some() || !asked.form.is_right() || asked.filter.code.is_some() {
        return Ok(Vec::new());
    }
    let filter = TicketFilter {
        span: asked.filter.span,
        user: asked.filter.user,
        pool: None,
        product: asked.filter.product.clone(),
    };
    let records = viewer.portal.app.records();
    let newest = PageRequest::new(WAITS_MAX, None);
    let mut found = records.list_tickets(viewer.account, filter, newest).await?;
    asked.window.keep(&mut found, |row| row.opened_at);
    Ok(found.items)
}

/// What the records have for the page.
struct Lists {
    rows: Vec<RefusalRow>,
    next: Option<Cursor>,
    waits: Vec<TicketRow>,
}

async fn refusals_page(
    viewer: &Viewer,
    query: &RefusalQuery,
    asked: ParsedQuery,
    lists: Lists,
) -> Result<RefusalsPage, Failed> {
    let refused = lists.rows.iter().map(|row| (row.user, row.pool));
    let waited = lists.waits.iter().map(|row| (row.user, Some(row.pool)));
    let ids: Vec<_> = refused.chain(waited).collect();
    let look = move |account: &Account, actor: &Actor, _| Ok(Names::of(account, actor, &ids));
    let (frame, names) = viewer.look(Some(NavPage::Refusals), look).await?;
    let path = NavPage::Refusals.path(viewer.account);
    let now = viewer.portal.app.engine().now();
    let wall = asked.window.wall();
    let rows = lists.rows.iter().map(|row| Row::of(row, wall, &names));
    let waits = lists.waits.iter().map(|row| WaitRow::of(row, wall, &names, now));
    let next = lists.next.map(|next| query.at(&path, &next.to_string()));
    Ok(RefusalsPage {
        frame,
        rows: rows.collect(),
        waits: waits.collect(),
        next: next.unwrap_or_default(),
        newest: if asked.after.is_some() {
            query.at(&path, "")
        } else {
            String::new()
        },
        is_filtered: query.is_filtered(),
        products: asked.products,
        form: asked.form,
        path,
    })
}
