//! Sessions (license usage), live, with pausing and resuming your own. [`end`] ends them.

mod end;
mod filter;
mod row;
mod usage;
mod view;

use axum::extract::{Path, Query};
use axum::http::Uri;
use axum::response::Response;
use usher_domain::command::{ResumeSession, SessionCommand};
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, Actor, Command, Execute, Refusal, SessionId, TicketId, Timestamp};

use self::filter::Filters;
pub(crate) use self::row::may_end;
use self::view::{Fragment, SessionQuery, SessionsData, SessionsPage};
use crate::answer::{done, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::live::{self, LivePage};
use crate::nav::NavPage;
use crate::routes::{Pages, get, post};
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/sessions", get(show))
        .route("/a/{account}/sessions/live", get(live::stream::<SessionsPage>))
        .route("/a/{account}/sessions/end", get(end::confirm).post(end::end))
        .route("/a/{account}/sessions/{session}/pause", post(pause))
        .route("/a/{account}/sessions/{session}/resume", post(resume))
}

async fn show(viewer: Viewer, Query(query): Query<SessionQuery>, uri: Uri) -> Result<Response, Failed> {
    Ok(page(&sessions_page(&viewer, query, &uri, Form::default()).await?))
}

async fn sessions_page(
    viewer: &Viewer,
    query: SessionQuery,
    uri: &Uri,
    form: Form,
) -> Result<SessionsPage, Failed> {
    let wanted = query.clone();
    let look = move |account: &Account, actor: &Actor, _| Filters::of(account, actor, &wanted);
    let (_, filters) = viewer.look(None, look).await?;
    let (frame, live) = live::open::<SessionsPage>(viewer, query.clone(), uri).await?;
    Ok(SessionsPage {
        frame,
        live,
        form,
        path: NavPage::Sessions.path(viewer.account),
        query,
        filters,
    })
}

impl LivePage for SessionsPage {
    type Query = SessionQuery;
    type Data = SessionsData;
    type Fragment = Fragment;

    const NAV_PAGE: NavPage = NavPage::Sessions;

    fn see(
        account: &Account,
        actor: &Actor,
        query: &SessionQuery,
        now: Timestamp,
    ) -> Result<SessionsData, Refusal> {
        SessionsData::of(account, actor, query, now)
    }

    async fn show(viewer: &Viewer, query: &SessionQuery, seen: SessionsData) -> Result<Fragment, Failed> {
        let path = NavPage::Sessions.path(viewer.account);
        Ok(Fragment::of(path, query, seen))
    }
}

async fn pause(Path((_, session)): Path<(String, String)>, posted: Posted) -> Result<Response, Failed> {
    let id = session_id(&session)?;
    act(
        posted,
        Command::Session(SessionCommand::Pause { id }),
        "The session is paused. Only you see it now.",
    )
    .await
}

async fn resume(Path((_, session)): Path<(String, String)>, posted: Posted) -> Result<Response, Failed> {
    let id = session_id(&session)?;
    let ticket = usher_identity::draw_bits(posted.viewer.portal.app.engine().now())?;
    // Without queueing: a ticket needs heartbeats from a device, and this page is not a device.
    let command = ResumeSession {
        id,
        wait: false,
        ticket: TicketId::from_bits(ticket),
    };
    act(posted, command, "The session goes on.").await
}

/// Acts on one of the viewer's own sessions. A refusal is shown above the list.
async fn act(
    Posted { viewer, mut form }: Posted,
    command: impl Execute,
    message: &str,
) -> Result<Response, Failed> {
    let path = NavPage::Sessions.path(viewer.account);
    match viewer.execute(command, |_, _, _| ()).await? {
        Ok(()) => Ok(done(&path, message)),
        Err(
            refusal @ (Refusal::NotFound { .. }
            | Refusal::Forbidden { .. }
            | Refusal::State(StateRefusal::NotYourSession)),
        ) => Err(Failed::refused(&refusal)),
        Err(refusal) => {
            form.refused(&refusal);
            let uri = path.parse().map_err(|_| Failed::not_found("such page"))?;
            let again = sessions_page(&viewer, SessionQuery::default(), &uri, form).await?;
            Ok(page_again(&again))
        }
    }
}

fn session_id(text: &str) -> Result<SessionId, Failed> {
    text.parse().map_err(|_| Failed::not_found("session"))
}
