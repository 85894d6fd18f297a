//! The journal on SQLite, the embedded default.
//!
//! One thread writes: it gets all appends that come at about the same time, of however many accounts, and stores them
//! in one transaction. Readers have connections of their own and never wait for it.
//!
//! The tokio runtime of the first append has a task that gathers the appends for the thread, so a journal is for one
//! runtime.

#![expect(clippy::doc_markdown, reason = "SQLite is a name, not code")]

mod append;
mod backup;
mod chain;
mod connection;
mod facts;
mod inspect;
mod join_codes;
mod journal;
mod reader;
mod records;
mod strays;
mod writer;

use std::path::Path;
use std::sync::Arc;

pub use backup::{BackupError, backup};
use connection::Store;
pub use connection::{FILE_NAME, OpenError, is_behind, is_disk_full};
pub use facts::{Facts, Newest, facts, hash_at, newest, open_untouched, set_noted};
use reader::Readers;
use usher_journal::JournalError;
use writer::Writer;

/// A journal and its read models in one SQLite database. Clones share it.
#[derive(Clone)]
pub struct SqliteJournal {
    store: Arc<Store>,
    readers: Arc<Readers>,
    writer: Arc<Writer>,
}

impl SqliteJournal {
    /// Opens the database in `dir`, and makes both where they do not exist.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        Self::over(Store::in_directory(dir)?)
    }

    /// Opens a database that lives in memory as long as the journal or a clone of it: for the sandbox and tests.
    pub fn open_in_memory() -> Result<Self, OpenError> {
        Self::over(Store::in_memory()?)
    }

    /// A further connection to the same database, for another room's own tables.
    ///
    /// Its writes wait for the journal's and those of the journal for it, so keep transactions short, and begin
    /// those that write with `BEGIN IMMEDIATE`.
    pub fn connect(&self) -> Result<rusqlite::Connection, OpenError> {
        Ok(self.store.connect()?)
    }

    /// What SQLite itself finds wrong with pages, indexes and rows, in its words; looks at everything.
    pub async fn integrity(&self) -> Result<Vec<String>, JournalError> {
        self.ask(inspect::integrity).await
    }

    async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.readers
            .read(move |connection| ask(connection).map_err(reader::failed))
            .await
    }

    fn over(store: Store) -> Result<Self, OpenError> {
        let store = Arc::new(store);
        store.migrate()?;
        let readers = Arc::new(Readers::open(&store)?);
        let writer = Arc::new(Writer::start(&store)?);
        Ok(Self {
            store,
            readers,
            writer,
        })
    }
}
