//! The stream of events of a sign-in's device.

use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, Refusal, SignInId, Timestamp};

use crate::extract::{Follower, Path, Query};
use crate::problem::Problem;
use crate::v1::ended;
use crate::v1::events::{
    EventStream, Feed, LastEventId, LastEventIdHeader, Opening, SignInSubject, Standing,
};
use crate::v1::path::SignInPath;
use crate::v1::stream_tickets::TicketQuery;

/// Follow a sign-in
///
/// Server-sent events for the device. For those who may see the sign-in. The stream ends after `signed_out`; if it
/// breaks off earlier, reconnect with `Last-Event-ID`, and nothing is missed or repeated. An open stream does not renew
/// the lease: only heartbeats say that the product itself is alive.
///
/// | event | data |
/// | --- | --- |
/// | `signed_out` | `reason`, `by` (`actor`, `name`, `note`; null if nobody did): the last event |
/// | `log_off_warning` | `in_secs`: the idle user is about to be logged off |
/// | `reclaim_warning`, `reclaim_cancelled` | `in_secs`: the idle holder is about to lose the seat to a waiting user |
/// | `activity` | the user was active: earlier warnings no longer apply, nor do they after a session begins |
/// | `session_standby` | `session`, `kind`, `code`, `expires_in_secs`: a code waits for the customer |
/// | `session_started` | `session`, `kind`, `customer`: it is active; `kind` is null if it was in standby |
/// | `session_paused`, `session_resumed` | `session` |
/// | `session_ending` | `session`, `in_secs`, `by`: somebody else ended it; the notice period runs |
/// | `session_ended` | `session`, `reason`, `by` |
/// | `queue` | `ticket`, `position`, `wait_estimate_secs`: at the beginning, and when the position changes |
/// | `offer` | `ticket`, `expires_in_secs`: claim it |
/// | `ticket_ended` | `ticket`, `reason`, `by` |
/// | `minutes_low` | `in_secs`, `session`: the next minute cannot be paid |
#[utoipa::path(
    get, path = "/v1/accounts/{account}/sign-ins/{sign_in}/events", operation_id = "followSignIn",
    tag = "sign-ins", params(SignInPath, TicketQuery, LastEventIdHeader),
    responses((status = 200, description = "The events.", body = String, content_type = "text/event-stream")),
    extensions(("x-problems" = json!(["sign-in-ended", "too-many-streams"])))
)]
pub(super) async fn follow(
    follower: Follower<SignInId>,
    Path(path): Path<SignInPath>,
    Query(_): Query<TicketQuery>,
    LastEventId(from): LastEventId,
) -> Result<EventStream, Problem> {
    let caller = follower.caller;
    let (actor, id) = (caller.actor.clone(), path.sign_in);
    let view = move |account: &Account, now: Timestamp| {
        let sign_in = account
            .sign_ins()
            .get(&id)
            .ok_or(Refusal::State(StateRefusal::SignInEnded { id }))?;
        if !account.sees_user(&actor, sign_in.user) {
            return Err(Refusal::NotFound { what: "sign-in" });
        }
        Standing::of(account, id, now).ok_or(Refusal::State(StateRefusal::SignInEnded { id }))
    };
    let opening = Opening::at(&caller, from, view).await?;
    let open = caller.open_stream().await?;
    match &opening.seen {
        Ok(standing) => {
            let subject = SignInSubject::of(id, standing.clone(), opening.unsure_until);
            let stands = standing.messages.clone();
            Ok(Feed::new(caller, open, opening, subject, &stands).open())
        }
        Err(refusal) => {
            let refusal = refusal.clone();
            let (refusal, end) = ended::end_of(&caller, refusal).await?;
            let Some(end) = end else {
                return Err(Problem::refused(&refusal, None));
            };
            let over = ended::problem_of(&caller, &refusal, &end).await;
            let row = caller.app.records().sign_in(caller.account, id).await?;
            let subject = row.and_then(|row| SignInSubject::of_ended(&row, opening.unsure_until));
            let Some(subject) = subject.filter(|_| from.is_some()) else {
                return Err(over);
            };
            let rest = Feed::new(caller, open, opening, subject, &[]).rest().await?;
            rest.ok_or(over)
        }
    }
}
