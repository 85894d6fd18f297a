//! `usher rebuild`: rebuilds the read models from the journal.

use clap::Args;
use usher_engine::maintenance;

use crate::data::{DataArgument, Lock, open_journal};
use crate::words::plural;
use crate::{Failure, Terminal, progress};

/// Rebuild the tables behind reports and lists from the journal; the server must not run
#[derive(Debug, Args)]
#[command(after_help = "\
Snapshots are dropped; the server makes new ones over time. Everything takes effect in one step: if the
command is interrupted, nothing changes. It needs as much free disk space as the tables take.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArgument,
}

/// Rebuilds the read models from every commit.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let directory = arguments.data.existing()?;
    let lock = Lock::take(&directory)?;
    let journal = open_journal(&directory, &lock)?;
    let bar = progress::counter("Rebuilding", terminal.is_watched());
    let done = progress::block_on(maintenance::rebuild(&journal, |done| {
        bar.set_position(done.commits);
    }))?
    .map_err(|error| Failure::because("The read models were not changed", &error))?;
    bar.finish_and_clear();
    writeln!(
        terminal.out(),
        "Rebuilt from {} in {}.",
        plural(done.commits, "commit", "commits"),
        plural(done.accounts, "account", "accounts")
    )?;
    Ok(())
}
