//! Following an account's commits as they happen.

use std::sync::Arc;

use tokio::sync::broadcast;
use usher_domain::{AccountId, Timestamp};
use usher_journal::Seq;

use crate::Entry;

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
}

impl Subscription {
    pub(crate) const fn new(seq: Seq, receiver: broadcast::Receiver<Arc<Published>>) -> Self {
        Self {
            seq,
            receiver: Some(receiver),
        }
    }

    /// The last commit that is not followed any more: what came until then is read with
    /// [`Engine::published_after`](crate::Engine::published_after).
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// The next commit. None once the subscriber has lagged, or the account has left this node: it has to subscribe
    /// again and read what it missed.
    pub async fn next(&mut self) -> Option<Arc<Published>> {
        let received = self.receiver.as_mut()?.recv().await;
        if received.is_err() {
            self.receiver = None;
        }
        received.ok()
    }
}
