//! Who calls, and what they ask of the account that they name.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use usher_app::{Api, Arrival, OpenStream, StreamOf};
use usher_domain::join_code::JoinCode;
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, AccountId, Actor, Command, OperatorKeyId, Outcome, Refusal, Timestamp, UserId};
use usher_engine::{Cause, Failure, Request, Way};
use usher_http::RequestLog;
use usher_identity::{Credential, Identified, KeysChangedBy, KeysOrigin, OperatorScope};
use usher_journal::Text;

use super::admission::{Admission, admit, need_scope};
use super::created::Created;
use super::new_id::IdempotencyKey;
use crate::problem::{Ended, Problem};
use crate::scim;
use crate::server::Server;
use crate::v1::stream_tickets;

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
    /// How the request came in, for the audit.
    pub(crate) cause: Cause,
    /// What let them in.
    pub(crate) admission: Admission,
}

/// A caller with the operator's key, on a path that need not name an account.
pub(crate) struct Operator {
    /// What the handlers work with.
    pub(crate) api: Arc<Api>,
    /// Which key it is.
    key: OperatorKeyId,
    /// How the request came in, for the audit.
    pub(crate) cause: Cause,
    admission: Admission,
}

fn bearer(parts: &Parts) -> Option<&str> {
    bearer_of(&parts.headers)
}

/// The token after `Bearer `.
pub(crate) fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
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

/// Who a request comes from, with the cause of what it does.
struct Known {
    identified: Identified,
    cause: Cause,
}

impl Known {
    fn of(api: &Api, parts: &Parts, way: Way, account: Option<AccountId>) -> Result<Self, Problem> {
        let token = bearer(parts).ok_or_else(|| Problem::unauthenticated(false))?;
        let arrival = Arrival::of(api, &parts.extensions, &parts.headers);
        let identified = api
            .identity()
            .identify(token, account, arrival.address, api.engine().now())
            .map_err(|_| Problem::unauthenticated(true))?;
        match &identified.credential {
            Credential::OperatorKey { id, .. } => RequestLog::note_actor(&parts.extensions, id),
            _ => RequestLog::note_actor(&parts.extensions, identified.caller.clone().into_actor()),
        }
        let credential = match &identified.credential {
            Credential::Itself => None,
            Credential::UserToken(id) => Some(Text::from(format!("token_{id}"))),
            Credential::OperatorKey { id, .. } => Some(Text::from(id.to_string())),
        };
        Ok(Self {
            cause: arrival.cause(way, credential),
            identified,
        })
    }
}

/// What an operator key has to be good for to send this request. What is not known here needs the most.
fn scope_for(parts: &Parts) -> OperatorScope {
    let route = parts
        .extensions
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str);
    let Some(below) = route.strip_prefix("/v1/accounts") else {
        return OperatorScope::Everything;
    };
    // Following a sign-in or a ticket keeps it alive.
    let is_reading = parts.method.is_safe() && !below.ends_with("/events");
    match below {
        _ if is_reading => OperatorScope::AccountsRead,
        "/{account}/subscription" | "/{account}/minutes" => OperatorScope::BillingManage,
        _ => OperatorScope::AccountsManage,
    }
}

impl FromRequestParts<Server> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Server) -> Result<Self, Problem> {
        let path = parts.uri.path();
        let (way, rest) = match path.strip_prefix(scim::PATHS) {
            Some(rest) => (Way::Scim, rest),
            None => (Way::Api, path.strip_prefix(ACCOUNT_PATHS).unwrap_or_default()),
        };
        let account = rest.split('/').next().unwrap_or_default().parse();
        if let Ok(account) = account
            && let Some((actor, admission)) = stream_tickets::shown(api, parts, account)?
        {
            admission.admitted(api, account).await?;
            RequestLog::note_actor(&parts.extensions, &actor);
            let arrival = Arrival::of(api, &parts.extensions, &parts.headers);
            return Ok(Self {
                api: Arc::clone(api),
                account,
                actor,
                cause: arrival.cause(way, None),
                admission,
            });
        }
        let known = Known::of(api, parts, way, account.as_ref().ok().copied())?;
        let account = account.map_err(|_| Problem::not_found("account"))?;
        let needed = scope_for(parts);
        let admission = Admission::Credential {
            shown: known.identified.shown,
            needed,
            ticket_for: None,
        };
        Ok(Self {
            api: Arc::clone(api),
            account,
            actor: admit(api, account, known.identified, needed).await?,
            cause: known.cause,
            admission,
        })
    }
}

impl FromRequestParts<Server> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Server) -> Result<Self, Problem> {
        let known = Known::of(api, parts, Way::Api, None)?;
        let Credential::OperatorKey { id: key, scopes } = known.identified.credential else {
            return Err(Problem::forbidden("an operator key"));
        };
        let needed = scope_for(parts);
        need_scope(&scopes, needed)?;
        Ok(Self {
            api: Arc::clone(api),
            key,
            cause: known.cause,
            admission: Admission::Credential {
                shown: known.identified.shown,
                needed,
                ticket_for: None,
            },
        })
    }
}

impl Operator {
    /// Who changes operator keys, for their trail.
    pub(crate) fn keys_origin(&self) -> KeysOrigin {
        KeysOrigin {
            by: KeysChangedBy::OperatorKey(self.key),
            address: self.cause.address,
            request: self.cause.request.as_ref().map(ToString::to_string),
        }
    }

    /// The operator as the caller of one account.
    pub(crate) fn of(self, account: AccountId) -> Caller {
        Caller {
            api: self.api,
            account,
            actor: Actor::Operator,
            cause: self.cause,
            admission: self.admission,
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
        let request = self.request(command);
        self.api.engine().execute(self.account, request, view).await
    }

    /// Refuses a command that would be refused if it was given now. For what costs something before it is given.
    pub(crate) async fn may(&self, command: &Command) -> Result<(), Problem> {
        let command = command.clone();
        let ask = move |account: &Account, actor: &Actor, now| {
            account.would_change(&command, actor, now).map(|_| ())
        };
        self.read(ask).await
    }

    /// Counts one more event stream of this caller's, as long as what is given lives.
    pub(crate) async fn open_stream(&self) -> Result<OpenStream, Problem> {
        if let Actor::Customer(session) = self.actor {
            return Ok(self
                .api
                .streams()
                .open(StreamOf::customer(self.account, session))?);
        }
        let user = self.read(|account, actor, _| Ok(account.user_of(actor))).await?;
        let session = match &self.actor {
            Actor::User(_) => self.cause.credential.as_ref().map(ToString::to_string),
            Actor::SignIn(_) | Actor::Ticket(_) => Some(self.actor.to_string()),
            _ => None,
        };
        let of = StreamOf {
            account: self.account,
            user,
            session,
        };
        Ok(self.api.streams().open(of)?)
    }

    /// Who would be let in by the same credential now, which may be revoked, or its user deactivated, since it was
    /// shown. A problem where nobody would, or where that cannot be told at the moment.
    pub(crate) async fn admitted_again(&self) -> Result<Actor, Problem> {
        self.admission.admitted(&self.api, self.account).await
    }

    /// Whether this is an operator key.
    pub(crate) fn is_operator(&self) -> bool {
        self.actor == Actor::Operator
    }

    /// The same caller as this user, where an operator key says to act as the user: with what that user may do, no
    /// more. The record names both, the user as who acts and the key as the credential.
    pub(crate) fn acting_as(self, user: Option<UserId>) -> Self {
        let actor = match user {
            Some(user) if self.is_operator() => Actor::User(user),
            _ => self.actor,
        };
        Self { actor, ..self }
    }

    /// A command of this caller's.
    pub(crate) fn request(&self, command: Command) -> Request {
        Request {
            actor: self.actor.clone(),
            cause: self.cause.clone(),
            command,
        }
    }

    /// Gives a command that `make` derives from the account's state in the step that carries it out, or declines to.
    pub(crate) async fn propose<T: Send + 'static, E: Send + 'static>(
        &self,
        make: impl Fn(&Account, Timestamp) -> Result<Command, E> + Send + 'static,
        view: impl Fn(&Account, &Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<Result<T, E>, Problem> {
        let (actor, cause) = (self.actor.clone(), self.cause.clone());
        let engine = self.api.engine();
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
            .engine()
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
        let shown = self
            .execute_once(key, command, move |account, _, _| find(account))
            .await?;
        Ok(Created {
            existed,
            location: format!("{ACCOUNT_PATHS}{}/{path}", self.account),
            shown: shown.ok_or_else(|| Problem::not_found("such thing"))?,
        })
    }

    /// [`execute`](Self::execute) of a command with an id that comes of a key: the same command again changes nothing,
    /// and a key that stands for something else is said to.
    pub(crate) async fn execute_once<T: Send + 'static>(
        &self,
        key: &IdempotencyKey,
        command: Command,
        view: impl Fn(&Account, &Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        match self.try_execute(command, view).await {
            Ok(shown) => Ok(shown),
            Err(Failure::Refused(Refusal::State(StateRefusal::AlreadyExists { field: "id", .. })))
                if key.is_given() =>
            {
                Err(Refusal::State(StateRefusal::IdempotencyKeyReused).into())
            }
            Err(failure) => Err(self.problem(failure).await),
        }
    }

    /// The 128 bits of the id of something that this caller creates.
    pub(crate) fn new_id(&self, key: &IdempotencyKey) -> Result<u128, Problem> {
        key.bits(
            self.api.identity(),
            Some(self.account),
            &self.actor,
            self.api.engine().now(),
        )
    }

    /// A new join code, as the account keeps it.
    pub(crate) fn draw_code(&self) -> Result<JoinCode, Problem> {
        Ok(self.api.draw_code(self.account)?)
    }

    /// The 128 bits of the id of something that nobody asks for twice.
    pub(crate) fn draw_id(&self) -> Result<u128, Problem> {
        usher_identity::draw_bits(self.api.engine().now()).map_err(Problem::from)
    }

    /// The problem that a refusal is, for this caller: operator keys are told how to act as the user.
    pub(crate) fn refused(&self, refusal: &Refusal) -> Problem {
        let problem = Problem::refused(refusal, Some(self.account));
        if !self.is_operator() || *refusal != Refusal::State(StateRefusal::NotYourSession) {
            return problem;
        }
        problem.detailed(
            "Only the user who started this session can do that. An operator key says that it acts as the user: with \
             `?as=user`.",
        )
    }

    /// The problem that a failure is, with how a sign-in or ticket ended where that is what it is about.
    pub(crate) async fn problem(&self, failure: Failure) -> Problem {
        let records = self.api.records();
        let ended = match &failure {
            Failure::Refused(Refusal::State(StateRefusal::SignInEnded { id })) => {
                records.sign_in_end(self.account, *id).await
            }
            Failure::Refused(Refusal::State(StateRefusal::TicketEnded { id })) => {
                records.ticket_end(self.account, *id).await
            }
            Failure::Refused(refusal) => return self.refused(refusal),
            _ => return failure.into(),
        };
        let problem = Problem::from(failure);
        match ended {
            Ok(Some(end)) => problem.with_end(Ended {
                reason: end.reason.to_string(),
                by: None,
                by_name: None,
                note: None,
                at: self.api.wall_times(self.account).await.shown(end.at),
            }),
            _ => problem,
        }
    }
}
