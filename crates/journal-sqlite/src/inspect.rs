//! Compares the stored read models with a second set, which the same statements fill from the same records.
//!
//! The second set consists of temporary tables with the names of the stored ones; SQLite prefers them when a statement
//! names no schema. Everything happens in one transaction, so the stored set does not change meanwhile.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};
use usher_domain::{AccountId, SignInId, TicketId, Timestamp};
use usher_journal::{
    DIFFERENCES_MAX, Difference, Head, Inspection, JournalError, READ_MODELS, RecordsOf, Seq, Text,
};

use crate::chain;
use crate::connection::Store;
use crate::reader::failed;
use crate::records::write::{Origin, RecordStatements};

/// Compared elsewhere, row by row, because the text form of its causes has changed over time.
const COMPARED_ELSEWHERE: &str = "audit";

/// The stored read models at one moment, and the second set.
pub(crate) struct SqliteInspection {
    connection: Arc<Mutex<Connection>>,
}

impl SqliteInspection {
    /// Starts a transaction that sees the current state. Blocks.
    pub(crate) fn begin(store: &Store) -> rusqlite::Result<Self> {
        let connection = store.connect()?;
        // The second set may be as large as the first, so it goes to a file. In memory, a transaction that stays open
        // would lock writers out.
        connection.execute_batch("PRAGMA temp_store = FILE")?;
        if !store.is_in_memory() {
            connection.execute_batch("BEGIN")?;
        }
        for table in READ_MODELS {
            make_second(&connection, table)?;
        }
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, JournalError> {
        let connection = Arc::clone(&self.connection);
        let task = tokio::task::spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&connection).map_err(failed)
        });
        task.await
            .unwrap_or_else(|error| Err(JournalError::Failed(Text::from(error.to_string()))))
    }
}

/// Creates a temporary table, with its indexes, like the stored one with this name.
fn make_second(connection: &Connection, table: &str) -> rusqlite::Result<()> {
    let mut made_by = connection.prepare(
        "SELECT type, sql FROM main.sqlite_master WHERE tbl_name = ?1 AND sql IS NOT NULL ORDER BY type DESC",
    )?;
    let statements = made_by.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let statements: Vec<(String, String)> = statements.collect::<rusqlite::Result<_>>()?;
    for (kind, sql) in statements {
        let temporary = match kind.as_str() {
            "table" => sql.replacen("CREATE TABLE", "CREATE TEMP TABLE", 1),
            _ => sql.replacen("INDEX ", "INDEX temp.", 1),
        };
        connection.execute_batch(&temporary)?;
    }
    Ok(())
}

#[async_trait]
impl Inspection for SqliteInspection {
    async fn head(&mut self, account: AccountId) -> Result<Option<Head>, JournalError> {
        self.run(move |connection| {
            let mut head =
                connection.prepare_cached("SELECT seq, next_due FROM heads WHERE account_id = ?1")?;
            let found = head.query_row([account.bits().to_be_bytes()], |row| {
                Ok(Head {
                    seq: Seq::new(row.get::<_, i64>(0)?.cast_unsigned()),
                    next_due: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_millis),
                })
            });
            found.optional()
        })
        .await
    }

    async fn expect(&mut self, account: AccountId, commits: Vec<RecordsOf>) -> Result<(), JournalError> {
        self.run(move |connection| {
            let mut statements = RecordStatements::prepare(connection)?;
            for of in &commits {
                // The commit came after the transaction began, so the stored tables here lack it too.
                let Some(link) = chain::find(connection, account, of.seq)? else {
                    continue;
                };
                let origin = Origin {
                    account,
                    seq: of.seq,
                    at: of.at,
                    position: link.position,
                };
                statements.put(&origin, &of.records)?;
            }
            Ok(())
        })
        .await
    }

    async fn differences(&mut self) -> Result<Vec<Difference>, JournalError> {
        self.run(|connection| {
            let mut found = Vec::new();
            for table in READ_MODELS.iter().filter(|table| **table != COMPARED_ELSEWHERE) {
                Comparison::of(connection, table)?.run(connection, &mut found)?;
            }
            Ok(found)
        })
        .await
    }
}

fn account_id(bytes: [u8; 16]) -> AccountId {
    AccountId::from_bits(u128::from_be_bytes(bytes))
}

/// How two tables with the same columns are compared.
struct Comparison {
    table: &'static str,
    key: Vec<String>,
    others: Vec<String>,
}

impl Comparison {
    fn of(connection: &Connection, table: &'static str) -> rusqlite::Result<Self> {
        let mut columns = connection.prepare("SELECT name, pk FROM pragma_table_info(?1, 'main')")?;
        let columns = columns.query_map([table], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? > 0)))?;
        let columns: Vec<(String, bool)> = columns.collect::<rusqlite::Result<_>>()?;
        let names = |is_key: bool| {
            let of_kind = columns.iter().filter(move |(_, key)| *key == is_key);
            of_kind.map(|(name, _)| name.clone()).collect()
        };
        Ok(Self {
            table,
            key: names(true),
            others: names(false),
        })
    }

    fn run(&self, connection: &Connection, found: &mut Vec<Difference>) -> rusqlite::Result<()> {
        let (kept, made) = (format!("main.{}", self.table), format!("temp.{}", self.table));
        for (of, without, problem) in [
            (&made, &kept, "it is missing"),
            (&kept, &made, "the journal says nothing of it"),
        ] {
            let sql = format!(
                "SELECT {} FROM {of} AS a WHERE NOT EXISTS (SELECT 1 FROM {without} AS b WHERE {}) LIMIT {DIFFERENCES_MAX}",
                self.named(),
                self.same_key(),
            );
            let mut rows = connection.prepare(&sql)?;
            let rows = rows.query_map([], |row| self.difference(row, problem.into()))?;
            found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        if self.others.is_empty() {
            return Ok(());
        }
        let differs = self.others.iter().map(|name| format!("a.{name} IS NOT b.{name}"));
        let differs: Vec<_> = differs.collect();
        let sql = format!(
            "SELECT {}, {} FROM {kept} AS a JOIN {made} AS b ON {} WHERE {} LIMIT {DIFFERENCES_MAX}",
            self.named(),
            differs.join(", "),
            self.same_key(),
            differs.join(" OR "),
        );
        let mut rows = connection.prepare(&sql)?;
        let rows = rows.query_map([], |row| {
            let mut changed = Vec::new();
            for (column, name) in (2..).zip(&self.others) {
                if row.get(column)? {
                    changed.push(format!("`{name}`"));
                }
            }
            let problem = format!("its {} is not what the journal says", changed.join(" and "));
            self.difference(row, problem.into())
        })?;
        found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
        Ok(())
    }

    fn same_key(&self) -> String {
        let same = self.key.iter().map(|name| format!("a.{name} = b.{name}"));
        same.collect::<Vec<_>>().join(" AND ")
    }

    /// The account and key of row `a`.
    fn named(&self) -> String {
        let has_account = self
            .key
            .iter()
            .chain(&self.others)
            .any(|name| name == "account_id");
        let account = if has_account {
            "a.account_id".to_owned()
        } else {
            format!(
                "(SELECT account_id FROM commits WHERE position = a.place >> {})",
                crate::records::INDEX_BITS
            )
        };
        let row = self.key.iter().map(|name| format!("quote(a.{name})"));
        format!("{account}, {}", row.collect::<Vec<_>>().join(" || ' ' || "))
    }

    fn difference(&self, row: &Row<'_>, problem: Text) -> rusqlite::Result<Difference> {
        let account: Option<[u8; 16]> = row.get(0)?;
        let key: String = row.get(1)?;
        Ok(Difference {
            table: self.table,
            account: account.map(account_id),
            row: readable(self.table, &key).into(),
            problem,
        })
    }
}

/// The key of a row in readable form: ids are stored as bytes.
fn readable(table: &str, key: &str) -> String {
    let id = key
        .strip_prefix("X'")
        .and_then(|hex| hex.strip_suffix('\''))
        .and_then(|hex| u128::from_str_radix(hex, 16).ok());
    match (table, id) {
        ("sign_ins", Some(id)) => SignInId::from_bits(id).to_string(),
        ("tickets", Some(id)) => TicketId::from_bits(id).to_string(),
        ("accounts", Some(id)) => AccountId::from_bits(id).to_string(),
        _ => key.trim_matches('\'').to_owned(),
    }
}

/// What SQLite's own check finds wrong with the pages, indexes and rows of a database, in its words.
pub(crate) fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut check = connection.prepare("PRAGMA integrity_check(20)")?;
    let lines = check.query_map([], |row| row.get::<_, String>(0))?;
    let lines: Vec<_> = lines.collect::<rusqlite::Result<_>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}
