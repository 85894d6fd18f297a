//! Checks a journal from its first commit, and rebuilds the read models from it.

mod snapshots;
mod verify;

use usher_domain::AccountId;
use usher_journal::{COMMITS_MAX, Commit, Journal, JournalError, Seq};

pub use self::snapshots::{SnapshotReport, check_snapshots};
pub use self::verify::{Fault, FaultLocation, Report, verify, verify_account};
use crate::records::Recorder;
use crate::replay::Replayed;

/// The progress of a check or rebuild.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Accounts that are done.
    pub accounts: u64,
    /// Commits that were read.
    pub commits: u64,
}

/// Why a rebuild failed.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The journal could not be read, or could not store records.
    #[error("could not read or write the journal")]
    Journal(#[from] JournalError),
    /// A commit is damaged. The read models are unchanged.
    #[error("{0}")]
    Fault(Fault),
}

/// Rebuilds the read models from the commits of all accounts, entirely or not at all, and drops snapshots. After a
/// failure the journal has to be closed, because it still waits for the end of the rebuild.
pub async fn rebuild(
    journal: &dyn Journal,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Progress, RebuildError> {
    journal.reset_records().await?;
    let mut done = Progress::default();
    let mut accounts = Accounts::default();
    while let Some(account) = accounts.next(journal).await? {
        rebuild_one(journal, account, &mut done, &mut progress).await?;
        done.accounts += 1;
        progress(done);
    }
    journal.finish_records().await?;
    Ok(done)
}

async fn rebuild_one(
    journal: &dyn Journal,
    account: AccountId,
    done: &mut Progress,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), RebuildError> {
    let mut replayed = Replayed::default();
    loop {
        let commits = commits_after(journal, account, &replayed).await?;
        if commits.is_empty() {
            let due = replayed.account.as_ref().and_then(|account| account.next_due());
            return Ok(journal.put_due(account, due).await?);
        }
        for commit in &commits {
            let mut recorder = Recorder::new(commit.at);
            replayed
                .record(commit, &mut recorder)
                .map_err(|error| fault(account, commit.seq, crate::failure::with_sources(&error)))?;
            done.commits += 1;
            let Some(after) = &replayed.account else {
                continue;
            };
            let records = recorder.finish(after);
            if !records.is_empty() {
                journal
                    .put_records(account, commit.seq, commit.at, records)
                    .await?;
            }
        }
        progress(*done);
    }
}

/// The next commits of an account, checked to follow those already replayed.
async fn commits_after(
    journal: &dyn Journal,
    account: AccountId,
    replayed: &Replayed,
) -> Result<Vec<Commit>, RebuildError> {
    let commits = journal.commits_after(account, replayed.seq, COMMITS_MAX).await?;
    let mut before = (replayed.seq, replayed.hash);
    for commit in &commits {
        if commit.seq != before.0.next() {
            let problem = if commit.seq == before.0.next().next() {
                "it is missing"
            } else if commit.seq > before.0 {
                "it, or one of those that follow, is missing"
            } else {
                "another commit is stored there"
            };
            return Err(fault(account, before.0.next(), problem));
        }
        if !commit.follows(before.1) {
            let problem = "it is not the one that was written, or does not follow the one before it";
            return Err(fault(account, commit.seq, problem));
        }
        before = (commit.seq, commit.hash);
    }
    Ok(commits)
}

fn fault(account: AccountId, seq: Seq, problem: impl Into<String>) -> RebuildError {
    RebuildError::Fault(Fault {
        location: FaultLocation::Commit { account, seq },
        problem: problem.into(),
    })
}

/// The accounts of a journal, page by page.
#[derive(Default)]
struct Accounts {
    page: std::vec::IntoIter<AccountId>,
    last: Option<AccountId>,
}

impl Accounts {
    async fn next(&mut self, journal: &dyn Journal) -> Result<Option<AccountId>, JournalError> {
        if self.page.len() == 0 {
            self.page = journal.accounts(self.last, COMMITS_MAX).await?.into_iter();
        }
        let next = self.page.next();
        self.last = next.or(self.last);
        Ok(next)
    }
}
