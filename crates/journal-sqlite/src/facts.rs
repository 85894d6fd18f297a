//! Facts about a database, read before anything else is done with it.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use usher_domain::Timestamp;
use usher_journal::Hash;

use crate::connection::{BUSY_TIMEOUT, FILE_NAME};

/// The newest commit of all accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newest {
    /// How many commits the database holds: their positions count from 1 without a gap.
    pub position: u64,
    /// The commit's hash.
    pub hash: Hash,
    /// When it was decided.
    pub at: Timestamp,
}

/// Facts about this particular copy of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Whether the newest commit has been written to the note beside the database; if so, the note must exist.
    pub is_noted: bool,
    /// When `usher backup` made this copy; `None` once a server has worked on it.
    pub copied_at: Option<Timestamp>,
    /// Whether the read models lack data that a migration added.
    pub is_stale: bool,
}

/// Opens the database in `dir` to look at it before it is used: nothing is migrated, and closing leaves the write-ahead
/// file as it is, so that its data can still be recovered. `None` if there is no database, or an empty file.
pub fn open_untouched(dir: &Path) -> rusqlite::Result<Option<Connection>> {
    let file = dir.join(FILE_NAME);
    if std::fs::metadata(&file).map_or(0, |file| file.len()) == 0 {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(Some(connection))
}

/// The newest commit; `None` if there are no commits.
pub fn newest(connection: &Connection) -> rusqlite::Result<Option<Newest>> {
    if !usher_sqlite::has_object(connection, "commits")? {
        return Ok(None);
    }
    connection
        .prepare_cached("SELECT position, hash, at FROM commits ORDER BY position DESC LIMIT 1")?
        .query_row([], |row| {
            Ok(Newest {
                position: row.get::<_, i64>(0)?.cast_unsigned(),
                hash: Hash::from_bytes(row.get(1)?),
                at: Timestamp::from_millis(row.get(2)?),
            })
        })
        .optional()
}

/// The hash of the commit at `position`; `None` if there is none.
pub fn hash_at(connection: &Connection, position: u64) -> rusqlite::Result<Option<Hash>> {
    if !usher_sqlite::has_object(connection, "commits")? {
        return Ok(None);
    }
    connection
        .prepare_cached("SELECT hash FROM commits WHERE position = ?1")?
        .query_row([position.cast_signed()], |row| row.get(0).map(Hash::from_bytes))
        .optional()
}

/// The facts; `None` in a database of a version before they were stored.
pub fn facts(connection: &Connection) -> rusqlite::Result<Option<Facts>> {
    if !usher_sqlite::has_object(connection, "facts")? {
        return Ok(None);
    }
    connection
        .query_row("SELECT noted, copied_at, stale FROM facts", [], |row| {
            Ok(Facts {
                is_noted: row.get(0)?,
                copied_at: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_millis),
                is_stale: row.get(2)?,
            })
        })
        .optional()
}

/// Records that a server works on this copy and notes its newest commit beside it.
pub fn set_noted(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE facts SET noted = 1, copied_at = NULL WHERE noted = 0 OR copied_at IS NOT NULL",
        [],
    )?;
    Ok(())
}

/// Records that this is a copy, made at `at`.
pub(crate) fn set_copied(connection: &Connection, at: Timestamp) -> rusqlite::Result<()> {
    connection.execute("UPDATE facts SET copied_at = ?1", [at.millis()])?;
    Ok(())
}
