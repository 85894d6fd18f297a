//! What the read models store of a fixed history, cell by cell. `stored/history.txt` has commits of many accounts, as an
//! earlier version wrote them; `stored/tables.txt` has the rows that it made of them.
//!
//! Databases in use depend on both: a difference here needs a migration that marks the read models as stale.
//! `UPDATE_STORED=1 cargo test -p usher-journal-sqlite --test stored` writes the rows again.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fmt::Write as _;
use std::path::PathBuf;

use rusqlite::Connection;
use usher_domain::{AccountId, Timestamp};
use usher_engine::maintenance::rebuild;
use usher_journal::{Append, Commit, Hash, Journal, Seq};
use usher_journal_sqlite::SqliteJournal;

const TABLES: [&str; 12] = [
    "accounts",
    "addresses",
    "audit",
    "codes",
    "minutes",
    "occupancy",
    "refusals",
    "sessions",
    "sign_ins",
    "subscription_changes",
    "subscription_requests",
    "tickets",
];

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/stored")
        .join(name)
}

/// Appends the commits of the history, without their records.
async fn append_history(journal: &SqliteJournal) {
    let history = std::fs::read_to_string(file("history.txt")).unwrap();
    let mut head: Option<Commit> = None;
    for line in history.lines() {
        let mut parts = line.splitn(3, ' ');
        let mut next = || parts.next().unwrap();
        let account: AccountId = next().parse().unwrap();
        let at = Timestamp::from_millis(next().parse().unwrap());
        let (seq, hash) = match head.take_if(|head| head.account == account) {
            Some(head) => (head.seq, head.hash),
            None => (Seq::ZERO, Hash::GENESIS),
        };
        let commit = Commit::seal(hash, account, seq.next(), at, next().as_bytes());
        head = Some(commit.clone());
        let append = Append {
            commit,
            next_due: None,
            records: Vec::new(),
        };
        journal.append(append).await.unwrap();
    }
}

/// Every row of a table in the order of its key, with the cells as SQL says them.
fn rows(connection: &Connection, table: &str) -> String {
    let mut columns = connection
        .prepare("SELECT name FROM pragma_table_info(?1)")
        .unwrap();
    let columns = columns.query_map([table], |row| row.get(0)).unwrap();
    let columns: Vec<String> = columns.collect::<Result<_, _>>().unwrap();
    let cells: Vec<_> = columns.iter().map(|name| format!("quote({name})")).collect();
    let (cells, order) = (cells.join(" || ' ' || "), columns[..2].join(", "));
    let sql = format!("SELECT {cells} FROM {table} ORDER BY {order}");
    let mut text = format!("{table}: {}\n", columns.join(" "));
    let mut list = connection.prepare(&sql).unwrap();
    for row in list.query_map([], |row| row.get::<_, String>(0)).unwrap() {
        writeln!(text, "{}", row.unwrap()).unwrap();
    }
    text
}

#[tokio::test]
async fn the_rows_of_a_history_are_those_that_earlier_versions_stored() {
    let folder = tempfile::tempdir().unwrap();
    let journal = SqliteJournal::open(folder.path()).unwrap();
    append_history(&journal).await;

    rebuild(&journal, |_| {}).await.unwrap();

    let connection = journal.connect().unwrap();
    let stored = TABLES.map(|table| rows(&connection, table)).join("\n");
    if std::env::var_os("UPDATE_STORED").is_some() {
        std::fs::write(file("tables.txt"), &stored).unwrap();
    }
    let expected = std::fs::read_to_string(file("tables.txt")).unwrap();
    for (stored, expected) in stored.lines().zip(expected.lines()) {
        assert_eq!(stored, expected);
    }
    assert_eq!(stored.lines().count(), expected.lines().count());
}
