//! Replaces join codes that an earlier version stored in plain text with their digests.

use rusqlite::types::Value;
use rusqlite::{Connection, TransactionBehavior, params};
use usher_journal::plain_code_digest;

/// A table that exists until this is done.
const LEFT: &str = "plain_join_codes_left";

/// Replaces all of them, or none: after a kill at any moment the next start does it.
pub(crate) fn replace_plain_ones(connection: &mut Connection) -> rusqlite::Result<()> {
    if !usher_sqlite::has_object(connection, LEFT)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it in the meantime.
    if usher_sqlite::has_object(&transaction, LEFT)? {
        replace_in(&transaction, "codes", "code")?;
        replace_in(&transaction, "sessions", "place")?;
        transaction.execute_batch(&format!("DROP TABLE {LEFT}"))?;
    }
    transaction.commit()
}

fn replace_in(connection: &Connection, table: &str, key: &str) -> rusqlite::Result<()> {
    let sql = format!("SELECT {key}, code FROM {table} WHERE code IS NOT NULL");
    let mut select = connection.prepare(&sql)?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(Value, String)> = rows.collect::<Result<_, _>>()?;
    let mut update = connection.prepare(&format!("UPDATE {table} SET code = ?2 WHERE {key} = ?1"))?;
    for (key, code) in rows {
        update.execute(params![key, &*plain_code_digest(&code)])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_an_earlier_version_are_replaced_by_digests_all_at_once_and_only_once() {
        let mut database = Connection::open_in_memory().unwrap();
        database
            .execute_batch(
                "CREATE TABLE codes (code TEXT NOT NULL PRIMARY KEY, session_id INTEGER) WITHOUT ROWID;
                 CREATE TABLE sessions (place INTEGER NOT NULL PRIMARY KEY, code TEXT);
                 CREATE TABLE plain_join_codes_left (since INTEGER NOT NULL);
                 INSERT INTO codes VALUES ('K7QM2XABCD', 1), ('ZZZM2XABCD', 2);
                 INSERT INTO sessions VALUES (1, 'K7QM2XABCD'), (2, 'ZZZM2XABCD'), (3, NULL);",
            )
            .unwrap();

        replace_plain_ones(&mut database).unwrap();
        replace_plain_ones(&mut database).unwrap();

        for sql in [
            "SELECT session_id FROM codes WHERE code = ?1",
            "SELECT place FROM sessions WHERE code = ?1",
        ] {
            let found: i64 = database
                .query_row(sql, [&*plain_code_digest("ZZZM2XABCD")], |row| row.get(0))
                .unwrap();
            assert_eq!(found, 2, "{sql}");
        }
        let plain: i64 = database
            .query_row("SELECT count(*) FROM codes WHERE length(code) < 20", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(plain, 0);
    }
}
