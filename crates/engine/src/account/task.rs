//! The task that drains an account's inbox, batch by batch.

use std::sync::Arc;

use tokio::sync::mpsc::Receiver;
use tokio::sync::{Mutex, oneshot};
use usher_domain::AccountId;

use super::follow::receive;
use super::resident::{Resident, note_panic};
use super::turn::Turn;
use super::{Job, Message};
use crate::node::Node;
use crate::registry::NewInbox;
use crate::{Failure, Subscription};

/// The messages taken from the inbox together.
#[derive(Default)]
struct Batch {
    jobs: Vec<Box<dyn Job>>,
    subscribers: Vec<oneshot::Sender<Result<Subscription, Failure>>>,
    ticks: Vec<oneshot::Sender<Result<(), Failure>>>,
    leave: Option<Leave>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// Nobody has used the account for a while.
    Idle,
    /// Other accounts need its place.
    Pressed,
    /// The engine shuts down.
    Closing,
}

/// Starts the task of an account.
pub(crate) fn spawn(node: Arc<Node>, id: AccountId, inbox: NewInbox) {
    node.tasks.send_modify(|count| *count += 1);
    let presence = Presence {
        node,
        id,
        generation: inbox.generation,
    };
    tokio::spawn(drain(inbox.resident, inbox.receiver, presence));
}

/// Serves the inbox until the account leaves memory.
async fn drain(resident: Arc<Mutex<Resident>>, mut inbox: Receiver<Message>, presence: Presence) {
    let batch_max = presence.node.options.batch_max.max(1);
    let mut messages = Vec::new();
    while receive(&resident, &mut inbox, &mut messages, batch_max).await > 0 {
        let mut resident = resident.lock().await;
        let leave = resident.serve(&mut messages).await;
        if let Some(leave) = leave
            && inbox.is_empty()
            && resident.leave(leave).await
            && presence
                .node
                .registry
                .close_if_empty(presence.id, presence.generation, &inbox)
        {
            presence.node.counters.evictions.increment();
            return;
        }
    }
    resident.lock().await.leave(Leave::Closing).await;
}

/// Unregisters and uncounts a task when it ends, for any reason.
struct Presence {
    node: Arc<Node>,
    id: AccountId,
    generation: u64,
}

impl Drop for Presence {
    fn drop(&mut self) {
        if std::thread::panicking() {
            note_panic(&self.node, self.id);
        }
        self.node.registry.remove(self.id, self.generation);
        self.node
            .tasks
            .send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Resident {
    /// Serves a batch. Returns why the account may leave memory, if it may.
    async fn serve(&mut self, messages: &mut Vec<Message>) -> Option<Leave> {
        let mut batch = Batch::of(messages);
        if !batch.ticks.is_empty() {
            self.marked = None;
        }
        if batch.is_work() {
            match self.carry_out_or_answer(&mut batch).await {
                Ok(()) => batch.answer(self),
                Err(failure) => batch.fail(&failure),
            }
            self.mark_due();
            if self.is_worth_a_snapshot() {
                self.snapshot();
            }
        }
        let is_nothing = match &self.state {
            Some(state) => state.existing().is_err(),
            None => !self.has_unsaved_renewals() && self.failing_since.is_none(),
        };
        batch.leave.or(is_nothing.then_some(Leave::Pressed))
    }

    /// Does the work of a batch. If nothing can be stored, queries are answered all the same, from the stored state,
    /// and new subscribers follow the account from there; everything else in the batch fails.
    async fn carry_out_or_answer(&mut self, batch: &mut Batch) -> Result<(), Failure> {
        let asks_only = batch.ticks.is_empty() && batch.jobs.iter().all(|job| job.is_question());
        if !(asks_only && self.has_failed_lately()) {
            let jobs = &mut batch.jobs;
            let mut run = |turn: &mut Turn<'_>, phase| jobs.iter_mut().for_each(|job| job.run(turn, phase));
            match self.carry_out(&mut run).await {
                Err(failure) if failure.is_of_storing() => batch.fail_changes(&failure),
                done => return done,
            }
        }
        let jobs = &mut batch.jobs;
        let mut run = |turn: &mut Turn<'_>, phase| jobs.iter_mut().for_each(|job| job.run(turn, phase));
        self.load_and_answer_from_stored(&mut run).await
    }
}

impl Batch {
    fn of(messages: &mut Vec<Message>) -> Self {
        let mut batch = Self::default();
        batch.jobs.reserve(messages.len());
        for message in messages.drain(..) {
            match message {
                Message::Job(job) => batch.jobs.push(job),
                Message::Subscribe(reply) => batch.subscribers.push(reply),
                Message::Tick(reply) => batch.ticks.push(reply),
                Message::Leave { is_pressed: true } => batch.leave = Some(Leave::Pressed),
                Message::Leave { is_pressed: false } => {
                    batch.leave.get_or_insert(Leave::Idle);
                }
            }
        }
        batch
    }

    const fn is_work(&self) -> bool {
        !self.jobs.is_empty() || !self.subscribers.is_empty() || !self.ticks.is_empty()
    }

    fn answer(&mut self, resident: &mut Resident) {
        for job in self.jobs.drain(..) {
            job.answer();
        }
        for reply in self.ticks.drain(..) {
            let _ = reply.send(Ok(()));
        }
        for reply in self.subscribers.drain(..) {
            let _ = reply.send(resident.subscribe());
        }
    }

    /// Fails everything but queries.
    fn fail_changes(&mut self, failure: &Failure) {
        for job in self.jobs.extract_if(.., |job| !job.is_question()) {
            job.fail(failure.clone());
        }
        for reply in self.ticks.drain(..) {
            let _ = reply.send(Err(failure.clone()));
        }
    }

    fn fail(&mut self, failure: &Failure) {
        for job in self.jobs.drain(..) {
            job.fail(failure.clone());
        }
        for reply in self.ticks.drain(..) {
            let _ = reply.send(Err(failure.clone()));
        }
        for reply in self.subscribers.drain(..) {
            let _ = reply.send(Err(failure.clone()));
        }
    }
}
