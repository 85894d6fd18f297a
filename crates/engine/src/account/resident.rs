//! The data of an account in memory.

use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::time::Instant;
use usher_domain::{AccountId, Heartbeats, Secs, Timestamp};
use usher_journal::Seq;

use super::saving::Saving;
use super::state::State;
use crate::node::Node;
use crate::outages::Outages;
use crate::seats::{SeatsByProduct, seats_of};
use crate::{Failure, Published, Subscription};

/// The delay after which an account is processed again that was due but had nothing to do.
const STUCK_RETRY: Secs = Secs::new(1);

/// An account in memory: everything kept between batches. The holder of its lock owns the account.
pub(crate) struct Resident {
    pub(super) node: Arc<Node>,
    pub(super) id: AccountId,
    /// `None` before the first load, and after a failure.
    pub(super) state: Option<State>,
    /// Kept from a dropped state.
    pub(super) heartbeats: Heartbeats,
    pub(super) publisher: Option<broadcast::Sender<Arc<Published>>>,
    /// The newest commit that was published to subscribers, or that is older than their subscription.
    pub(super) published: Seq,
    /// When memory was last known to have everything in the journal.
    pub(super) synced: Instant,
    /// How many snapshots were taken of it.
    pub(super) snapshots: u64,
    /// A snapshot that is being saved.
    pub(super) saving: Option<Saving>,
    /// The latest time at which the wheel will call; it may call earlier.
    pub(super) marked: Option<Timestamp>,
    /// Outages of the journal for this account that are not made up for yet.
    pub(super) outages: Outages,
    /// Since when the journal has failed to store; `None` if it works.
    pub(super) failing_since: Option<Timestamp>,
    /// When the journal last failed to store something.
    pub(super) failed_at: Timestamp,
}

impl Resident {
    /// An account that is not loaded yet.
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

    /// The account's seats; none before it is loaded.
    pub(crate) fn seats(&self) -> SeatsByProduct {
        let account = self
            .state
            .as_ref()
            .and_then(|state| state.replayed.account.as_ref());
        account.map(seats_of).unwrap_or_default()
    }

    pub(super) fn note_panic(&self) {
        note_panic(&self.node, self.id);
    }

    /// Tells the wheel when something is due. It is not told when that becomes later: then it calls early, and is told
    /// the new time.
    pub(super) fn mark_due(&mut self) {
        let Some(state) = &self.state else { return };
        let Some(due) = state.next_due() else { return };
        // After processing, nothing should be due now; if something still is, the timer must not spin.
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
            // There may be no subscribers left.
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
