//! `usher verify`: whether the journal is what was written.

use clap::Args;
use usher_engine::maintenance;

use crate::data::{DataArgument, open_journal};
use crate::words::plural;
use crate::{Failure, Terminal, progress};

/// Check every account's chain of commits, also while the server runs
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArgument,
}

/// Walks the journal and names the first commit of each account that is not as it should be.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let journal = open_journal(&arguments.data.existing()?)?;
    let bar = progress::counter("Checking", terminal.is_watched());
    let maintenance::Report { done, faults } = progress::block_on(maintenance::verify(&journal, |done| {
        bar.set_position(done.commits);
    }))?
    .map_err(|error| Failure::because("The journal cannot be checked", &error))?;
    bar.finish_and_clear();

    let checked = format!(
        "{} in {}",
        plural(done.commits, "commit", "commits"),
        plural(done.accounts, "account", "accounts")
    );
    if faults.is_empty() {
        writeln!(terminal.out(), "All is well: {checked}.")?;
        return Ok(());
    }
    for fault in &faults {
        let (account, seq, problem) = (fault.account, fault.seq, &fault.problem);
        writeln!(terminal.out(), "{account}, commit {seq}: {problem}")?;
    }
    let broken = plural(
        u64::try_from(faults.len()).unwrap_or(u64::MAX),
        "account is",
        "accounts are",
    );
    Err(Failure::said(format!(
        "The journal of {broken} not what was written ({checked} read). Stop the server, keep a copy of the data, and \
         go back to a backup from before the commit that is named."
    )))
}
