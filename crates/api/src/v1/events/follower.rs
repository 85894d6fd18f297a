//! Follows an account's commits from any position: first from the journal, then live.

use std::collections::VecDeque;
use std::sync::Arc;

use usher_domain::AccountId;
use usher_engine::{Engine, Failure, Published, Subscription};
use usher_journal::Seq;

/// How many commits are read from the journal at a time.
const CHUNK: usize = 200;

/// An account's commits, each once and in order.
pub(super) struct Follower {
    engine: Engine,
    account: AccountId,
    /// The newest commit that was returned or is in `read`.
    through: Seq,
    read: VecDeque<Arc<Published>>,
    subscription: Subscription,
}

impl Follower {
    /// Continues after `told`, the newest commit that was already reported.
    pub(super) fn new(
        engine: Engine,
        account: AccountId,
        subscription: Subscription,
        told: Option<Seq>,
    ) -> Self {
        let newest = subscription.seq();
        Self {
            engine,
            account,
            // A position in the future counts as the newest one.
            through: told.map_or(newest, |told| told.min(newest)),
            read: VecDeque::new(),
            subscription,
        }
    }

    /// Whether everything that existed at the start was returned.
    pub(super) fn has_caught_up(&self) -> bool {
        self.read.is_empty() && self.through >= self.subscription.seq()
    }

    /// The next commit; `None` if there would be a gap, and the device has to reconnect. Safe to cancel: nothing is
    /// lost.
    pub(super) async fn next(&mut self) -> Result<Option<Arc<Published>>, Failure> {
        if self.read.is_empty() && self.through < self.subscription.seq() {
            let found = self
                .engine
                .published_after(self.account, self.through, CHUNK)
                .await?;
            self.read.extend(found.into_iter().map(Arc::new));
            self.through = match self.read.back() {
                Some(last) => last.seq,
                None => return Ok(None),
            };
        }
        if let Some(commit) = self.read.pop_front() {
            return Ok(Some(commit));
        }
        while let Some(commit) = self.subscription.next().await {
            if commit.seq <= self.through {
                continue;
            }
            if commit.seq != self.through.next() {
                return Ok(None);
            }
            self.through = commit.seq;
            return Ok(Some(commit));
        }
        Ok(None)
    }
}
