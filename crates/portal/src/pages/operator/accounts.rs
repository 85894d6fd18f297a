//! The list of accounts.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use usher_app::{AccountSummary, AccountsQuery, AccountsRead};
use usher_identity::OperatorScope;
use usher_journal::Peak;

use super::visitor::{OperatorAt, OperatorPage};
use crate::answer::{Frame, page};
use crate::failed::Failed;
use crate::shown::{Meter, Moment, with_query};

pub(super) const PATH: &str = "/operator/accounts";

/// Accounts per page.
const ROWS_MAX: u16 = 25;

/// How many commits of all accounts of a page are looked at for their peaks: about a tenth of a second.
const COMMITS_MAX: usize = 10_000;

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct ListQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    /// `all` for closed accounts too.
    #[serde(skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
}

#[derive(Template)]
#[template(path = "operator/accounts.html")]
struct AccountsPage {
    frame: Frame,
    query: ListQuery,
    rows: Vec<Row>,
    /// The URL of the next page; empty on the last.
    next: String,
    may_create: bool,
}

/// An account in the list.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) external_id: String,
    /// A label and its CSS class.
    pub(super) state: (&'static str, &'static str),
    /// Its seats; `None` if it is closed.
    pub(super) seats: Option<Seats>,
    pub(super) last_used_at: Option<Moment>,
}

/// The seats of an account.
pub(super) struct Seats {
    pub(super) named: Meter,
    pub(super) shared: Meter,
    pub(super) waiting: u32,
    pub(super) peak: String,
    pub(super) minutes: u64,
}

impl Row {
    pub(super) fn of(account: &AccountSummary) -> Self {
        let figures = account.figures.as_ref();
        let state = match figures {
            None => ("Closed", "quiet"),
            Some(figures) if figures.plan.is_none() => ("No subscription", "warn"),
            Some(figures) if figures.shared.waiting > 0 => ("Users wait", "bad"),
            Some(_) => ("Active", "good"),
        };
        Self {
            id: account.row.account.to_string(),
            name: account.row.name.to_string(),
            external_id: account.row.external_id.as_deref().unwrap_or_default().to_owned(),
            state,
            seats: figures.map(|figures| Seats {
                named: Meter {
                    used: figures.named_assigned,
                    of: figures.named_bought,
                },
                shared: Meter {
                    used: figures.shared.occupied,
                    of: figures.shared.bought,
                },
                waiting: figures.shared.waiting,
                peak: in_words(account.peak),
                minutes: figures.minutes,
            }),
            last_used_at: account.last_used_at.map(Moment),
        }
    }
}

/// A peak as a number, or as the least that it was.
pub(super) fn in_words(peak: Peak) -> String {
    let at_least = if peak.is_at_least { "at least " } else { "" };
    format!("{at_least}{}", peak.seats)
}

impl AccountsPage {
    /// Whether the list is narrowed down.
    fn is_search(&self) -> bool {
        !self.query.q.is_empty() || !self.query.after.is_empty()
    }

    /// The URL of the first page; empty on it.
    fn first(&self) -> String {
        if self.query.after.is_empty() {
            return String::new();
        }
        let query = ListQuery {
            after: String::new(),
            ..self.query.clone()
        };
        with_query(PATH, &query)
    }
}

pub(super) async fn show(
    by: OperatorAt<AccountsRead>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failed> {
    let wanted = AccountsQuery {
        find: query.q.clone(),
        with_closed: query.state == "all",
        after: query.after.parse().ok(),
        limit: ROWS_MAX,
    };
    let found = by.operator.app.account_summaries(wanted, COMMITS_MAX).await?;
    let next = found.items.last().filter(|_| found.next.is_some());
    let next = next.map(|last| ListQuery {
        after: last.row.account.to_string(),
        ..query.clone()
    });
    Ok(page(&AccountsPage {
        frame: by.frame(OperatorPage::Accounts),
        rows: found.items.iter().map(Row::of).collect(),
        next: next.map(|next| with_query(PATH, &next)).unwrap_or_default(),
        may_create: by.operator.has(OperatorScope::AccountsManage),
        query,
    }))
}
