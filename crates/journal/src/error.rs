//! Errors between the engine and its journal.

use usher_domain::AccountId;

use crate::{Seq, Text};

/// Why a commit was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The commit does not continue the account's stored journal: another writer was first. A normal answer: load the
    /// newer commits and decide again. Nothing of the append was stored.
    #[error("another commit has this place in the journal")]
    Conflict,
    /// The commit is certainly not stored.
    #[error("the commit was not stored: {0}")]
    Failed(Text),
    /// The commit may or may not be stored. Ask [`stored_hash`](crate::Journal::stored_hash) before retrying anything.
    #[error("whether the commit was stored is unknown: {0}")]
    Unknown(Text),
    /// The journal was closed before it accepted the commit, which is certainly not stored.
    #[error("the journal is closed")]
    Closed,
}

/// Why a query, or a request other than an append, failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// The store returned an error.
    #[error("the journal failed: {0}")]
    Failed(Text),
    /// The store has no space left.
    #[error("the journal failed: its disk is full")]
    Full,
    /// A stored commit was changed, or does not follow the one before it.
    #[error("the journal of `{account}` is broken at commit {seq}")]
    Broken {
        /// The account whose journal it is.
        account: AccountId,
        /// The first commit that does not follow.
        seq: Seq,
    },
    /// The journal is closed.
    #[error("the journal is closed")]
    Closed,
}
