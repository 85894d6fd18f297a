//! The journal on SQLite, the embedded default.
//!
//! One thread writes: it receives all appends that arrive at about the same time, for any number of accounts, and
//! stores them in one transaction. Readers have their own connections and never wait for it.
//!
//! The task that gathers appends for the thread runs on the tokio runtime of the first append, so a journal belongs to
//! one runtime.

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
    /// Opens the database in `dir`. Creates the directory and the database if they do not exist.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        Self::with_store(Store::in_directory(dir)?)
    }

    /// Opens a database in memory that lives as long as the journal or a clone of it: for the sandbox and tests.
    pub fn open_in_memory() -> Result<Self, OpenError> {
        Self::with_store(Store::in_memory()?)
    }

    /// Another connection to the same database, for the tables of other crates.
    ///
    /// Its writes wait for the journal's and the other way around, so keep transactions short, and begin writing ones
    /// with `BEGIN IMMEDIATE`.
    pub fn connect(&self) -> Result<rusqlite::Connection, OpenError> {
        Ok(self.store.connect()?)
    }

    /// What SQLite's own check finds wrong with pages, indexes and rows, in its words. Scans everything.
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

    fn with_store(store: Store) -> Result<Self, OpenError> {
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
