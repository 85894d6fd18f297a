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
    /// The account.
    pub account: AccountId,
    /// The commit's number.
    pub seq: Seq,
    /// When its commands were decided.
    pub at: Timestamp,
    /// The entries of its commands.
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

    /// The newest commit when this subscription began. Earlier commits are read with
    /// [`Engine::published_after`](crate::Engine::published_after), later ones with [`Self::next`].
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// The next commit. `None` if the subscriber has lagged too far behind, or the account's commits cannot be followed
    /// any more: subscribe again and read the missed commits.
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
