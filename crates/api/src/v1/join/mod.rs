//! The customer's side of a session: joining with a code, without a login.

mod dto;
mod events;

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use usher_app::{App, Arrival, bearer_of, no_such_code};
use usher_domain::command::SessionCommand;
use usher_domain::presence::{Customer, JoinProof};
use usher_domain::refusal::StateRefusal;
use usher_domain::text::{Code, Name};
use usher_domain::{Account, Actor, Command};
use usher_engine::{Channel, Failure, Request};
use usher_journal::CodeOwner;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::dto::Joined;
use super::optional::Optional;
use super::schema;
use crate::extract::{IdempotencyHeader, IdempotencyKey, Path};
use crate::problem::Problem;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(look, join))
        .routes(routes!(leave))
        .routes(routes!(events::follow))
}

/// A code.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct JoinPath {
    /// The code that the customer was told: case, hyphens and spaces do not matter.
    #[param(value_type = schema::JoinCode)]
    code: Code,
}

/// The customer who joins.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Joining {
    /// The customer's name.
    #[serde(default)]
    #[schema(value_type = Option<schema::Name>, example = "Kim Customer")]
    name: Option<Name>,
}

/// The fewest characters of an `Idempotency-Key` with which a customer joins again: it must be hard to guess.
const JOIN_KEY_CHARS_MIN: usize = 16;

/// A customer with a code.
struct Visitor {
    app: Arc<App>,
    arrival: Arrival,
    code: Code,
    owner: CodeOwner,
    proof: JoinProof,
}

impl Visitor {
    async fn of(
        app: Arc<App>,
        arrival: Arrival,
        code: Code,
        headers: &HeaderMap,
        key: Option<&IdempotencyKey>,
    ) -> Result<Self, Problem> {
        let owner = app.code_owner(&code, arrival.address).await?;
        let is_customer = bearer_of(headers).is_some_and(|token| app.is_customer(token, owner));
        let key = key.and_then(|key| key.as_str());
        let proof = match key {
            _ if is_customer => JoinProof::Token,
            Some(key) if key.len() < JOIN_KEY_CHARS_MIN => {
                let message = format!(
                    "must have at least {JOIN_KEY_CHARS_MIN} characters here, such as a UUID that is drawn for this attempt: \
                     whoever guesses it joins as this customer"
                );
                return Err(Problem::invalid("Idempotency-Key", message));
            }
            Some(key) => {
                let codes = app.identity().join_codes();
                JoinProof::Key(codes.attempt(owner.account, owner.session, key))
            }
            None => JoinProof::None,
        };
        Ok(Self {
            app,
            arrival,
            code,
            owner,
            proof,
        })
    }

    async fn look(&self) -> Result<Joined, Problem> {
        let (session, code, is_customer) = (self.owner.session, self.code.to_string(), self.is_customer());
        let view = move |account: &Account, now| Joined::of(account, session, code.clone(), is_customer, now);
        let seen = match self.app.engine().read(self.owner.account, view).await {
            Ok(seen) => seen,
            Err(Failure::NoAccount) => None,
            Err(failure) => return Err(failure.into()),
        };
        match seen {
            Some(joined) => Ok(joined),
            None => self.after_its_end().await,
        }
    }

    /// The session as an ended one.
    async fn after_its_end(&self) -> Result<Joined, Problem> {
        let over = self.app.session_over(self.owner).await?;
        let over = over.ok_or_else(no_such_code)?;
        Ok(Joined::of_ended(&over, self.code.to_string(), self.is_customer()))
    }

    /// Whether they sent the token from joining.
    fn is_customer(&self) -> bool {
        self.proof == JoinProof::Token
    }

    /// Gives a command as the session's customer; `None` if the session has ended.
    async fn carry_out(&self, command: Command) -> Result<Option<Joined>, Problem> {
        let request = Request {
            actor: Actor::Customer(self.owner.session),
            cause: self.arrival.cause(Channel::Api, None),
            command,
        };
        let (session, code) = (self.owner.session, self.code.to_string());
        // Of several people with the code, the rules let only its customer give commands.
        let view =
            move |account: &Account, (): &(), now| Joined::of(account, session, code.clone(), true, now);
        match self.app.engine().execute(self.owner.account, request, view).await {
            Ok(joined) => Ok(joined),
            Err(Failure::NoAccount | Failure::Refused(usher_domain::Refusal::NotFound { .. })) => {
                Err(self.session_over().await)
            }
            // Guesses at another customer's key are counted and throttled like guesses at a code.
            Err(failure @ Failure::Refused(usher_domain::Refusal::State(StateRefusal::AlreadyJoined)))
                if matches!(self.proof, JoinProof::Key(_)) =>
            {
                Err(match self.app.throttle().join_code(self.arrival.address) {
                    Ok(_) => failure.into(),
                    Err(wait) => Problem::too_many_attempts(wait),
                })
            }
            Err(failure) => Err(failure.into()),
        }
    }

    /// The problem that the session has ended, with how it ended.
    async fn session_over(&self) -> Problem {
        match self.app.session_over(self.owner).await {
            Ok(Some(over)) => super::ended::session_is_over(&over),
            Ok(None) => no_such_code().into(),
            Err(problem) => problem.into(),
        }
    }
}

/// Look at a session
///
/// What anybody with the code sees, also for a paused session, and for an hour for an ended one, with who ended it and
/// why. Unknown codes, and those of sessions that ended earlier, all answer 404. With the token from joining, the
/// answer contains a new one.
#[utoipa::path(
    get, path = "/join/{code}", operation_id = "lookAtSession", tag = "sessions", security(()),
    params(JoinPath), responses((status = 200, description = "The session as its customer sees it.", body = Joined)),
    extensions(("x-problems" = json!(["too-many-attempts"])))
)]
async fn look(
    State(app): State<Arc<App>>,
    Path(path): Path<JoinPath>,
    arrival: Arrival,
    headers: HeaderMap,
) -> Result<Answer<Joined>, Problem> {
    let visitor = Visitor::of(app, arrival, path.code, &headers, None).await?;
    let joined = visitor.look().await?;
    Ok(Answer(if visitor.is_customer() {
        joined.with_token(&visitor.app, visitor.owner)
    } else {
        joined
    }))
}

/// Join a session
///
/// The customer joins: the session becomes active. The first customer with the code gets a token; anybody else is
/// refused (`already-joined`). Joining again with that token, or with the `Idempotency-Key` of the first call, changes
/// nothing and returns a new token. That key is a secret of at least 16 characters: use a random UUID. The body may be
/// left out.
#[utoipa::path(
    post, path = "/join/{code}", operation_id = "joinSession", tag = "sessions", security(()),
    params(JoinPath, IdempotencyHeader), request_body = Option<Joining>,
    responses((status = 200, description = "The session as its customer sees it, with the customer's token.", body = Joined)),
    extensions(("x-problems" = json!(["already-joined", "wrong-state", "seat-in-call", "too-many-attempts"])))
)]
async fn join(
    State(app): State<Arc<App>>,
    Path(path): Path<JoinPath>,
    arrival: Arrival,
    headers: HeaderMap,
    key: IdempotencyKey,
    Optional(body): Optional<Joining>,
) -> Result<Answer<Joined>, Problem> {
    let visitor = Visitor::of(app, arrival, path.code, &headers, Some(&key)).await?;
    let command = Command::Session(SessionCommand::Connect {
        id: visitor.owner.session,
        customer: body.name.map(|name| Customer { name: name.into() }),
        proof: visitor.proof.clone(),
    });
    match visitor.carry_out(command).await? {
        Some(joined) => Ok(Answer(joined.with_token(&visitor.app, visitor.owner))),
        None => Err(visitor.session_over().await),
    }
}

/// Leave a session
///
/// The customer ends the session at once. Its code no longer works. After somebody has joined, only they can leave,
/// with their token; before, anybody with the code can.
#[utoipa::path(
    post, path = "/join/{code}/leave", operation_id = "leaveSession", tag = "sessions", security(()),
    params(JoinPath, IdempotencyHeader), responses((status = 204, description = "The session has ended.")),
    extensions(("x-problems" = json!(["already-joined", "wrong-state", "too-many-attempts"])))
)]
async fn leave(
    State(app): State<Arc<App>>,
    Path(path): Path<JoinPath>,
    arrival: Arrival,
    headers: HeaderMap,
    key: IdempotencyKey,
) -> Result<StatusCode, Problem> {
    let visitor = Visitor::of(app, arrival, path.code, &headers, Some(&key)).await?;
    let command = Command::Session(SessionCommand::End {
        ids: vec![visitor.owner.session],
        note: None,
        acting: None,
        proof: visitor.proof.clone(),
    });
    visitor.carry_out(command).await?;
    Ok(StatusCode::NO_CONTENT)
}
