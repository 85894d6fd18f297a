//! How earlier sign-ins, tickets and sessions ended, from the records, in words for the user concerned.

use usher_domain::presence::SessionKind;
use usher_domain::text::Product;
use usher_domain::{Account, Actor, ApiKeyId, SignInId, TicketId, Timestamp, UserId};
use usher_journal::{End, PageRequest, SessionFilter, SessionRow, Span};

use super::words::{self, Ender};
use crate::failed::Failed;
use crate::shown::Moment;
use crate::text::{Label, Text};
use crate::viewer::Viewer;

/// The most ended sessions shown.
const SHOWN_MAX: usize = 5;
/// The most recent sessions searched for them.
const LOOKED_AT: u16 = 20;
/// How long ago a session may have started to be shown. The records are searched by time at each update of a page.
const SESSIONS_MILLIS: i64 = 4 * 3600 * 1000;
/// How long ago a sign-in may have ended for the page to mention it.
const TOLD_MILLIS: i64 = 12 * 3600 * 1000;

/// How this browser's last sign-in ended.
pub(super) struct SignInPast {
    pub(super) what: Text,
    pub(super) at: Moment,
    /// The note of the person who ended it.
    pub(super) note: Option<String>,
    /// Whether the user ended it themselves.
    pub(super) is_own: bool,
}

/// A lost place in the queue.
pub(super) struct TicketPast {
    pub(super) what: Text,
    pub(super) at: Moment,
}

/// An ended session.
pub(super) struct SessionPast {
    pub(super) title: Label,
    pub(super) at: Moment,
    pub(super) how: Text,
    pub(super) note: Option<String>,
}

/// How a sign-in of the viewer ended; `None` if it has not, or ended long ago.
pub(super) async fn sign_in(viewer: &Viewer, id: SignInId) -> Result<Option<SignInPast>, Failed> {
    let row = viewer.portal.app.records().sign_in(viewer.account, id).await?;
    let user = viewer.session.user;
    let end = row.filter(|row| row.user == user).and_then(|row| row.end);
    let Some(end) = end.filter(|end| end.at > since(viewer, TOLD_MILLIS)) else {
        return Ok(None);
    };
    let by = name_of(viewer, &end).await?;
    Ok(Some(SignInPast {
        what: words::sign_in_end(&end.reason, by),
        at: Moment(viewer.wall_times().await.shown(end.at)),
        note: note(&end),
        is_own: *end.reason == *"signed-out",
    }))
}

/// How a place in the queue was lost; `None` if it was not, or long ago.
pub(super) async fn ticket(viewer: &Viewer, id: TicketId) -> Result<Option<TicketPast>, Failed> {
    let records = viewer.portal.app.records();
    let row = records.ticket(viewer.account, id).await?;
    let user = viewer.session.user;
    let end = row.filter(|row| row.user == user).and_then(|row| row.end);
    let Some(end) = end.filter(|end| end.at > since(viewer, TOLD_MILLIS)) else {
        return Ok(None);
    };
    let by = name_of(viewer, &end).await?;
    let what = words::ticket_end(&end.reason, by);
    let at = Moment(viewer.wall_times().await.shown(end.at));
    Ok(what.map(|what| TicketPast { what, at }))
}

/// The viewer's last ended sessions of a product, of one sign-in or of all.
pub(super) async fn sessions(
    viewer: &Viewer,
    product: &Product,
    only_of: Option<SignInId>,
) -> Result<Vec<SessionPast>, Failed> {
    let filter = SessionFilter {
        span: Span {
            from: Some(since(viewer, SESSIONS_MILLIS)),
            to: None,
        },
        user: Some(viewer.session.user),
        ..SessionFilter::default()
    };
    let last = PageRequest::new(LOOKED_AT, None);
    let rows = viewer
        .portal
        .app
        .records()
        .list_sessions(viewer.account, filter, last)
        .await?;
    let over = |row: SessionRow| {
        let end = row.end.clone()?;
        let is_of = only_of.is_none_or(|sign_in| sign_in == row.sign_in);
        (is_of && *row.product == *product.as_str()).then_some((row, end))
    };
    let mut over: Vec<_> = rows.items.into_iter().filter_map(over).collect();
    over.sort_by_key(|(_, end)| std::cmp::Reverse(end.at));
    over.truncate(SHOWN_MAX);
    let wall = viewer.wall_times().await;
    let mut past = Vec::with_capacity(over.len());
    for (row, end) in over {
        let by = name_of(viewer, &end).await?;
        past.push(SessionPast {
            title: match &*row.kind {
                "call" => words::kind(SessionKind::Call),
                "attended" => words::kind(SessionKind::Attended),
                _ => words::kind(SessionKind::Unattended),
            },
            at: Moment(wall.shown(end.at)),
            how: words::session_end(&end.reason, by),
            note: note(&end),
        });
    }
    Ok(past)
}

fn since(viewer: &Viewer, ago_millis: i64) -> Timestamp {
    let now = viewer.portal.app.engine().now();
    Timestamp::from_millis(now.millis().saturating_sub(ago_millis))
}

/// Who ended something, in words for the user concerned.
async fn name_of(viewer: &Viewer, end: &End) -> Result<Option<Ender>, Failed> {
    let Some(by) = &end.by else {
        return Ok(None);
    };
    let by = &*by.actor;
    if by == "operator" {
        return Ok(Some(Ender::Operator));
    }
    let Ok(user) = by.parse::<UserId>() else {
        return Ok(by.parse::<ApiKeyId>().ok().map(|_| Ender::Program));
    };
    let look = move |account: &Account, _: &Actor, _| {
        let user = account.user(user);
        Ok(user.map(|user| Ender::Person(user.profile.name.reveal().to_string())))
    };
    Ok(viewer.look(None, look).await?.1)
}

/// The note for the user concerned.
fn note(end: &End) -> Option<String> {
    end.by
        .as_ref()?
        .note
        .as_ref()
        .map(|text| text.reveal().to_string())
}
