//! Following an account's commits as they happen.

use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use usher_domain::{AccountId, Timestamp};
use usher_journal::Seq;

use crate::Entry;
use crate::figures::Counters;

/// A commit that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Whose.
    pub account: AccountId,
    /// Its place in the account's journal.
    pub seq: Seq,
    /// When its commands were decided.
    pub at: Timestamp,
    /// What they came to.
    pub entries: Arc<[Entry]>,
}

/// An account's commits as they happen.
#[derive(Debug)]
pub struct Subscription {
    seq: Seq,
    receiver: Option<broadcast::Receiver<Arc<Published>>>,
    counters: Arc<Counters>,
}

impl Subscription {
    pub(crate) fn new(
        seq: Seq,
        receiver: broadcast::Receiver<Arc<Published>>,
        counters: Arc<Counters>,
    ) -> Self {
        counters.subscribers.increment();
        Self {
            seq,
            receiver: Some(receiver),
            counters,
        }
    }

    /// The newest commit when this subscription began. What came until then is read with
    /// [`Engine::published_after`](crate::Engine::published_after), what comes after it with [`Self::next`].
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// The next commit. None once the subscriber has lagged too far behind, or the account's commits cannot be
    /// followed any more: it has to subscribe again and read what it missed.
    pub async fn next(&mut self) -> Option<Arc<Published>> {
        match self.receiver.as_mut()?.recv().await {
            Ok(commit) => Some(commit),
            Err(error) => {
                if matches!(error, RecvError::Lagged(_)) {
                    self.counters.subscribers_dropped.increment();
                }
                self.receiver = None;
                None
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.counters.subscribers.decrement();
    }
}
