//! The data directory: where it is, and that one server at a time has it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use clap::Args;
use usher_journal_sqlite::{FILE_NAME, SqliteJournal};

use crate::Failure;

/// The file that a server holds locked as long as it runs.
const LOCK_NAME: &str = "usher.lock";

/// Where the data is.
#[derive(Debug, Args)]
pub(crate) struct DataArgument {
    /// The directory that keeps the data [default: the user's own, such as ~/.local/share/usher]
    #[arg(long, value_name = "DIR", env = "USHER_DATA", global = true)]
    data: Option<PathBuf>,
}

impl DataArgument {
    /// The directory that is meant.
    pub(crate) fn directory(&self) -> Result<PathBuf, Failure> {
        match self.data.clone().or_else(default_directory) {
            Some(directory) => Ok(directory),
            None => Err(Failure::said(
                "There is no home directory to keep the data in. Say where with `--data DIR`.",
            )),
        }
    }

    /// The directory, in which a server has kept data before.
    pub(crate) fn existing(&self) -> Result<PathBuf, Failure> {
        let directory = self.directory()?;
        if directory.join(FILE_NAME).is_file() {
            return Ok(directory);
        }
        Err(Failure::said(format!(
            "There is no data of Usher in {}. Name the directory of the server with `--data DIR`.",
            directory.display()
        )))
    }
}

/// Opens the journal in a directory, and makes both where they do not exist.
pub(crate) fn open_journal(directory: &Path) -> Result<SqliteJournal, Failure> {
    SqliteJournal::open(directory).map_err(|error| {
        Failure::because(
            format_args!("Cannot open the data in {}", directory.display()),
            &error,
        )
    })
}

fn default_directory() -> Option<PathBuf> {
    let data_home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let data_home = data_home.filter(|directory| directory.is_absolute());
    let data_home = data_home.or_else(|| Some(std::env::home_dir()?.join(".local/share")));
    data_home.map(|directory| directory.join("usher"))
}

/// That no other server uses a directory, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "the file is locked as long as it is open")] File);

impl Lock {
    /// Makes the directory where it does not exist, and takes it.
    pub(crate) fn take(directory: &Path) -> Result<Self, Failure> {
        let cannot = |error: &dyn std::error::Error| {
            let text = format_args!("Cannot use {} for the data", directory.display());
            Failure::because(text, error)
        };
        make(directory).map_err(|error| cannot(&error))?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(directory.join(LOCK_NAME))
            .map_err(|error| cannot(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(Failure::said(format!(
                "Another Usher server uses the data in {}. Stop it first, or name another directory with `--data DIR`.",
                directory.display()
            ))),
            Err(TryLockError::Error(error)) => Err(cannot(&error)),
        }
    }
}

fn make(directory: &Path) -> std::io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    // It will hold hashes of passwords.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_server_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("deep/usher");

        let first = Lock::take(&data).unwrap();
        let second = Lock::take(&data).unwrap_err().to_string();
        drop(first);

        assert!(
            second.starts_with("Another Usher server uses the data in"),
            "{second}"
        );
        assert!(Lock::take(&data).is_ok());
    }
}
