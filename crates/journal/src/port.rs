//! The port through which the engine writes and reloads accounts.

use async_trait::async_trait;
use usher_domain::{AccountId, Timestamp};

use crate::{Append, AppendError, Commit, Hash, Inspection, JournalError, Loaded, Record, Seq, Snapshot};

/// The most commits, or accounts, that one query returns.
pub const COMMITS_MAX: usize = 1_000;

/// The most due times that one query returns.
pub const DUE_MAX: usize = 1_000;

/// The most stray rows of each kind that are listed.
pub const STRAYS_MAX: usize = 100;

/// A row in the store without the row that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stray {
    /// The commit that the head names as the account's newest is missing.
    HeadWithoutCommit {
        /// The account of the head.
        account: AccountId,
        /// The number in the head.
        seq: Seq,
    },
    /// A commit is missing although the one after it exists.
    Gap {
        /// The account of the missing commit.
        account: AccountId,
        /// Its number.
        seq: Seq,
    },
    /// There are commits after the one that the head names as the newest.
    CommitsBehindHead {
        /// The account of the commits.
        account: AccountId,
        /// The number of the first of them.
        seq: Seq,
    },
    /// A milestone, by which a commit is found faster, is missing or points elsewhere.
    Milestone {
        /// The account of the commit.
        account: AccountId,
        /// The number of the commit.
        seq: Seq,
    },
    /// An audit entry belongs to no commit.
    AuditWithoutCommit {
        /// Its row id in the store.
        row: i64,
    },
}

/// The append-only list of commits of every account.
///
/// All of Usher's guarantees rest on no two commits of an account having the same [`Seq`]. Backends leave this to a
/// constraint of their store, not to a lock.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Stores a commit with everything that belongs to it; durable and visible to every reader once the answer is `Ok`.
    ///
    /// The commit's number must follow the newest stored one. A number that exists, or that would leave a gap, is
    /// answered with [`AppendError::Conflict`]: in both cases the caller's state of the account is out of date. A
    /// conflict changes nothing, and does not affect other appends in the same transaction.
    async fn append(&self, append: Append) -> Result<(), AppendError>;

    /// Number and hash of an account's newest commit; `None` if it has none.
    async fn head(&self, account: AccountId) -> Result<Option<(Seq, Hash)>, JournalError>;

    /// Rows without the row that they belong to, at most [`STRAYS_MAX`] of each kind: traces of somebody who removed or
    /// added rows. Scans every row.
    async fn strays(&self) -> Result<Vec<Stray>, JournalError>;

    /// The hash of the commit at `seq`, if one is stored. Settles [`AppendError::Unknown`].
    async fn stored_hash(&self, account: AccountId, seq: Seq) -> Result<Option<Hash>, JournalError>;

    /// The newest snapshot of an account and the first [`COMMITS_MAX`] commits after it, checked for gaps and changes;
    /// `None` if the account has no commits. [`commits_after`](Self::commits_after) returns the rest.
    async fn load(&self, account: AccountId) -> Result<Option<Loaded>, JournalError>;

    /// The first `limit` (at most [`COMMITS_MAX`]) commits after `after`, oldest first, unchecked: use
    /// [`verify_chain`](crate::verify_chain) if it matters.
    async fn commits_after(
        &self,
        account: AccountId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Commit>, JournalError>;

    /// Stores a snapshot, from which the next [`load`](Self::load) starts. One that is older than the stored one is
    /// dropped.
    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), JournalError>;

    /// The next snapshots of accounts after `after`, in the order of their ids, unchecked. Returns as many as memory
    /// should hold at a time, and an empty list only at the end.
    async fn snapshots(&self, after: Option<AccountId>) -> Result<Vec<Snapshot>, JournalError>;

    /// The deadlines of the first `limit` (at most [`DUE_MAX`]) accounts after `after` that have one, in the order of
    /// their ids. Empty only at the end.
    async fn due(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<(AccountId, Timestamp)>, JournalError>;

    /// The first `limit` (at most [`COMMITS_MAX`]) accounts with commits after `after`, in the order of their ids.
    async fn accounts(&self, after: Option<AccountId>, limit: usize) -> Result<Vec<AccountId>, JournalError>;

    /// The time of the newest commit of any account, which shows how long Usher was down.
    async fn last_written_at(&self) -> Result<Option<Timestamp>, JournalError>;

    /// Whether commits can be stored, as far as this node knows. Costs nothing while commits succeed. After a failure,
    /// for example because the disk is full, it tries a write that changes nothing.
    async fn check_writable(&self) -> Result<(), JournalError>;

    /// Starts a rebuild of the read models by [`put_records`](Self::put_records). Drops the snapshots too, which also
    /// derive from commits. Until [`finish_records`](Self::finish_records) nothing of it is stored or visible, so a
    /// kill in between changes nothing. Appends fail meanwhile.
    async fn reset_records(&self) -> Result<(), JournalError>;

    /// Fills the read models with the records of stored commits. The commits of one account must come in order; calls
    /// for several accounts may run at the same time, which is faster. Only between
    /// [`reset_records`](Self::reset_records) and [`finish_records`](Self::finish_records).
    async fn put_records(
        &self,
        account: AccountId,
        seq: Seq,
        at: Timestamp,
        records: Vec<Record>,
    ) -> Result<(), JournalError>;

    /// Stores an account's next deadline. Only between [`reset_records`](Self::reset_records) and
    /// [`finish_records`](Self::finish_records).
    async fn put_due(&self, account: AccountId, due: Option<Timestamp>) -> Result<(), JournalError>;

    /// Replaces the read models with the rebuilt ones, in one step.
    async fn finish_records(&self) -> Result<(), JournalError>;

    /// A view of the stored read models as they are now, for comparison with the commits.
    async fn inspect(&self) -> Result<Box<dyn Inspection>, JournalError>;

    /// Stores everything accepted so far, and accepts nothing more.
    async fn close(&self);
}
