//! Checking a journal from its first commit, and the audit that was made of it.

use std::fmt;

use usher_domain::{Account, AccountId, Broken};
use usher_journal::{AuditRow, Commit, Hash, Journal, JournalError, Record, Records, Seq, Stray};

use super::{Accounts, Progress, RebuildError, commits_after, fault};
use crate::Cause;
use crate::records::Recorder;
use crate::replay::Replayed;

/// The most faults that are listed of one account.
const FAULTS_MAX: usize = 100;

/// Where something is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

/// Something in a journal that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub problem: String,
}

/// What a walk through a journal found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What was read.
    pub done: Progress,
    /// What is wrong: of each account's commits the first fault, and all of its audit up to there, at most
    /// [`FAULTS_MAX`].
    pub faults: Vec<Fault>,
    /// Rules that were broken once and no longer are.
    pub mended: Vec<Fault>,
    /// The newest commit of each account whose commits are as they were written, with its hash.
    pub heads: Vec<(AccountId, Seq, Hash)>,
}

impl Fault {
    /// Whose journal it is about, where that can be told.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self.place {
            Place::Commit { account, .. } | Place::Rule { account, .. } | Place::Audit { account, .. } => {
                Some(account)
            }
            Place::AuditRow(_) => None,
        }
    }

    /// Whether it is about the commits themselves, and not what was made of them.
    #[must_use]
    pub const fn is_of_journal(&self) -> bool {
        matches!(self.place, Place::Commit { .. })
    }

    /// Whether the commits are what was written, and come to an account that breaks a rule.
    #[must_use]
    pub const fn is_of_rules(&self) -> bool {
        matches!(self.place, Place::Rule { .. })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Commit { account, seq } | Place::Rule { account, seq } => {
                write!(f, "{account}, commit {seq}")?;
            }
            Place::Audit { account, seq, index } => {
                write!(f, "{account}, audit of commit {seq}, entry {index}")?;
            }
            Place::AuditRow(row) => write!(f, "audit, row {row}")?,
        }
        write!(f, ": {}", self.problem)
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
            Stray::AuditWithoutCommit { row } => (Place::AuditRow(row), "it belongs to no commit"),
        };
        Self {
            place,
            problem: problem.to_owned(),
        }
    }
}

/// Walks every account's chain of hashes, takes in every commit, checks the rules on what they come to, and compares
/// the audit with what the commits say.
pub async fn verify(
    journal: &dyn Journal,
    records: &dyn Records,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Report, JournalError> {
    let strays = journal.strays().await?;
    let mut report = Report {
        faults: strays.into_iter().map(Fault::from).collect(),
        ..Report::default()
    };
    let mut accounts = Accounts::default();
    while let Some(account) = accounts.next(journal).await? {
        verify_account(journal, records, account, u64::MAX, &mut report, &mut progress).await?;
        report.done.accounts += 1;
        progress(report.done);
    }
    Ok(report)
}

/// The same for one account, of which at most about `commits_max` commits are read.
pub async fn verify_account(
    journal: &dyn Journal,
    records: &dyn Records,
    account: AccountId,
    commits_max: u64,
    report: &mut Report,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), JournalError> {
    let mut walk = Walk {
        journal,
        records,
        account,
        replayed: Replayed::default(),
        faults: Vec::new(),
        mended: Vec::new(),
    };
    // A row that is missing is a reason why others are not found, or cannot be read.
    let is_torn = report.faults.iter().any(|fault| fault.account() == Some(account));
    match walk.go(commits_max, &mut report.done, progress).await {
        Ok(()) => report
            .heads
            .push((account, walk.replayed.seq, walk.replayed.hash)),
        Err(RebuildError::Journal(JournalError::Closed)) => return Err(JournalError::Closed),
        Err(_) if is_torn => {}
        Err(RebuildError::Fault(fault)) => walk.faults.push(fault),
        Err(RebuildError::Journal(error)) => {
            let seq = walk.replayed.seq.next();
            walk.faults.push(Fault {
                place: Place::Commit { account, seq },
                problem: format!("it, or one close to it, cannot be read: {error}"),
            });
        }
    }
    report.faults.append(&mut walk.faults);
    report.mended.append(&mut walk.mended);
    Ok(())
}

/// The way through one account's commits.
struct Walk<'a> {
    journal: &'a dyn Journal,
    records: &'a dyn Records,
    account: AccountId,
    replayed: Replayed,
    faults: Vec<Fault>,
    mended: Vec<Fault>,
}

impl Walk<'_> {
    async fn go(
        &mut self,
        commits_max: u64,
        done: &mut Progress,
        progress: &mut (impl FnMut(Progress) + Send),
    ) -> Result<(), RebuildError> {
        let enough = done.commits.saturating_add(commits_max);
        while done.commits < enough {
            let commits = commits_after(self.journal, self.account, &self.replayed).await?;
            let (Some(first), Some(last)) = (commits.first(), commits.last()) else {
                break;
            };
            let audit = self.records.audit_of(self.account, first.seq, last.seq).await?;
            let mut audit = audit.into_iter().peekable();
            for commit in &commits {
                let made = self.take_in(commit)?;
                let kept = std::iter::from_fn(|| audit.next_if(|row| row.seq == commit.seq));
                let kept: Vec<_> = kept.collect();
                self.compare(commit.seq, made, kept);
                done.commits += 1;
            }
            progress(*done);
        }
        self.check_rules();
        Ok(())
    }

    /// Names every rule that the account breaks, and the pools that were given more seats than they had (S1). One that
    /// was, by an earlier version, and has drained since is no fault any more.
    fn check_rules(&mut self) {
        self.replayed.settle_down();
        let broken = self.replayed.broken();
        let account = self.account;
        for (pool, seq) in &self.replayed.oversold {
            let oversold = Broken::Oversold(*pool);
            if !broken.contains(&oversold) {
                let problem = format!("{oversold}; it has drained since");
                let place = Place::Rule { account, seq: *seq };
                self.mended.push(Fault { place, problem });
            }
        }
        for broken in broken {
            let seq = match broken {
                Broken::Oversold(pool) => self.replayed.oversold.get(&pool).copied(),
                _ => None,
            };
            let seq = seq.unwrap_or(self.replayed.seq);
            let place = Place::Rule { account, seq };
            let problem = broken.to_string();
            self.faults.push(Fault { place, problem });
        }
        if self
            .replayed
            .account
            .as_ref()
            .is_some_and(|account| !is_derived_alike(account))
        {
            let place = Place::Rule {
                account,
                seq: self.replayed.seq,
            };
            let problem =
                "derived-out-of-step – a snapshot of it would not be what its commits come to".to_owned();
            self.faults.push(Fault { place, problem });
        }
    }

    /// Takes a commit in, and gives the entries of the audit that are made of it.
    fn take_in(&mut self, commit: &Commit) -> Result<Vec<AuditRow>, RebuildError> {
        let mut recorder = Recorder::default();
        self.replayed
            .apply(commit, |before, entry, event| {
                recorder.note(before, &entry.actor, &entry.cause, event);
            })
            .map_err(|error| fault(self.account, commit.seq, crate::failure::with_sources(&error)))?;
        let Some(after) = &mut self.replayed.account else {
            return Ok(Vec::new());
        };
        let changed = after.take_changed_pools();
        let records = recorder.finish(after, &changed);
        Ok(records
            .into_iter()
            .filter_map(|record| row(commit, record))
            .collect())
    }

    fn compare(&mut self, seq: Seq, made: Vec<AuditRow>, kept: Vec<AuditRow>) {
        let mut kept = kept.into_iter().peekable();
        for made in made {
            while let Some(extra) = kept.next_if(|row| row.index < made.index) {
                self.note(seq, extra.index, "it is not what the journal says");
            }
            match kept.next_if(|row| row.index == made.index) {
                None => self.note(seq, made.index, "it is missing"),
                Some(row) if is_same(&row, &made) => {}
                Some(row) => {
                    let changed = changed(&row, &made);
                    self.note(
                        seq,
                        made.index,
                        &format!("its {changed} is not what the journal says"),
                    );
                }
            }
        }
        for extra in kept {
            self.note(seq, extra.index, "the journal says nothing of it");
        }
    }

    fn note(&mut self, seq: Seq, index: u32, problem: &str) {
        if self.faults.len() < FAULTS_MAX {
            let account = self.account;
            self.faults.push(Fault {
                place: Place::Audit { account, seq, index },
                problem: problem.to_owned(),
            });
        }
    }
}

/// Whether an account that went through its stored form is the same in every field.
fn is_derived_alike(account: &Account) -> bool {
    let stored = serde_json::to_vec(account).and_then(|bytes| serde_json::from_slice::<Account>(&bytes));
    stored.is_ok_and(|stored| stored.restored() == *account)
}

fn row(commit: &Commit, record: Record) -> Option<AuditRow> {
    match record {
        Record::Audit {
            index,
            actor,
            action,
            target,
            detail,
            cause,
        } => Some(AuditRow {
            at: commit.at,
            seq: commit.seq,
            index,
            actor,
            action,
            target,
            detail,
            cause,
        }),
        _ => None,
    }
}

/// Causes were written otherwise once.
fn cause(row: &AuditRow) -> Cause {
    Cause::read(row.cause.as_deref().unwrap_or_default())
}

fn is_same(kept: &AuditRow, made: &AuditRow) -> bool {
    kept.actor == made.actor
        && kept.action == made.action
        && kept.target == made.target
        && kept.detail == made.detail
        && cause(kept) == cause(made)
}

/// What differs between two rows that are not the same.
fn changed(kept: &AuditRow, made: &AuditRow) -> &'static str {
    if kept.actor != made.actor {
        "actor"
    } else if kept.action != made.action {
        "action"
    } else if kept.target != made.target {
        "target"
    } else if kept.detail != made.detail {
        "detail"
    } else {
        "cause"
    }
}
