//! Something stored that is not as it should be, and where.

use std::fmt;

use usher_domain::AccountId;
use usher_journal::{Difference, Seq, Stray, Text};

/// Where something is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a commit of an account.
    Commit {
        /// Whose.
        account: AccountId,
        /// Which.
        seq: Seq,
    },
    /// In what an account's commits come to: they are what was written, and break a rule.
    Rule {
        /// Whose.
        account: AccountId,
        /// The first commit that broke it, where that can be told; the newest otherwise.
        seq: Seq,
    },
    /// In the audit that is kept of a commit.
    Audit {
        /// Whose.
        account: AccountId,
        /// Of which commit.
        seq: Seq,
        /// Which of its entries, from 0 on.
        index: u32,
    },
    /// In a row of the audit that belongs to no account.
    AuditRow(i64),
    /// In the snapshot of an account, which was taken after this commit.
    Snapshot {
        /// Whose.
        account: AccountId,
        /// After which commit.
        seq: Seq,
    },
    /// In a row of a table that is made of the commits.
    Row {
        /// Whose, where that can be told.
        account: Option<AccountId>,
        /// The table.
        table: &'static str,
        /// Which row: its key.
        row: Text,
    },
}

/// Something in a journal that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub problem: String,
}

impl Fault {
    /// Whose journal it is about, where that can be told.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self.place {
            Place::Commit { account, .. }
            | Place::Rule { account, .. }
            | Place::Audit { account, .. }
            | Place::Snapshot { account, .. } => Some(account),
            Place::Row { account, .. } => account,
            Place::AuditRow(_) => None,
        }
    }

    /// Whether it is about the commits themselves, and not what was made of them.
    #[must_use]
    pub const fn is_of_journal(&self) -> bool {
        matches!(self.place, Place::Commit { .. })
    }

    /// Whether it is about a row that a rebuild makes again from the commits.
    #[must_use]
    pub const fn is_of_read_models(&self) -> bool {
        matches!(
            self.place,
            Place::Audit { .. } | Place::AuditRow(_) | Place::Row { .. }
        )
    }

    /// Whether the commits are what was written, and come to an account that breaks a rule.
    #[must_use]
    pub const fn is_of_rules(&self) -> bool {
        matches!(self.place, Place::Rule { .. })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Commit { account, seq } | Place::Rule { account, seq } => {
                write!(f, "{account}, commit {seq}")?;
            }
            Place::Audit { account, seq, index } => {
                write!(f, "{account}, audit of commit {seq}, entry {index}")?;
            }
            Place::AuditRow(row) => write!(f, "audit, row {row}")?,
            Place::Snapshot { account, seq } => write!(f, "{account}, snapshot after commit {seq}")?,
            Place::Row { account, table, row } => {
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
            place: Place::Row {
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
        let (place, problem) = match stray {
            Stray::HeadWithoutCommit { account, seq } => (
                Place::Commit { account, seq },
                "it is missing, and it was the newest",
            ),
            Stray::Gap { account, seq } => (Place::Commit { account, seq }, "it is missing"),
            Stray::CommitsBehindHead { account, seq } => (
                Place::Commit { account, seq },
                "it is there, but the account's head is gone or goes back to an older one",
            ),
            Stray::Milestone { account, seq } => (
                Place::Row {
                    account: Some(account),
                    table: "milestones",
                    row: seq.to_string().into(),
                },
                "it is missing, or leads elsewhere",
            ),
            Stray::AuditWithoutCommit { row } => (Place::AuditRow(row), "it belongs to no commit"),
        };
        Self {
            place,
            problem: problem.to_owned(),
        }
    }
}
