//! Taking the seat that is reserved for a ticket.

use axum::Json as Answer;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use usher_app::{AccountsManage, Admitted, Caller};
use usher_domain::command::{ClaimOutcome, ClaimTicket};
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, Refusal, SessionId, SignInId, TicketId, Timestamp};
use usher_engine::Failure;
use utoipa::ToSchema;

use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::v1::acting::{self, AsQuery, NoBody, On, as_user};
use crate::v1::ended;
use crate::v1::optional::Optional;
use crate::v1::path::TicketPath;
use crate::v1::sessions::{Session, Sight};
use crate::v1::sign_ins::{self, SignedIn};

/// The result of the wait.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "it is on its way out")]
pub(super) enum Claimed {
    /// The sign-in with its token.
    SignIn(SignedIn),
    /// The session.
    Session(ClaimedSession),
}

/// The session of the wait.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClaimedSession {
    /// The session.
    session: Session,
}

/// The result of claiming, without tokens.
enum ClaimResult {
    SignIn(sign_ins::SignIn),
    Session(Box<Session>),
}

impl ClaimResult {
    /// `None` if what it is about is gone.
    fn of(account: &Account, outcome: ClaimOutcome, sight: &Sight, now: Timestamp) -> Option<Self> {
        match outcome {
            ClaimOutcome::SignIn(id) => {
                let sign_in = account.sign_ins().get(&id)?;
                Some(Self::SignIn(sign_ins::SignIn::of(account, sign_in, now)))
            }
            ClaimOutcome::Session(id) => {
                let session = account.sessions().get(&id)?;
                let shown = Session::of(account, session, sight, now);
                Some(Self::Session(Box::new(shown)))
            }
        }
    }

    fn answer(self, caller: &Admitted, status: StatusCode) -> Response {
        let claimed = match self {
            Self::SignIn(shown) => Claimed::SignIn(sign_ins::with_token(caller, shown)),
            Self::Session(session) => Claimed::Session(ClaimedSession { session: *session }),
        };
        (status, Answer(claimed)).into_response()
    }
}

/// Claim an offer
///
/// Takes the seat that is reserved for the ticket and does what it waited for. With the ticket's own token, its user's,
/// or a key with `sign-ins.write`, or an operator key as the user (`?as=user`). The body of the original call is not
/// needed. Claiming again answers 200 with the same thing, as it is now, for as long as it exists.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/tickets/{ticket}/claim", operation_id = "claimTicket", tag = "tickets",
    params(TicketPath, AsQuery),
    responses(
        (status = 201, description = "The result of the wait: the sign-in with its token, or the session.",
            body = Claimed),
        (status = 200, description = "The same, claimed before.", body = Claimed),
    ),
    extensions(("x-problems" = json!([
        "ticket-ended", "wrong-state", "signed-in-elsewhere", "seat-in-call", "user-seat-limit", "cooling-down",
        "no-seat-available", "minutes-exhausted"
    ])))
)]
pub(super) async fn claim(
    caller: Caller<AccountsManage>,
    Path(path): Path<TicketPath>,
    Query(query): Query<AsQuery>,
    Optional(NoBody {}): Optional<NoBody>,
) -> Result<Response, Problem> {
    let caller = as_user(
        caller.into_admitted(),
        query.acting.is_some(),
        On::Ticket(path.ticket),
    )
    .await?;
    let sight = Sight::of(&caller).of_starter();
    let view = move |account: &Account, outcome: &ClaimOutcome, now: Timestamp| {
        ClaimResult::of(account, *outcome, &sight, now)
    };
    let command = ClaimTicket { id: path.ticket };
    match caller.try_execute(command, view).await {
        Ok(Some(came)) => Ok(came.answer(&caller, StatusCode::CREATED)),
        Ok(None) => Err(Problem::not_found("ticket")),
        Err(Failure::Refused(refusal @ Refusal::State(StateRefusal::TicketEnded { .. }))) => {
            match claimed_before(&caller, path.ticket).await? {
                Some(came) => Ok(came.answer(&caller, StatusCode::OK)),
                None => Err(ended::problem(&caller, refusal.into()).await),
            }
        }
        Err(failure @ Failure::Refused(Refusal::Forbidden { .. })) => {
            let problem = ended::problem(&caller, failure).await;
            Err(acting::told_how(&caller, problem))
        }
        Err(failure) => Err(ended::problem(&caller, failure).await),
    }
}

/// What the ticket became, if that still exists and the caller may have it: a lost answer must not cost the seat. Its
/// id has the same bits as the ticket's.
async fn claimed_before(caller: &Admitted, id: TicketId) -> Result<Option<ClaimResult>, Problem> {
    let sight = Sight::of(caller).of_starter();
    let view = move |account: &Account, actor: &usher_domain::Actor, now| {
        let is_own = *actor == usher_domain::Actor::Ticket(id);
        let may = |user| is_own || account.may_act_for(actor, user);
        let sign_in = account.sign_ins().get(&SignInId::from_bits(id.bits()));
        if let Some(sign_in) = sign_in.filter(|it| may(it.user)) {
            return Ok(Some(ClaimResult::SignIn(sign_ins::SignIn::of(
                account, sign_in, now,
            ))));
        }
        let session = account.sessions().get(&SessionId::from_bits(id.bits()));
        let session = session.filter(|it| may(it.user));
        let shown = session.map(|it| Session::of(account, it, &sight, now));
        Ok(shown.map(|shown| ClaimResult::Session(Box::new(shown))))
    };
    Ok(caller.read(view).await?)
}
