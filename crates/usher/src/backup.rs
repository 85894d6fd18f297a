//! `usher backup`: a copy of all data.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::data::DataArgument;
use crate::serve::SECRETS_KEY_NAME;
use crate::serve::config::Config;
use crate::{Failure, Terminal, upkeep};

/// Copy all data into one file, even while the server runs
#[derive(Debug, Args)]
#[command(after_help = "\
The file appears only when it is complete. Data of an earlier version is copied as it is.

To restore a backup, stop the server, put the file as `usher.db` into an empty data directory together
with the secrets key, usher.toml and the files that it names (the backup does not contain them), and
start once with `usher serve --accept-loss`: changes made after the backup are lost, and no mails are
sent until the next start. To practice a restore, add `--no-mail`.")]
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
    writeln!(
        terminal.out(),
        "A restore also needs: {}.",
        needed_too(&directory)
    )?;
    Ok(())
}

/// What a server needs besides its data, and no backup contains: the secrets key, the settings, and the files that they
/// name.
fn needed_too(directory: &Path) -> String {
    // Settings that cannot be used are a trouble of the next start, and none of the copy.
    let files = Config::read(None, Some(directory))
        .unwrap_or_default()
        .into_files();
    let key = directory.join(SECRETS_KEY_NAME);
    let key = key.exists().then_some(key);
    let mut needed: Vec<_> = key
        .into_iter()
        .chain(files)
        .map(|file| file.display().to_string())
        .collect();
    needed.sort();
    needed.dedup();
    if needed.is_empty() {
        return "the secrets key".to_owned();
    }
    needed.join(", ")
}
