//! Who calls, and what they ask of the account that they name.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use usher_domain::{Account, AccountId, Actor, Command, Outcome, Refusal, Timestamp};
use usher_engine::{Cause, Failure, Request};

use super::created::Created;
use super::new_id::IdempotencyKey;
use crate::api::Api;
use crate::meter::REQUEST_ID;
use crate::problem::{Facts, Problem};
use crate::scim;

/// What the paths of an account's things start with.
const ACCOUNT_PATHS: &str = "/v1/accounts/";

/// A caller whose credential is good in the account that the path names.
#[derive(Clone)]
pub(crate) struct Caller {
    /// What the handlers work with.
    pub(crate) api: Arc<Api>,
    /// The account that the path names.
    pub(crate) account: AccountId,
    /// Who calls.
    pub(crate) actor: Actor,
    /// The id of the request, for the audit.
    pub(crate) cause: Cause,
}

/// A caller with the operator's key, on a path that need not name an account.
pub(crate) struct Operator {
    /// What the handlers work with.
    pub(crate) api: Arc<Api>,
    /// The id of the request, for the audit.
    pub(crate) cause: Cause,
}

/// The token after `Bearer `.
fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The caller's token itself, for calls that are about it.
pub(crate) struct Bearer(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let token = bearer(parts).ok_or_else(|| Problem::unauthenticated(false))?;
        Ok(Self(token.to_owned()))
    }
}

fn cause(parts: &Parts) -> Cause {
    let id = parts.headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    id.map_or(Cause::Static(""), |id| Cause::Shared(id.into()))
}

fn authenticate(
    api: &Api,
    parts: &Parts,
    account: Option<AccountId>,
) -> Result<usher_identity::Caller, Problem> {
    let token = bearer(parts).ok_or_else(|| Problem::unauthenticated(false))?;
    api.identity
        .authenticate(token, account, api.engine.now())
        .map_err(|_| Problem::unauthenticated(true))
}

impl FromRequestParts<Arc<Api>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let path = parts.uri.path();
        let rest = path
            .strip_prefix(ACCOUNT_PATHS)
            .or_else(|| path.strip_prefix(scim::PATHS));
        let account = rest
            .unwrap_or_default()
            .split('/')
            .next()
            .unwrap_or_default()
            .parse();
        let caller = authenticate(api, parts, account.as_ref().ok().copied())?;
        let account = account.map_err(|_| Problem::not_found("account"))?;
        if caller.is_foreign_to(account) {
            return Err(Problem::not_found("account"));
        }
        Ok(Self {
            api: Arc::clone(api),
            account,
            actor: caller.into_actor(),
            cause: cause(parts),
        })
    }
}

impl FromRequestParts<Arc<Api>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        match authenticate(api, parts, None)? {
            usher_identity::Caller::Operator => Ok(Self {
                api: Arc::clone(api),
                cause: cause(parts),
            }),
            _ => Err(Problem::forbidden("an operator key")),
        }
    }
}

impl Operator {
    /// The operator as the caller of one account.
    pub(crate) fn of(self, account: AccountId) -> Caller {
        Caller {
            api: self.api,
            account,
            actor: Actor::Operator,
            cause: self.cause,
        }
    }
}

impl Caller {
    /// Gives a command and, once it is durable, shows the account right after it.
    pub(crate) async fn execute<T: Send + 'static>(
        &self,
        command: Command,
        view: impl Fn(&Account, &Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        match self.try_execute(command, view).await {
            Ok(shown) => Ok(shown),
            Err(failure) => Err(self.problem(failure).await),
        }
    }

    /// The same, for handlers that go on after some refusals.
    pub(crate) async fn try_execute<T: Send + 'static>(
        &self,
        command: Command,
        view: impl Fn(&Account, &Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let request = Request {
            actor: self.actor.clone(),
            cause: self.cause.clone(),
            command,
        };
        self.api.engine.execute(self.account, request, view).await
    }

    /// Gives a command that `make` derives from the account's state in the step that carries it out, or declines to.
    pub(crate) async fn propose<T: Send + 'static, E: Send + 'static>(
        &self,
        make: impl Fn(&Account, Timestamp) -> Result<Command, E> + Send + 'static,
        view: impl Fn(&Account, &Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<Result<T, E>, Problem> {
        let (actor, cause) = (self.actor.clone(), self.cause.clone());
        let engine = &self.api.engine;
        match engine.propose(self.account, actor, cause, make, view).await {
            Ok(answer) => Ok(answer),
            Err(failure) => Err(self.problem(failure).await),
        }
    }

    /// Looks at the account. `view` says what the actor may see of it.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        view: impl Fn(&Account, &Actor, Timestamp) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem> {
        let actor = self.actor.clone();
        let seen = self
            .api
            .engine
            .read(self.account, move |account, now| view(account, &actor, now))
            .await;
        match seen {
            Ok(Ok(shown)) => Ok(shown),
            Ok(Err(refusal)) => Err(self.problem(refusal.into()).await),
            Err(failure) => Err(self.problem(failure).await),
        }
    }

    /// Gives a command that creates, and shows what was created. `find` finds it in the account; `path` is where it
    /// is found below the account.
    pub(crate) async fn create<T: Send + 'static>(
        &self,
        key: &IdempotencyKey,
        command: Command,
        path: String,
        find: impl Fn(&Account) -> Option<T> + Clone + Send + 'static,
    ) -> Result<Created<T>, Problem> {
        let mut existed = false;
        if key.is_given() {
            let find = find.clone();
            existed = self
                .read(move |account, _, _| Ok(find(account).is_some()))
                .await?;
        }
        let shown = match self
            .try_execute(command, move |account, _, _| find(account))
            .await
        {
            Ok(shown) => shown.ok_or_else(|| Problem::not_found("such thing"))?,
            Err(Failure::Refused(refusal)) if existed && key_of_another(&refusal) => {
                return Err(Problem::refused(&refusal, None)
                    .detailed("This `Idempotency-Key` has created something else already. Draw a new one."));
            }
            Err(failure) => return Err(self.problem(failure).await),
        };
        Ok(Created {
            existed,
            location: format!("{ACCOUNT_PATHS}{}/{path}", self.account),
            shown,
        })
    }

    /// The 128 bits of the id of something that this caller creates.
    pub(crate) fn new_id(&self, key: &IdempotencyKey) -> Result<u128, Problem> {
        key.bits(Some(self.account), &self.actor, self.api.engine.now())
    }

    /// The 128 bits of the id of something that nobody asks for twice.
    pub(crate) fn draw_id(&self) -> Result<u128, Problem> {
        usher_identity::draw_bits(self.api.engine.now()).map_err(Problem::from)
    }

    /// The problem that a failure is, with how a sign-in or ticket ended where that is what it is about.
    pub(crate) async fn problem(&self, failure: Failure) -> Problem {
        let records = &self.api.records;
        let ended = match &failure {
            Failure::Refused(Refusal::SignInEnded { id }) => records.sign_in_end(self.account, *id).await,
            Failure::Refused(Refusal::TicketEnded { id }) => records.ticket_end(self.account, *id).await,
            Failure::Refused(refusal) => return Problem::refused(refusal, Some(self.account)),
            _ => return failure.into(),
        };
        let problem = Problem::from(failure);
        match ended {
            Ok(Some(end)) => problem.with(Facts {
                reason: Some(end.reason.to_string()),
                ended_at: Some(end.at.into()),
                ..Facts::default()
            }),
            _ => problem,
        }
    }
}

/// Whether the id that was derived from an idempotency key belongs to a thing that differs from what is asked for.
fn key_of_another(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::AlreadyExists { field: "id", .. })
}
