//! What is kept of an account in memory, and the task that drains its inbox, batch by batch.

use std::sync::Arc;

use tokio::sync::mpsc::Receiver;
use tokio::sync::{Mutex, broadcast, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use usher_domain::{AccountId, Secs, Timestamp};
use usher_journal::Seq;

use super::follow::receive;
use super::state::{Renewals, State};
use super::turn::Turn;
use super::{Job, Message};
use crate::node::Node;
use crate::registry::NewInbox;
use crate::{Failure, Published, Subscription};

/// When an account is looked at again that is due and finds nothing to do.
const STUCK_RETRY: Secs = Secs::new(1);

/// What is kept between batches. Whoever holds its lock owns the account.
pub(crate) struct Task {
    pub(super) node: Arc<Node>,
    pub(super) id: AccountId,
    /// None before the first load, and after a failure.
    pub(super) state: Option<State>,
    /// Of a state that was dropped.
    pub(super) renewals: Renewals,
    pub(super) publisher: Option<broadcast::Sender<Arc<Published>>>,
    /// The newest commit that subscribers were told of, or that came before they asked.
    pub(super) published: Seq,
    /// When memory was last seen to be all that the journal has.
    pub(super) synced: Instant,
    /// A snapshot on its way into the journal.
    pub(super) saving: Option<JoinHandle<()>>,
    /// When the wheel will call at the latest; it may call earlier.
    pub(super) marked: Option<Timestamp>,
}

/// What was in the inbox.
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
    /// Others need the place.
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
    tokio::spawn(drain(inbox.task, inbox.receiver, presence));
}

/// Serves what is in the inbox until the account leaves memory.
async fn drain(task: Arc<Mutex<Task>>, mut inbox: Receiver<Message>, presence: Presence) {
    let batch_max = presence.node.options.batch_max.max(1);
    let mut messages = Vec::new();
    while receive(&task, &mut inbox, &mut messages, batch_max).await > 0 {
        let mut task = task.lock().await;
        let leave = task.serve(&mut messages).await;
        if let Some(leave) = leave
            && inbox.is_empty()
            && task.leave(leave).await
            && presence
                .node
                .registry
                .close_if_empty(presence.id, presence.generation, &inbox)
        {
            presence.node.counters.evictions.increment();
            return;
        }
    }
    task.lock().await.leave(Leave::Closing).await;
}

/// Sees to it that a task that ends, by whatever cause, is neither known nor counted any more.
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

fn note_panic(node: &Node, id: AccountId) {
    node.counters.panics.increment();
    tracing::error!(account = %id, "the work on an account has panicked; the account is loaded anew");
}

impl Task {
    /// An account that is not loaded.
    pub(crate) fn new(node: Arc<Node>, id: AccountId) -> Self {
        Self {
            node,
            id,
            state: None,
            renewals: Renewals::default(),
            publisher: None,
            published: Seq::ZERO,
            synced: Instant::now(),
            saving: None,
            marked: None,
        }
    }

    pub(super) fn note_panic(&self) {
        note_panic(&self.node, self.id);
    }

    /// Serves a batch. Tells whether the account may leave memory.
    async fn serve(&mut self, messages: &mut Vec<Message>) -> Option<Leave> {
        let mut batch = Batch::of(messages);
        if !batch.ticks.is_empty() {
            self.marked = None;
        }
        if batch.is_work() {
            let jobs = &mut batch.jobs;
            let mut run = |turn: &mut Turn<'_>| jobs.iter_mut().for_each(|job| job.run(turn));
            match self.carry_out(&mut run).await {
                Ok(()) => batch.answer(self),
                Err(failure) => batch.fail(&failure),
            }
            self.mark_due();
            self.snapshot_if_worth_it().await;
        }
        let is_nothing = match &self.state {
            Some(state) => state.existing().is_err(),
            None => !self.has_unsaved_renewals(),
        };
        batch.leave.or(is_nothing.then_some(Leave::Pressed))
    }

    /// Lets the wheel know when something is due. It is not told of what moves back: it calls early then, and is told
    /// better.
    pub(super) fn mark_due(&mut self) {
        let Some(state) = &self.state else { return };
        let Some(due) = state.next_due() else { return };
        // Doing what is due leaves nothing that is due now; where it does, the timer must not spin.
        let now = state.replayed.at.max(self.node.clock.now());
        let due = if due <= now { now + STUCK_RETRY } else { due };
        if self.marked.is_none_or(|marked| due < marked) {
            self.node.wheel.mark(self.id, due);
            self.marked = Some(due);
        }
    }

    pub(super) fn has_subscribers(&self) -> bool {
        self.publisher
            .as_ref()
            .is_some_and(|publisher| publisher.receiver_count() > 0)
    }

    pub(super) fn publish(&self, commit: Published) {
        if let Some(publisher) = &self.publisher {
            // Nobody may be left to hear it.
            let _ = publisher.send(Arc::new(commit));
        }
    }

    fn subscribe(&mut self) -> Result<Subscription, Failure> {
        let state = self.state.as_ref().ok_or(Failure::NoAccount)?;
        state.existing()?;
        let lag_max = self.node.options.lag_max.max(1);
        let publisher = self
            .publisher
            .get_or_insert_with(|| broadcast::Sender::new(lag_max));
        Ok(Subscription::new(
            state.replayed.seq,
            publisher.subscribe(),
            Arc::clone(&self.node.counters),
        ))
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

    fn answer(&mut self, task: &mut Task) {
        for job in self.jobs.drain(..) {
            job.answer();
        }
        for reply in self.ticks.drain(..) {
            let _ = reply.send(Ok(()));
        }
        for reply in self.subscribers.drain(..) {
            let _ = reply.send(task.subscribe());
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
