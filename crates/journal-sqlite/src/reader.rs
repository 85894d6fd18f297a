//! Reading connections, on threads where waiting for the disk blocks nobody.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction};
use tokio::sync::Semaphore;
use usher_journal::{JournalError, Text};

use crate::connection::{Store, is_disk_full};

/// How many queries run at a time; further ones wait.
const READERS: u32 = 4;

pub(crate) struct Readers {
    store: Arc<Store>,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn open(store: &Arc<Store>) -> rusqlite::Result<Self> {
        let idle = (0..READERS)
            .map(|_| store.connect())
            .collect::<rusqlite::Result<_>>()?;
        let permits = Arc::new(Semaphore::new(READERS as usize));
        Ok(Self {
            store: Arc::clone(store),
            idle: Mutex::new(idle),
            permits,
        })
    }

    /// Runs a query on one consistent state of the database.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        ask: impl FnOnce(&Transaction<'_>) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_closed| JournalError::Closed)?;
        let readers = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let _turn = readers.store.reading();
            let idle = readers.idle().pop();
            let mut connection = idle.map_or_else(|| readers.store.connect(), Ok).map_err(failed)?;
            let answer = connection
                .transaction()
                .map_err(failed)
                .and_then(|transaction| ask(&transaction));
            readers.idle().push(connection);
            answer
        });
        task.await
            .unwrap_or_else(|error| Err(JournalError::Failed(Text::from(error.to_string()))))
    }

    /// Waits for running queries, closes the connections, and rejects further queries.
    pub(crate) async fn close(&self) {
        // This fails if it is already closed, which is fine.
        let _all = self.permits.acquire_many(READERS).await;
        self.permits.close();
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Converts SQLite's error to the port's.
pub(crate) fn failed(error: impl std::borrow::Borrow<rusqlite::Error>) -> JournalError {
    let error = error.borrow();
    if is_disk_full(error) {
        return JournalError::Full;
    }
    JournalError::Failed(Text::from(error.to_string()))
}
