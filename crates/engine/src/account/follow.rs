//! Keeping up with other nodes: reading their commits behind one's own.

use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;
use usher_journal::{COMMITS_MAX, verify_chain};

use super::Message;
use super::commit::published;
use super::task::Task;
use crate::Failure;
use crate::failure::with_sources;

impl Task {
    /// Waits for messages, and meanwhile lets subscribers know of what other nodes commit.
    pub(super) async fn receive(
        &mut self,
        inbox: &mut Receiver<Message>,
        messages: &mut Vec<Message>,
        batch_max: usize,
    ) -> usize {
        loop {
            let every = self.node.options.follow_every.filter(|_| self.has_subscribers());
            let Some(every) = every else {
                return inbox.recv_many(messages, batch_max).await;
            };
            tokio::select! {
                count = inbox.recv_many(messages, batch_max) => return count,
                () = tokio::time::sleep_until(self.synced + every) => {}
            }
            if let Err(failure) = self.follow().await {
                tracing::warn!(account = %self.id, error = %failure, "the commits of other nodes could not be read");
                self.synced = Instant::now();
            }
            self.mark_due();
        }
    }

    /// Takes in what other nodes have committed, where that was not looked at for a while.
    pub(super) async fn follow(&mut self) -> Result<(), Failure> {
        let is_stale = self
            .node
            .options
            .follow_every
            .is_some_and(|every| self.synced.elapsed() >= every);
        if !is_stale {
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
                tracing::error!(account = %self.id, error = with_sources(&error), "the account is loaded anew");
                self.drop_state();
                break;
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
