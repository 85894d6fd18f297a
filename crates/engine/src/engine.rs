//! The engine as its callers see it.

use std::sync::Arc;

use usher_domain::{Account, AccountId, Actor, Outcome, Refusal, Secs, SignInId, TicketId, Timestamp};
use usher_journal::{Journal, Seq};

use crate::figures::Counters;
use crate::{Cause, Clock, Failure, Figures, Options, Published, Reason, Request, StartError, Subscription};

/// A sign of life of one sign-in (S11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heartbeat {
    /// Of which sign-in.
    pub sign_in: SignInId,
    /// Whether the user is there, not only the device.
    pub active: bool,
}

/// All accounts, each with one writer. Clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    journal: Arc<dyn Journal>,
    clock: Clock,
    counters: Arc<Counters>,
}

impl Engine {
    /// An engine on a journal. Must be called within a tokio runtime.
    pub async fn start(
        journal: Arc<dyn Journal>,
        clock: Clock,
        _options: Options,
    ) -> Result<Self, StartError> {
        journal.due().await?;
        Ok(Self {
            journal,
            clock,
            counters: Arc::default(),
        })
    }

    /// Carries a command out and answers once that is durable. `view` makes the answer of the account's state right
    /// after the command; it runs in the account's task, again where the command has to be decided again, and should
    /// be quick.
    pub async fn execute<T: Send + 'static>(
        &self,
        _account: AccountId,
        _request: Request,
        _view: impl Fn(&Account, &Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        Err(Failure::Unavailable(Reason::ShuttingDown))
    }

    /// Looks at an account. What is seen is durable.
    pub async fn read<T: Send + 'static>(
        &self,
        _account: AccountId,
        _view: impl Fn(&Account, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        Err(Failure::Unavailable(Reason::ShuttingDown))
    }

    /// A sign of life of a sign-in; gives the seconds that its lease has left (S11).
    pub async fn heartbeat(
        &self,
        _account: AccountId,
        _actor: Actor,
        _cause: Cause,
        _heartbeat: Heartbeat,
    ) -> Result<Secs, Failure> {
        Err(Failure::Unavailable(Reason::ShuttingDown))
    }

    /// Signs of life of many sign-ins, each with its own answer, in their order.
    pub async fn heartbeats(
        &self,
        _account: AccountId,
        _actor: Actor,
        _cause: Cause,
        _heartbeats: Vec<Heartbeat>,
    ) -> Result<Vec<Result<Secs, Refusal>>, Failure> {
        Err(Failure::Unavailable(Reason::ShuttingDown))
    }

    /// A sign of life of a ticket; gives the seconds that its lease has left (Q2).
    pub async fn renew_ticket(
        &self,
        _account: AccountId,
        _actor: Actor,
        _cause: Cause,
        _ticket: TicketId,
    ) -> Result<Secs, Failure> {
        Err(Failure::Unavailable(Reason::ShuttingDown))
    }

    /// Follows an account from its newest commit on.
    pub async fn subscribe(&self, _account: AccountId) -> Result<Subscription, Failure> {
        Err(Failure::Unavailable(Reason::ShuttingDown))
    }

    /// The first `limit` commits after `seq`, from the journal: what a subscriber missed.
    pub async fn published_after(
        &self,
        _account: AccountId,
        _seq: Seq,
        _limit: usize,
    ) -> Result<Vec<Published>, Failure> {
        Err(Failure::Unavailable(Reason::ShuttingDown))
    }

    /// What time it is for the engine.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What the engine has counted.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.counters.read()
    }

    /// Moves a manual clock, stopping wherever something is due, and does all of it before it returns. Does nothing
    /// with the system's clock.
    pub async fn advance(&self, _by: Secs) {}

    /// Does what was asked for before, stores lease renewals and snapshots, and closes the journal. What comes later
    /// is answered with [`Reason::ShuttingDown`].
    pub async fn shutdown(&self) {
        self.journal.close().await;
    }
}
