//! What a caller who was let in asks of their account.

use std::sync::Arc;

use usher_domain::join_code::JoinCode;
use usher_domain::refusal::StateRefusal;
use usher_domain::{Account, AccountId, Actor, Command, Outcome, Refusal, Timestamp, UserId};
use usher_engine::{Cause, Failure, Request};

use super::admission::Admission;
use crate::api::Api;
use crate::idempotency::IdempotencyKey;
use crate::problem::{Ended, Problem};
use crate::streams::{OpenStream, StreamOf};

/// A caller whose credential is good in the account that the request names, whatever they may do there.
#[derive(Clone)]
pub struct Admitted {
    /// What the handlers work with.
    pub api: Arc<Api>,
    /// The account that the path names.
    pub account: AccountId,
    /// Who calls.
    pub actor: Actor,
    /// How the request came in, for the audit.
    pub cause: Cause,
    /// What let them in.
    pub admission: Admission,
}

impl Admitted {
    /// Gives a command and, once it is durable, shows the account right after it.
    pub async fn execute<T: Send + 'static>(
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
    pub async fn try_execute<T: Send + 'static>(
        &self,
        command: Command,
        view: impl Fn(&Account, &Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let request = self.request(command);
        self.api.engine().execute(self.account, request, view).await
    }

    /// Refuses a command that would be refused if it was given now. For what costs something before it is given.
    pub async fn may(&self, command: &Command) -> Result<(), Problem> {
        let command = command.clone();
        let ask = move |account: &Account, actor: &Actor, now| {
            account.would_change(&command, actor, now).map(|_| ())
        };
        self.read(ask).await
    }

    /// Counts one more event stream of this caller's, as long as what is given lives.
    pub async fn open_stream(&self) -> Result<OpenStream, Problem> {
        if let Actor::Customer(session) = self.actor {
            let of = StreamOf::customer(self.account, session);
            return self.api.streams().open(of);
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
        self.api.streams().open(of)
    }

    /// Who would be let in by the same credential now, which may be revoked, or its user deactivated, since it was
    /// shown. A problem where nobody would, or where that cannot be told at the moment.
    pub async fn admitted_again(&self) -> Result<Actor, Problem> {
        self.admission.admitted(&self.api, self.account).await
    }

    /// Whether this is an operator key.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.actor == Actor::Operator
    }

    /// The same caller as this user, where an operator key says to act as the user: with what that user may do, no
    /// more. The record names both, the user as who acts and the key as the credential.
    #[must_use]
    pub fn acting_as(self, user: Option<UserId>) -> Self {
        let actor = match user {
            Some(user) if self.is_operator() => Actor::User(user),
            _ => self.actor,
        };
        Self { actor, ..self }
    }

    /// A command of this caller's.
    #[must_use]
    pub fn request(&self, command: Command) -> Request {
        Request {
            actor: self.actor.clone(),
            cause: self.cause.clone(),
            command,
        }
    }

    /// Gives a command that `make` derives from the account's state in the step that carries it out, or declines to.
    pub async fn propose<T: Send + 'static, E: Send + 'static>(
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
    pub async fn read<T: Send + 'static>(
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

    /// [`execute`](Self::execute) of a command with an id that comes of a key: the same command again changes nothing,
    /// and a key that stands for something else is said to.
    pub async fn execute_once<T: Send + 'static>(
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
    pub fn new_id(&self, key: &IdempotencyKey) -> Result<u128, Problem> {
        key.bits(
            self.api.identity(),
            Some(self.account),
            &self.actor,
            self.api.engine().now(),
        )
    }

    /// A new join code, as the account keeps it.
    pub fn draw_code(&self) -> Result<JoinCode, Problem> {
        self.api.draw_code(self.account)
    }

    /// The 128 bits of the id of something that nobody asks for twice.
    pub fn draw_id(&self) -> Result<u128, Problem> {
        usher_identity::draw_bits(self.api.engine().now()).map_err(Problem::from)
    }

    /// The problem that a refusal is, for this caller: operator keys are told how to act as the user.
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
