//! The customer's side of a session: in by a code, without a login.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use usher_domain::presence::SessionState;
use usher_domain::text::{Code, Name};
use usher_domain::{Account, Actor, Command, SessionId, Timestamp};
use usher_engine::{Failure, Request, Way};
use usher_journal::CodeOwner;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::optional::Optional;
use super::schema;
use crate::api::Api;
use crate::arrival::Arrival;
use crate::extract::Path;
use crate::problem::{Kind, Problem};

pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(look, join))
        .routes(routes!(leave))
}

/// A code.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct JoinPath {
    /// What the customer was told: capitals, hyphens and spaces do not matter.
    #[param(value_type = schema::JoinCode)]
    code: Code,
}

/// Who comes in.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Joining {
    /// What the customer is called.
    #[serde(default)]
    #[schema(value_type = Option<schema::Name>, example = "Kim Customer")]
    name: Option<Name>,
}

/// A session as its customer sees it.
#[derive(Debug, Serialize, ToSchema)]
struct Joined {
    /// The code, as it is stored.
    #[schema(value_type = schema::JoinCode)]
    code: String,
    /// Where the session stands. `standby`: the agent waits for the customer.
    #[schema(value_type = schema::SessionState)]
    state: &'static str,
    /// The kind of work.
    #[schema(value_type = schema::SessionKind)]
    kind: &'static str,
    /// The agent's name.
    #[schema(value_type = schema::Name)]
    agent: String,
    /// The name of the account that the agent works for.
    #[schema(value_type = schema::Name, example = "Contoso Support")]
    account_name: String,
    /// The product.
    #[schema(value_type = schema::Product)]
    product: String,
    /// What the customer is called, once known.
    #[schema(value_type = Option<schema::Name>)]
    customer: Option<String>,
    /// How long the code still waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_in_secs: Option<u32>,
    /// When the session closes, after somebody ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    closes_in_secs: Option<u32>,
}

impl Joined {
    /// None where the customer does not see the session: it is over, or the agent put it aside (S8).
    fn of(account: &Account, id: SessionId, code: &Code, now: Timestamp) -> Option<Self> {
        let session = account.sessions().get(&id)?;
        if !account.sees_session(&Actor::Customer(id), session) {
            return None;
        }
        let agent = account.user(session.user)?;
        let (expires, closes) = match session.state {
            SessionState::Standby { until } => (Some(until), None),
            SessionState::Ending { closes_at, .. } => (None, Some(closes_at)),
            _ => (None, None),
        };
        let left = |at: Timestamp| at.remaining(now).get();
        Some(Self {
            code: code.to_string(),
            state: session.state.as_str(),
            kind: session.kind.as_str(),
            agent: agent.profile.name.to_string(),
            account_name: account.name().to_string(),
            product: session.product.to_string(),
            customer: session.customer.as_ref().map(|it| it.name.to_string()),
            expires_in_secs: expires.map(left),
            closes_in_secs: closes.map(left),
        })
    }
}

/// A code that leads nowhere, whether it never did, is used up or has expired: nobody learns which by guessing.
fn no_such_code() -> Problem {
    Problem::not_found("session").detailed("This code is not valid. Ask for a new one.")
}

async fn owner(api: &Api, code: &Code) -> Result<CodeOwner, Problem> {
    let owner = api.find_code(code).await?;
    owner.ok_or_else(no_such_code)
}

/// Does what is asked with a code, where not too many were tried of late that lead nowhere.
async fn counted<T>(
    api: &Api,
    from: Option<IpAddr>,
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let attempt = api.throttle.join_code(from);
    let attempt = attempt.map_err(Problem::too_many_attempts)?;
    let done = work.await;
    let leads_nowhere = |problem: &Problem| problem.kind() == Kind::of(usher_domain::refusal::Code::NotFound);
    if !done.as_ref().is_err_and(leads_nowhere) {
        attempt.right();
    }
    done
}

fn told(failure: Failure) -> Problem {
    match failure {
        Failure::NoAccount | Failure::Refused(usher_domain::Refusal::NotFound { .. }) => no_such_code(),
        failure => failure.into(),
    }
}

/// Look at a session
///
/// What the customer sees who was given this code. Codes that are unknown, expired or of a session that is over all
/// answer 404.
#[utoipa::path(
    get, path = "/join/{code}", operation_id = "lookAtSession", tag = "sessions", security(()),
    params(JoinPath), responses((status = 200, description = "The session as its customer sees it.", body = Joined)),
    extensions(("x-problems" = json!(["too-many-attempts"])))
)]
async fn look(
    State(api): State<Arc<Api>>,
    Path(path): Path<JoinPath>,
    arrival: Arrival,
) -> Result<Answer<Joined>, Problem> {
    let look = async {
        let owner = owner(&api, &path.code).await?;
        let code = path.code.clone();
        let view = move |account: &Account, now| Joined::of(account, owner.session, &code, now);
        let seen = api.engine.read(owner.account, view).await.map_err(told)?;
        seen.map(Answer).ok_or_else(no_such_code)
    };
    counted(&api, arrival.address, look).await
}

async fn carry_out(
    api: &Api,
    code: Code,
    owner: CodeOwner,
    arrival: &Arrival,
    command: Command,
) -> Result<Option<Joined>, Problem> {
    let request = Request {
        actor: Actor::Customer(owner.session),
        cause: arrival.cause(Way::Api, None),
        command,
    };
    let view = move |account: &Account, _: &_, now| Joined::of(account, owner.session, &code, now);
    let done = api.engine.execute(owner.account, request, view).await;
    done.map_err(told)
}

/// Join a session
///
/// The customer comes in: the session becomes active. Joining once more changes nothing. The body may be left out.
#[utoipa::path(
    post, path = "/join/{code}", operation_id = "joinSession", tag = "sessions", security(()),
    params(JoinPath), request_body = Option<Joining>,
    responses((status = 200, description = "The session as its customer sees it.", body = Joined)),
    extensions(("x-problems" = json!(["wrong-state", "seat-in-call", "too-many-attempts"])))
)]
async fn join(
    State(api): State<Arc<Api>>,
    Path(path): Path<JoinPath>,
    arrival: Arrival,
    Optional(body): Optional<Joining>,
) -> Result<Answer<Joined>, Problem> {
    let join = async {
        let owner = owner(&api, &path.code).await?;
        let command = Command::ConnectSession {
            id: owner.session,
            customer: body.name.map(|name| usher_domain::presence::Customer { name }),
        };
        let joined = carry_out(&api, path.code, owner, &arrival, command).await?;
        joined.map(Answer).ok_or_else(no_such_code)
    };
    counted(&api, arrival.address, join).await
}

/// Leave a session
///
/// The customer ends the session, at once. Its code is used up.
#[utoipa::path(
    post, path = "/join/{code}/leave", operation_id = "leaveSession", tag = "sessions", security(()),
    params(JoinPath), responses((status = 204, description = "The session is over.")),
    extensions(("x-problems" = json!(["too-many-attempts"])))
)]
async fn leave(
    State(api): State<Arc<Api>>,
    Path(path): Path<JoinPath>,
    arrival: Arrival,
) -> Result<StatusCode, Problem> {
    let leave = async {
        let owner = owner(&api, &path.code).await?;
        let command = Command::EndSessions {
            ids: vec![owner.session],
            note: None,
        };
        carry_out(&api, path.code, owner, &arrival, command).await?;
        Ok(StatusCode::NO_CONTENT)
    };
    counted(&api, arrival.address, leave).await
}
