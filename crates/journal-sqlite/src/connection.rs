//! The location of the database, and the settings of each connection to it.

use std::fs::DirBuilder;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use usher_domain::text::sort_key;
use usher_journal::folded;
use usher_sqlite::{Landmark, MigrationError};

use crate::join_codes;

/// The name of the database file in its directory.
pub const FILE_NAME: &str = "usher.db";

/// How long a connection waits for another's write before it gives up.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How much of the database a connection keeps in its own memory.
const CACHE_KIB: u32 = 32 * 1024;

/// How much of the database is memory-mapped, so that it is read from the operating system's page cache without a copy.
const MMAP_BYTES: u64 = 1 << 30;

/// The length of the write-ahead log, in pages of 4 KiB, at which it is moved into the database. A longer one merges
/// more changes of the same page; a shorter one makes a start after a crash faster.
const CHECKPOINT_PAGES: u32 = 16 * 1024;

/// The table of applied migrations.
const HISTORY_TABLE: &str = "refinery_schema_history";

/// Objects of the migrations that may lack their row in [`HISTORY_TABLE`].
const LANDMARKS: &[Landmark] = &[
    Landmark {
        version: 1,
        object: "commits",
    },
    Landmark {
        version: 2,
        object: "addresses",
    },
    Landmark {
        version: 3,
        object: "sessions_by_user",
    },
];

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory could not be created, or the writer's thread could not be started.
    #[error("the journal's directory or thread could not be made")]
    Io(#[from] io::Error),
    /// SQLite returned an error.
    #[error("the journal's database could not be opened")]
    Sqlite(#[from] rusqlite::Error),
    /// The database has a schema that this program cannot migrate.
    #[error("the journal's database could not be brought up to date")]
    Migration(#[from] MigrationError),
}

/// One database, on disk or in memory.
pub(crate) struct Store {
    location: PathBuf,
    /// A lock for a database in memory only: there readers and writers exclude one another, and without this lock
    /// SQLite would wait by sleeping.
    memory: Option<Memory>,
}

struct Memory {
    turn: RwLock<()>,
    /// A database in memory lives as long as there is a connection to it.
    _anchor: std::sync::Mutex<Connection>,
}

/// Whether SQLite found no space on the disk, for its data or for the index of the write-ahead log.
#[must_use]
pub fn is_disk_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let error = error.downcast_ref::<rusqlite::Error>();
    error
        .and_then(rusqlite::Error::sqlite_error)
        .is_some_and(|error| {
            error.code == ErrorCode::DiskFull || error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE
        })
}

/// Whether the database behind `connection` lacks migrations of this version, so that opening it would apply them.
pub fn is_behind(connection: &Connection) -> Result<bool, MigrationError> {
    usher_sqlite::is_behind(connection, &migrations::migrations::runner(), HISTORY_TABLE)
}

impl Store {
    pub(crate) fn in_directory(dir: &Path) -> Result<Self, OpenError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(dir)?;
        Ok(Self {
            location: dir.join(FILE_NAME),
            memory: None,
        })
    }

    pub(crate) fn in_memory() -> Result<Self, OpenError> {
        static OPENED: AtomicU64 = AtomicU64::new(0);
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let location = PathBuf::from(format!("file:/usher-{number}?vfs=memdb"));
        let anchor = open(&location)?;
        let memory = Memory {
            turn: RwLock::default(),
            _anchor: std::sync::Mutex::new(anchor),
        };
        Ok(Self {
            location,
            memory: Some(memory),
        })
    }

    pub(crate) fn connect(&self) -> rusqlite::Result<Connection> {
        open(&self.location)
    }

    pub(crate) fn migrate(&self) -> Result<(), OpenError> {
        let runner = migrations::migrations::runner();
        let mut connection = self.connect()?;
        usher_sqlite::migrate(&mut connection, &runner, HISTORY_TABLE, LANDMARKS)?;
        join_codes::replace_plain_ones(&mut connection)?;
        Ok(())
    }

    pub(crate) const fn is_in_memory(&self) -> bool {
        self.memory.is_some()
    }

    /// The lock to hold during a reading transaction.
    pub(crate) fn reading(&self) -> Option<RwLockReadGuard<'_, ()>> {
        let memory = self.memory.as_ref()?;
        Some(memory.turn.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The lock to hold during a writing transaction.
    pub(crate) fn writing(&self) -> Option<RwLockWriteGuard<'_, ()>> {
        let memory = self.memory.as_ref()?;
        Some(memory.turn.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The functions that queries use besides those of `SQLite`. No index and no trigger uses them, so other programs can
/// read and write the database.
fn add_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for (name, of) in [("folded", folded as fn(&str) -> String), ("sort_key", sort_key)] {
        connection.create_scalar_function(name, 1, flags, move |context| {
            let text: String = context.get(0)?;
            Ok(of(&text))
        })?;
    }
    Ok(())
}

fn open(location: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        location,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.execute_batch(&format!(
        "PRAGMA busy_timeout = {};
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -{CACHE_KIB};
         PRAGMA mmap_size = {MMAP_BYTES};
         PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};",
        BUSY_TIMEOUT.as_millis(),
    ))?;
    connection.set_prepared_statement_cache_capacity(64);
    add_functions(&connection)?;
    Ok(connection)
}
