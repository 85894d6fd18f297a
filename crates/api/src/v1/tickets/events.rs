//! The stream of events of a waiting device.

use usher_domain::command::RenewTicket;
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, Actor, Refusal, TicketId, Timestamp};
use usher_engine::Failure;

use crate::extract::{Follower, Path, Query};
use crate::problem::Problem;
use crate::v1::ended;
use crate::v1::events::{EventStream, Feed, LastEventId, LastEventIdHeader, Opening, TicketSubject};
use crate::v1::path::TicketPath;
use crate::v1::stream_tickets::TicketQuery;

/// Follow a ticket
///
/// Server-sent events for a waiting device. An open stream of the ticket's own token, its user, or a key with
/// `sign-ins.write` is a heartbeat: the ticket lives as long as it is open. The stream ends when the ticket does; if it
/// breaks off earlier, reconnect with `Last-Event-ID`, and nothing is missed or repeated.
///
/// | event | data |
/// | --- | --- |
/// | `queue` | `ticket`, `position`, `wait_estimate_secs`: at the beginning, and when the position changes |
/// | `offer` | `ticket`, `expires_in_secs`: claim it |
/// | `claimed` | `ticket`, `sign_in` or `session`: the last event |
/// | `ended` | `reason`, `by`: the last event |
#[utoipa::path(
    get, path = "/v1/accounts/{account}/tickets/{ticket}/events", operation_id = "followTicket",
    tag = "tickets", params(TicketPath, TicketQuery, LastEventIdHeader),
    responses((status = 200, description = "The events.", body = String, content_type = "text/event-stream")),
    extensions(("x-problems" = json!(["ticket-ended", "too-many-streams"])))
)]
pub(super) async fn follow(
    follower: Follower<TicketId>,
    Path(path): Path<TicketPath>,
    Query(_): Query<TicketQuery>,
    LastEventId(from): LastEventId,
) -> Result<EventStream, Problem> {
    let caller = follower.caller;
    let id = path.ticket;
    let renewed = caller.try_execute(RenewTicket { id }, |_, lease, _| Some(*lease));
    let lease = match renewed.await {
        Ok(lease) => lease,
        Err(Failure::Refused(
            Refusal::Forbidden { .. } | Refusal::State(StateRefusal::TicketEnded { .. }),
        )) => None,
        Err(failure) => return Err(caller.problem(failure).await.into()),
    };
    let actor = caller.actor.clone();
    let view = move |account: &Account, now: Timestamp| {
        let ticket = account
            .tickets()
            .get(&id)
            .ok_or(Refusal::State(StateRefusal::TicketEnded { id }))?;
        if actor != Actor::Ticket(id) && !account.sees_user(&actor, ticket.user) {
            return Err(Refusal::NotFound { what: "ticket" });
        }
        Ok(TicketSubject::standing(account, id, now))
    };
    let opening = Opening::at(&caller, from, view).await?;
    let open = caller.open_stream().await?;
    let subject = TicketSubject::new(id, lease);
    match opening.seen.clone() {
        Ok(stands) => Ok(Feed::new(caller, open, opening, subject, &stands).open()),
        Err(refusal) => {
            let (refusal, end) = ended::end_of(&caller, refusal).await?;
            let Some(end) = end else {
                return Err(Problem::refused(&refusal, None));
            };
            let over = ended::problem_of(&caller, &refusal, &end).await;
            if from.is_none() {
                return Err(over);
            }
            let rest = Feed::new(caller, open, opening, subject, &[]).rest().await?;
            rest.ok_or(over)
        }
    }
}
