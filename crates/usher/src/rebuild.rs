//! `usher rebuild`: the read models made again, from the journal.

use clap::Args;
use usher_engine::maintenance;

use crate::data::{DataArgument, Lock, open_journal};
use crate::words::plural;
use crate::{Failure, Terminal, progress};

/// Make the tables that reports and lists read again from the journal; the server must not run
#[derive(Debug, Args)]
#[command(after_help = "\
Snapshots are dropped; the server makes them again in time. All of it takes effect in one step: where
it is cut short, everything is as it was. It needs as much room on the disk as the tables have.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArgument,
}

/// Makes the read models again from every commit.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let directory = arguments.data.existing()?;
    let lock = Lock::take(&directory)?;
    let journal = open_journal(&directory, &lock)?;
    let bar = progress::counter("Rebuilding", terminal.is_watched());
    let done = progress::block_on(maintenance::rebuild(&journal, |done| {
        bar.set_position(done.commits);
    }))?
    .map_err(|error| Failure::because("The read models are as they were", &error))?;
    bar.finish_and_clear();
    writeln!(
        terminal.out(),
        "Rebuilt from {} in {}.",
        plural(done.commits, "commit", "commits"),
        plural(done.accounts, "account", "accounts")
    )?;
    Ok(())
}
