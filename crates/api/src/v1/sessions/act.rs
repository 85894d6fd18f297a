//! Connecting, pausing and resuming.

use axum::http::StatusCode;
use usher_app::{AccountsManage, Admitted, Caller};
use usher_domain::command::{ResumeSession, SessionCommand, StartOutcome};
use usher_domain::{Account, Command, Execute, SessionId, TicketId, Timestamp};

use super::create::{SessionAnswer, SessionResult};
use super::dto::{Session, Sight};
use super::requests::{Connection, Resumption};
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::v1::acting::{self, AsQuery, NoBody, On, as_user};
use crate::v1::ended;
use crate::v1::optional::Optional;
use crate::v1::path::SessionPath;
use crate::v1::tickets::Waiting;

/// Starts or resumes work, and answers with the session or the user's ticket.
async fn carry_out<C: Execute>(
    caller: &Admitted,
    id: SessionId,
    command: C,
    outcome: impl Fn(&C::Outcome) -> StartOutcome + Send + 'static,
) -> Result<SessionResult, Problem> {
    let sight = Sight::of(caller);
    let view = move |account: &Account, of: &C::Outcome, now: Timestamp| {
        SessionResult::of(account, &outcome(of), &sight, now)
    };
    match caller.try_execute(command, view).await {
        Ok(came) => came.ok_or_else(|| Problem::not_found("session")),
        Err(failure) => {
            let problem = ended::session_problem(caller, id, failure).await;
            Err(acting::told_how(caller, problem))
        }
    }
}

/// Connect a session
///
/// The customer has joined, or the agent starts without them: a session in standby becomes active. For its user, its
/// device, keys with `sign-ins.write`, and operator keys as the user (`?as=user`). Connecting an active session changes
/// nothing.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/sessions/{session}/connect", operation_id = "connectSession",
    tag = "sessions", params(SessionPath, AsQuery), request_body = Option<Connection>,
    responses((status = 200, description = "The active session.", body = Session)),
    extensions(("x-problems" = json!(["wrong-state", "not-your-session", "seat-in-call"])))
)]
pub(super) async fn connect(
    caller: Caller<AccountsManage>,
    Path(path): Path<SessionPath>,
    Query(query): Query<AsQuery>,
    Optional(body): Optional<Connection>,
) -> Result<SessionAnswer, Problem> {
    let caller = as_user(
        caller.into_admitted(),
        query.acting.is_some(),
        On::Session(path.session),
    )
    .await?;
    let command = Command::Session(SessionCommand::Connect {
        id: path.session,
        customer: body.customer.map(Into::into),
        proof: usher_domain::presence::JoinProof::None,
    });
    let came = carry_out(&caller, path.session, command, move |()| {
        StartOutcome::Session(path.session)
    })
    .await?;
    Ok(came.answer(&caller, StatusCode::OK))
}

/// Pause a session
///
/// Only for the user who started it, or an operator key as them (`?as=user`). Its seat becomes free, and until it is
/// resumed only this user and the customer see it.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/sessions/{session}/pause", operation_id = "pauseSession",
    tag = "sessions", params(SessionPath, AsQuery),
    responses((status = 200, description = "The paused session.", body = Session)),
    extensions(("x-problems" = json!(["wrong-state", "not-your-session"])))
)]
pub(super) async fn pause(
    caller: Caller<AccountsManage>,
    Path(path): Path<SessionPath>,
    Query(query): Query<AsQuery>,
    Optional(NoBody {}): Optional<NoBody>,
) -> Result<SessionAnswer, Problem> {
    let caller = as_user(
        caller.into_admitted(),
        query.acting.is_some(),
        On::Session(path.session),
    )
    .await?;
    let command = Command::Session(SessionCommand::Pause { id: path.session });
    let came = carry_out(&caller, path.session, command, move |()| {
        StartOutcome::Session(path.session)
    })
    .await?;
    Ok(came.answer(&caller, StatusCode::OK))
}

/// Resume a session
///
/// Only for the user who started it, or an operator key as them (`?as=user`). It takes a seat again if the pool's rules
/// say so, and may be refused; with `wait`, a full pool with a queue returns a ticket instead.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/sessions/{session}/resume", operation_id = "resumeSession",
    tag = "sessions", params(SessionPath, AsQuery), request_body = Option<Resumption>,
    responses(
        (status = 200, description = "The active session.", body = Session),
        (status = 202, description = "The place in the queue, with its token.", body = Waiting),
    ),
    extensions(("x-problems" = json!([
        "wrong-state", "not-your-session", "seat-in-call", "no-seat-available", "minutes-exhausted",
        "user-seat-limit", "cooling-down"
    ])))
)]
pub(super) async fn resume(
    caller: Caller<AccountsManage>,
    Path(path): Path<SessionPath>,
    Query(query): Query<AsQuery>,
    Optional(body): Optional<Resumption>,
) -> Result<SessionAnswer, Problem> {
    let caller = as_user(
        caller.into_admitted(),
        query.acting.is_some(),
        On::Session(path.session),
    )
    .await?;
    resume_or_wait(&caller, path.session, body.wait).await
}

pub(crate) async fn resume_or_wait(
    caller: &Admitted,
    id: SessionId,
    wait: bool,
) -> Result<SessionAnswer, Problem> {
    let ticket = usher_identity::draw_bits(caller.app.engine().now())?;
    let command = ResumeSession {
        id,
        wait,
        ticket: TicketId::from_bits(ticket),
    };
    let came = carry_out(caller, id, command, |outcome| *outcome).await?;
    Ok(came.answer(caller, StatusCode::OK))
}
