//! What can go wrong between the engine and its journal.

use usher_domain::AccountId;

use crate::{Seq, Text};

/// Why a commit was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The commit does not continue the account's journal as it is stored: another writer was first. A normal
    /// answer: load what is new and decide again. Nothing of the append was stored.
    #[error("another commit has this place in the journal")]
    Conflict,
    /// The commit is certainly not stored.
    #[error("the commit was not stored: {0}")]
    Failed(Text),
    /// The commit may be stored or not: [`stored_hash`](crate::Journal::stored_hash) tells, before anything is
    /// retried.
    #[error("whether the commit was stored is unknown: {0}")]
    Unknown(Text),
    /// The journal was closed before it took the commit, which is certainly not stored.
    #[error("the journal is closed")]
    Closed,
}

/// Why a question to the journal, or an order other than an append, failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// The store could not do it.
    #[error("the journal failed: {0}")]
    Failed(Text),
    /// The store has no room left.
    #[error("the journal failed: its disk is full")]
    Full,
    /// A stored commit is not the one that was written, or does not follow the one before it.
    #[error("the journal of `{account}` is broken at commit {seq}")]
    Broken {
        /// Whose journal it is.
        account: AccountId,
        /// The first commit that does not follow.
        seq: Seq,
    },
    /// The journal is closed.
    #[error("the journal is closed")]
    Closed,
}
