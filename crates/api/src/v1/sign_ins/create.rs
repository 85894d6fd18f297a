//! Signing in.

use axum::Json as Answer;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use usher_app::{AccountsManage, Admitted, Caller};
use usher_domain::command::{OneOrMore, SignInOutcome, SignUserIn};
use usher_domain::{Account, SignInId, TicketId, Timestamp};
use usher_engine::Failure;

use super::dto::{NewSignIn, SignIn, SignedIn};
use crate::extract::{IdempotencyHeader, IdempotencyKey, Json};
use crate::problem::Problem;
use crate::v1::ended;
use crate::v1::path::AccountPath;
use crate::v1::repeat::{self, EarlierCreation};
use crate::v1::tickets::{self, Ticket, Waiting};

/// The result of signing in.
pub(crate) enum SignInResult {
    /// A sign-in exists.
    In {
        /// Whether it is new.
        created: bool,
        shown: SignIn,
    },
    /// The user waits.
    Waits(Ticket),
}

/// The answer with its token.
pub(crate) enum SignInAnswer {
    In {
        created: bool,
        location: String,
        shown: SignedIn,
    },
    Waits(tickets::WaitingAnswer),
}

impl SignInResult {
    /// The answer's data; `None` if what it is about is gone.
    pub(crate) fn of(account: &Account, outcome: &SignInOutcome, now: Timestamp) -> Option<Self> {
        match outcome {
            SignInOutcome::In { ids, created } => {
                let sign_in = account.sign_ins().get(&ids.first)?;
                Some(Self::In {
                    created: *created,
                    shown: SignIn::of(account, sign_in, now),
                })
            }
            SignInOutcome::Waits(id) => {
                let ticket = account.tickets().get(id)?;
                Some(Self::Waits(Ticket::of(account, ticket, now)))
            }
        }
    }

    /// The answer, with its token.
    pub(crate) fn answer(self, caller: &Admitted) -> SignInAnswer {
        match self {
            Self::In { created, shown } => SignInAnswer::In {
                created,
                location: format!("/v1/accounts/{}/sign-ins/{}", caller.account, shown.id),
                shown: with_token(caller, shown),
            },
            Self::Waits(ticket) => SignInAnswer::Waits(tickets::waiting(caller, ticket)),
        }
    }
}

/// A sign-in with its token, for callers who may have it.
pub(crate) fn with_token(caller: &Admitted, sign_in: SignIn) -> SignedIn {
    let token = caller.app.identity().sign_in_token(caller.account, sign_in.id);
    SignedIn {
        token: token.into_exposed(),
        sign_in,
    }
}

impl IntoResponse for SignInAnswer {
    fn into_response(self) -> Response {
        match self {
            Self::In {
                created,
                location,
                shown,
            } => {
                let status = if created {
                    StatusCode::CREATED
                } else {
                    StatusCode::OK
                };
                (status, [(header::LOCATION, location)], Answer(shown)).into_response()
            }
            Self::Waits(waiting) => waiting.into_response(),
        }
    }
}

/// Sign in
///
/// Signs a user in on a device; takes a seat if the pool's rules say so. With the user's own token, or a key with
/// `sign-ins.write`. Signing in again as the same user, device and product returns the existing sign-in, with the same
/// token. With `wait`, a full pool with a queue gives a ticket instead of a refusal.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/sign-ins", operation_id = "signIn", tag = "sign-ins",
    params(AccountPath, IdempotencyHeader), request_body = NewSignIn,
    responses(
        (status = 201, description = "The sign-in, with its token.", body = SignedIn),
        (status = 200, description = "The existing sign-in, with the same token.", body = SignedIn),
        (status = 202, description = "The place in the queue, with its token.", body = Waiting),
    ),
    extensions(("x-problems" = json!([
        "no-seat-available", "minutes-exhausted", "user-seat-limit", "signed-in-elsewhere", "cooling-down",
        "no-license", "license-ended", "user-inactive", "idempotency-key-reused", "sign-in-ended", "ticket-ended"
    ])))
)]
pub(super) async fn sign_in(
    caller: Caller<AccountsManage>,
    key: IdempotencyKey,
    Json(body): Json<NewSignIn>,
) -> Result<SignInAnswer, Problem> {
    sign_in_or_wait(&caller, &key, body).await
}

pub(crate) async fn sign_in_or_wait(
    caller: &Admitted,
    key: &IdempotencyKey,
    body: NewSignIn,
) -> Result<SignInAnswer, Problem> {
    let bits = caller.new_id(key)?;
    let id = SignInId::from_bits(bits);
    if key.is_given() {
        let (user, product, device) = (body.user, body.product.clone(), body.device.id().clone());
        let view = move |account: &Account| {
            if let Some(made) = account.sign_ins().get(&id) {
                let is_same = made.user == user && made.product == product && made.device.id == device;
                return if is_same {
                    EarlierCreation::Same
                } else {
                    EarlierCreation::Another
                };
            }
            match account.tickets().get(&TicketId::from_bits(bits)) {
                Some(made) if made.user == user && made.product == product => EarlierCreation::Same,
                Some(_) => EarlierCreation::Another,
                None => EarlierCreation::Unknown,
            }
        };
        repeat::check_sign_in(caller, bits, view).await?;
    }
    let command = SignUserIn {
        user: body.user,
        product: body.product,
        devices: OneOrMore::one((id, body.device.into())),
        takeover: body.takeover,
        wait: body.wait,
    };
    match caller.try_execute(command, SignInResult::of).await {
        Ok(Some(came)) => Ok(came.answer(caller)),
        Ok(None) => Err(Problem::not_found("sign-in")),
        Err(failure @ Failure::Refused(_)) => Err(ended::problem(caller, failure).await),
        Err(failure) => Err(caller.problem(failure).await.into()),
    }
}
