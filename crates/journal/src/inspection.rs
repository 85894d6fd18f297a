//! The port for comparing the read models with the commits.

use async_trait::async_trait;
use usher_domain::{AccountId, Timestamp};

use crate::{JournalError, Record, Seq, Text};

/// The most differences of each kind that are listed for a table.
pub const DIFFERENCES_MAX: usize = 100;

/// A stored row that differs from what the commits give.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The table's name.
    pub table: &'static str,
    /// The account that the row belongs to, if that can be determined.
    pub account: Option<AccountId>,
    /// The key of the row.
    pub row: Text,
    /// A phrase that says what is wrong with it.
    pub problem: Text,
}

/// An account's newest commit, according to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub seq: Seq,
    /// The account's next deadline.
    pub next_due: Option<Timestamp>,
}

/// The records of one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordsOf {
    /// The number of the commit in its account.
    pub seq: Seq,
    /// The time at which it was decided.
    pub at: Timestamp,
    /// The changes of the read models that derive from it.
    pub records: Vec<Record>,
}

/// A consistent view of the stored read models, beside a second set that is filled from commits. Appends continue
/// meanwhile; later commits are ignored.
#[async_trait]
pub trait Inspection: Send {
    /// An account's newest commit; `None` if it has none.
    async fn head(&mut self, account: AccountId) -> Result<Option<Head>, JournalError>;

    /// Adds the records of stored commits, in the order of the commits, to the second set.
    async fn expect(&mut self, account: AccountId, commits: Vec<RecordsOf>) -> Result<(), JournalError>;

    /// The differences between the stored set and the second one, at most [`DIFFERENCES_MAX`] rows of a kind and table.
    /// The audit is left out: compare it row by row with [`Records::audit_of`](crate::Records::audit_of).
    async fn differences(&mut self) -> Result<Vec<Difference>, JournalError>;
}
