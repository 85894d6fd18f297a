//! Follows an account's commits from any place on: first from the journal, then live.

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
    /// The newest commit that was handed out or stands in `read`.
    through: Seq,
    read: VecDeque<Arc<Published>>,
    subscription: Subscription,
}

impl Follower {
    /// Goes on behind `told`, the newest commit that was told before.
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
            // What claims to have seen the future has seen what there is.
            through: told.map_or(newest, |told| told.min(newest)),
            read: VecDeque::new(),
            subscription,
        }
    }

    /// Whether everything was handed out that was there when this began.
    pub(super) fn has_caught_up(&self) -> bool {
        self.read.is_empty() && self.through >= self.subscription.seq()
    }

    /// The next commit; none where it cannot be told without a gap, and the device has to come again. Nothing is lost
    /// where this is not awaited to its end.
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
