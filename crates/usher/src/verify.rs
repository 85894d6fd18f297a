//! `usher verify`: whether the journal, the audit that is made of it, and the trail of operator keys are what was
//! written.

mod anchor;

use std::path::PathBuf;

use clap::Args;
use usher_engine::maintenance::{self, Fault, Progress, Report};
use usher_identity::{OperatorKeysAtRest, TrailReport};
use usher_journal_sqlite::SqliteJournal;

use self::anchor::Anchors;
use crate::data::{DataArgument, open_journal};
use crate::words::plural;
use crate::{Failure, Terminal, progress};

/// What to do where the trail of operator keys is not what was written.
const ADVICE_ON_TRAIL: &str = "The trail of operator keys is not what was written. Find out who could write the data, \
    revoke the operator keys that you do not know (`usher operator-key list`), and keep a copy of the data.";

/// Check every account's commits and audit, and the trail of operator keys, also while the server runs
#[derive(Debug, Args)]
#[command(after_help = "\
What is cut off at the end of a chain together with all traces of it leaves a chain that is whole. An anchor, kept
where whoever can write the data cannot write, shows that too: it holds the newest commit of each account, and the
newest change of operator keys. It is compared first, and written anew where all is well.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArgument,
    /// A file with the newest commit of each account, to compare with; it is made where it does not exist
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
}

/// Walks the journal and names what is not as it should be.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let journal = open_journal(&arguments.data.existing()?)?;
    let before = arguments.anchor.as_deref().map(Anchors::read).transpose()?;
    let bar = progress::counter("Checking", terminal.is_watched());
    let before = before.unwrap_or_default();
    let report = progress::block_on(check(&journal, &before, |done| {
        bar.set_position(done.commits);
    }))?
    .map_err(|error| Failure::because("The journal cannot be checked", &error))?;
    bar.finish_and_clear();
    let trail = check_trail(&journal, &before)?;

    let Report {
        done,
        faults,
        mended,
        heads,
    } = report;
    for fault in &mended {
        writeln!(terminal.out(), "{fault}")?;
    }
    let checked = format!(
        "{} in {}",
        plural(done.commits, "commit", "commits"),
        plural(done.accounts, "account", "accounts")
    );
    if faults.is_empty() && trail.faults.is_empty() {
        if let Some(file) = &arguments.anchor {
            Anchors::of(heads, trail.head).write(file)?;
        }
        let keys = plural(trail.entries, "change", "changes");
        writeln!(
            terminal.out(),
            "All is well: {checked}, and {keys} of operator keys."
        )?;
        return Ok(());
    }
    for fault in &faults {
        writeln!(terminal.out(), "{fault}")?;
    }
    for fault in &trail.faults {
        writeln!(terminal.out(), "{fault}")?;
    }
    let mut said = Vec::new();
    if !faults.is_empty() {
        said.push(advice(&faults, &checked));
    }
    if !trail.faults.is_empty() {
        said.push(ADVICE_ON_TRAIL.to_owned());
    }
    Err(Failure::said(said.join(" ")))
}

async fn check(
    journal: &SqliteJournal,
    before: &Anchors,
    progress: impl FnMut(Progress) + Send,
) -> Result<Report, usher_journal::JournalError> {
    let mut report = maintenance::verify(journal, journal, progress).await?;
    report.faults.extend(before.compare(journal).await?);
    Ok(report)
}

/// The trail of operator keys, which stands beside the journal.
fn check_trail(journal: &SqliteJournal, before: &Anchors) -> Result<TrailReport, Failure> {
    let cannot = |error: &dyn std::error::Error| {
        Failure::because("The trail of operator keys cannot be checked", error)
    };
    let connection = journal.connect().map_err(|error| cannot(&error))?;
    let keys = OperatorKeysAtRest::open(connection).map_err(|error| cannot(&error))?;
    let mut report = keys.check_trail().map_err(|error| cannot(&error))?;
    let fault = before.compare_trail(&keys).map_err(|error| cannot(&error))?;
    report.faults.extend(fault);
    Ok(report)
}

/// What to do about it.
fn advice(faults: &[Fault], checked: &str) -> String {
    let accounts = count_accounts(faults, Fault::is_of_journal);
    let breaking = count_accounts(faults, Fault::is_of_rules);
    if accounts == 0 && breaking > 0 {
        return format!(
            "{} a rule of Usher, by commits that are what was written ({checked} read). That is a fault of Usher: keep a \
             copy of the data and report it. The server can go on: a pool that was given more seats than it has drains.",
            if breaking == 1 {
                "1 account breaks".to_owned()
            } else {
                format!("{breaking} accounts break")
            },
        );
    }
    if accounts == 0 {
        let count = u64::try_from(faults.len()).unwrap_or(u64::MAX);
        return format!(
            "{} of the audit {} not what the journal says ({checked} read, and they are what was written). Find out who \
             could write the data; then `usher rebuild` makes the audit anew.",
            plural(count, "entry", "entries"),
            if count == 1 { "is" } else { "are" },
        );
    }
    let broken = plural(accounts, "account is", "accounts are");
    format!(
        "The journal of {broken} not what was written ({checked} read). Stop the server, keep a copy of the data, and go \
         back to a backup from before the commit that is named."
    )
}

fn count_accounts(faults: &[Fault], is_counted: impl Fn(&Fault) -> bool) -> u64 {
    let mut accounts: Vec<_> = faults.iter().filter(|fault| is_counted(fault)).collect();
    accounts.dedup_by_key(|fault| fault.account());
    u64::try_from(accounts.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use usher_domain::AccountId;
    use usher_engine::maintenance::Place;
    use usher_journal::Seq;

    use super::*;

    fn fault(place: Place) -> Fault {
        Fault {
            place,
            problem: "something".to_owned(),
        }
    }

    #[test]
    fn who_breaks_a_rule_is_told_apart_from_whose_commits_were_changed() {
        let account = AccountId::from_bits(1);
        let seq = Seq::ZERO.next();
        let of_rules = fault(Place::Rule { account, seq });
        let of_journal = fault(Place::Commit { account, seq });

        let broken = advice(&[of_rules.clone(), of_rules.clone()], "2 commits in 1 account");
        let both = advice(&[of_rules, of_journal], "2 commits in 1 account");

        assert!(broken.starts_with("1 account breaks a rule of Usher"), "{broken}");
        assert!(
            both.starts_with("The journal of 1 account is not what was written"),
            "{both}"
        );
    }
}
