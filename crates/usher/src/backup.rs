//! `usher backup`: a copy of all data.

use std::path::PathBuf;

use clap::Args;

use crate::data::DataArgument;
use crate::{Failure, Terminal, upkeep};

/// Copy all data into one file, even while the server runs
#[derive(Debug, Args)]
#[command(after_help = "\
The file appears only when it is complete. Data of an earlier version is copied as it is.

To restore a backup, stop the server, put the file as `usher.db` into an empty data directory together
with the secrets key (the backup does not contain it), and start once with `usher serve
--accept-loss`: changes made after the backup are lost.")]
pub(crate) struct Arguments {
    /// The file to create; it must not exist
    file: PathBuf,
    #[command(flatten)]
    data: DataArgument,
}

/// Copies the current state of the data.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Result<(), Failure> {
    let file = &arguments.file;
    if file.exists() {
        return Err(Failure::said(format!(
            "{} already exists. Name a new file: a backup never overwrites another one.",
            file.display()
        )));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Failure::said(format!(
            "The directory {} does not exist. Create it first, or name a file in another one.",
            folder.display()
        )));
    }
    let directory = arguments.data.existing()?;
    usher_journal_sqlite::backup(&directory, file).map_err(|error| {
        Failure::because(format_args!("Cannot copy the data to {}", file.display()), &error)
    })?;
    upkeep::note_backup(&directory);
    writeln!(terminal.out(), "Copied all data to {}.", file.display())?;
    Ok(())
}
