//! What accounts have asked for and nobody has answered yet (L10), of all accounts.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use usher_app::{AccountsRead, App};
use usher_domain::WallTime;
use usher_domain::account::Subscription;
use usher_domain::purchase::Purchase;
use usher_domain::text::Product;
use usher_identity::OperatorScope;
use usher_journal::{Cursor, PageRequest, RequestOf};

use super::account::path_of;
use super::visitor::{OperatorAt, OperatorPage};
use crate::answer::{Frame, page};
use crate::failed::Failed;
use crate::pages::subscription::lines;
use crate::said::Said;
use crate::shown::{Moment, with_query};

pub(super) const PATH: &str = "/operator/requests";

/// Requests per page.
const ROWS_MAX: u16 = 25;

/// Up to how many open requests the menu counts.
pub(super) const COUNTED_MAX: u16 = 100;

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct ListQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
}

#[derive(Template)]
#[template(path = "operator/requests.html")]
struct RequestsPage {
    frame: Frame,
    rows: Vec<Row>,
    /// Whether the list starts with the oldest.
    is_first: bool,
    /// The URL of the next page; empty on the last.
    next: String,
    may_answer: bool,
}

/// An open request in the list.
struct Row {
    account: String,
    account_name: String,
    /// Where it is answered.
    link: String,
    /// What is asked for, line by line.
    asked: Vec<Said<String>>,
    by: Option<String>,
    note: Option<String>,
    at: Moment,
}

impl Row {
    /// A request as recorded; `None` if its record was written by a newer version.
    fn of(of: RequestOf) -> Option<Self> {
        let request = of.request;
        let asked: Purchase = serde_json::from_str(&request.asked).ok()?;
        let before = request
            .bought_before
            .as_deref()
            .map(serde_json::from_str::<Subscription>);
        let before = before.transpose().ok()?;
        Some(Self {
            account: path_of(of.account),
            account_name: of.account_name.to_string(),
            link: format!("{}/requests/{}", path_of(of.account), request.id),
            asked: lines(Product::readable, before.as_ref(), &asked),
            by: request.asked_by_name.map(|name| name.reveal().to_string()),
            note: request.note.map(|note| note.reveal().to_string()),
            at: Moment(WallTime::new(request.asked_at)),
        })
    }
}

pub(super) async fn show(
    by: OperatorAt<AccountsRead>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failed> {
    let after = query.after.parse::<Cursor>().ok();
    let request = PageRequest::new(ROWS_MAX, after);
    let found = by.operator.app.records().list_open_requests(request).await?;
    let next = found.next.map(|next| ListQuery {
        after: next.to_string(),
    });
    Ok(page(&RequestsPage {
        frame: by.frame(OperatorPage::Requests),
        rows: found.items.into_iter().filter_map(Row::of).collect(),
        is_first: after.is_none(),
        next: next.map(|next| with_query(PATH, &next)).unwrap_or_default(),
        may_answer: by.operator.has(OperatorScope::BillingManage),
    }))
}

/// How many requests are open, at most [`COUNTED_MAX`]; none if they cannot be read.
pub(super) async fn count(app: &App) -> usize {
    let page = PageRequest::new(COUNTED_MAX, None);
    let open = app.records().list_open_requests(page).await;
    open.map_or(0, |open| open.items.len())
}
