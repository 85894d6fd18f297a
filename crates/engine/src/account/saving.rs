//! Snapshots on their way into the journal. They are encoded and saved beside the account, from a copy of its state, so
//! that no answer ever waits for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use usher_domain::{Account, AccountId, Broken, Timestamp};
use usher_journal::{Hash, Seq, Snapshot};

use super::resident::Resident;
use super::state::{LARGE_BYTES, State};
use crate::node::Node;
use crate::snapshot;

/// The most bytes of snapshots of all accounts that are encoded or saved at a time. Beyond it, accounts wait for their
/// next commit before they take one.
const SAVING_BYTES_MAX: u32 = 64 * 1024 * 1024;

/// The fewest bytes that a snapshot counts for: its task and its copy of the state cost that much.
const SAVING_BYTES_MIN: u32 = 4 * 1024;

/// How long a shutdown waits for snapshots. The journal has every commit; without a snapshot, the next load is slower.
const SHUTDOWN_WAIT: Duration = Duration::from_secs(5);

/// With every fourth snapshot, all invariants are checked on the whole account, beyond what each commit touches. A
/// snapshot costs about as much as the check, and is taken in proportion to what is committed.
const SNAPSHOTS_PER_CHECK: u64 = 4;

/// The bound on all snapshots that are on their way.
#[derive(Debug)]
pub(crate) struct SavingRoom(Arc<Semaphore>);

impl Default for SavingRoom {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(SAVING_BYTES_MAX as usize)))
    }
}

impl SavingRoom {
    fn try_take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_many_owned(permits(bytes)).ok()
    }

    /// Waits for room, but no longer than a shutdown may take.
    async fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let taken = Arc::clone(&self.0).acquire_many_owned(permits(bytes));
        tokio::time::timeout(SHUTDOWN_WAIT, taken).await.ok()?.ok()
    }

    /// Waits until no snapshot is on its way, but no longer than a shutdown may take.
    pub(crate) async fn empty(&self) {
        let all = self.0.acquire_many(SAVING_BYTES_MAX);
        if tokio::time::timeout(SHUTDOWN_WAIT, all).await.is_err() {
            tracing::warn!("not all snapshots could be saved in time; the next start reads commits instead");
        }
    }
}

fn permits(bytes: usize) -> u32 {
    let bytes = u32::try_from(bytes).unwrap_or(SAVING_BYTES_MAX);
    bytes.clamp(SAVING_BYTES_MIN, SAVING_BYTES_MAX)
}

/// A snapshot on its way into the journal.
pub(super) struct Saving {
    task: JoinHandle<()>,
    /// Its size, once it is encoded; 0 before.
    bytes: Arc<AtomicUsize>,
}

impl Resident {
    /// Whether loading would replay more than half of what the account weighs, so that the cost of snapshots stays in
    /// proportion to that of commits.
    pub(super) fn is_worth_a_snapshot(&mut self) -> bool {
        let saved = self.saving.take_if(|saving| saving.task.is_finished());
        let Some(state) = &mut self.state else {
            return false;
        };
        let saved_bytes = saved.map_or(0, |saving| saving.bytes.load(Ordering::Relaxed));
        if saved_bytes > 0 {
            state.snapshot_bytes = saved_bytes;
        }
        let worth = (state.snapshot_bytes / 2).max(self.node.options.snapshot_bytes_min);
        state.unsnapped_bytes >= worth && self.saving.is_none()
    }

    /// Takes a snapshot, if there is room for another.
    pub(super) fn snapshot(&mut self) {
        if let Some(room) = self.node.saving.try_take(self.snapshot_bytes()) {
            self.snapshot_in(room);
        }
    }

    /// Takes the last snapshot of an account that leaves memory. Returns false, and takes none, if there is no room.
    pub(super) fn try_last_snapshot(&mut self) -> bool {
        if !self.has_changed_since_snapshot() {
            return true;
        }
        let room = self.node.saving.try_take(self.snapshot_bytes());
        room.map(|room| self.snapshot_in(room)).is_some()
    }

    /// Takes the last snapshot before a shutdown, which has all accounts take theirs at once.
    pub(super) async fn last_snapshot(&mut self) {
        if self.has_changed_since_snapshot()
            && let Some(room) = self.node.saving.take(self.snapshot_bytes()).await
        {
            self.snapshot_in(room);
        }
    }

    fn has_changed_since_snapshot(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.unsnapped_bytes > 0)
    }

    /// How large the next snapshot will be, roughly.
    fn snapshot_bytes(&self) -> usize {
        self.state
            .as_ref()
            .map_or(0, |state| state.snapshot_bytes.max(state.unsnapped_bytes))
    }

    fn snapshot_in(&mut self, room: OwnedSemaphorePermit) {
        let is_large = self.snapshot_bytes() >= LARGE_BYTES;
        let Some(State {
            replayed,
            unsnapped_bytes,
            ..
        }) = &mut self.state
        else {
            return;
        };
        let Some(account) = &replayed.account else { return };
        *unsnapped_bytes = 0;
        self.snapshots += 1;
        let bytes = Arc::new(AtomicUsize::new(0));
        let picture = Picture {
            id: self.id,
            account: account.clone(),
            seq: replayed.seq,
            hash: replayed.hash,
            at: replayed.at,
            is_sample: self.snapshots.is_multiple_of(SNAPSHOTS_PER_CHECK),
            is_large,
        };
        let task = tokio::spawn(save(Arc::clone(&self.node), picture, Arc::clone(&bytes), room));
        self.saving = Some(Saving { task, bytes });
    }
}

/// A copy of an account's state as it was after a commit.
struct Picture {
    id: AccountId,
    account: Account,
    seq: Seq,
    hash: Hash,
    at: Timestamp,
    /// Whether all rules are checked on it.
    is_sample: bool,
    is_large: bool,
}

impl Picture {
    fn encode(self) -> (Result<Snapshot, serde_json::Error>, Vec<Broken>) {
        let broken = if self.is_sample {
            self.account.broken()
        } else {
            Vec::new()
        };
        let written = snapshot::write(&self.account, self.at).map(|bytes| Snapshot {
            account: self.id,
            seq: self.seq,
            hash: self.hash,
            state: bytes.into(),
            digest: Hash::GENESIS,
        });
        (written, broken)
    }
}

/// Encodes a snapshot, if it is large on a thread that keeps no account waiting, and saves it.
async fn save(node: Arc<Node>, picture: Picture, bytes: Arc<AtomicUsize>, _room: OwnedSemaphorePermit) {
    let account = picture.id;
    let (written, broken) = if picture.is_large {
        match tokio::task::spawn_blocking(move || picture.encode()).await {
            Ok(encoded) => encoded,
            Err(error) => return tracing::error!(%account, %error, "a snapshot could not be written"),
        }
    } else {
        picture.encode()
    };
    for broken in broken {
        node.note_broken(
            account,
            &broken,
            "a rule is broken in an account that was sampled",
        );
    }
    let snapshot = match written {
        Ok(snapshot) => snapshot.sealed(&node.options.authenticator),
        Err(error) => return tracing::error!(%account, %error, "a snapshot could not be written"),
    };
    bytes.store(snapshot.state.len(), Ordering::Relaxed);
    node.counters.snapshots.increment();
    if let Err(error) = node.journal.save_snapshot(snapshot).await {
        tracing::warn!(%account, %error, "a snapshot could not be saved");
    }
}
