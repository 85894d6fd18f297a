//! Replays one account's commits, and compares stored data with them.

use usher_domain::{Account, AccountId, Broken, Secs};
use usher_journal::table::Row as _;
use usher_journal::{
    Audit, AuditRow, Authenticator, Authenticity, Commit, Head, Inspection, Journal, Record, Records,
    RecordsOf, Seq, Snapshot,
};

use super::super::{Progress, RebuildError, commits_after, fault};
use super::{Fault, FaultLocation};
use crate::records::Recorder;
use crate::replay::Replayed;
use crate::snapshot;
use crate::snapshot::InvalidSnapshot;

/// The most faults listed for one account's audit.
const FAULTS_MAX: usize = 100;

/// The longest lease, by which memory can be ahead of the commits.
const LEASE_MAX: Secs = Secs::new(2_592_000);

/// The replay of one account's commits.
pub(super) struct Walk<'a> {
    pub(super) journal: &'a dyn Journal,
    pub(super) records: &'a dyn Records,
    pub(super) account: AccountId,
    pub(super) whole: Option<Whole<'a>>,
    pub(super) replayed: Replayed,
    pub(super) faults: Vec<Fault>,
    pub(super) mended: Vec<Fault>,
}

/// Additional comparisons if every commit is read.
pub(super) struct Whole<'a> {
    /// The stored read models.
    pub(super) inspection: &'a mut dyn Inspection,
    /// The account's newest commit, according to the inspection.
    pub(super) head: Option<Head>,
    /// The account's snapshot, until its commit is reached.
    pub(super) snapshot: Option<Snapshot>,
    /// Checks the snapshot's digest, if the key is known.
    pub(super) authenticator: Option<&'a Authenticator>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        journal: &'a dyn Journal,
        records: &'a dyn Records,
        account: AccountId,
        whole: Option<Whole<'a>>,
    ) -> Self {
        Self {
            journal,
            records,
            account,
            whole,
            replayed: Replayed::default(),
            faults: Vec::new(),
            mended: Vec::new(),
        }
    }

    pub(super) async fn go(
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
            let mut made = Vec::with_capacity(commits.len());
            for commit in &commits {
                let records = self.take_in(commit)?;
                let kept = std::iter::from_fn(|| audit.next_if(|row| row.seq == commit.seq));
                let kept: Vec<_> = kept.collect();
                let audit = records
                    .iter()
                    .filter_map(|record| AuditRow::of(commit.at, commit.seq, record))
                    .collect();
                self.compare(commit.seq, audit, kept);
                made.push(RecordsOf {
                    seq: commit.seq,
                    at: commit.at,
                    records,
                });
                done.commits += 1;
            }
            if let Some(whole) = &mut self.whole {
                whole.inspection.expect(self.account, made).await?;
            }
            progress(*done);
        }
        self.check_end();
        Ok(())
    }

    /// Checks the result of all commits.
    fn check_end(&mut self) {
        let left = self.whole.as_mut().and_then(|whole| whole.snapshot.take());
        if let Some(snapshot) = left {
            self.note_snapshot(snapshot.seq, "there is no such commit");
        }
        self.check_rules();
    }

    /// Reports every invariant that the account breaks, and the pools that were oversold (S1). One that an earlier
    /// version oversold, and that has drained since, is no longer a fault.
    fn check_rules(&mut self) {
        self.replayed.settle_down();
        let broken = self.replayed.broken();
        let account = self.account;
        for (pool, seq) in &self.replayed.oversold {
            let oversold = Broken::Oversold(*pool);
            if !broken.contains(&oversold) {
                let problem = format!("{oversold}; it has drained since");
                let location = FaultLocation::Rule { account, seq: *seq };
                self.mended.push(Fault { location, problem });
            }
        }
        for broken in broken {
            let seq = match broken {
                Broken::Oversold(pool) => self.replayed.oversold.get(&pool).copied(),
                _ => None,
            };
            let seq = seq.unwrap_or(self.replayed.seq);
            let location = FaultLocation::Rule { account, seq };
            let problem = broken.to_string();
            self.faults.push(Fault { location, problem });
        }
        if self
            .replayed
            .account
            .as_ref()
            .is_some_and(|account| !is_derived_alike(account))
        {
            let location = FaultLocation::Rule {
                account,
                seq: self.replayed.seq,
            };
            let problem =
                "derived-out-of-step – a snapshot of it would not be what its commits come to".to_owned();
            self.faults.push(Fault { location, problem });
        }
    }

    /// Applies a commit, and returns its records.
    fn take_in(&mut self, commit: &Commit) -> Result<Vec<Record>, RebuildError> {
        let mut recorder = Recorder::new(commit.at);
        self.replayed
            .record(commit, &mut recorder)
            .map_err(|error| fault(self.account, commit.seq, crate::failure::with_sources(&error)))?;
        self.check_due(commit.seq);
        self.check_snapshot(commit.seq);
        let after = self.replayed.account.as_ref();
        Ok(after.map_or_else(Vec::new, |after| recorder.finish(after)))
    }

    /// A removed deadline would keep seats from becoming free by themselves. One that fires too early does no harm, and
    /// leases renewed since make it later.
    fn check_due(&mut self, seq: Seq) {
        let head = self.whole.as_ref().and_then(|whole| whole.head);
        let Some(head) = head.filter(|head| head.seq == seq) else {
            return;
        };
        let due = self
            .replayed
            .account
            .as_ref()
            .and_then(|account| account.next_due());
        let is_lost = match (due, head.next_due) {
            (Some(_), None) => true,
            (Some(due), Some(stored)) => stored.since(due) > LEASE_MAX,
            (None, _) => false,
        };
        if is_lost {
            let problem = "its `next_due` is later than the commits say";
            self.faults.push(Fault {
                location: FaultLocation::Row {
                    account: Some(self.account),
                    table: "heads",
                    row: self.account.to_string().into(),
                },
                problem: problem.to_owned(),
            });
        }
    }

    /// Compares the snapshot after this commit with the result of the commits.
    fn check_snapshot(&mut self, seq: Seq) {
        let Some(whole) = &mut self.whole else { return };
        let Some(snapshot) = whole.snapshot.take_if(|snapshot| snapshot.seq == seq) else {
            return;
        };
        let is_wrong =
            |authenticator: &&Authenticator| snapshot.authenticity(authenticator) == Authenticity::Wrong;
        let is_changed = whole.authenticator.as_ref().is_some_and(is_wrong);
        let problem = if snapshot.hash == self.replayed.hash {
            match is_state_of(&snapshot, &self.replayed) {
                Ok(true) if is_changed => Some("its digest was not made by this server".to_owned()),
                // A snapshot in an earlier format is not used.
                Ok(true) | Err(InvalidSnapshot::Format(_)) => None,
                Ok(false) => Some("its state is not what the commits give".to_owned()),
                Err(error) => {
                    let error = crate::failure::with_sources(&error);
                    Some(format!("its state cannot be read: {error}"))
                }
            }
        } else {
            Some("it was taken of another commit than the one that is stored".to_owned())
        };
        if let Some(problem) = problem {
            self.note_snapshot(seq, problem);
        }
    }

    fn note_snapshot(&mut self, seq: Seq, problem: impl Into<String>) {
        self.faults.push(Fault {
            location: FaultLocation::Snapshot {
                account: self.account,
                seq,
            },
            problem: problem.into(),
        });
    }

    fn compare(&mut self, seq: Seq, made: Vec<AuditRow>, kept: Vec<AuditRow>) {
        let mut kept = kept.into_iter().peekable();
        for made in made {
            while let Some(extra) = kept.next_if(|row| row.index < made.index) {
                self.note(seq, extra.index, "it is not what the journal says");
            }
            match kept.next_if(|row| row.index == made.index) {
                None => self.note(seq, made.index, "it is missing"),
                Some(row) => {
                    if let Some(changed) = changed(&row, &made) {
                        let problem = format!("its {changed} is not what the journal says");
                        self.note(seq, made.index, &problem);
                    }
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
                location: FaultLocation::Audit { account, seq, index },
                problem: problem.to_owned(),
            });
        }
    }
}

/// Whether an account is the same in every field after a round trip through its stored form.
fn is_derived_alike(account: &Account) -> bool {
    let stored = serde_json::to_vec(account).and_then(|bytes| serde_json::from_slice::<Account>(&bytes));
    stored.is_ok_and(|stored| stored.restored() == *account)
}

/// Whether a snapshot has the replayed state.
fn is_state_of(snapshot: &Snapshot, replayed: &Replayed) -> Result<bool, InvalidSnapshot> {
    let stored = snapshot::read(snapshot)?;
    let (Some(stored_account), Some(account)) = (&stored.account, &replayed.account) else {
        return Ok(false);
    };
    Ok(snapshot::write(stored_account, stored.at)? == snapshot::write(account, replayed.at)?)
}

/// Causes had a different text form in earlier versions.
/// The first column in which two rows differ. How causes are written has changed over time, so what they say counts.
fn changed(kept: &AuditRow, made: &AuditRow) -> Option<&'static str> {
    let cells = kept.entry.cells().into_iter().zip(made.entry.cells());
    let mut columns = Audit::COLUMNS.iter().copied().zip(cells);
    let differs = columns.find(|(column, (kept_cell, made_cell))| match *column {
        "cause" => kept.read_cause() != made.read_cause(),
        _ => kept_cell != made_cell,
    });
    differs.map(|(column, _)| column)
}
