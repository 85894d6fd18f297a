//! Checks snapshots before anything is loaded from them.

use usher_domain::AccountId;
use usher_journal::{Authenticator, Authenticity, Journal, JournalError, Snapshot};

use super::verify::{Fault, FaultLocation};

/// The result of checking all snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SnapshotReport {
    /// How many there are.
    pub checked: u64,
    /// Snapshots whose digest was not made by `authenticator`.
    pub faults: Vec<Fault>,
}

/// Checks the digest of every snapshot, at a start. Digests made with an earlier key are made again, so that the key
/// can be dropped.
pub async fn check_snapshots(
    journal: &dyn Journal,
    authenticator: &Authenticator,
) -> Result<SnapshotReport, JournalError> {
    let mut report = SnapshotReport::default();
    let mut last = None;
    loop {
        let page = journal.snapshots(last).await?;
        let Some(newest) = page.last() else {
            return Ok(report);
        };
        last = Some(newest.account);
        for snapshot in page {
            report.checked += 1;
            match snapshot.authenticity(authenticator) {
                Authenticity::Current => {}
                Authenticity::Former => journal.save_snapshot(snapshot.sealed(authenticator)).await?,
                Authenticity::Wrong => report.faults.push(Fault {
                    location: location_of(&snapshot),
                    problem: "its digest was not made by this server".to_owned(),
                }),
            }
        }
    }
}

fn location_of(snapshot: &Snapshot) -> FaultLocation {
    FaultLocation::Snapshot {
        account: snapshot.account,
        seq: snapshot.seq,
    }
}

/// The snapshots of a journal, account by account in the order of their ids.
#[derive(Default)]
pub(super) struct Snapshots {
    page: std::collections::VecDeque<Snapshot>,
    last: Option<AccountId>,
}

impl Snapshots {
    /// The snapshot of an account with commits. Snapshots before it belong to accounts without any.
    pub(super) async fn of(
        &mut self,
        journal: &dyn Journal,
        account: AccountId,
        faults: &mut Vec<Fault>,
    ) -> Result<Option<Snapshot>, JournalError> {
        while let Some(next) = self.next_up_to(journal, Some(account)).await? {
            if next.account == account {
                return Ok(Some(next));
            }
            faults.push(of_nobody(&next));
        }
        Ok(None)
    }

    /// Reports the remaining ones, which belong to no account.
    pub(super) async fn rest(
        &mut self,
        journal: &dyn Journal,
        faults: &mut Vec<Fault>,
    ) -> Result<(), JournalError> {
        while let Some(next) = self.next_up_to(journal, None).await? {
            faults.push(of_nobody(&next));
        }
        Ok(())
    }

    async fn next_up_to(
        &mut self,
        journal: &dyn Journal,
        account: Option<AccountId>,
    ) -> Result<Option<Snapshot>, JournalError> {
        if self.page.is_empty() {
            self.page = journal.snapshots(self.last).await?.into();
            self.last = self.page.back().map(|newest| newest.account).or(self.last);
        }
        let is_next = |next: &Snapshot| account.is_none_or(|account| next.account <= account);
        if self.page.front().is_some_and(is_next) {
            return Ok(self.page.pop_front());
        }
        Ok(None)
    }
}

fn of_nobody(snapshot: &Snapshot) -> Fault {
    Fault {
        location: location_of(snapshot),
        problem: "the account has no commits".to_owned(),
    }
}
