//! Checking a journal from its first commit, and filling the read models from it anew.

use usher_domain::AccountId;
use usher_journal::{COMMITS_MAX, Commit, Journal, JournalError, Seq, verify_chain};

use crate::records::Recorder;
use crate::replay::{ReplayError, Replayed};

/// How far the work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Accounts that are done.
    pub accounts: u64,
    /// Commits that were read.
    pub commits: u64,
}

/// Something in a journal that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Whose journal.
    pub account: AccountId,
    /// The first commit that is at fault; the newest, where a rule is broken by what all of them come to.
    pub seq: Seq,
    /// What is wrong.
    pub problem: String,
}

/// What a walk through a journal found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What was read.
    pub done: Progress,
    /// The first fault of each account that has one.
    pub faults: Vec<Fault>,
}

/// Why records could not be filled anew.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The journal did not give commits, or did not take records.
    #[error("could not read or write the journal")]
    Journal(#[from] JournalError),
    /// A commit is not what it should be. The read models are not complete.
    #[error("commit {} of `{}` is broken: {}", .0.seq, .0.account, .0.problem)]
    Fault(Fault),
}

/// Walks every account's chain of hashes, takes in every commit, and checks the rules on what they come to.
pub async fn verify(
    journal: &dyn Journal,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Report, JournalError> {
    let mut report = Report::default();
    let mut accounts = Accounts::default();
    while let Some(account) = accounts.next(journal).await? {
        match verify_one(journal, account, &mut report.done, &mut progress).await {
            Ok(()) => {}
            Err(RebuildError::Journal(error)) => return Err(error),
            Err(RebuildError::Fault(fault)) => report.faults.push(fault),
        }
        report.done.accounts += 1;
        progress(report.done);
    }
    Ok(report)
}

async fn verify_one(
    journal: &dyn Journal,
    account: AccountId,
    done: &mut Progress,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), RebuildError> {
    let mut replayed = Replayed::default();
    loop {
        let commits = commits_after(journal, account, &replayed).await?;
        if commits.is_empty() {
            break;
        }
        for commit in &commits {
            replayed
                .apply(commit, |_, _, _| {})
                .map_err(|error| fault(account, commit.seq, &error))?;
            done.commits += 1;
        }
        progress(*done);
    }
    let broken = replayed
        .account
        .map(|account| account.broken())
        .unwrap_or_default();
    match broken.first() {
        None => Ok(()),
        Some(broken) => Err(RebuildError::Fault(Fault {
            account,
            seq: replayed.seq,
            problem: broken.to_string(),
        })),
    }
}

/// Empties the read models and fills them from the commits of all accounts.
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
            return Ok(());
        }
        for commit in &commits {
            let mut recorder = Recorder::default();
            replayed
                .apply(commit, |before, entry, event| {
                    recorder.note(before, &entry.actor, &entry.cause, event);
                })
                .map_err(|error| fault(account, commit.seq, &error))?;
            done.commits += 1;
            let Some(after) = &mut replayed.account else {
                continue;
            };
            let changed = after.take_changed_pools();
            let records = recorder.finish(after, &changed);
            if !records.is_empty() {
                journal
                    .put_records(account, commit.seq, commit.at, records)
                    .await?;
            }
        }
        progress(*done);
    }
}

/// The next commits of an account, which follow what was replayed without a gap or a change.
async fn commits_after(
    journal: &dyn Journal,
    account: AccountId,
    replayed: &Replayed,
) -> Result<Vec<Commit>, RebuildError> {
    let commits = journal.commits_after(account, replayed.seq, COMMITS_MAX).await?;
    match verify_chain((replayed.seq, replayed.hash), &commits) {
        Ok(()) => Ok(commits),
        Err(JournalError::Broken { account, seq }) => Err(RebuildError::Fault(Fault {
            account,
            seq,
            problem: "it is not the one that was written, or does not follow the one before it".to_owned(),
        })),
        Err(error) => Err(error.into()),
    }
}

fn fault(account: AccountId, seq: Seq, error: &ReplayError) -> RebuildError {
    RebuildError::Fault(Fault {
        account,
        seq,
        problem: crate::failure::with_sources(error),
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
