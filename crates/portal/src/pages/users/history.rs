//! What the records say of one user: the sessions, the refusals and waits, and what was done to the user. Each part is
//! for viewers who may see it (R1, R5).

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use usher_app::Problem;
use usher_domain::permission::{Privilege, SessionPermission};
use usher_domain::text::Product;
use usher_domain::{Account, Actor, Refusal, Timestamp, UserId, WallTimes};
use usher_journal::{
    AuditFilter, AuditRow, Cursor, End, PageRequest, RefusalFilter, RefusalRow, SessionFilter, SessionRow,
    TicketFilter, TicketRow,
};

use super::edit::{UserPath, path_of, user_id};
use super::person::Tabs;
use crate::answer::{Frame, page};
use crate::failed::Failed;
use crate::linked::Linked;
use crate::nav::NavPage;
use crate::pages::{audit, refusals};
use crate::shown::{Moment, ProductLabel, with_query};
use crate::viewer::Viewer;

/// Ended sessions per page. Older ones are on further pages.
const SESSIONS_MAX: u16 = 20;
/// The newest of each other list. All are on the list's own page.
const NEWEST: u16 = 10;

#[derive(Template)]
#[template(path = "users/history.html")]
struct HistoryPage {
    frame: Frame,
    /// The user's page.
    path: String,
    /// The list of users.
    list: String,
    seen: Seen,
    sessions: Vec<SessionShown>,
    newest: String,
    older: String,
    refusals: Vec<refusals::Row>,
    waits: Vec<refusals::WaitRow>,
    audit: Vec<audit::Row>,
}

/// What is copied out of the account.
struct Seen {
    name: String,
    email: String,
    is_staff: bool,
    tabs: Tabs,
    sees_sessions: bool,
    /// The list of the user's sessions that go on.
    live: Option<String>,
    /// The lists of all refusals of the user, and of all entries about and by them; `None` without the privilege.
    all: Option<All>,
}

/// Where all of a list is.
struct All {
    refusals: String,
    about: String,
    by: String,
}

/// An ended session.
struct SessionShown {
    from: Moment,
    what: String,
    customer: Option<String>,
    product: ProductLabel,
    pool: Option<Linked>,
    lasted: String,
    how: String,
    /// Who ended it, where it was somebody else.
    by: Option<Linked>,
    note: Option<String>,
}

/// Which page of the sessions.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct HistoryQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    sessions: String,
}

/// The rows of the records.
#[derive(Default)]
struct Found {
    sessions: Vec<SessionRow>,
    next: Option<Cursor>,
    refusals: Vec<RefusalRow>,
    waits: Vec<TicketRow>,
    audit: Vec<AuditRow>,
}

/// Whether an actor sees the sessions of a user (R5).
pub(super) fn sees_sessions(account: &Account, actor: &Actor, user: UserId) -> bool {
    account.has_session_permission(actor, SessionPermission::ViewAccount)
        || (account.user_of(actor) == Some(user)
            && account.has_session_permission(actor, SessionPermission::ViewOwn))
}

impl Seen {
    fn of(account: &Account, actor: &Actor, id: UserId) -> Result<Self, Refusal> {
        let user = account.visible_user(actor, id)?;
        let sees_sessions = sees_sessions(account, actor, id);
        let sees_reports = account.may(actor, Privilege::ReportsView);
        if !sees_sessions {
            account.need_in_account(actor, Privilege::ReportsView)?;
        }
        let email = user.profile.email.reveal().to_string();
        let about = |field, value: &str| with_query(&NavPage::Audit.path(account.id()), &[(field, value)]);
        let all = sees_reports.then(|| All {
            refusals: with_query(&NavPage::Refusals.path(account.id()), &[("user", &email)]),
            about: about("target", &id.to_string()),
            by: about("actor", &id.to_string()),
        });
        let live = NavPage::Sessions.link(account, actor).filter(|_| sees_sessions);
        Ok(Self {
            name: user.profile.name.reveal().to_string(),
            is_staff: account.is_staff(actor),
            tabs: Tabs::of(account, actor, id),
            sees_sessions,
            live: live.map(|path| format!("{path}?user={id}")),
            all,
            email,
        })
    }
}

pub(super) async fn show(
    viewer: Viewer,
    Path((_, user)): UserPath,
    Query(query): Query<HistoryQuery>,
) -> Result<Response, Failed> {
    let id = user_id(&user)?;
    let look = move |account: &Account, actor: &Actor, _: Timestamp| Seen::of(account, actor, id);
    let (frame, seen) = viewer.look(Some(NavPage::Users), look).await?;
    let found = Found::of(&viewer, id, &seen, &query).await?;
    let path = path_of(&viewer, id);
    let here = format!("{path}/history");
    let older = found.next.map(|next| HistoryQuery {
        sessions: next.to_string(),
    });
    let newest = if query.sessions.is_empty() { "" } else { &here };
    let mut shown = HistoryPage {
        frame,
        list: NavPage::Users.path(viewer.account),
        newest: newest.to_owned(),
        older: older.map(|query| with_query(&here, &query)).unwrap_or_default(),
        path,
        seen,
        sessions: Vec::new(),
        refusals: Vec::new(),
        waits: Vec::new(),
        audit: Vec::new(),
    };
    shown.fill(&viewer, found).await?;
    Ok(page(&shown))
}

impl Found {
    async fn of(viewer: &Viewer, id: UserId, seen: &Seen, query: &HistoryQuery) -> Result<Self, Failed> {
        let (records, account) = (viewer.portal.app.records(), viewer.account);
        let mut found = Self::default();
        if seen.sees_sessions {
            let filter = SessionFilter {
                user: Some(id),
                ..SessionFilter::default()
            };
            let page = PageRequest::new(SESSIONS_MAX, cursor(&query.sessions)?);
            let sessions = records.list_sessions(account, filter, page).await?;
            (found.sessions, found.next) = (sessions.items, sessions.next);
        }
        if seen.all.is_none() {
            return Ok(found);
        }
        let newest = PageRequest::new(NEWEST, None);
        let refused = RefusalFilter {
            user: Some(id),
            ..RefusalFilter::default()
        };
        let waited = TicketFilter {
            user: Some(id),
            ..TicketFilter::default()
        };
        let about = AuditFilter {
            target: Some(id.to_string()),
            ..AuditFilter::default()
        };
        found.refusals = records.list_refusals(account, refused, newest).await?.items;
        found.waits = records.list_tickets(account, waited, newest).await?.items;
        found.audit = records.list_audit(account, about, newest).await?.items;
        Ok(found)
    }
}

fn cursor(text: &str) -> Result<Option<Cursor>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        let refusal = Refusal::Invalid {
            field: "sessions",
            expected: "one that this list gave out".to_owned(),
        };
        Problem::refused(&refusal, None)
    })
}

impl HistoryPage {
    /// Adds the rows, with the current names of what they are about.
    async fn fill(&mut self, viewer: &Viewer, found: Found) -> Result<(), Failed> {
        let refused = found.refusals.iter().map(|row| (row.user, row.pool));
        let waited = found.waits.iter().map(|row| (row.user, Some(row.pool)));
        let places: Vec<_> = refused.chain(waited).collect();
        let ids = audit::ids(&found.audit);
        let sessions = found.sessions;
        let look = move |account: &Account, actor: &Actor, _: Timestamp| {
            let places = refusals::Names::of(account, actor, &places);
            let names = audit::Names::of(account, actor, &ids);
            let wall = account.wall_times().clone();
            let sessions = sessions.iter();
            let sessions = sessions.filter_map(|row| SessionShown::of(account, actor, row, &wall));
            Ok((places, names, sessions.collect::<Vec<_>>(), wall))
        };
        let (_, (places, names, sessions, wall)) = viewer.look(None, look).await?;
        let now = viewer.portal.app.engine().now();
        let path = NavPage::Audit.path(viewer.account);
        let refusals = found.refusals.iter();
        let waits = found.waits.iter();
        let audit = found.audit.iter();
        self.sessions = sessions;
        self.refusals = refusals
            .map(|row| refusals::Row::of(row, &wall, &places))
            .collect();
        self.waits = waits
            .map(|row| refusals::WaitRow::of(row, &wall, &places, now))
            .collect();
        self.audit = audit
            .map(|row| audit::Row::of(row, &wall, &names, &path))
            .collect();
        Ok(())
    }
}

impl SessionShown {
    /// An ended session; those that go on are on the list of sessions, for viewers who see them (S8).
    fn of(account: &Account, actor: &Actor, row: &SessionRow, wall: &WallTimes) -> Option<Self> {
        let end = row.end.as_ref()?;
        let product = row.product.parse::<Product>();
        let pool = row.pool.and_then(|pool| account.pool(pool));
        let by = end.by.as_ref();
        Some(Self {
            from: Moment(wall.shown(row.started_at)),
            what: match &*row.kind {
                "call" => "Call".to_owned(),
                "attended" => "Attended session".to_owned(),
                _ => "Unattended session".to_owned(),
            },
            customer: row.customer.as_ref().map(|name| name.reveal().to_string()),
            product: product.map_or_else(
                |_| ProductLabel::plain(&*row.product),
                |it| ProductLabel::of(account, &it),
            ),
            pool: pool.map(|pool| Linked::pool(account, actor, pool)),
            lasted: refusals::length(end.at.since(row.started_at).get()),
            how: ended(end).to_owned(),
            by: by.filter(|_| is_by_another(end)).and_then(|by| {
                let name = by.name.as_ref().map(|name| name.reveal().to_string());
                let user = by.actor.parse().ok().and_then(|id| account.user(id));
                user.map(|user| Linked::user(account, actor, user))
                    .or_else(|| name.map(Linked::plain))
            }),
            note: by
                .and_then(|by| by.note.as_ref())
                .map(|note| note.reveal().to_string()),
        })
    }
}

fn is_by_another(end: &End) -> bool {
    &*end.reason == "ended-by-other"
}

/// How a session ended, in words for anybody who looks at it later.
fn ended(end: &End) -> &'static str {
    match &*end.reason {
        "finished" => "Ended by the agent or the customer",
        "ended-by-other" => "Ended by somebody else",
        "expired" => "Nobody came before the code expired",
        "minutes-exhausted" => "The minutes were used up",
        _ => "The agent was signed out",
    }
}
