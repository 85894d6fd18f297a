//! Migrations for the crates that keep tables in SQLite. They are applied entirely or not at all.

#![expect(clippy::doc_markdown, reason = "SQLite is a name, not code")]

use refinery::{Migration, Runner};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

/// An object that a migration creates, by which it is recognized if its row in the history is missing.
///
/// Versions up to schema 3-7 stored a migration and its row in two transactions, so a kill between them left one
/// without the other. Migrations that landed later need no landmark.
#[derive(Debug, Clone, Copy)]
pub struct Landmark {
    /// The migration's version.
    pub version: i32,
    /// The name of a table or index that only this migration creates.
    pub object: &'static str,
}

/// Why a schema could not be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// SQLite returned an error.
    #[error("the database refused")]
    Sqlite(#[from] rusqlite::Error),
    /// A migration failed. Nothing of it, or of those before it in this run, is stored.
    #[error("migration {version} failed")]
    Failed {
        /// The version of the failed migration.
        version: i32,
        /// SQLite's error.
        source: rusqlite::Error,
    },
    /// The database was written by a later version of the program.
    #[error("a later version of Usher has written it (its schema is {stored}, this version knows {known})")]
    Newer {
        /// The newest migration in the database.
        stored: i32,
        /// The newest migration of this program.
        known: i32,
    },
    /// An applied migration differs from the one in this program.
    #[error("its schema is another one than this version's: migration {version} differs")]
    Divergent {
        /// The version of the migration.
        version: i32,
    },
}

/// Applies the migrations of `runner` that the database lacks: all of them, with their rows in `history`, in one
/// transaction, so that a kill at any moment leaves the old schema or the new one. Processes that do this at the same
/// time wait for one another. Returns the newest version applied before; `None` for a new database.
pub fn migrate(
    connection: &mut Connection,
    runner: &Runner,
    history: &str,
    landmarks: &[Landmark],
) -> Result<Option<i32>, MigrationError> {
    let mut migrations = runner.get_migrations().clone();
    migrations.sort_by_key(Migration::version);
    // If nothing is to be done, do not wait for a writer.
    if has_object(connection, history)? && is_current(connection, &migrations, history)? {
        return Ok(newest(connection, history)?);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before = newest(&transaction, history)?;
    let known = migrations.last().map_or(0, Migration::version);
    if let Some(stored) = before.filter(|stored| *stored > known) {
        return Err(MigrationError::Newer { stored, known });
    }
    // The table has the format of refinery's own, so that its tools can read it.
    transaction.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {history}
         (version int4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255))"
    ))?;
    for migration in &migrations {
        apply(&transaction, migration, history, landmarks)?;
    }
    transaction.commit()?;
    Ok(before)
}

/// Whether the database lacks migrations of `runner`, so that [`migrate`] would apply them.
pub fn is_behind(connection: &Connection, runner: &Runner, history: &str) -> Result<bool, MigrationError> {
    let known = runner.get_migrations().iter().map(Migration::version).max();
    Ok(newest(connection, history)? < known)
}

fn apply(
    transaction: &Transaction<'_>,
    migration: &Migration,
    history: &str,
    landmarks: &[Landmark],
) -> Result<(), MigrationError> {
    let (version, checksum) = (migration.version(), migration.checksum().to_string());
    match checksum_of(transaction, version, history)? {
        Some(stored) if stored == checksum => return Ok(()),
        Some(_) => return Err(MigrationError::Divergent { version }),
        None => {}
    }
    let landmark = landmarks.iter().find(|landmark| landmark.version == version);
    let is_applied = match landmark {
        Some(landmark) => has_object(transaction, landmark.object)?,
        None => false,
    };
    if !is_applied {
        transaction
            .execute_batch(migration.sql().unwrap_or_default())
            .map_err(|source| MigrationError::Failed { version, source })?;
    }
    transaction.execute(
        &format!(
            "INSERT INTO {history} (version, name, applied_on, checksum)
             VALUES (?1, ?2, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?3)"
        ),
        params![version, migration.name(), checksum],
    )?;
    Ok(())
}

/// Whether the database has exactly these migrations, with the same content.
fn is_current(connection: &Connection, migrations: &[Migration], history: &str) -> rusqlite::Result<bool> {
    for migration in migrations {
        let stored = checksum_of(connection, migration.version(), history)?;
        if stored != Some(migration.checksum().to_string()) {
            return Ok(false);
        }
    }
    Ok(newest(connection, history)? == migrations.last().map(Migration::version))
}

fn checksum_of(connection: &Connection, version: i32, history: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare(&format!("SELECT checksum FROM {history} WHERE version = ?1"))?
        .query_row([version], |row| row.get(0))
        .optional()
}

fn newest(connection: &Connection, history: &str) -> rusqlite::Result<Option<i32>> {
    if !has_object(connection, history)? {
        return Ok(None);
    }
    let sql = format!("SELECT max(version) FROM {history}");
    connection.query_row(&sql, [], |row| row.get(0))
}

/// Whether the database has a table, index or trigger with this name.
pub fn has_object(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = ?1)")?
        .query_row([name], |row| row.get(0))
}

#[cfg(test)]
mod tests;
