//! Commands and questions on their way through an account's task.

use tokio::sync::oneshot;
use usher_domain::{Account, Actor, Command, Outcome, Refusal, Secs, Timestamp};

use super::turn::Turn;
use crate::{Cause, Failure, Heartbeat, Request};

/// A command or a question. It is kept until its answer is durable: where the batch meets another node's commit, all
/// of its jobs run again.
pub(crate) trait Job: Send {
    /// Does the job on the state in memory and keeps the answer.
    fn run(&mut self, turn: &mut Turn<'_>);

    /// Lets the answer leave.
    fn answer(self: Box<Self>);

    /// Answers that there is no outcome.
    fn fail(self: Box<Self>, failure: Failure);
}

/// An answer that waits to be durable. The caller may be gone; what they asked for is done all the same.
struct Answer<T> {
    kept: Option<Result<T, Failure>>,
    reply: oneshot::Sender<Result<T, Failure>>,
}

impl<T> Answer<T> {
    fn leave(self) {
        if let Some(kept) = self.kept {
            let _ = self.reply.send(kept);
        }
    }

    fn fail(self, failure: Failure) {
        let _ = self.reply.send(Err(failure));
    }
}

/// A command.
pub(crate) struct Execution<T, V> {
    request: Request,
    view: V,
    answer: Answer<T>,
}

impl<T, V> Execution<T, V> {
    pub(crate) fn new(request: Request, view: V, reply: oneshot::Sender<Result<T, Failure>>) -> Self {
        Self {
            request,
            view,
            answer: Answer { kept: None, reply },
        }
    }
}

impl<T: Send, V: Fn(&Account, &Outcome, Timestamp) -> T + Send> Job for Execution<T, V> {
    fn run(&mut self, turn: &mut Turn<'_>) {
        let outcome = turn.execute(&self.request);
        let now = turn.now();
        self.answer.kept = Some(outcome.and_then(|outcome| {
            let account = turn.account().ok_or(Failure::NoAccount)?;
            Ok((self.view)(account, &outcome, now))
        }));
    }

    fn answer(self: Box<Self>) {
        self.answer.leave();
    }

    fn fail(self: Box<Self>, failure: Failure) {
        self.answer.fail(failure);
    }
}

/// A question.
pub(crate) struct Reading<T, V> {
    view: V,
    answer: Answer<T>,
}

impl<T, V> Reading<T, V> {
    pub(crate) fn new(view: V, reply: oneshot::Sender<Result<T, Failure>>) -> Self {
        Self {
            view,
            answer: Answer { kept: None, reply },
        }
    }
}

impl<T: Send, V: Fn(&Account, Timestamp) -> T + Send> Job for Reading<T, V> {
    fn run(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now();
        self.answer.kept = Some(turn.existing().map(|account| (self.view)(account, now)));
    }

    fn answer(self: Box<Self>) {
        self.answer.leave();
    }

    fn fail(self: Box<Self>, failure: Failure) {
        self.answer.fail(failure);
    }
}

/// Signs of life of many, each with its own answer.
pub(crate) struct Beats {
    actor: Actor,
    cause: Cause,
    heartbeats: Vec<Heartbeat>,
    answer: Answer<Vec<Result<Secs, Refusal>>>,
}

impl Beats {
    pub(crate) fn new(
        actor: Actor,
        cause: Cause,
        heartbeats: Vec<Heartbeat>,
        reply: oneshot::Sender<Result<Vec<Result<Secs, Refusal>>, Failure>>,
    ) -> Self {
        Self {
            actor,
            cause,
            heartbeats,
            answer: Answer { kept: None, reply },
        }
    }

    fn beat(&self, turn: &mut Turn<'_>, heartbeat: Heartbeat) -> Result<Result<Secs, Refusal>, Failure> {
        let command = Command::Heartbeat {
            sign_in: heartbeat.sign_in,
            active: heartbeat.active,
        };
        match turn.carry_out(&command, &self.actor, &self.cause) {
            Ok(outcome) => Ok(Ok(lease_left(&outcome))),
            Err(Failure::Refused(refusal)) => Ok(Err(refusal)),
            Err(failure) => Err(failure),
        }
    }
}

impl Job for Beats {
    fn run(&mut self, turn: &mut Turn<'_>) {
        let answers = self
            .heartbeats
            .iter()
            .map(|heartbeat| self.beat(turn, *heartbeat));
        self.answer.kept = Some(answers.collect());
    }

    fn answer(self: Box<Self>) {
        self.answer.leave();
    }

    fn fail(self: Box<Self>, failure: Failure) {
        self.answer.fail(failure);
    }
}

/// The seconds that a sign of life gave.
pub(crate) const fn lease_left(outcome: &Outcome) -> Secs {
    match outcome {
        Outcome::Lease { remaining } => *remaining,
        _ => Secs::ZERO,
    }
}
