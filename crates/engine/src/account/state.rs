//! The state of an account in memory.

use usher_domain::{Account, AccountId, Broken, Millis, Timestamp};
use usher_journal::{Authenticator, COMMITS_MAX, Commit, Journal, Loaded, verify_chain};

use super::pacer::RefusalPacer;
use crate::failure::with_sources;
use crate::node::Node;
use crate::replay::{self, ReplayError, Replayed};
use crate::time::CATCH_UP;
use crate::{Failure, Reason};

/// From this size on, states are read and written on another thread, so that no other account waits.
pub(super) const LARGE_BYTES: usize = 256 * 1024;

/// The cost of loading a commit in addition to its entries, in bytes.
const COMMIT_BYTES: usize = 256;

/// An account as in the journal, plus the changes of the current turn.
pub(super) struct State {
    pub(super) replayed: Replayed,
    /// How far the account's time is ahead of this node's, because another node with a later time made the newest
    /// commit. The account's time continues from there with real time, and this node's catches up slowly.
    pub(super) ahead: Millis,
    /// The time of this node up to which it has caught up.
    pub(super) caught_up_until: Timestamp,
    /// The time of this node up to which outages are made up for.
    pub(super) made_up_until: Timestamp,
    /// Decides which refusals are recorded.
    pub(super) pacer: RefusalPacer,
    /// What a load would have to replay, in bytes.
    pub(super) unsnapped_bytes: usize,
    /// The size of the newest known snapshot.
    pub(super) snapshot_bytes: usize,
}

impl State {
    /// Loads the account's state from the journal. Also returns the last commits that were replayed.
    pub(super) async fn load(node: &Node, id: AccountId) -> Result<(Self, Vec<Commit>), Failure> {
        node.counters.loads.increment();
        let Some(loaded) = node.journal.load(id).await? else {
            return Ok((Self::new(Replayed::default()), Vec::new()));
        };
        let snapshot_bytes = loaded
            .snapshot
            .as_ref()
            .map_or(0, |snapshot| snapshot.state.len());
        let mut bytes: usize = loaded.commits.iter().map(bytes_of).sum();
        let mut is_whole = loaded.commits.len() < COMMITS_MAX;
        let authenticator = node.options.authenticator.clone();
        let (mut replayed, mut commits) = match fold(loaded, bytes + snapshot_bytes, authenticator).await {
            Ok((replayed, loaded)) => (replayed, loaded.commits),
            Err(error) => {
                if matches!(error, ReplayError::Forged { .. }) {
                    tracing::error!(account = %id, %error, "stored state was changed by a hand: run `usher verify`");
                }
                tracing::warn!(account = %id, error = %with_sources(&error), "all commits are read, the snapshot is ignored");
                (bytes, is_whole) = (0, false);
                (Replayed::default(), Vec::new())
            }
        };
        if !is_whole {
            let rest = read_on(&*node.journal, id, &mut replayed, &mut commits).await;
            bytes += rest.map_err(unreadable)?;
        }
        let (mut replayed, broken) = check(replayed, bytes + snapshot_bytes)
            .await
            .map_err(unreadable)?;
        note_loaded(node, id, &mut replayed, &broken);
        let mut state = Self::new(replayed);
        state.unsnapped_bytes = bytes;
        state.snapshot_bytes = snapshot_bytes;
        Ok((state, commits))
    }

    pub(super) fn new(replayed: Replayed) -> Self {
        Self {
            replayed,
            ahead: Millis::ZERO,
            caught_up_until: Timestamp::default(),
            made_up_until: Timestamp::default(),
            pacer: RefusalPacer::default(),
            unsnapped_bytes: 0,
            snapshot_bytes: 0,
        }
    }

    /// Applies commits of other nodes.
    pub(super) fn take_in(&mut self, commits: &[Commit]) -> Result<(), ReplayError> {
        for commit in commits {
            self.replayed.apply(commit)?;
            self.note_commit(commit.entries.len());
        }
        self.replayed.settle_down();
        Ok(())
    }

    /// Lets this node's time catch up with the account's by a fraction of the time that has passed. The account's time
    /// continues meanwhile, only more slowly.
    pub(super) fn catch_up(&mut self, here: Timestamp) {
        let passed = Millis::between(self.caught_up_until, here).get();
        let steps = passed / CATCH_UP.unsigned_abs();
        self.ahead = Millis::new(self.ahead.get().saturating_sub(steps));
        // The remainder counts the next time, no matter how often the account has a turn.
        self.caught_up_until = here - Millis::new(passed % CATCH_UP.unsigned_abs());
    }

    /// The account, unless it does not exist or was closed.
    pub(super) fn existing(&self) -> Result<&Account, Failure> {
        self.replayed
            .account
            .as_ref()
            .filter(|account| !account.is_deleted())
            .ok_or(Failure::NoAccount)
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.replayed.account.as_ref()?.next_due()
    }

    pub(super) fn note_commit(&mut self, commit_bytes: usize) {
        self.unsnapped_bytes = self
            .unsnapped_bytes
            .saturating_add(commit_bytes)
            .saturating_add(COMMIT_BYTES);
    }
}

/// Reports what is wrong with a loaded account. One that was oversold by an earlier version needs nothing more: nobody
/// gets a seat of a pool with more occupied seats than it has, and users on minutes continue.
fn note_loaded(node: &Node, id: AccountId, replayed: &mut Replayed, broken: &[Broken]) {
    for broken in broken {
        node.note_broken(id, broken, "a rule is broken in an account that was loaded");
    }
    replayed.oversold.clear();
    let pools = replayed
        .account
        .iter()
        .flat_map(|account| account.pools().values());
    for pool in pools.filter(|pool| pool.is_draining()) {
        tracing::warn!(
            account = %id, pool = %pool.id, occupied = pool.occupied(), seats = pool.seats,
            "the pool has more seats occupied than it has and drains: a seat that comes back goes to nobody until it has \
             one free"
        );
    }
}

/// Folds loaded data into a state.
async fn fold(
    loaded: Loaded,
    bytes: usize,
    authenticator: Authenticator,
) -> Result<(Replayed, Loaded), ReplayError> {
    let work = move || Ok((replay::fold(&loaded, &authenticator)?, loaded));
    aside(bytes, work).await?
}

/// The invariants that the state violates.
async fn check(replayed: Replayed, bytes: usize) -> Result<(Replayed, Vec<Broken>), ReplayError> {
    let work = move || {
        let broken = replayed.broken();
        (replayed, broken)
    };
    aside(bytes, work).await
}

/// Does the work on another thread if the state is large, so that no other account waits.
async fn aside<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ReplayError> {
    if bytes < LARGE_BYTES {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| ReplayError::Interrupted)
}

/// Applies the commits that follow, page by page, so that a long journal without a usable snapshot does not fill memory.
/// Leaves the last page in `commits` and returns how many bytes were read.
async fn read_on(
    journal: &dyn Journal,
    id: AccountId,
    replayed: &mut Replayed,
    commits: &mut Vec<Commit>,
) -> Result<usize, ReplayError> {
    let mut bytes = 0;
    loop {
        let page = journal.commits_after(id, replayed.seq, COMMITS_MAX).await?;
        if page.is_empty() {
            break;
        }
        verify_chain((replayed.seq, replayed.hash), &page)?;
        for commit in &page {
            replayed.apply(commit)?;
        }
        bytes += page.iter().map(bytes_of).sum::<usize>();
        *commits = page;
        tokio::task::yield_now().await;
    }
    replayed.settle_down();
    Ok(bytes)
}

fn bytes_of(commit: &Commit) -> usize {
    commit.entries.len() + COMMIT_BYTES
}

fn unreadable(error: ReplayError) -> Failure {
    match error {
        ReplayError::Journal(error) => error.into(),
        error => Failure::Unavailable(Reason::Journal(with_sources(&error).into())),
    }
}
