//! Joining the queue.

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Map;
use usher_app::{AccountsManage, Caller};
use usher_domain::SessionId;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::Waiting;
use crate::extract::{IdempotencyHeader, IdempotencyKey, Json, read_fields};
use crate::problem::Problem;
use crate::v1::path::AccountPath;
use crate::v1::schema;
use crate::v1::sessions::{self, NewSession, Session};
use crate::v1::sign_ins::{self, NewSignIn, SignedIn};

/// What to wait for: the body of the refused call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum NewTicket {
    /// A sign-in: the body of `POST …/sign-ins`.
    SignIn(NewSignIn),
    /// A new session: the body of `POST …/sessions`.
    Session(NewSession),
    /// Resuming a paused session.
    Resume(WantedResume),
}

/// A paused session to resume.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedResume {
    /// The sessions.
    #[schema(value_type = schema::SessionId)]
    session: SessionId,
}

/// The same, distinguished by the field that only one of them has, so that other errors can be named.
pub(super) struct Body(NewTicket);

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Map::deserialize(deserializer)?;
        if fields.contains_key("user") {
            return read_fields(fields).map(NewTicket::SignIn).map(Self);
        }
        if fields.contains_key("sign_in") {
            return read_fields(fields).map(NewTicket::Session).map(Self);
        }
        if fields.contains_key("session") {
            return read_fields(fields).map(NewTicket::Resume).map(Self);
        }
        Err(de::Error::custom(
            "one of `user` (to sign in), `sign_in` (for a new session) and `session` (to resume) is needed",
        ))
    }
}

impl PartialSchema for Body {
    fn schema() -> RefOr<Schema> {
        NewTicket::schema()
    }
}

impl ToSchema for Body {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        NewTicket::schemas(schemas);
    }
}

/// Wait for a seat
///
/// Takes the body of the refused call and does the same as that call with `wait`: if no seat is free, the answer is a
/// ticket; if one has become free meanwhile, the request is carried out at once. There is one ticket per user and
/// product: a user who already waits gets their ticket again.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/tickets", operation_id = "openTicket", tag = "tickets",
    params(AccountPath, IdempotencyHeader), request_body = NewTicket,
    responses(
        (status = 202, description = "The place in the queue, with its token.", body = Waiting),
        (status = 201, description = "A seat was free; the answer is that of the original call.",
            body = inline(Done)),
        (status = 200, description = "It already existed; the answer is that of its own call.", body = inline(Done)),
    ),
    extensions(("x-problems" = json!([
        "no-seat-available", "minutes-exhausted", "user-seat-limit", "signed-in-elsewhere", "seat-in-call",
        "cooling-down", "no-license", "license-ended", "user-inactive", "idempotency-key-reused", "wrong-state", "not-your-session",
        "sign-in-ended", "ticket-ended"
    ])))
)]
pub(super) async fn wait(
    caller: Caller<AccountsManage>,
    key: IdempotencyKey,
    Json(Body(body)): Json<Body>,
) -> Result<Response, Problem> {
    match body {
        NewTicket::SignIn(body) => {
            let body = NewSignIn { wait: true, ..body };
            let answer = sign_ins::sign_in_or_wait(&caller, &key, body).await?;
            Ok(answer.into_response())
        }
        NewTicket::Session(body) => {
            let body = NewSession { wait: true, ..body };
            let answer = sessions::start_or_wait(&caller, &key, body).await?;
            Ok(answer.into_response())
        }
        NewTicket::Resume(WantedResume { session }) => {
            let answer = sessions::resume_or_wait(&caller, session, true).await?;
            Ok(answer.into_response())
        }
    }
}

/// The result instead of a ticket.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, clippy::large_enum_variant, reason = "only its shape is used")]
enum Done {
    SignedIn(SignedIn),
    Session(Session),
}
