//! The port through which the engine writes and reloads accounts.

use async_trait::async_trait;
use usher_domain::{AccountId, Timestamp};

use crate::{Append, AppendError, Commit, Hash, Inspection, JournalError, Loaded, Record, Seq, Snapshot};

/// The most commits, or accounts, that one question to the journal returns.
pub const COMMITS_MAX: usize = 1_000;

/// The most due times that one question to the journal returns.
pub const DUE_MAX: usize = 1_000;

/// The most strays of each kind that are listed.
pub const STRAYS_MAX: usize = 100;

/// Something in the store that belongs to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stray {
    /// An account's newest commit is not there.
    HeadWithoutCommit {
        /// Whose.
        account: AccountId,
        /// Which.
        seq: Seq,
    },
    /// A commit is not there, and the one after it is.
    Gap {
        /// Whose.
        account: AccountId,
        /// Which.
        seq: Seq,
    },
    /// Commits lie behind the one that counts as the account's newest.
    CommitsBehindHead {
        /// Whose.
        account: AccountId,
        /// The first of them.
        seq: Seq,
    },
    /// A signpost to a commit, by which it is found sooner, is missing or points elsewhere.
    Milestone {
        /// Whose.
        account: AccountId,
        /// To which commit.
        seq: Seq,
    },
    /// An entry of the audit belongs to no commit.
    AuditWithoutCommit {
        /// Its row in the store.
        row: i64,
    },
}

/// The append-only list of commits of every account.
///
/// That no two commits of an account have the same [`Seq`] is what every promise of Usher rests on; backends leave
/// it to a constraint of their store, not to a lock.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Stores a commit with all that belongs to it; durable and visible to every reader once the answer is `Ok`.
    ///
    /// The commit must have the seq after the newest that is stored. One that exists, or one that would leave a gap,
    /// is answered with [`AppendError::Conflict`]: either way the caller's picture of the account is not the stored
    /// one. A conflict leaves everything as it was and does not touch the appends of others that are stored in the
    /// same transaction.
    async fn append(&self, append: Append) -> Result<(), AppendError>;

    /// Place and hash of an account's newest commit; none where it has none.
    async fn head(&self, account: AccountId) -> Result<Option<(Seq, Hash)>, JournalError>;

    /// What lies about in the store and belongs to nothing, at most [`STRAYS_MAX`] of each kind: traces of a hand that
    /// removed or added rows. Looks at every row.
    async fn strays(&self) -> Result<Vec<Stray>, JournalError>;

    /// The hash of the commit at `seq`, where one is stored; settles [`AppendError::Unknown`].
    async fn stored_hash(&self, account: AccountId, seq: Seq) -> Result<Option<Hash>, JournalError>;

    /// The newest snapshot of an account and the first [`COMMITS_MAX`] commits after it, checked for gaps and changes;
    /// none where the account has no commits. [`commits_after`](Self::commits_after) gives the rest.
    async fn load(&self, account: AccountId) -> Result<Option<Loaded>, JournalError>;

    /// The first `limit` (at most [`COMMITS_MAX`]) commits after `after`, oldest first, as they are stored: callers
    /// that need to be sure check them with [`verify_chain`](crate::verify_chain).
    async fn commits_after(
        &self,
        account: AccountId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Commit>, JournalError>;

    /// Keeps a snapshot, from which the next [`load`](Self::load) starts. One that is older than what is kept is
    /// dropped.
    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), JournalError>;

    /// The next snapshots of accounts after `after`, in the order of their ids, as they are stored: some, as many as
    /// memory should hold at a time, and none only at the end.
    async fn snapshots(&self, after: Option<AccountId>) -> Result<Vec<Snapshot>, JournalError>;

    /// The due times of the first `limit` (at most [`DUE_MAX`]) accounts after `after` that have one, in the order of
    /// their ids. Empty only at the end.
    async fn due(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<(AccountId, Timestamp)>, JournalError>;

    /// The first `limit` (at most [`COMMITS_MAX`]) accounts with commits after `after`, in the order of their ids.
    async fn accounts(&self, after: Option<AccountId>, limit: usize) -> Result<Vec<AccountId>, JournalError>;

    /// When the last commit of any account was decided; tells how long Usher was down.
    async fn last_written_at(&self) -> Result<Option<Timestamp>, JournalError>;

    /// Whether commits can be stored, as far as this node knows: costs nothing as long as the last one was stored. After
    /// one that was not, because the disk is full for example, a write that changes nothing is tried.
    async fn check_writable(&self) -> Result<(), JournalError>;

    /// Begins to make the read models again from [`put_records`](Self::put_records). Snapshots are dropped too: they
    /// derive from the commits as well. Until [`finish_records`](Self::finish_records) nothing of it is stored or seen,
    /// so that a kill in between leaves everything as it was. Appends fail meanwhile.
    async fn reset_records(&self) -> Result<(), JournalError>;

    /// Fills the read models with the records of a commit that is stored already. The commits of an account must
    /// come in their order; those of many accounts may come at once, and are then quicker. Only between
    /// [`reset_records`](Self::reset_records) and [`finish_records`](Self::finish_records).
    async fn put_records(
        &self,
        account: AccountId,
        seq: Seq,
        at: Timestamp,
        records: Vec<Record>,
    ) -> Result<(), JournalError>;

    /// Stores when an account has something to do next. Only between [`reset_records`](Self::reset_records) and
    /// [`finish_records`](Self::finish_records).
    async fn put_due(&self, account: AccountId, due: Option<Timestamp>) -> Result<(), JournalError>;

    /// Replaces the read models by those that were made since [`reset_records`](Self::reset_records), in one step.
    async fn finish_records(&self) -> Result<(), JournalError>;

    /// The stored read models as they are now, to be compared with the commits.
    async fn inspect(&self) -> Result<Box<dyn Inspection>, JournalError>;

    /// Stores what was handed in before and then takes nothing more.
    async fn close(&self);
}
