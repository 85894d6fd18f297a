//! Starting sessions.

use axum::Json as Answer;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use usher_app::{AccountsManage, Admitted, Caller};
use usher_domain::command::{StartOutcome, StartSession};
use usher_domain::{Account, Secs, SessionId, TicketId, Timestamp};

use super::dto::{Session, Sight};
use super::requests::NewSession;
use crate::extract::{IdempotencyHeader, IdempotencyKey, Json};
use crate::problem::Problem;
use crate::v1::ended;
use crate::v1::labels;
use crate::v1::path::AccountPath;
use crate::v1::repeat::{self, EarlierCreation};
use crate::v1::tickets::{self, Ticket, Waiting};

/// The result of starting or resuming.
pub(crate) enum SessionResult {
    Session(Box<Session>),
    Waits(Box<Ticket>),
}

/// The answer to starting or resuming.
pub(crate) enum SessionAnswer {
    Session {
        status: StatusCode,
        location: String,
        shown: Box<Session>,
    },
    Waits(Box<tickets::WaitingAnswer>),
}

impl SessionResult {
    /// The answer's data; `None` if what it is about is gone.
    pub(crate) fn of(
        account: &Account,
        outcome: &StartOutcome,
        sight: &Sight,
        now: Timestamp,
    ) -> Option<Self> {
        match outcome {
            StartOutcome::Session(id) => {
                let session = account.sessions().get(id)?;
                let shown = Session::of(account, session, &sight.of_starter(), now);
                Some(Self::Session(Box::new(shown)))
            }
            StartOutcome::Waits(id) => {
                let ticket = account.tickets().get(id)?;
                Some(Self::Waits(Box::new(Ticket::of(account, ticket, now))))
            }
        }
    }

    /// The answer; `status` is that of a session.
    pub(crate) fn answer(self, caller: &Admitted, status: StatusCode) -> SessionAnswer {
        match self {
            Self::Session(shown) => SessionAnswer::Session {
                status,
                location: format!("/v1/accounts/{}/sessions/{}", caller.account, shown.id),
                shown,
            },
            Self::Waits(ticket) => SessionAnswer::Waits(Box::new(tickets::waiting(caller, *ticket))),
        }
    }
}

impl IntoResponse for SessionAnswer {
    fn into_response(self) -> Response {
        match self {
            Self::Session {
                status,
                location,
                shown,
            } => (status, [(header::LOCATION, location)], Answer(shown)).into_response(),
            Self::Waits(waiting) => waiting.into_response(),
        }
    }
}

/// Start a session
///
/// With the sign-in's own token, its user's, or a key with `sign-ins.write`. In standby, the answer has the code and
/// the link with which the customer joins. If the pool's rules say that a session takes the seat, it does so now, even
/// in standby; with `wait`, a full pool with a queue returns a ticket instead of a refusal.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/sessions", operation_id = "startSession", tag = "sessions",
    params(AccountPath, IdempotencyHeader), request_body = NewSession,
    responses(
        (status = 201, description = "The session.", body = Session),
        (status = 200, description = "The session that the same `Idempotency-Key` started.", body = Session),
        (status = 202, description = "The place in the queue, with its token.", body = Waiting),
    ),
    extensions(("x-problems" = json!([
        "no-seat-available", "minutes-exhausted", "user-seat-limit", "seat-in-call", "cooling-down", "license-ended",
        "idempotency-key-reused", "sign-in-ended", "ticket-ended", "wrong-state"
    ])))
)]
pub(super) async fn start(
    caller: Caller<AccountsManage>,
    key: IdempotencyKey,
    Json(body): Json<NewSession>,
) -> Result<SessionAnswer, Problem> {
    start_or_wait(&caller, &key, body).await
}

pub(crate) async fn start_or_wait(
    caller: &Admitted,
    key: &IdempotencyKey,
    body: NewSession,
) -> Result<SessionAnswer, Problem> {
    let bits = caller.new_id(key)?;
    let id = SessionId::from_bits(bits);
    let sign_in = body.sign_in;
    let mut existed = false;
    if key.is_given() {
        let view = move |account: &Account| match account.sessions().get(&id) {
            Some(made) if made.sign_in == sign_in => EarlierCreation::Same,
            Some(_) => EarlierCreation::Another,
            None if account.tickets().contains_key(&TicketId::from_bits(bits)) => EarlierCreation::Same,
            None => EarlierCreation::Unknown,
        };
        existed = repeat::check_session(caller, bits, view).await?;
    }
    let command = StartSession {
        id,
        sign_in,
        kind: body.kind,
        start: body.start,
        customer: body.customer.map(Into::into),
        code: caller.draw_code()?,
        valid_for: body.valid_for_secs.map(Secs::new),
        wait: body.wait,
        labels: labels::new(body.external_id, body.metadata),
    };
    let status = if existed {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let sight = Sight::of(caller);
    let view = move |account: &Account, outcome: &StartOutcome, now: Timestamp| {
        SessionResult::of(account, outcome, &sight, now)
    };
    match caller.try_execute(command, view).await {
        Ok(Some(came)) => Ok(came.answer(caller, status)),
        Ok(None) => Err(Problem::not_found("session")),
        Err(failure) => Err(ended::problem(caller, failure).await),
    }
}
