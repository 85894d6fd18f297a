//! One connection, on blocking threads, one call at a time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Mutex;
use usher_identity::ports::{Store, StoreError};
use usher_sqlite::{Landmark, MigrationError};

/// How often a change retries on a locked database, one [`BUSY_PAUSE`] apart, before it fails.
const BUSY_TRIES_MAX: i32 = 10_000;

/// Short and constant: the journal's writer releases the lock only briefly between its transactions, and a growing
/// pause, like SQLite's built-in one, would miss all of these moments under load.
const BUSY_PAUSE: Duration = Duration::from_millis(1);

const HISTORY_TABLE: &str = "identity_migrations";

/// Objects of the migrations whose row may be missing in [`HISTORY_TABLE`].
const LANDMARKS: &[Landmark] = &[
    landmark(1, "identity_passwords"),
    landmark(2, "identity_portal_sessions"),
    landmark(3, "identity_providers"),
    landmark(5, "identity_operator_keys"),
    landmark(6, "identity_second_factors"),
    landmark(7, "identity_operator_audit"),
];

const fn landmark(version: i32, object: &'static str) -> Landmark {
    Landmark { version, object }
}

mod schema {
    refinery::embed_migrations!("migrations");
}

/// Why the credential tables could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite returned an error.
    #[error("the credential store failed")]
    Sqlite(#[from] rusqlite::Error),
    /// The tables could not be migrated.
    #[error("the credential tables could not be migrated")]
    Migration(#[from] MigrationError),
}

/// Why a call failed, while SQLite's own errors are still distinguished.
#[derive(Debug)]
pub(crate) enum Failure {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Sqlite(error) => Self::failed(error),
            Failure::Store(error) => error,
        }
    }
}

/// The credentials in one database. Cheap to clone.
///
/// A call runs to its end even if the caller stops waiting.
#[derive(Clone)]
pub struct SqliteStore {
    /// `None` once it is closed.
    connection: Arc<Mutex<Option<Connection>>>,
}

/// Configures the connection and migrates the credential tables.
fn prepare(mut connection: Connection) -> Result<Connection, OpenError> {
    connection.busy_handler(Some(|tries| {
        std::thread::sleep(BUSY_PAUSE);
        tries < BUSY_TRIES_MAX
    }))?;
    // No answer is sent before its change is on disk, and deleted values are overwritten there.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.set_prepared_statement_cache_capacity(64);

    let runner = schema::migrations::runner();
    usher_sqlite::migrate(&mut connection, &runner, HISTORY_TABLE, LANDMARKS)?;
    Ok(connection)
}

/// Whether the credential tables in the database behind `connection` lack migrations of this version, so that opening
/// them would apply these.
pub fn is_behind(connection: &Connection) -> Result<bool, OpenError> {
    let runner = schema::migrations::runner();
    Ok(usher_sqlite::is_behind(connection, &runner, HISTORY_TABLE)?)
}

/// Migrates the credential tables in the database behind `connection`.
pub fn migrate(connection: Connection) -> Result<(), OpenError> {
    prepare(connection).map(drop)
}

/// How many transactions have changed credentials in the database behind `connection`; 0 if there are no credentials,
/// or none were counted.
pub fn changes(connection: &Connection) -> Result<u64, StoreError> {
    let count = || {
        if !usher_sqlite::has_object(connection, "identity_changes")? {
            return Ok(0);
        }
        let mut number =
            connection.prepare_cached("SELECT coalesce(max(number), 0) FROM identity_changes")?;
        number.query_row([], |row| row.get::<_, i64>(0))
    };
    count().map(i64::cast_unsigned).map_err(StoreError::failed)
}

/// Runs `work` in a transaction that takes the write lock at once. Transactions that change something are counted
/// ([`changes`]).
fn transact<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before = transaction.total_changes();
    let done = work(&transaction)?;
    if transaction.total_changes() > before {
        transaction
            .prepare_cached("UPDATE identity_changes SET number = number + 1")?
            .execute([])?;
    }
    transaction.commit()?;
    Ok(done)
}

impl SqliteStore {
    /// Creates or migrates the credential tables in the database behind `connection`, which nobody else may use from
    /// now on. Blocks; for the start of the program.
    pub fn open(connection: Connection) -> Result<Self, OpenError> {
        let connection = prepare(connection)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(Some(connection))),
        })
    }

    /// Runs `change` in a transaction, which is durable when this returns.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(move |connection| transact(connection, change)).await
    }

    /// Runs a query on the tables.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(|connection| read(connection)).await
    }

    /// The same as [`change`](Self::change); the replaced values cannot be read from the write-ahead log afterwards. If
    /// another program is reading from the log, that happens later, at a normal checkpoint.
    pub(crate) async fn change_without_trace<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(move |connection| {
            let done = transact(connection, change)?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(done)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mut connection = Arc::clone(&self.connection).lock_owned().await;
        let working = tokio::task::spawn_blocking(move || match connection.as_mut() {
            Some(connection) => work(connection),
            None => Err(StoreError::Closed.into()),
        });
        Ok(working.await.map_err(|_| StoreError::Closed)??)
    }
}

#[async_trait]
impl Store for SqliteStore {
    /// Closing the last connection to a database removes its write-ahead log.
    async fn close(&self) {
        let mut connection = Arc::clone(&self.connection).lock_owned().await;
        // Closing may move the write-ahead log into the database. If that panics, the next start does it.
        let _ = tokio::task::spawn_blocking(move || drop(connection.take())).await;
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore(…)")
    }
}
