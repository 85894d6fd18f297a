//! Ending one or many sessions, after a confirmation page (S9).

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use usher_domain::command::SessionCommand;
use usher_domain::text::{Note, counted};
use usher_domain::{Account, Actor, Command, Refusal, SessionId, Timestamp};

use super::row::{self, Row};
use super::view::{self, SessionQuery};
use crate::answer::{Frame, done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::nav::NavPage;
use crate::viewer::Viewer;

/// The most sessions ended at once.
pub(super) const SESSIONS_MAX: usize = 500;

/// The most sessions listed one by one before they end; the counts include all.
const SHOWN_MAX: usize = 50;

/// The message if all selected sessions have already ended.
const NOTHING_LEFT: &str = "There is nothing left to end: what you selected is over.";

/// The fields of a form with checkboxes, in a body or in a query.
type Fields = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "sessions/end.html")]
struct EndPage {
    frame: Frame,
    form: Form,
    path: String,
    back: String,
    query: SessionQuery,
    rows: Vec<Row>,
    /// How many of the selected sessions have ended, or cannot be ended by the viewer.
    gone: usize,
    /// The longest notice among them, in seconds.
    notice_secs: u32,
}

impl EndPage {
    /// The sessions that are listed one by one.
    fn shown(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().take(SHOWN_MAX)
    }

    /// How many are not listed.
    fn unlisted(&self) -> usize {
        self.rows.len().saturating_sub(SHOWN_MAX)
    }
}

/// The confirmation page.
pub(super) async fn confirm(viewer: Viewer, Query(fields): Query<Fields>) -> Result<Response, Failed> {
    let query = query(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let takes_all = fields.iter().any(|(name, value)| name == "all" && value == "yes");
    let ids = if takes_all {
        let wanted = query.clone();
        let look = move |account: &Account, actor: &Actor, _| {
            view::need_to_view(account, actor)?;
            let all = view::matching(account, actor, &wanted).into_iter();
            let all = all.filter(|session| row::may_end(account, actor, session));
            Ok(all.map(|session| session.id).take(SESSIONS_MAX).collect())
        };
        viewer.look(None, look).await?.1
    } else {
        let chosen = fields.iter().filter(|(name, _)| name == "session");
        ids(chosen.map(|(_, value)| value.as_str()))
    };
    let back = back(&viewer, &query);
    if ids.is_empty() {
        let (_, ()) = viewer
            .look(None, |account, actor, _| view::need_to_view(account, actor))
            .await?;
        return Ok(done(&back, "Select the sessions to end first."));
    }
    let asked = end_page(&viewer, Form::default(), query, ids).await?;
    if asked.rows.is_empty() {
        return Ok(done(&back, NOTHING_LEFT));
    }
    Ok(page(&asked))
}

/// Ends the selected sessions.
pub(super) async fn end(Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let fields: Fields = form.entries().collect();
    let query = query(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let ids = ids(form.all("session"));
    let back = back(&viewer, &query);
    if ids.is_empty() {
        return Err(Failed::not_found("session"));
    }
    let note = match form.value("note").trim() {
        "" => None,
        _ => form.parse::<Note>("note"),
    };
    if !form.is_right() {
        let again = end_page(&viewer, form, query, ids).await?;
        return Ok(if again.rows.is_empty() {
            done(&back, NOTHING_LEFT)
        } else {
            page_again(&again)
        });
    }
    let asked = ids.clone();
    let command = Command::Session(SessionCommand::End {
        ids: ids.clone(),
        note,
        acting: None,
        proof: usher_domain::presence::JoinProof::None,
    });
    let ending = move |account: &Account, (): &(), now: Timestamp| {
        let sessions = ids.iter().filter_map(|id| account.sessions().get(id));
        let notices = sessions.filter_map(|session| match session.state {
            usher_domain::presence::SessionState::Ending { closes_at, .. } => {
                Some(closes_at.remaining(now).get())
            }
            _ => None,
        });
        let notices: Vec<_> = notices.collect();
        (
            ids.len() - notices.len(),
            notices.len(),
            notices.into_iter().max().unwrap_or(0),
        )
    };
    match viewer.execute(command, ending).await? {
        Ok((ended, ending, secs)) => Ok(done(&back, message(ended, ending, secs))),
        Err(refusal @ Refusal::NotFound { .. }) => {
            // A session may have ended by itself in the meantime.
            if let [id] = asked.as_slice()
                && viewer.may_know_of_end(*id).await?
            {
                return Ok(done(&back, "The session is over already."));
            }
            Err(Failed::refused(&refusal))
        }
        Err(refusal) => Err(Failed::refused(&refusal)),
    }
}

async fn end_page(
    viewer: &Viewer,
    form: Form,
    query: SessionQuery,
    ids: Vec<SessionId>,
) -> Result<EndPage, Failed> {
    let asked = ids.len();
    let look = move |account: &Account, actor: &Actor, now| see(account, actor, &ids, now);
    let (frame, rows) = viewer.look(Some(NavPage::Sessions), look).await?;
    Ok(EndPage {
        frame,
        form,
        path: NavPage::Sessions.path(viewer.account),
        back: back(viewer, &query),
        query,
        gone: asked - rows.len(),
        notice_secs: rows.iter().map(|row| row.notice_secs).max().unwrap_or(0),
        rows,
    })
}

/// The selected sessions that the actor sees and may end.
fn see(account: &Account, actor: &Actor, ids: &[SessionId], now: Timestamp) -> Result<Vec<Row>, Refusal> {
    view::need_to_view(account, actor)?;
    let sessions = ids.iter().filter_map(|id| account.sessions().get(id));
    let seen: Vec<_> = sessions
        .filter(|session| account.sees_session(actor, session))
        .map(|session| Row::of(account, actor, session, now))
        .collect();
    let is_refused = !seen.is_empty() && seen.iter().all(|row| !row.may_end && !row.is_ending());
    if is_refused {
        return Err(Refusal::Forbidden {
            needed: usher_domain::permission::SessionPermission::ControlAccount.as_str(),
        });
    }
    Ok(seen.into_iter().filter(|row| row.may_end).collect())
}

fn ids<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<SessionId> {
    let mut ids: Vec<_> = texts
        .filter_map(|text| text.parse().ok())
        .take(SESSIONS_MAX)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The filters of the list from which the sessions were selected.
fn query<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> SessionQuery {
    let mut query = SessionQuery::default();
    for (name, value) in fields {
        query.set(name, value);
    }
    query
}

fn back(viewer: &Viewer, query: &SessionQuery) -> String {
    query
        .first_page()
        .to_link(&NavPage::Sessions.path(viewer.account))
}

fn message(ended: usize, ending: usize, secs: u32) -> String {
    let count = |count: usize| counted(count, "session", "sessions");
    let secs = counted(secs, "second", "seconds");
    match (ended, ending) {
        (ended, 0) => format!("{} ended.", count(ended)),
        (0, ending) => format!("The notice runs: {} will close within {secs}.", count(ending)),
        (ended, ending) => format!(
            "{} ended. The notice runs for {}, which will close within {secs}.",
            count(ended),
            count(ending)
        ),
    }
}
