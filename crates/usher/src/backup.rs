//! `usher backup`: a copy of all data.

use std::path::PathBuf;

use clap::Args;

use crate::data::DataArgument;
use crate::{Failure, Terminal};

/// Copy all data into one file, also while the server runs
#[derive(Debug, Args)]
#[command(after_help = "\
The file appears whole or not at all. Data of an earlier version is copied as it is.

To go back to a backup, stop the server, put the file as `usher.db` into an empty data directory with
the secrets key beside it (the backup does not hold it), and start once with `usher serve
--accept-loss`: what was acknowledged after the backup is not in it.")]
pub(crate) struct Arguments {
    /// The file to make; it must not exist
    file: PathBuf,
    #[command(flatten)]
    data: DataArgument,
}

/// Copies the data as it is at this moment.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let file = &arguments.file;
    if file.exists() {
        return Err(Failure::said(format!(
            "{} exists already. Name a file that does not: a backup never overwrites another.",
            file.display()
        )));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Failure::said(format!(
            "There is no directory {}. Make it first, or name a file in another one.",
            folder.display()
        )));
    }
    let directory = arguments.data.existing()?;
    usher_journal_sqlite::backup(&directory, file).map_err(|error| {
        Failure::because(format_args!("Cannot copy the data to {}", file.display()), &error)
    })?;
    writeln!(terminal.out(), "Copied all data to {}.", file.display())?;
    Ok(())
}
