//! The credential tables: one connection, on blocking threads, one caller at a time.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Mutex;
use usher_sqlite::Landmark;

use crate::IdentityError;

/// How often a locked database is tried again, one [`BUSY_PAUSE`] apart, before a change fails.
const BUSY_TRIES_MAX: i32 = 10_000;

/// Short and even: the journal's writer leaves the lock for a moment only between its transactions, and a pause
/// that grows, as the built-in one does, would miss them all under load.
const BUSY_PAUSE: Duration = Duration::from_millis(1);

const HISTORY_TABLE: &str = "identity_migrations";

/// What the migrations made that may lack their row in [`HISTORY_TABLE`].
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

/// The connection. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Store {
    /// None once it is closed.
    connection: Arc<Mutex<Option<Connection>>>,
}

/// Sets the connection up and brings the credential tables up to date.
pub(crate) fn prepare(mut connection: Connection) -> Result<Connection, IdentityError> {
    connection.busy_handler(Some(|tries| {
        std::thread::sleep(BUSY_PAUSE);
        tries < BUSY_TRIES_MAX
    }))?;
    // An answer leaves only after its change is on the disk; what is revoked is overwritten there.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.set_prepared_statement_cache_capacity(64);

    let runner = schema::migrations::runner();
    usher_sqlite::migrate(&mut connection, &runner, HISTORY_TABLE, LANDMARKS)?;
    Ok(connection)
}

/// Whether the credential tables in the database behind `connection` lack migrations of this version, so that opening
/// them would apply these.
pub fn is_behind(connection: &Connection) -> Result<bool, IdentityError> {
    let runner = schema::migrations::runner();
    Ok(usher_sqlite::is_behind(connection, &runner, HISTORY_TABLE)?)
}

/// Brings the credential tables in the database behind `connection` up to date.
pub fn migrate(connection: Connection) -> Result<(), IdentityError> {
    prepare(connection).map(drop)
}

/// Empties the log of recent changes, in which values may stand that were replaced. Where another program reads from
/// it at the moment, that happens later, in the usual course.
pub(crate) fn forget_what_was(connection: &Connection) -> Result<(), IdentityError> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// Runs `work` in a transaction that takes the write lock at once. One that changes anything is counted
/// ([`changes`]).
pub(crate) fn transact<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, IdentityError>,
) -> Result<T, IdentityError> {
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

/// How many transactions have changed credentials, in the database behind `connection`; 0 where there are no
/// credentials, or none that were counted.
pub fn changes(connection: &Connection) -> Result<u64, IdentityError> {
    if !usher_sqlite::has_object(connection, "identity_changes")? {
        return Ok(0);
    }
    let mut number = connection.prepare_cached("SELECT coalesce(max(number), 0) FROM identity_changes")?;
    Ok(number.query_row([], |row| row.get::<_, i64>(0))?.cast_unsigned())
}

impl Store {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            connection: Arc::new(Mutex::new(Some(connection))),
        }
    }

    /// Runs `change` in a transaction and, once that is durable, tells `remember` what was done; both before
    /// anybody else gets the connection, so memory follows the tables in their order. Goes on to its end also where
    /// the caller stops waiting.
    pub(crate) async fn change<T, U>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, IdentityError> + Send + 'static,
        remember: impl FnOnce(T) -> U + Send + 'static,
    ) -> Result<U, IdentityError>
    where
        U: Send + 'static,
    {
        self.run(move |connection| transact(connection, change).map(remember))
            .await
    }

    /// Reads from the tables.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, IdentityError> + Send + 'static,
    ) -> Result<T, IdentityError> {
        self.run(|connection| read(connection)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, IdentityError> + Send + 'static,
    ) -> Result<T, IdentityError> {
        let mut connection = Arc::clone(&self.connection).lock_owned().await;
        tokio::task::spawn_blocking(move || match connection.as_mut() {
            Some(connection) => work(connection),
            None => Err(IdentityError::Stopped),
        })
        .await
        .map_err(|_| IdentityError::Stopped)?
    }

    /// Closes the connection after what is under way. What comes later finds that it has [stopped](IdentityError::Stopped).
    pub(crate) async fn close(&self) {
        let mut connection = Arc::clone(&self.connection).lock_owned().await;
        // Closing may move the write-ahead log into the database. A panic there leaves it to the next start.
        let _ = tokio::task::spawn_blocking(move || drop(connection.take())).await;
    }
}
