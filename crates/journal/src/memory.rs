//! A journal in memory, for tests and models, with scripted faults.
//!
//! Deterministic: nothing waits, nothing is random, and every answer comes at once, except for those lost in a scripted
//! crash.

mod inspect;
mod read;
mod table;
mod tables;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use async_trait::async_trait;
use usher_domain::{AccountId, Timestamp};

use self::tables::Tables;
use crate::{
    Append, AppendError, COMMITS_MAX, Commit, DUE_MAX, Hash, Inspection, Journal, JournalError, Loaded,
    Record, Seq, Snapshot, Stray, Text,
};

/// A journal in memory, as seen by one node. Clones are the same node; [`another_node`](Self::another_node) is a second
/// one on the same store.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal {
    store: Arc<Mutex<Store>>,
    node: Arc<Mutex<Node>>,
}

/// A fault: what happens to an append instead of the normal answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Answered with a conflict although nothing was appended: a reload finds nothing new.
    Conflict,
    /// Another node is faster: a commit with these parts is stored first, and the append conflicts with it.
    Overtaken {
        /// The entries of the other node's commit.
        entries: Box<[u8]>,
        /// The account's next deadline after that commit.
        next_due: Option<Timestamp>,
        /// That commit's changes of the read models.
        records: Vec<Record>,
    },
    /// Not stored, and answered as failed.
    Failed,
    /// Stored, but the answer comes only after other tasks had their turn.
    Late,
    /// Stored, but the answer is lost.
    UnknownStored,
    /// Not stored, and the answer is lost.
    UnknownNotStored,
    /// Stored, then the node dies: the answer never comes, and the node accepts nothing more.
    CrashAfterStore,
    /// The node dies before anything is stored: the answer never comes, and the node accepts nothing more.
    CrashBeforeStore,
}

#[derive(Debug, Default)]
struct Store {
    accounts: BTreeMap<AccountId, Ledger>,
    tables: Tables,
    /// Where each commit is in the order of writing, over all accounts.
    places: BTreeMap<(AccountId, Seq), usize>,
    /// The read models during a rebuild.
    made: Option<Tables>,
}

#[derive(Debug, Default)]
struct Ledger {
    commits: Vec<Commit>,
    snapshot: Option<Snapshot>,
    next_due: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Node {
    /// How many appends the node has received.
    appends: u64,
    /// The faults, by the number of the append.
    faults: BTreeMap<u64, Fault>,
    /// Whether the last append was not stored.
    failing: bool,
    closed: bool,
    /// Whether appends hang, as when a disk sync hangs; `waiting` wakes them.
    is_held: bool,
    waiting: Vec<Waker>,
    snapshots: Saves,
}

/// What happens to snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Saves {
    #[default]
    Stored,
    /// They hang forever.
    Stuck,
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A second node on the same store, without faults. Also used as the restart after this one has crashed.
    #[must_use]
    pub fn another_node(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            node: Arc::default(),
        }
    }

    /// Schedules `fault` for the `nth` append from now (1 is the next) on this node.
    pub fn fault_at(&self, nth: u64, fault: Fault) {
        let mut node = lock(&self.node);
        let at = node.appends.saturating_add(nth.max(1));
        node.faults.insert(at, fault);
    }

    /// Makes every append of this node hang until [`release`](Self::release), as when the disk's sync hangs. Reads
    /// still work.
    pub fn hold(&self) {
        lock(&self.node).is_held = true;
    }

    /// Continues the hanging appends.
    pub fn release(&self) {
        let waiting = {
            let mut node = lock(&self.node);
            node.is_held = false;
            std::mem::take(&mut node.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Lets every snapshot that this node saves from now on hang forever.
    pub fn stick_snapshots(&self) {
        lock(&self.node).snapshots = Saves::Stuck;
    }

    async fn released(&self) {
        std::future::poll_fn(|context| {
            let mut node = lock(&self.node);
            if !node.is_held {
                return Poll::Ready(());
            }
            node.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// How many appends this node has received.
    #[must_use]
    pub fn appends(&self) -> u64 {
        lock(&self.node).appends
    }

    /// Overwrites the entries of a stored commit behind the journal's back, as somebody with access to the database
    /// could.
    pub fn tamper(&self, account: AccountId, seq: Seq, entries: &[u8]) {
        let mut store = lock(&self.store);
        let commits = store.accounts.get_mut(&account).map(|ledger| &mut ledger.commits);
        if let Some(commit) = commits.into_iter().flatten().find(|commit| commit.seq == seq) {
            commit.entries = entries.into();
        }
    }

    /// Changes the state in a stored snapshot behind the journal's back; its digest stays.
    pub fn tamper_with_snapshot(&self, account: AccountId, change: impl FnOnce(&mut Box<[u8]>)) {
        let mut store = lock(&self.store);
        let ledger = store.accounts.get_mut(&account);
        if let Some(snapshot) = ledger.and_then(|ledger| ledger.snapshot.as_mut()) {
            change(&mut snapshot.state);
        }
    }

    fn next_fault(&self) -> Result<Option<Fault>, AppendError> {
        let mut node = lock(&self.node);
        if node.closed {
            return Err(AppendError::Closed);
        }
        node.appends += 1;
        let taken = node.appends;
        let fault = node.faults.remove(&taken);
        node.failing = matches!(fault, Some(Fault::Failed | Fault::UnknownNotStored));
        node.closed = matches!(fault, Some(Fault::CrashAfterStore | Fault::CrashBeforeStore));
        Ok(fault)
    }

    fn open(&self) -> Result<MutexGuard<'_, Store>, JournalError> {
        if lock(&self.node).closed {
            Err(JournalError::Closed)
        } else {
            Ok(lock(&self.store))
        }
    }
}

/// The most snapshots in one listing.
const SNAPSHOTS_MAX: usize = 100;

/// Records can be put only during a rebuild.
const NOT_REBUILDING: JournalError =
    JournalError::Failed(Text::Static("the read models are not being rebuilt"));

/// No change of a store can panic half-way, so the data behind a poisoned lock is consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets every other ready task run first.
async fn others_first() {
    let mut is_first = true;
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::take(&mut is_first) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

impl Store {
    fn head(&self, account: AccountId) -> (Seq, Hash) {
        let newest = self
            .accounts
            .get(&account)
            .and_then(|ledger| ledger.commits.last());
        newest.map_or((Seq::ZERO, Hash::GENESIS), |commit| (commit.seq, commit.hash))
    }

    /// Where a commit is in the order of writing.
    fn place(&self, account: AccountId, seq: Seq) -> u64 {
        let place = self.places.get(&(account, seq)).copied();
        u64::try_from(place.unwrap_or(usize::MAX)).unwrap_or(u64::MAX)
    }

    fn append(&mut self, append: Append) -> Result<(), AppendError> {
        let Append {
            commit,
            next_due,
            records,
        } = append;
        if self.made.is_some() {
            return Err(AppendError::Failed("the read models are being made again".into()));
        }
        if commit.seq != self.head(commit.account).0.next() {
            return Err(AppendError::Conflict);
        }
        self.tables.put(commit.account, commit.seq, commit.at, records);
        let place = self.places.len();
        self.places.insert((commit.account, commit.seq), place);
        let ledger = self.accounts.entry(commit.account).or_default();
        ledger.next_due = next_due;
        ledger.commits.push(commit);
        Ok(())
    }

    /// The time of the account's newest commit.
    fn last_commit_at(&self, account: AccountId) -> Option<Timestamp> {
        let newest = self.accounts.get(&account)?.commits.last();
        newest.map(|commit| commit.at)
    }

    fn commits_after(&self, account: AccountId, after: Seq, limit: usize) -> Vec<Commit> {
        let Some(ledger) = self.accounts.get(&account) else {
            return Vec::new();
        };
        let start = ledger.commits.partition_point(|commit| commit.seq <= after);
        ledger.commits[start..].iter().take(limit).cloned().collect()
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn append(&self, append: Append) -> Result<(), AppendError> {
        let unknown = || AppendError::Unknown("the answer was lost".into());
        let fault = self.next_fault()?;
        self.released().await;
        match fault {
            None => lock(&self.store).append(append),
            Some(Fault::Conflict) => Err(AppendError::Conflict),
            Some(Fault::Overtaken {
                entries,
                next_due,
                records,
            }) => {
                let mut store = lock(&self.store);
                let (account, at) = (append.commit.account, append.commit.at);
                let (seq, hash) = store.head(account);
                let commit = Commit::seal(hash, account, seq.next(), at, entries);
                store.append(Append {
                    commit,
                    next_due,
                    records,
                })?;
                store.append(append)
            }
            Some(Fault::Failed) => Err(AppendError::Failed("the disk is full".into())),
            Some(Fault::Late) => {
                let answer = lock(&self.store).append(append);
                others_first().await;
                answer
            }
            Some(Fault::UnknownStored) => lock(&self.store).append(append).and_then(|()| Err(unknown())),
            Some(Fault::UnknownNotStored) => Err(unknown()),
            Some(Fault::CrashAfterStore) => {
                // Whether it was stored or met a conflict, the answer is lost.
                let _ = lock(&self.store).append(append);
                std::future::pending().await
            }
            Some(Fault::CrashBeforeStore) => std::future::pending().await,
        }
    }

    async fn head(&self, account: AccountId) -> Result<Option<(Seq, Hash)>, JournalError> {
        let store = self.open()?;
        let ledger = store.accounts.get(&account);
        let newest = ledger.and_then(|ledger| ledger.commits.last());
        Ok(newest.map(|commit| (commit.seq, commit.hash)))
    }

    async fn check_writable(&self) -> Result<(), JournalError> {
        let is_failing = {
            let mut node = lock(&self.node);
            let next = node.appends + 1;
            // The trial write takes a scripted fault, as an append would.
            if node.failing && !node.faults.contains_key(&next) {
                node.failing = false;
            }
            node.failing
        };
        if is_failing {
            self.next_fault().map_err(|_closed| JournalError::Closed)?;
            return Err(JournalError::Failed("the disk is full".into()));
        }
        self.open().map(drop)
    }

    async fn strays(&self) -> Result<Vec<Stray>, JournalError> {
        // The maps have no broken links, so there is nothing to list.
        self.open().map(|_| Vec::new())
    }

    async fn stored_hash(&self, account: AccountId, seq: Seq) -> Result<Option<Hash>, JournalError> {
        let store = self.open()?;
        let ledger = store.accounts.get(&account);
        let commit = ledger.and_then(|ledger| ledger.commits.iter().find(|commit| commit.seq == seq));
        Ok(commit.map(|commit| commit.hash))
    }

    async fn load(&self, account: AccountId) -> Result<Option<Loaded>, JournalError> {
        let store = self.open()?;
        let Some(ledger) = store.accounts.get(&account) else {
            return Ok(None);
        };
        let snapshot = ledger.snapshot.clone();
        let after = snapshot.as_ref().map_or(Seq::ZERO, |snapshot| snapshot.seq);
        let loaded = Loaded {
            snapshot,
            commits: store.commits_after(account, after, COMMITS_MAX),
        };
        loaded.verify()?;
        Ok(Some(loaded))
    }

    async fn commits_after(
        &self,
        account: AccountId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Commit>, JournalError> {
        Ok(self.open()?.commits_after(account, after, limit.min(COMMITS_MAX)))
    }

    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), JournalError> {
        if lock(&self.node).snapshots == Saves::Stuck {
            std::future::pending::<()>().await;
        }
        let mut store = self.open()?;
        let Some(ledger) = store.accounts.get_mut(&snapshot.account) else {
            return Ok(());
        };
        if ledger
            .snapshot
            .as_ref()
            .is_none_or(|kept| kept.seq <= snapshot.seq)
        {
            ledger.snapshot = Some(snapshot);
        }
        Ok(())
    }

    async fn snapshots(&self, after: Option<AccountId>) -> Result<Vec<Snapshot>, JournalError> {
        let store = self.open()?;
        let ledgers = store.accounts.iter();
        let later = ledgers.filter(|(id, _)| after.is_none_or(|after| after < **id));
        let snapshots = later.filter_map(|(_, ledger)| ledger.snapshot.clone());
        Ok(snapshots.take(SNAPSHOTS_MAX).collect())
    }

    async fn due(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<(AccountId, Timestamp)>, JournalError> {
        let store = self.open()?;
        let later = store
            .accounts
            .iter()
            .filter(|(id, _)| after.is_none_or(|after| after < **id));
        let due = later.filter_map(|(account, ledger)| Some((*account, ledger.next_due?)));
        Ok(due.take(limit.min(DUE_MAX)).collect())
    }

    async fn accounts(&self, after: Option<AccountId>, limit: usize) -> Result<Vec<AccountId>, JournalError> {
        let store = self.open()?;
        let ids = store
            .accounts
            .keys()
            .copied()
            .filter(|id| after.is_none_or(|after| after < *id));
        Ok(ids.take(limit.min(COMMITS_MAX)).collect())
    }

    async fn last_written_at(&self) -> Result<Option<Timestamp>, JournalError> {
        let store = self.open()?;
        Ok(store
            .accounts
            .values()
            .filter_map(|ledger| ledger.commits.last())
            .map(|commit| commit.at)
            .max())
    }

    async fn reset_records(&self) -> Result<(), JournalError> {
        self.open()?.made = Some(Tables::default());
        Ok(())
    }

    async fn put_records(
        &self,
        account: AccountId,
        seq: Seq,
        at: Timestamp,
        records: Vec<Record>,
    ) -> Result<(), JournalError> {
        let mut store = self.open()?;
        let made = store.made.as_mut().ok_or(NOT_REBUILDING)?;
        made.put(account, seq, at, records);
        Ok(())
    }

    async fn put_due(&self, account: AccountId, due: Option<Timestamp>) -> Result<(), JournalError> {
        let mut store = self.open()?;
        if store.made.is_none() {
            return Err(NOT_REBUILDING);
        }
        if let Some(ledger) = store.accounts.get_mut(&account) {
            ledger.next_due = due;
        }
        Ok(())
    }

    async fn finish_records(&self) -> Result<(), JournalError> {
        let mut store = self.open()?;
        store.tables = store.made.take().ok_or(NOT_REBUILDING)?;
        for ledger in store.accounts.values_mut() {
            ledger.snapshot = None;
        }
        Ok(())
    }

    async fn inspect(&self) -> Result<Box<dyn Inspection>, JournalError> {
        let store = self.open()?;
        Ok(Box::new(inspect::MemoryInspection::of(&store)))
    }

    async fn close(&self) {
        lock(&self.node).closed = true;
    }
}
