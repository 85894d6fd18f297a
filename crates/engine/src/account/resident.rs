//! What is kept of an account in memory.

use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::time::Instant;
use usher_domain::{AccountId, Heartbeats, Secs, Timestamp};
use usher_journal::Seq;

use super::saving::Saving;
use super::state::State;
use crate::node::Node;
use crate::outages::Outages;
use crate::{Failure, Published, Subscription};

/// When an account is looked at again that is due and finds nothing to do.
const STUCK_RETRY: Secs = Secs::new(1);

/// An account in memory: what is kept of it between batches. Whoever holds its lock owns the account.
pub(crate) struct Resident {
    pub(super) node: Arc<Node>,
    pub(super) id: AccountId,
    /// None before the first load, and after a failure.
    pub(super) state: Option<State>,
    /// Of a state that was dropped.
    pub(super) heartbeats: Heartbeats,
    pub(super) publisher: Option<broadcast::Sender<Arc<Published>>>,
    /// The newest commit that subscribers were told of, or that came before they asked.
    pub(super) published: Seq,
    /// When memory was last seen to be all that the journal has.
    pub(super) synced: Instant,
    /// How many snapshots were taken of it.
    pub(super) snapshots: u64,
    /// A snapshot on its way into the journal.
    pub(super) saving: Option<Saving>,
    /// When the wheel will call at the latest; it may call earlier.
    pub(super) marked: Option<Timestamp>,
    /// Time in which the journal kept the account from acting, and that is not made up for yet.
    pub(super) outages: Outages,
    /// Since when the journal has stored nothing of what it was handed; none where it does.
    pub(super) failing_since: Option<Timestamp>,
    /// When it was last handed something that it did not store.
    pub(super) failed_at: Timestamp,
}

impl Resident {
    /// An account that is not loaded.
    pub(crate) fn new(node: Arc<Node>, id: AccountId) -> Self {
        Self {
            node,
            id,
            state: None,
            heartbeats: Heartbeats::default(),
            publisher: None,
            published: Seq::ZERO,
            synced: Instant::now(),
            snapshots: 0,
            saving: None,
            marked: None,
            outages: Outages::default(),
            failing_since: None,
            failed_at: Timestamp::default(),
        }
    }

    pub(super) fn note_panic(&self) {
        note_panic(&self.node, self.id);
    }

    /// Lets the wheel know when something is due. It is not told of what moves back: it calls early then, and is told
    /// better.
    pub(super) fn mark_due(&mut self) {
        let Some(state) = &self.state else { return };
        let Some(due) = state.next_due() else { return };
        // Doing what is due leaves nothing that is due now; where it does, the timer must not spin.
        let (now, due) = (self.node.now(), due - state.ahead);
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

    pub(super) fn subscribe(&mut self) -> Result<Subscription, Failure> {
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

pub(super) fn note_panic(node: &Node, id: AccountId) {
    node.counters.panics.increment();
    tracing::error!(account = %id, "the work on an account has panicked; the account is loaded again");
}
