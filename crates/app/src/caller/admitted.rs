//! Commands and reads of an authenticated caller.

use std::sync::Arc;

use usher_domain::join_code::JoinCode;
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, AccountId, Actor, Command, Execute, Refusal, Timestamp, UserId};
use usher_engine::{Cause, Failure, Request};

use super::admission::Admission;
use crate::app::App;
use crate::idempotency::IdempotencyKey;
use crate::links::LinkBy;
use crate::problem::{Ended, Problem};
use crate::streams::{OpenStream, StreamOf};

/// A caller whose credential is valid in the account of the request, with any rights.
#[derive(Clone)]
pub struct Admitted {
    /// The state of the handlers.
    pub app: Arc<App>,
    /// The account that the path names.
    pub account: AccountId,
    /// The caller.
    pub actor: Actor,
    /// The request's origin, for the audit.
    pub cause: Cause,
    /// How they were authenticated.
    pub admission: Admission,
}

impl Admitted {
    /// The caller as the author of a one-time link, which ends with the caller's credential.
    #[must_use]
    pub fn as_author(&self) -> LinkBy<'_> {
        LinkBy {
            actor: &self.actor,
            cause: &self.cause,
            credential: match &self.admission {
                Admission::Credential { shown, .. } => shown.as_of_author(),
                Admission::Customer { .. } => None,
            },
        }
    }

    /// Gives a command and, once it is durable, shows the account as it was right after it.
    pub async fn execute<C: Execute, T: Send + 'static>(
        &self,
        command: C,
        view: impl Fn(&Account, &C::Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        match self.try_execute(command, view).await {
            Ok(shown) => Ok(shown),
            Err(failure) => Err(self.problem(failure).await),
        }
    }

    /// The same, for handlers that continue after some refusals.
    pub async fn try_execute<C: Execute, T: Send + 'static>(
        &self,
        command: C,
        view: impl Fn(&Account, &C::Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let request = self.request(command);
        self.app.engine().execute(self.account, request, view).await
    }

    /// Refuses a command that would be refused now. For commands that need costly preparation.
    pub async fn may(&self, command: &Command) -> Result<(), Problem> {
        let command = command.clone();
        let ask = move |account: &Account, actor: &Actor, now| {
            account.would_change(&command, actor, now).map(|_| ())
        };
        self.read(ask).await
    }

    /// Counts one more event stream of this caller until the returned value is dropped.
    pub async fn open_stream(&self) -> Result<OpenStream, Problem> {
        if let Actor::Customer(session) = self.actor {
            let of = StreamOf::customer(self.account, session);
            return self.app.streams().open(of);
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
        self.app.streams().open(of)
    }

    /// The caller as the same credential authenticates them now: since it was checked, it may have been revoked, or its
    /// user deactivated. A problem if nobody is, or if that cannot be checked at the moment.
    pub async fn admitted_again(&self) -> Result<Actor, Problem> {
        self.admission.admitted(&self.app, self.account).await
    }

    /// Whether this is an operator key.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.actor == Actor::Operator
    }

    /// The caller acting as this user, if an operator key asks to act as the user: with the rights of that user, no
    /// more. The records name both, the user as the actor and the key as the credential.
    #[must_use]
    pub fn acting_as(self, user: Option<UserId>) -> Self {
        let actor = match user {
            Some(user) if self.is_operator() => Actor::User(user),
            _ => self.actor,
        };
        Self { actor, ..self }
    }

    /// A command of this caller.
    #[must_use]
    pub fn request<C>(&self, command: C) -> Request<C> {
        Request {
            actor: self.actor.clone(),
            cause: self.cause.clone(),
            command,
        }
    }

    /// Gives a command that `make` derives from the account's state in the same step, or gives none.
    pub async fn propose<T: Send + 'static, E: Send + 'static>(
        &self,
        make: impl Fn(&Account, Timestamp) -> Result<Command, E> + Send + 'static,
        view: impl Fn(&Account, &(), Timestamp) -> T + Send + 'static,
    ) -> Result<Result<T, E>, Problem> {
        let (actor, cause) = (self.actor.clone(), self.cause.clone());
        let engine = self.app.engine();
        match engine.propose(self.account, actor, cause, make, view).await {
            Ok(answer) => Ok(answer),
            Err(failure) => Err(self.problem(failure).await),
        }
    }

    /// Reads the account. `view` decides what the actor may see of it.
    pub async fn read<T: Send + 'static>(
        &self,
        view: impl Fn(&Account, &Actor, Timestamp) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem> {
        let actor = self.actor.clone();
        let seen = self
            .app
            .engine()
            .read(self.account, move |account, now| view(account, &actor, now))
            .await;
        match seen {
            Ok(Ok(shown)) => Ok(shown),
            Ok(Err(refusal)) => Err(self.problem(refusal.into()).await),
            Err(failure) => Err(self.problem(failure).await),
        }
    }

    /// [`execute`](Self::execute) of a command whose id is derived from an idempotency key: the same command again
    /// changes nothing, and a key used for another request is refused.
    pub async fn execute_once<C: Execute, T: Send + 'static>(
        &self,
        key: &IdempotencyKey,
        command: C,
        view: impl Fn(&Account, &C::Outcome, Timestamp) -> T + Send + 'static,
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

    /// The 128 bits of a new id of this caller's.
    pub fn new_id(&self, key: &IdempotencyKey) -> Result<u128, Problem> {
        key.bits(
            self.app.identity(),
            Some(self.account),
            &self.actor,
            self.app.engine().now(),
        )
    }

    /// A new join code, as the account stores it.
    pub fn draw_code(&self) -> Result<JoinCode, Problem> {
        self.app.draw_code(self.account)
    }

    /// The 128 bits of a new id that is never requested twice.
    pub fn draw_id(&self) -> Result<u128, Problem> {
        usher_identity::draw_bits(self.app.engine().now()).map_err(Problem::from)
    }

    /// A refusal as a problem for this caller: operator keys are told how to act as the user.
    #[must_use]
    pub fn refused(&self, refusal: &Refusal) -> Problem {
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
    pub async fn problem(&self, failure: Failure) -> Problem {
        let records = self.app.records();
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
                at: self.app.wall_times(self.account).await.shown(end.at),
            }),
            _ => problem,
        }
    }
}
