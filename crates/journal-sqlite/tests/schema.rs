//! The tables that migrations make are those that the lists of fields describe.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::collections::BTreeSet;

use rusqlite::Connection;
use usher_journal::table::Row;
use usher_journal::{
    AccountRow, Audit, Minutes, Occupancy, READ_MODELS, Refusal, SessionRow, SignInRow, SubscriptionChange,
    SubscriptionRequestRow, TicketRow,
};
use usher_journal_sqlite::SqliteJournal;

/// Tables that are no read models: the commits, what finds and bounds reading them, and what is known of the database.
const OTHERS: [&str; 6] = [
    "commits",
    "facts",
    "heads",
    "milestones",
    "refinery_schema_history",
    "snapshots",
];

fn names(connection: &Connection, sql: &str, of: &str) -> BTreeSet<String> {
    let mut names = connection.prepare(sql).unwrap();
    let names = names.query_map([of], |row| row.get(0)).unwrap();
    names.collect::<Result<_, _>>().unwrap()
}

fn check<R: Row>(connection: &Connection) {
    let stored = names(connection, "SELECT name FROM pragma_table_info(?1)", R::TABLE);
    let of_commit = R::OF_COMMIT.iter().map(|column| column.column());
    let listed = of_commit.chain(R::COLUMNS.iter().copied()).map(str::to_owned);
    assert_eq!(stored, listed.collect(), "{}", R::TABLE);
}

#[test]
fn every_column_of_a_record_is_a_field_in_its_list() {
    let journal = SqliteJournal::open_in_memory().unwrap();
    let connection = journal.connect().unwrap();

    check::<AccountRow>(&connection);
    check::<Audit>(&connection);
    check::<Minutes>(&connection);
    check::<Occupancy>(&connection);
    check::<Refusal>(&connection);
    check::<SessionRow>(&connection);
    check::<SignInRow>(&connection);
    check::<SubscriptionChange>(&connection);
    check::<SubscriptionRequestRow>(&connection);
    check::<TicketRow>(&connection);
}

/// One that is not known as a read model is neither made again nor compared.
#[test]
fn every_table_is_known_as_a_read_model_or_as_something_else() {
    let journal = SqliteJournal::open_in_memory().unwrap();
    let connection = journal.connect().unwrap();

    let sql = "SELECT name FROM sqlite_master WHERE type = ?1 AND name NOT LIKE 'sqlite_%'";
    let stored = names(&connection, sql, "table");

    let known = READ_MODELS.into_iter().chain(OTHERS).map(str::to_owned);
    assert_eq!(stored, known.collect());
}
