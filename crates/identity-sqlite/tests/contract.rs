//! SQLite fulfils the contract of identity's ports, on disk and in memory.

#![expect(
    clippy::unwrap_used,
    clippy::doc_markdown,
    reason = "a panic is a failed test; SQLite is a name"
)]

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::Connection;
use tempfile::TempDir;
use usher_identity::contract::Backend;
use usher_identity::ports::Store;
use usher_identity_sqlite::SqliteStore;

struct Sqlite {
    store: SqliteStore,
    directory: Option<TempDir>,
}

fn open(directory: &Path) -> SqliteStore {
    let connection = Connection::open(directory.join("usher.db")).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    SqliteStore::open(connection).unwrap()
}

#[async_trait]
impl Backend for Sqlite {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }

    fn another_node(&self) -> Arc<dyn Store> {
        match &self.directory {
            Some(directory) => Arc::new(open(directory.path())),
            None => self.store(),
        }
    }

    async fn reopen(&self) -> Option<Arc<dyn Store>> {
        let directory = self.directory.as_ref()?;
        self.store.close().await;
        Some(Arc::new(open(directory.path())))
    }
}

mod on_disk {
    use super::{Sqlite, open};

    fn empty() -> Sqlite {
        let directory = tempfile::tempdir().unwrap();
        Sqlite {
            store: open(directory.path()),
            directory: Some(directory),
        }
    }

    usher_identity::contract_tests!(empty);
}

mod in_memory {
    use super::{Connection, Sqlite, SqliteStore};

    fn empty() -> Sqlite {
        let connection = Connection::open_in_memory().unwrap();
        Sqlite {
            store: SqliteStore::open(connection).unwrap(),
            directory: None,
        }
    }

    usher_identity::contract_tests!(empty);
}
