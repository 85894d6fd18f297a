//! Copies a database, even while a server uses it.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use usher_domain::Timestamp;

use crate::facts::{open_untouched, set_copied};

/// Why a backup failed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no database to copy.
    #[error("there is no database")]
    Missing,
    /// The file's name is not Unicode, which SQLite requires.
    #[error("the file's name is not Unicode")]
    Name,
    /// SQLite returned an error.
    #[error("the database could not be copied")]
    Sqlite(#[from] rusqlite::Error),
    /// The file could not be written, or already exists.
    #[error("the file could not be written")]
    File(#[from] io::Error),
}

/// Copies the current state of the database in `dir` to `file`, which must not exist; writers continue meanwhile. The
/// file appears only when it is complete and on disk. The database may be of any version: nothing in it is changed.
/// Blocks.
pub fn backup(dir: &Path, file: &Path) -> Result<(), BackupError> {
    let database = open_untouched(dir)?.ok_or(BackupError::Missing)?;
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    // Readable by its owner only.
    let made = tempfile::Builder::new()
        .prefix(".usher-backup-")
        .suffix(".partial")
        .tempfile_in(directory)?
        .into_temp_path();
    let path = made.to_str().ok_or(BackupError::Name)?;
    database.execute("VACUUM INTO ?1", [path])?;
    let copied = Connection::open(path)?;
    if usher_sqlite::has_object(&copied, "facts")? {
        set_copied(&copied, now())?;
    }
    copied.close().map_err(|(_, error)| error)?;
    File::open(&made)?.sync_all()?;
    made.persist_noclobber(file).map_err(|error| error.error)?;
    // Sync the directory too, so that the file's name is durable.
    #[cfg(unix)]
    File::open(directory)?.sync_all()?;
    Ok(())
}

/// The wall clock: the time of a backup is shown to people, and no rule depends on it.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
