//! The queue: who waits for which seats, and to whom a seat is offered.

mod view;

use axum::extract::{Path, Query};
use axum::http::Uri;
use axum::response::Response;
use serde::Deserialize;
use usher_app::Problem;
use usher_domain::command::TicketCommand;
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, Actor, Code, Command, Refusal, TicketId, Timestamp};

use self::view::{DropPage, Queue, QueueData, QueuePage};
pub(crate) use self::view::{Elapsed, Waiting, need_to_drop};
use crate::answer::{done, page};
use crate::failed::Failed;
use crate::form::Posted;
use crate::live::{self, LivePage};
use crate::nav::NavPage;
use crate::routes::{Pages, get};
use crate::said::named;
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/queue", get(show))
        .route("/a/{account}/queue/live", get(live::stream::<QueuePage>))
        .route("/a/{account}/queue/{ticket}/drop", get(confirm).post(drop_ticket))
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct QueueQuery {
    #[serde(default)]
    page: String,
}

async fn show(viewer: Viewer, query: Query<QueueQuery>, uri: Uri) -> Result<Response, Failed> {
    let (frame, live) = live::open::<QueuePage>(&viewer, query.0, &uri).await?;
    Ok(page(&QueuePage { frame, live }))
}

async fn confirm(viewer: Viewer, Path((_, ticket)): Path<(String, String)>) -> Result<Response, Failed> {
    match drop_page(&viewer, id(&ticket)?).await {
        Err(Failed::Problem(problem)) if is_over(&problem) => Ok(waits_no_more(&viewer)),
        shown => Ok(page(&shown?)),
    }
}

async fn drop_ticket(
    Path((_, ticket)): Path<(String, String)>,
    Posted { viewer, .. }: Posted,
) -> Result<Response, Failed> {
    let id = id(&ticket)?;
    let name = match drop_page(&viewer, id).await {
        Err(Failed::Problem(problem)) if is_over(&problem) => return Ok(waits_no_more(&viewer)),
        shown => shown?.waiting.who.name,
    };
    match viewer
        .execute(Command::Ticket(TicketCommand::Drop { id }), |_, (), _| ())
        .await?
    {
        Ok(()) => {
            let to = NavPage::Queue.path(viewer.account);
            Ok(done(&to, format!("{} is out of the queue.", named(name))))
        }
        Err(Refusal::State(StateRefusal::TicketEnded { .. })) => Ok(waits_no_more(&viewer)),
        Err(refusal) => Err(Failed::refused(&refusal)),
    }
}

async fn drop_page(viewer: &Viewer, id: TicketId) -> Result<DropPage, Failed> {
    let look = move |account: &Account, actor: &Actor, now| {
        if !account.is_staff(actor) {
            return Err(Refusal::NotFound { what: "ticket" });
        }
        let ticket = account
            .tickets()
            .get(&id)
            .ok_or(Refusal::State(StateRefusal::TicketEnded { id }))?;
        view::need_to_drop(account, actor, ticket)?;
        Ok(Waiting::of(account, actor, ticket, now))
    };
    let (frame, waiting) = viewer.look(Some(NavPage::Queue), look).await?;
    Ok(DropPage {
        frame,
        waiting,
        path: NavPage::Queue.path(viewer.account),
    })
}

fn id(text: &str) -> Result<TicketId, Failed> {
    text.parse().map_err(|_| Failed::not_found("ticket"))
}

fn is_over(problem: &Problem) -> bool {
    problem.kind().code == Code::TicketEnded.as_str()
}

/// Somebody else was faster, or the user has got the seat.
fn waits_no_more(viewer: &Viewer) -> Response {
    let to = NavPage::Queue.path(viewer.account);
    done(&to, "That person does not wait any more.")
}

impl LivePage for QueuePage {
    type Query = QueueQuery;
    type Data = QueueData;
    type Fragment = Queue;

    const NAV_PAGE: NavPage = NavPage::Queue;

    fn see(
        account: &Account,
        actor: &Actor,
        query: &QueueQuery,
        now: Timestamp,
    ) -> Result<QueueData, Refusal> {
        account.need_staff(actor)?;
        Ok(QueueData::of(account, actor, &query.page, now))
    }

    async fn show(_: &Viewer, _: &QueueQuery, seen: QueueData) -> Result<Queue, Failed> {
        Ok(Queue { seen })
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    #[test]
    fn the_sample_renders_and_escapes_names() {
        let html = Queue::sample().render().unwrap();

        assert!(html.contains("1 h 5 min"), "{html}");
        assert!(!html.contains("<b>"), "{html}");
    }
}
