//! The port through which the read models are compared with the commits.

use async_trait::async_trait;
use usher_domain::{AccountId, Timestamp};

use crate::{JournalError, Record, Seq, Text};

/// The most differences of each kind that are listed of a table.
pub const DIFFERENCES_MAX: usize = 100;

/// A stored row that is not what the commits give.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// Whose row it is, where that can be told.
    pub account: Option<AccountId>,
    /// Which row: its key.
    pub row: Text,
    /// What is wrong with it.
    pub problem: Text,
}

/// An account's newest commit, as the store finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its place.
    pub seq: Seq,
    /// When the account has something to do next.
    pub next_due: Option<Timestamp>,
}

/// The records of one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordsOf {
    /// Which commit of the account.
    pub seq: Seq,
    /// When it was decided.
    pub at: Timestamp,
    /// The changes of the read models that derive from it.
    pub records: Vec<Record>,
}

/// The stored read models as they are at one moment, beside a second set that is made from commits. Appends go on
/// meanwhile; commits that come later are ignored.
#[async_trait]
pub trait Inspection: Send {
    /// An account's newest commit; none where it has none.
    async fn head(&mut self, account: AccountId) -> Result<Option<Head>, JournalError>;

    /// Takes the records of commits that are stored, in the order of the commits, into the second set.
    async fn expect(&mut self, account: AccountId, commits: Vec<RecordsOf>) -> Result<(), JournalError>;

    /// Where the stored set differs from the second one, at most [`DIFFERENCES_MAX`] rows of a kind and table; the
    /// audit excepted, whose rows [`Records::audit_of`](crate::Records::audit_of) gives for a closer look.
    async fn differences(&mut self) -> Result<Vec<Difference>, JournalError>;
}
