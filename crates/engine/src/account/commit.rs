//! From a batch of jobs to a stored commit.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use usher_domain::{AccountId, Actor, Heartbeats, Input, step};
use usher_journal::{AppendError, Commit, Hash, Seq};

use super::job::Phase;
use super::resident::Resident;
use super::state::State;
use super::turn::{Outgoing, Turn};
use crate::node::{Node, RETRY_AFTER};
use crate::{Entry, Failure, Published, Reason};

/// How often a batch is decided again because other nodes were faster.
pub(super) const ATTEMPTS_MAX: usize = 8;

/// How often a commit with an unknown outcome is looked up, and the pause before the second lookup; each pause doubles.
const LOOKUPS_MAX: u32 = 8;
const LOOKUP_PAUSE: Duration = Duration::from_millis(20);

/// The outcome of an append.
enum Stored {
    /// It is in the journal.
    Yes,
    /// Another commit has its number, or there is a gap: the decision is void and may be made again.
    Overtaken,
    /// It is not in the journal, as far as is known.
    No(Reason),
}

impl Resident {
    /// Runs work on the account's state and stores the result. If this fails, memory holds what the journal has, or
    /// nothing.
    pub(super) async fn carry_out(
        &mut self,
        run: &mut (dyn FnMut(&mut Turn<'_>, Phase) + Send),
    ) -> Result<(), Failure> {
        let began = self.node.now();
        let followed = self.follow().await;
        self.note_wait(began, &followed);
        followed?;
        self.decide(run, ATTEMPTS_MAX).await
    }

    /// Decides until the result is stored, or there are no attempts left.
    pub(super) async fn decide(
        &mut self,
        run: &mut (dyn FnMut(&mut Turn<'_>, Phase) + Send),
        attempts: usize,
    ) -> Result<(), Failure> {
        for _ in 0..attempts {
            self.loaded().await?;
            let Some(outgoing) = self.turn(run)? else {
                return Ok(());
            };
            if self.store(outgoing).await? {
                return Ok(());
            }
        }
        tracing::warn!(account = %self.id, "other nodes were quicker each time");
        Err(Failure::Overloaded {
            retry_after: RETRY_AFTER,
        })
    }

    /// Runs work on the state in memory. Returns what has to be stored, if anything. A panic drops the state, so that
    /// nobody ever sees one that is half changed.
    pub(super) fn turn(
        &mut self,
        run: &mut dyn FnMut(&mut Turn<'_>, Phase),
    ) -> Result<Option<Outgoing>, Failure> {
        let Some(mut state) = self.state.take() else {
            return Err(Failure::Unavailable(Reason::OutcomeUnknown));
        };
        let (now, outage) = self.time_for(&mut state);
        let mut turn = Turn::begin(&self.node, self.id, &mut state, now);
        if let Some(outage) = outage {
            turn.make_up_for(outage);
        }
        if turn.is_due() {
            run(&mut turn, Phase::BeforeWhatIsDue);
        }
        turn.begin_with_what_is_due();
        run(&mut turn, Phase::Main);
        let finished = turn.finish();
        self.state = Some(state);
        if finished.is_err() {
            self.drop_state();
        }
        finished
    }

    /// Stores the result of a turn. Returns false if another node was faster, so it has to be decided again.
    pub(super) async fn store(&mut self, outgoing: Outgoing) -> Result<bool, Failure> {
        let Outgoing { append, entries } = outgoing;
        let sealed = Sealed::of(&append.commit);
        let began = self.node.now();
        let under_way = UnderWay::begin(&self.node);
        let stored = store(&self.node, append).await;
        drop(under_way);
        self.note_append(began, matches!(stored, Stored::Yes | Stored::Overtaken));
        match stored {
            Stored::Yes => {
                self.take_stored(&sealed, entries);
                Ok(true)
            }
            Stored::Overtaken => {
                self.drop_state();
                Ok(false)
            }
            Stored::No(reason) => {
                self.drop_state();
                Err(Failure::Unavailable(reason))
            }
        }
    }

    /// Answers queries from the stored state, after the result of their turn could not be stored.
    pub(super) async fn load_and_answer_from_stored(
        &mut self,
        run: &mut (dyn FnMut(&mut Turn<'_>, Phase) + Send),
    ) -> Result<(), Failure> {
        self.loaded().await?;
        self.answer_from_stored(run)
    }

    /// Loads the state if it is not in memory.
    async fn loaded(&mut self) -> Result<(), Failure> {
        if self.state.is_none() {
            let began = self.node.now();
            let loaded = self.load().await;
            self.note_wait(began, &loaded);
            self.state = Some(loaded?);
        }
        Ok(())
    }

    async fn load(&mut self) -> Result<State, Failure> {
        let seen = Instant::now();
        let (mut state, commits) = State::load(&self.node, self.id).await?;
        if let Some(account) = &mut state.replayed.account {
            let heartbeats = std::mem::take(&mut self.heartbeats);
            // This input is never declined.
            let _ = step(
                account,
                Input::Heartbeats(&heartbeats),
                &Actor::System,
                state.replayed.at,
                &mut (),
            );
        }
        self.publish_missed(&commits, state.replayed.seq);
        self.synced = seen;
        Ok(state)
    }

    /// Drops the state, but keeps the heartbeats that the journal does not know.
    pub(super) fn drop_state(&mut self) {
        let Some(state) = self.state.take() else { return };
        if let Some(account) = &state.replayed.account {
            self.heartbeats = Heartbeats::of(account);
        }
    }

    fn take_stored(&mut self, sealed: &Sealed, entries: Vec<Entry>) {
        let Some(state) = &mut self.state else { return };
        state.replayed.seq = sealed.seq;
        state.replayed.hash = sealed.hash;
        state.replayed.at = sealed.at;
        state.note_commit(sealed.bytes);
        self.published = sealed.seq;
        self.synced = Instant::now();
        self.node.watch.look(self.id, &entries);
        if self.has_subscribers() {
            self.publish(Published {
                account: self.id,
                seq: sealed.seq,
                at: sealed.at,
                entries: entries.into(),
            });
        }
    }

    /// Publishes other nodes' commits. If that is impossible without a gap, subscribers have to subscribe again.
    fn publish_missed(&mut self, commits: &[Commit], head: Seq) {
        let known = std::mem::replace(&mut self.published, head);
        if head <= known || !self.has_subscribers() {
            return;
        }
        let missed: Vec<&Commit> = commits.iter().filter(|commit| commit.seq > known).collect();
        let is_whole = missed.first().is_some_and(|first| first.seq == known.next());
        let decoded: Result<Vec<Published>, _> = missed.into_iter().map(published).collect();
        match decoded {
            Ok(decoded) if is_whole => decoded.into_iter().for_each(|commit| self.publish(commit)),
            _ => self.publisher = None,
        }
    }
}

/// Counts a commit as running, even if nobody waits for it any more.
struct UnderWay(Arc<Node>);

impl UnderWay {
    fn begin(node: &Arc<Node>) -> Self {
        node.counters.commits_under_way.increment();
        Self(Arc::clone(node))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.counters.commits_under_way.decrement();
    }
}

/// What is still needed of a commit after it was handed over.
struct Sealed {
    seq: Seq,
    hash: Hash,
    at: usher_domain::Timestamp,
    bytes: usize,
}

impl Sealed {
    fn of(commit: &Commit) -> Self {
        Self {
            seq: commit.seq,
            hash: commit.hash,
            at: commit.at,
            bytes: commit.entries.len(),
        }
    }
}

/// A stored commit in the form for subscribers.
pub(crate) fn published(commit: &Commit) -> Result<Published, crate::InvalidEntries> {
    Ok(Published {
        account: commit.account,
        seq: commit.seq,
        at: commit.at,
        entries: Entry::decode(commit)?.into(),
    })
}

async fn store(node: &Node, append: usher_journal::Append) -> Stored {
    let (account, seq, hash) = (append.commit.account, append.commit.seq, append.commit.hash);
    match node.journal.append(append).await {
        Ok(()) => {
            node.counters.commits.increment();
            Stored::Yes
        }
        Err(AppendError::Conflict) => {
            node.counters.conflicts.increment();
            Stored::Overtaken
        }
        Err(AppendError::Failed(reason)) => {
            node.counters.commits_failed.increment();
            tracing::error!(%account, %seq, %reason, "a commit was not stored");
            Stored::No(Reason::Journal(reason))
        }
        Err(AppendError::Closed) => Stored::No(Reason::ShuttingDown),
        Err(AppendError::Unknown(reason)) => {
            node.counters.commits_unknown.increment();
            tracing::warn!(%account, %seq, %reason, "whether a commit was stored is looked up");
            look_up(node, account, seq, hash).await
        }
    }
}

/// Looks up a commit with an unknown outcome. One that is not stored may still be on its way, so nothing is decided
/// again: executing it twice would be worse than not at all. Another node's commit has the same hash only if it has the
/// same requests or due entries; then it did the same thing.
async fn look_up(node: &Node, account: AccountId, seq: Seq, hash: Hash) -> Stored {
    let mut pause = LOOKUP_PAUSE;
    for _ in 0..LOOKUPS_MAX {
        match node.journal.stored_hash(account, seq).await {
            Ok(Some(stored)) if stored == hash => {
                node.counters.commits.increment();
                return Stored::Yes;
            }
            Ok(Some(_)) => {
                node.counters.conflicts.increment();
                return Stored::Overtaken;
            }
            Ok(None) => {
                node.counters.commits_failed.increment();
                return Stored::No(Reason::OutcomeUnknown);
            }
            Err(error) => tracing::warn!(%account, %seq, %error, "a commit could not be looked up"),
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    node.counters.commits_failed.increment();
    Stored::No(Reason::OutcomeUnknown)
}
