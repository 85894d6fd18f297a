//! The data of the sessions page.

use askama::Template;
use serde::{Deserialize, Serialize};
use usher_domain::permission::SessionPermission;
use usher_domain::presence::Session;
use usher_domain::{Account, Actor, Refusal, SessionId, Timestamp};

use super::end::SESSIONS_MAX;
use super::filter::{Filter, Filters};
use super::row::Row;
use super::usage::Usage;
use crate::answer::Frame;
use crate::form::Form;
use crate::live::Live;
use crate::paging::PageLinks;
use crate::shown::{counted, number};

/// Sessions per page.
const ROWS_MAX: usize = 50;

#[derive(Template)]
#[template(path = "sessions/page.html")]
pub(super) struct SessionsPage {
    pub(super) frame: Frame,
    pub(super) live: Live,
    pub(super) form: Form,
    pub(super) path: String,
    pub(super) query: SessionQuery,
    pub(super) filters: Filters,
}

/// The query of the URL. Invalid values are ignored.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct SessionQuery {
    /// The state to filter by.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) state: String,
    /// The product to filter by.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) product: String,
    /// The pool to filter by.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) pool: String,
    /// What pays for it: `named`, `shared`, `minutes` or `none`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) seat: String,
    /// The kind of work to filter by.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) kind: String,
    /// The id of the user to filter by, where a link names one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) user: String,
    /// A part of the agent's name or address to filter by.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) q: String,
    /// The page after this session.
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
    /// The page before this session.
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

/// The live part.
#[derive(Template)]
#[template(path = "sessions/sessions.html")]
pub(super) struct Fragment {
    path: String,
    seen: SessionsData,
    is_filtered: bool,
    links: PageLinks,
}

/// The data that is copied out of the account: one page.
pub(super) struct SessionsData {
    rows: Vec<Row>,
    /// The number of sessions on all pages.
    total: usize,
    /// The number of sessions on pages before this one.
    before: usize,
    /// The place of the session before the last page.
    last_after: String,
    may_end: bool,
    sees_others: bool,
    /// How full the viewer's own pools are, where they see no sessions of others: numbers, no names.
    usage: Vec<Usage>,
}

impl SessionQuery {
    /// The filters that are set, with their names in the URL.
    pub(super) fn filters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("state", &self.state),
            ("product", &self.product),
            ("pool", &self.pool),
            ("seat", &self.seat),
            ("kind", &self.kind),
            ("user", &self.user),
            ("q", &self.q),
        ];
        let set = all.into_iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| (name, value.as_str()))
    }

    /// Sets the filter with this name; other names are ignored.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let field = match name {
            "state" => &mut self.state,
            "product" => &mut self.product,
            "pool" => &mut self.pool,
            "seat" => &mut self.seat,
            "kind" => &mut self.kind,
            "user" => &mut self.user,
            "q" => &mut self.q,
            _ => return,
        };
        value.clone_into(field);
    }

    fn is_filtered(&self) -> bool {
        self.filters().next().is_some()
    }

    /// The URL of the same query at `path`.
    pub(super) fn to_link(&self, path: &str) -> String {
        crate::shown::with_query(path, self)
    }

    /// The same filters on another page.
    fn page(&self, after: String, before: String) -> Self {
        Self {
            after,
            before,
            ..self.clone()
        }
    }

    /// The same filters on the first page.
    pub(super) fn first_page(&self) -> Self {
        self.page(String::new(), String::new())
    }
}

/// Refuses viewers who may not see any sessions.
pub(super) fn need_to_view(account: &Account, actor: &Actor) -> Result<(), Refusal> {
    let may = |permission| account.has_session_permission(actor, permission);
    if may(SessionPermission::ViewOwn) || may(SessionPermission::ViewAccount) {
        return Ok(());
    }
    Err(Refusal::Forbidden {
        needed: SessionPermission::ViewOwn.as_str(),
    })
}

/// The position of a session in the list.
const fn place(session: &Session) -> (Timestamp, SessionId) {
    (session.since, session.id)
}

/// Parses the position in a URL; `None` if it is invalid.
fn parse_place(text: &str) -> Option<(Timestamp, SessionId)> {
    let (millis, id) = text.split_once('.')?;
    Some((Timestamp::from_millis(millis.parse().ok()?), id.parse().ok()?))
}

/// The sessions that the actor sees and that match the filters, oldest first.
pub(super) fn matching<'a>(account: &'a Account, actor: &Actor, query: &SessionQuery) -> Vec<&'a Session> {
    let filter = Filter::of(query);
    let taken = |session: &&Session| account.sees_session(actor, session) && filter.takes(account, session);
    let mut all: Vec<&Session> = account.sessions().values().filter(taken).collect();
    all.sort_unstable_by_key(|session| place(session));
    all
}

impl SessionsData {
    /// The requested page of the sessions that the actor sees, oldest first, so that new ones are added at the end and
    /// nothing moves.
    pub(super) fn of(
        account: &Account,
        actor: &Actor,
        query: &SessionQuery,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        need_to_view(account, actor)?;
        let all = matching(account, actor, query);
        let start = if let Some(after) = parse_place(&query.after) {
            all.partition_point(|session| place(session) <= after)
        } else if let Some(before) = parse_place(&query.before) {
            let end = all.partition_point(|session| place(session) < before);
            end.saturating_sub(ROWS_MAX)
        } else {
            0
        };
        // All sessions of the page may have ended by now.
        let start = if start < all.len() {
            start
        } else {
            all.len().saturating_sub(ROWS_MAX)
        };
        let shown = all.iter().skip(start).take(ROWS_MAX);
        let rows: Vec<_> = shown
            .map(|session| Row::of(account, actor, session, now))
            .collect();
        let may = |permission| account.has_session_permission(actor, permission);
        Ok(Self {
            rows,
            total: all.len(),
            before: start,
            last_after: (all.len().saturating_sub(1) / ROWS_MAX * ROWS_MAX)
                .checked_sub(1)
                .and_then(|index| all.get(index))
                .map(|session| Row::of(account, actor, session, now).place())
                .unwrap_or_default(),
            may_end: may(SessionPermission::ControlOwn) || may(SessionPermission::ControlAccount),
            sees_others: may(SessionPermission::ViewAccount),
            usage: if may(SessionPermission::ViewAccount) {
                Vec::new()
            } else {
                Usage::of_own_pools(account, actor)
            },
        })
    }
}

impl Fragment {
    pub(super) fn of(path: String, query: &SessionQuery, seen: SessionsData) -> Self {
        let place = |row: Option<&Row>| row.map(Row::place).unwrap_or_default();
        let is_first = seen.before == 0;
        let is_last = seen.before + seen.rows.len() >= seen.total;
        let link = |is_end: bool, query: SessionQuery| {
            if is_end {
                String::new()
            } else {
                query.to_link(&path)
            }
        };
        Self {
            links: PageLinks {
                rows: count(&seen),
                first: link(is_first, query.first_page()),
                previous: link(is_first, query.page(String::new(), place(seen.rows.first()))),
                next: link(is_last, query.page(place(seen.rows.last()), String::new())),
                last: link(is_last, query.page(seen.last_after.clone(), String::new())),
                sizes: Vec::new(),
            },
            is_filtered: query.is_filtered(),
            path,
            seen,
        }
    }

    /// How many sessions are meant by *All that match*, in words.
    fn all_matching(&self) -> String {
        let total = number(self.seen.total);
        if self.seen.total > SESSIONS_MAX {
            format!("The first {} of {total} that match", number(SESSIONS_MAX))
        } else {
            format!("All {total} that match, on every page")
        }
    }
}

/// `1–50 of 1,000 sessions`.
fn count(seen: &SessionsData) -> String {
    let (first, last) = (seen.before + 1, seen.before + seen.rows.len());
    let total = counted(seen.total, "session", "sessions");
    if seen.rows.len() == seen.total {
        total
    } else {
        format!("{}–{} of {total}", number(first), number(last))
    }
}
