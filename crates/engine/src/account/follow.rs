//! Reading the commits of other nodes.

use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;
use usher_domain::Broken;
use usher_journal::{COMMITS_MAX, verify_chain};

use super::Message;
use super::commit::published;
use super::resident::Resident;
use crate::Failure;
use crate::failure::with_sources;

/// Waits for messages, and meanwhile publishes other nodes' commits to subscribers.
pub(super) async fn receive(
    resident: &Mutex<Resident>,
    inbox: &mut Receiver<Message>,
    messages: &mut Vec<Message>,
    batch_max: usize,
) -> usize {
    loop {
        let follow_at = resident.lock().await.follow_at();
        let Some(follow_at) = follow_at else {
            return inbox.recv_many(messages, batch_max).await;
        };
        tokio::select! {
            count = inbox.recv_many(messages, batch_max) => return count,
            () = tokio::time::sleep_until(follow_at) => {}
        }
        let mut resident = resident.lock().await;
        if let Err(failure) = resident.follow().await {
            tracing::warn!(account = %resident.id, error = %failure, "the commits of other nodes could not be read");
            resident.synced = Instant::now();
        }
        resident.mark_due();
    }
}

impl Resident {
    /// When the commits of other nodes have to be read for the account's subscribers.
    fn follow_at(&self) -> Option<Instant> {
        let every = self.node.options.follow_every.filter(|_| self.has_subscribers());
        every.map(|every| self.synced + every)
    }

    /// Whether other nodes may have committed something that is not in memory.
    pub(super) fn is_stale(&self) -> bool {
        let every = self.node.options.follow_every;
        every.is_some_and(|every| self.synced.elapsed() >= every)
    }

    /// Applies other nodes' commits, if they were not read for a while.
    pub(super) async fn follow(&mut self) -> Result<(), Failure> {
        if !self.is_stale() {
            return Ok(());
        }
        while let Some(state) = &mut self.state {
            let seen = Instant::now();
            let head = (state.replayed.seq, state.replayed.hash);
            let commits = self
                .node
                .journal
                .commits_after(self.id, head.0, COMMITS_MAX)
                .await?;
            if commits.is_empty() {
                self.synced = seen;
                break;
            }
            let taken_in = verify_chain(head, &commits)
                .map_err(Into::into)
                .and_then(|()| state.take_in(&commits));
            if let Err(error) = taken_in {
                tracing::error!(account = %self.id, error = with_sources(&error), "the account is loaded again");
                self.drop_state();
                break;
            }
            for pool in std::mem::take(&mut state.replayed.oversold).into_keys() {
                let what = "another node gave a seat that is not there";
                self.node.note_broken(self.id, &Broken::Oversold(pool), what);
            }
            self.publish_all(&commits);
        }
        Ok(())
    }

    fn publish_all(&mut self, commits: &[usher_journal::Commit]) {
        self.published = commits.last().map_or(self.published, |commit| commit.seq);
        if !self.has_subscribers() {
            return;
        }
        for commit in commits {
            match published(commit) {
                Ok(commit) => self.publish(commit),
                Err(_) => self.publisher = None,
            }
        }
    }
}
