//! Checks a journal from its first commit, and everything derived from it.

mod fault;
mod walk;

use std::collections::BTreeSet;

use usher_domain::AccountId;
use usher_journal::{Authenticator, Hash, Journal, JournalError, Records, Seq};

pub use self::fault::{Fault, FaultLocation};
use self::walk::{Walk, Whole};
use super::snapshots::Snapshots;
use super::{Accounts, Progress, RebuildError};

/// The result of checking a journal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// What was read.
    pub done: Progress,
    /// What is wrong: for each account the first fault of its commits, its snapshot, and all faults of its audit up to
    /// there, at most 100; for each table a limited number of rows
    /// ([`DIFFERENCES_MAX`](usher_journal::DIFFERENCES_MAX)).
    pub faults: Vec<Fault>,
    /// Invariants that were broken once and no longer are.
    pub mended: Vec<Fault>,
    /// How many snapshots have a digest that was not checked, because the key is unknown.
    pub unchecked_snapshots: u64,
    /// The newest commit of each account with an intact chain, and its hash.
    pub heads: Vec<(AccountId, Seq, Hash)>,
}

/// Checks every account's hash chain, replays every commit, checks the invariants of the result, and compares
/// snapshots, the audit and all other read models with the commits. Digests of snapshots are checked if the key is
/// known.
pub async fn verify(
    journal: &dyn Journal,
    records: &dyn Records,
    authenticator: Option<&Authenticator>,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Report, JournalError> {
    let strays = journal.strays().await?;
    let mut report = Report {
        faults: strays.into_iter().map(Fault::from).collect(),
        ..Report::default()
    };
    let mut inspection = journal.inspect().await?;
    let mut snapshots = Snapshots::default();
    let mut accounts = Accounts::default();
    while let Some(account) = accounts.next(journal).await? {
        let snapshot = snapshots.of(journal, account, &mut report.faults).await?;
        report.unchecked_snapshots += u64::from(snapshot.is_some() && authenticator.is_none());
        let head = inspection.head(account).await?;
        let whole = Whole {
            inspection: &mut *inspection,
            head,
            snapshot,
            authenticator,
        };
        let walk = Walk::new(journal, records, account, Some(whole));
        walk_to_the_end(walk, u64::MAX, &mut report, &mut progress).await?;
        report.done.accounts += 1;
        progress(report.done);
    }
    snapshots.rest(journal, &mut report.faults).await?;
    let of_journal = report.faults.iter().filter(|fault| fault.is_of_journal());
    let torn: BTreeSet<AccountId> = of_journal.filter_map(Fault::account).collect();
    let differences = inspection.differences().await?.into_iter();
    // If commits could not be read, it is unknown what should have been derived from them.
    let known = differences.filter(|found| found.account.is_none_or(|account| !torn.contains(&account)));
    report.faults.extend(known.map(Fault::from));
    Ok(report)
}

/// Checks the commits and the audit of one account, reading about `commits_max` commits at most.
pub async fn verify_account(
    journal: &dyn Journal,
    records: &dyn Records,
    account: AccountId,
    commits_max: u64,
    report: &mut Report,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), JournalError> {
    let walk = Walk::new(journal, records, account, None);
    walk_to_the_end(walk, commits_max, report, progress).await
}

async fn walk_to_the_end(
    mut walk: Walk<'_>,
    commits_max: u64,
    report: &mut Report,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), JournalError> {
    let account = walk.account;
    // A missing row can be the reason why others are not found or cannot be read.
    let of_this = |fault: &Fault| fault.is_of_journal() && fault.account() == Some(account);
    let is_torn = report.faults.iter().any(of_this);
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
                location: FaultLocation::Commit { account, seq },
                problem: format!("it, or one close to it, cannot be read: {error}"),
            });
        }
    }
    report.faults.append(&mut walk.faults);
    report.mended.append(&mut walk.mended);
    Ok(())
}
