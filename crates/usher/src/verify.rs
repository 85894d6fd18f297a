//! `usher verify`: whether the journal, and the audit that is made of it, are what was written.

mod anchor;

use std::path::PathBuf;

use clap::Args;
use usher_engine::maintenance::{self, Fault, Progress, Report};
use usher_journal_sqlite::SqliteJournal;

use self::anchor::Anchors;
use crate::data::{DataArgument, open_journal};
use crate::words::plural;
use crate::{Failure, Terminal, progress};

/// Check every account's chain of commits and its audit, also while the server runs
#[derive(Debug, Args)]
#[command(after_help = "\
What is cut off at the end of a chain together with all traces of it leaves a chain that is whole. An anchor, kept
where whoever can write the data cannot write, shows that too: it holds the newest commit of each account. It is
compared first, and written anew where all is well.")]
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
    let report = progress::block_on(check(&journal, before.unwrap_or_default(), |done| {
        bar.set_position(done.commits);
    }))?
    .map_err(|error| Failure::because("The journal cannot be checked", &error))?;
    bar.finish_and_clear();

    let Report { done, faults, heads } = report;
    let checked = format!(
        "{} in {}",
        plural(done.commits, "commit", "commits"),
        plural(done.accounts, "account", "accounts")
    );
    if faults.is_empty() {
        if let Some(file) = &arguments.anchor {
            Anchors::of(heads).write(file)?;
        }
        writeln!(terminal.out(), "All is well: {checked}.")?;
        return Ok(());
    }
    for fault in &faults {
        writeln!(terminal.out(), "{fault}")?;
    }
    Err(Failure::said(advice(&faults, &checked)))
}

async fn check(
    journal: &SqliteJournal,
    before: Anchors,
    progress: impl FnMut(Progress) + Send,
) -> Result<Report, usher_journal::JournalError> {
    let mut report = maintenance::verify(journal, journal, progress).await?;
    report.faults.extend(before.compare(journal).await?);
    Ok(report)
}

/// What to do about it.
fn advice(faults: &[Fault], checked: &str) -> String {
    let mut accounts: Vec<_> = faults.iter().filter(|fault| fault.is_of_journal()).collect();
    accounts.dedup_by_key(|fault| fault.account());
    if accounts.is_empty() {
        let count = u64::try_from(faults.len()).unwrap_or(u64::MAX);
        return format!(
            "{} of the audit {} not what the journal says ({checked} read, and they are what was written). Find out who \
             could write the data; then `usher rebuild` makes the audit anew.",
            plural(count, "entry", "entries"),
            if count == 1 { "is" } else { "are" },
        );
    }
    let broken = plural(
        u64::try_from(accounts.len()).unwrap_or(u64::MAX),
        "account is",
        "accounts are",
    );
    format!(
        "The journal of {broken} not what was written ({checked} read). Stop the server, keep a copy of the data, and go \
         back to a backup from before the commit that is named."
    )
}
