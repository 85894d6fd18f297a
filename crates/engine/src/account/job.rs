//! Commands and queries, and their form in an account's inbox.

use tokio::sync::oneshot;
use usher_domain::command::Heartbeat;
use usher_domain::{Account, Actor, Execute, Refusal, Secs, Timestamp};

use super::turn::Turn;
use crate::{Cause, Failure, Request};

/// A phase of a turn in which jobs take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Something is due: heartbeats are counted before it is processed.
    BeforeWhatIsDue,
    /// Due entries have been processed, and jobs run.
    Main,
}

/// A command or a query. If its turn conflicts with another node's commit, it runs again.
pub(crate) trait Work: Send + 'static {
    /// The type of the answer.
    type Answer: Send;

    /// Whether the work changes nothing, so that it has an answer even if nothing can be stored.
    const IS_QUESTION: bool = false;

    /// If the work is a heartbeat, renews its lease before due entries are processed; the work still runs after that.
    fn keep_alive(&self, _turn: &mut Turn<'_>) {}

    /// Does the work on the state in memory.
    fn run(&mut self, turn: &mut Turn<'_>) -> Result<Self::Answer, Failure>;
}

/// Work in an inbox together with its caller. It is kept until its answer is durable.
pub(crate) trait Job: Send {
    /// Does the job on the state in memory and keeps the answer; before due entries, does only what heartbeats do then.
    fn run(&mut self, turn: &mut Turn<'_>, phase: Phase);

    /// Whether the job changes nothing.
    fn is_question(&self) -> bool;

    /// Sends the answer.
    fn answer(self: Box<Self>);

    /// Answers with a failure.
    fn fail(self: Box<Self>, failure: Failure);
}

/// Waiting work. Its caller may be gone when it is done; it is executed all the same.
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

/// A command, and how its answer is built from the account's state.
pub(crate) struct Execution<C, V> {
    pub(crate) request: Request<C>,
    pub(crate) view: V,
}

impl<T, C, V> Work for Execution<C, V>
where
    T: Send,
    C: Execute,
    V: Fn(&Account, &C::Outcome, Timestamp) -> T + Send + 'static,
{
    type Answer = T;

    fn keep_alive(&self, turn: &mut Turn<'_>) {
        let Request {
            actor,
            cause,
            command,
        } = &self.request;
        if command.is_heartbeat() {
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

/// A command that is built from the account's state in the same step that executes it.
pub(crate) struct Proposal<M, V> {
    pub(crate) actor: Actor,
    pub(crate) cause: Cause,
    pub(crate) make: M,
    pub(crate) view: V,
}

impl<T, E, C, M, V> Work for Proposal<M, V>
where
    T: Send,
    E: Send,
    C: Execute,
    M: Fn(&Account, Timestamp) -> Result<C, E> + Send + 'static,
    V: Fn(&Account, &C::Outcome, Timestamp) -> T + Send + 'static,
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

/// A query.
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

/// Heartbeats of several sign-ins, each with its own answer.
pub(crate) struct HeartbeatBatch {
    pub(crate) actor: Actor,
    pub(crate) cause: Cause,
    pub(crate) heartbeats: Vec<Heartbeat>,
}

impl HeartbeatBatch {
    fn beat(&self, turn: &mut Turn<'_>, heartbeat: Heartbeat) -> Result<Result<Secs, Refusal>, Failure> {
        match turn.carry_out(&heartbeat, &self.actor, &self.cause) {
            Ok(lease) => Ok(Ok(lease)),
            Err(Failure::Refused(refusal)) => Ok(Err(refusal)),
            Err(failure) => Err(failure),
        }
    }
}

impl Work for HeartbeatBatch {
    type Answer = Vec<Result<Secs, Refusal>>;

    fn keep_alive(&self, turn: &mut Turn<'_>) {
        for heartbeat in &self.heartbeats {
            turn.keep_alive(heartbeat, &self.actor, &self.cause);
        }
    }

    fn run(&mut self, turn: &mut Turn<'_>) -> Result<Self::Answer, Failure> {
        self.heartbeats
            .iter()
            .map(|heartbeat| self.beat(turn, *heartbeat))
            .collect()
    }
}
