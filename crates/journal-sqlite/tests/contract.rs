//! SQLite passes the journal's contract, on disk and in memory.

#![expect(
    clippy::unwrap_used,
    clippy::doc_markdown,
    reason = "a panic is a failed test; SQLite is a name"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tempfile::TempDir;
use usher_domain::AccountId;
use usher_journal::contract::Backend;
use usher_journal::{Journal, Records, Seq};
use usher_journal_sqlite::{FILE_NAME, SqliteJournal, backup};

struct Sqlite {
    journal: SqliteJournal,
    dir: Option<Arc<TempDir>>,
}

#[async_trait]
impl Backend for Sqlite {
    fn journal(&self) -> Arc<dyn Journal> {
        Arc::new(self.journal.clone())
    }

    fn records(&self) -> Arc<dyn Records> {
        Arc::new(self.journal.clone())
    }

    fn another_node(&self) -> Arc<dyn Journal> {
        match &self.dir {
            Some(dir) => Arc::new(SqliteJournal::open(dir.path()).unwrap()),
            None => self.journal(),
        }
    }

    async fn tamper(&self, account: AccountId, seq: Seq, entries: &[u8]) {
        let connection = self.journal.connect().unwrap();
        let sql = "UPDATE commits SET entries = ?3 WHERE account_id = ?1 AND seq = ?2";
        let values = (account.bits().to_be_bytes(), seq.get().cast_signed(), entries);
        assert_eq!(connection.execute(sql, values).unwrap(), 1);
    }

    async fn reopen(&self) -> Option<Box<dyn Backend>> {
        let dir = self.dir.clone()?;
        self.journal.close().await;
        let journal = SqliteJournal::open(dir.path()).unwrap();
        Some(Box::new(Self {
            journal,
            dir: Some(dir),
        }))
    }

    async fn back_up(&self, file: &Path) -> Option<Box<dyn Backend>> {
        backup(self.dir.as_ref()?.path(), file).ok()?;
        let journal = SqliteJournal::open(file.parent().unwrap()).unwrap();
        Some(Box::new(Self {
            journal,
            dir: self.dir.clone(),
        }))
    }

    fn backup_file(&self) -> Option<PathBuf> {
        let copy = self.dir.as_ref()?.path().join("copy");
        std::fs::create_dir_all(&copy).unwrap();
        Some(copy.join(FILE_NAME))
    }
}

mod on_disk {
    use super::{Arc, Sqlite, SqliteJournal};

    fn empty() -> Sqlite {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        Sqlite {
            journal: SqliteJournal::open(dir.path()).unwrap(),
            dir: Some(dir),
        }
    }

    usher_journal::contract_tests!(empty);
}

mod in_memory {
    use super::{Sqlite, SqliteJournal};

    fn empty() -> Sqlite {
        Sqlite {
            journal: SqliteJournal::open_in_memory().unwrap(),
            dir: None,
        }
    }

    usher_journal::contract_tests!(empty);
}
