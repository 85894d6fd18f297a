//! A fault in stored data, and its location.

use std::fmt;

use usher_domain::AccountId;
use usher_journal::{Difference, Seq, Stray, Text};

/// Where a fault is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultLocation {
    /// In a commit of an account.
    Commit {
        /// The account.
        account: AccountId,
        /// The commit's number.
        seq: Seq,
    },
    /// In the result of an account's commits: they are unchanged, and break an invariant.
    Rule {
        /// The account.
        account: AccountId,
        /// The first commit that broke it, if known; otherwise the newest.
        seq: Seq,
    },
    /// In the audit of a commit.
    Audit {
        /// The account.
        account: AccountId,
        /// The commit's number.
        seq: Seq,
        /// The index of the entry, from 0.
        index: u32,
    },
    /// In a row of the audit that belongs to no account.
    AuditRow(i64),
    /// In an account's snapshot.
    Snapshot {
        /// The account.
        account: AccountId,
        /// The number of the snapshot's commit.
        seq: Seq,
    },
    /// In a row of a table that derives from commits.
    Row {
        /// The account, if known.
        account: Option<AccountId>,
        /// The table's name.
        table: &'static str,
        /// The row's key.
        row: Text,
    },
}

/// A fault in stored data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub location: FaultLocation,
    /// What is wrong.
    pub problem: String,
}

impl Fault {
    /// The account concerned, if known.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self.location {
            FaultLocation::Commit { account, .. }
            | FaultLocation::Rule { account, .. }
            | FaultLocation::Audit { account, .. }
            | FaultLocation::Snapshot { account, .. } => Some(account),
            FaultLocation::Row { account, .. } => account,
            FaultLocation::AuditRow(_) => None,
        }
    }

    /// Whether it concerns the commits themselves, and not what derives from them.
    #[must_use]
    pub const fn is_of_journal(&self) -> bool {
        matches!(self.location, FaultLocation::Commit { .. })
    }

    /// Whether it concerns a row that a rebuild derives from the commits again.
    #[must_use]
    pub const fn is_of_read_models(&self) -> bool {
        matches!(
            self.location,
            FaultLocation::Audit { .. } | FaultLocation::AuditRow(_) | FaultLocation::Row { .. }
        )
    }

    /// Whether the commits are unchanged, but result in an account that breaks an invariant.
    #[must_use]
    pub const fn is_of_rules(&self) -> bool {
        matches!(self.location, FaultLocation::Rule { .. })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            FaultLocation::Commit { account, seq } | FaultLocation::Rule { account, seq } => {
                write!(f, "{account}, commit {seq}")?;
            }
            FaultLocation::Audit { account, seq, index } => {
                write!(f, "{account}, audit of commit {seq}, entry {index}")?;
            }
            FaultLocation::AuditRow(row) => write!(f, "audit, row {row}")?,
            FaultLocation::Snapshot { account, seq } => write!(f, "{account}, snapshot after commit {seq}")?,
            FaultLocation::Row { account, table, row } => {
                if let Some(account) = account {
                    write!(f, "{account}, ")?;
                }
                write!(f, "table {table}, row {row}")?;
            }
        }
        write!(f, ": {}", self.problem)
    }
}

impl From<Difference> for Fault {
    fn from(found: Difference) -> Self {
        Self {
            location: FaultLocation::Row {
                account: found.account,
                table: found.table,
                row: found.row,
            },
            problem: found.problem.to_string(),
        }
    }
}

impl From<Stray> for Fault {
    fn from(stray: Stray) -> Self {
        let (location, problem) = match stray {
            Stray::HeadWithoutCommit { account, seq } => (
                FaultLocation::Commit { account, seq },
                "it is missing, and it was the newest",
            ),
            Stray::Gap { account, seq } => (FaultLocation::Commit { account, seq }, "it is missing"),
            Stray::CommitsBehindHead { account, seq } => (
                FaultLocation::Commit { account, seq },
                "it is there, but the account's head is gone or goes back to an older one",
            ),
            Stray::Milestone { account, seq } => (
                FaultLocation::Row {
                    account: Some(account),
                    table: "milestones",
                    row: seq.to_string().into(),
                },
                "it is missing, or leads elsewhere",
            ),
            Stray::AuditWithoutCommit { row } => (FaultLocation::AuditRow(row), "it belongs to no commit"),
        };
        Self {
            location,
            problem: problem.to_owned(),
        }
    }
}
