//! Commands and questions, and how they wait in an account's inbox.

use tokio::sync::oneshot;
use usher_domain::command::{SignInCommand, TicketCommand};
use usher_domain::{Account, Actor, Command, Outcome, Refusal, Secs, Timestamp};

use super::turn::Turn;
use crate::{Cause, Failure, Heartbeat, Request};

/// A step of a turn in which jobs have a say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Something is due: heartbeats count before it is done.
    BeforeWhatIsDue,
    /// What was due is done, and jobs run.
    Main,
}

/// A command or a question. Where its turn meets another node's commit, it runs again.
pub(crate) trait Work: Send + 'static {
    /// What is answered.
    type Answer: Send;

    /// Whether the work changes nothing, so that it has an answer also where nothing can be stored.
    const IS_QUESTION: bool = false;

    /// Renews what the work is a heartbeat of, before what is due is done; the work still runs after that.
    fn keep_alive(&self, _turn: &mut Turn<'_>) {}

    /// Does the work on the state in memory.
    fn run(&mut self, turn: &mut Turn<'_>) -> Result<Self::Answer, Failure>;
}

/// Work in an inbox, with whoever waits for it. It is kept until its answer is durable.
pub(crate) trait Job: Send {
    /// Does the job on the state in memory and keeps the answer; before what is due, only what heartbeats do then.
    fn run(&mut self, turn: &mut Turn<'_>, phase: Phase);

    /// Whether the job changes nothing.
    fn is_question(&self) -> bool;

    /// Lets the answer leave.
    fn answer(self: Box<Self>);

    /// Answers that there is no outcome.
    fn fail(self: Box<Self>, failure: Failure);
}

/// Work that waits. The caller may be gone when it is done; what they asked for is done all the same.
pub(crate) struct Queued<W: Work> {
    work: W,
    kept: Option<Result<W::Answer, Failure>>,
    reply: oneshot::Sender<Result<W::Answer, Failure>>,
}

impl<W: Work> Queued<W> {
    pub(crate) fn new(work: W, reply: oneshot::Sender<Result<W::Answer, Failure>>) -> Self {
        Self {
            work,
            kept: None,
            reply,
        }
    }
}

impl<W: Work> Job for Queued<W> {
    fn run(&mut self, turn: &mut Turn<'_>, phase: Phase) {
        match phase {
            Phase::BeforeWhatIsDue => self.work.keep_alive(turn),
            Phase::Main => self.kept = Some(self.work.run(turn)),
        }
    }

    fn is_question(&self) -> bool {
        W::IS_QUESTION
    }

    fn answer(self: Box<Self>) {
        if let Some(kept) = self.kept {
            let _ = self.reply.send(kept);
        }
    }

    fn fail(self: Box<Self>, failure: Failure) {
        let _ = self.reply.send(Err(failure));
    }
}

/// A command, and how its answer is made of the account's state.
pub(crate) struct Execution<V> {
    pub(crate) request: Request,
    pub(crate) view: V,
}

impl<T, V> Work for Execution<V>
where
    T: Send,
    V: Fn(&Account, &Outcome, Timestamp) -> T + Send + 'static,
{
    type Answer = T;

    fn keep_alive(&self, turn: &mut Turn<'_>) {
        let Request {
            actor,
            cause,
            command,
        } = &self.request;
        if matches!(
            command,
            Command::SignIn(SignInCommand::Heartbeat { .. }) | Command::Ticket(TicketCommand::Renew { .. })
        ) {
            turn.keep_alive(command, actor, cause);
        }
    }

    fn run(&mut self, turn: &mut Turn<'_>) -> Result<T, Failure> {
        let outcome = turn.execute(&self.request)?;
        let now = turn.now();
        let account = turn.account().ok_or(Failure::NoAccount)?;
        Ok((self.view)(account, &outcome, now))
    }
}

/// A command that is made of the account's state, in the step that carries it out.
pub(crate) struct Proposal<M, V> {
    pub(crate) actor: Actor,
    pub(crate) cause: Cause,
    pub(crate) make: M,
    pub(crate) view: V,
}

impl<T, E, M, V> Work for Proposal<M, V>
where
    T: Send,
    E: Send,
    M: Fn(&Account, Timestamp) -> Result<Command, E> + Send + 'static,
    V: Fn(&Account, &Outcome, Timestamp) -> T + Send + 'static,
{
    type Answer = Result<T, E>;

    fn run(&mut self, turn: &mut Turn<'_>) -> Result<Self::Answer, Failure> {
        let now = turn.now();
        let command = match (self.make)(turn.existing()?, now) {
            Ok(command) => command,
            Err(declined) => return Ok(Err(declined)),
        };
        let request = Request {
            actor: self.actor.clone(),
            cause: self.cause.clone(),
            command,
        };
        let outcome = turn.execute(&request)?;
        let account = turn.account().ok_or(Failure::NoAccount)?;
        Ok(Ok((self.view)(account, &outcome, now)))
    }
}

/// A question.
pub(crate) struct Reading<V> {
    pub(crate) view: V,
}

impl<T, V> Work for Reading<V>
where
    T: Send,
    V: Fn(&Account, Timestamp) -> T + Send + 'static,
{
    type Answer = T;

    const IS_QUESTION: bool = true;

    fn run(&mut self, turn: &mut Turn<'_>) -> Result<T, Failure> {
        let now = turn.now();
        turn.existing().map(|account| (self.view)(account, now))
    }
}

/// Heartbeats of many, each with its own answer.
pub(crate) struct Beats {
    pub(crate) actor: Actor,
    pub(crate) cause: Cause,
    pub(crate) heartbeats: Vec<Heartbeat>,
}

impl Beats {
    fn beat(&self, turn: &mut Turn<'_>, heartbeat: Heartbeat) -> Result<Result<Secs, Refusal>, Failure> {
        match turn.carry_out(&heartbeat.command(), &self.actor, &self.cause) {
            Ok(outcome) => Ok(Ok(lease_left(&outcome))),
            Err(Failure::Refused(refusal)) => Ok(Err(refusal)),
            Err(failure) => Err(failure),
        }
    }
}

impl Work for Beats {
    type Answer = Vec<Result<Secs, Refusal>>;

    fn keep_alive(&self, turn: &mut Turn<'_>) {
        for heartbeat in &self.heartbeats {
            turn.keep_alive(&heartbeat.command(), &self.actor, &self.cause);
        }
    }

    fn run(&mut self, turn: &mut Turn<'_>) -> Result<Self::Answer, Failure> {
        self.heartbeats
            .iter()
            .map(|heartbeat| self.beat(turn, *heartbeat))
            .collect()
    }
}

/// The seconds that a heartbeat gave.
pub(crate) const fn lease_left(outcome: &Outcome) -> Secs {
    match outcome {
        Outcome::Lease { remaining } => *remaining,
        _ => Secs::ZERO,
    }
}
