use refinery::{Migration, Runner};
use rusqlite::Connection;

use super::{Landmark, MigrationError, has_object, migrate};

const HISTORY: &str = "history";

fn runner(sql: &[(&str, &str)]) -> Runner {
    let migrations = sql
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql).unwrap());
    Runner::new(&migrations.collect::<Vec<_>>())
}

fn applied(connection: &Connection) -> Vec<i32> {
    let mut versions = connection
        .prepare("SELECT version FROM history ORDER BY version")
        .unwrap();
    let versions = versions.query_map([], |row| row.get(0)).unwrap();
    versions.collect::<Result<_, _>>().unwrap()
}

#[test]
fn missing_migrations_are_applied_once() {
    let mut connection = Connection::open_in_memory().unwrap();
    let first = [("V1__one", "CREATE TABLE one (a)")];
    let both = [first[0], ("V3__two", "ALTER TABLE one RENAME TO two")];

    let before = migrate(&mut connection, &runner(&first), HISTORY, &[]).unwrap();
    let between = migrate(&mut connection, &runner(&both), HISTORY, &[]).unwrap();
    let after = migrate(&mut connection, &runner(&both), HISTORY, &[]).unwrap();

    assert_eq!((before, between, after), (None, Some(1), Some(3)));
    assert_eq!(applied(&connection), [1, 3]);
}

#[test]
fn a_failed_migration_rolls_back_those_before_it() {
    let mut connection = Connection::open_in_memory().unwrap();
    let failing = [
        ("V1__one", "CREATE TABLE one (a)"),
        ("V2__two", "DROP TABLE nothing"),
    ];

    let error = migrate(&mut connection, &runner(&failing), HISTORY, &[]).unwrap_err();

    assert!(
        matches!(error, MigrationError::Failed { version: 2, .. }),
        "{error}"
    );
    assert!(!has_object(&connection, "one").unwrap());
    assert!(!has_object(&connection, HISTORY).unwrap());
}

#[test]
fn tables_left_without_their_history_row_are_recognized() {
    let mut connection = Connection::open_in_memory().unwrap();
    let both = [
        ("V1__one", "CREATE TABLE one (a)"),
        ("V2__two", "CREATE TABLE two (a)"),
    ];
    let landmarks = [("one", 1), ("two", 2)].map(|(object, version)| Landmark { version, object });
    connection.execute_batch("CREATE TABLE one (a)").unwrap();

    migrate(&mut connection, &runner(&both), HISTORY, &landmarks).unwrap();

    assert_eq!(applied(&connection), [1, 2]);
    assert!(has_object(&connection, "two").unwrap());
}

#[test]
fn a_schema_of_a_later_version_or_of_another_program_is_left_alone() {
    let mut connection = Connection::open_in_memory().unwrap();
    let both = [
        ("V1__one", "CREATE TABLE one (a)"),
        ("V2__two", "CREATE TABLE two (a)"),
    ];
    migrate(&mut connection, &runner(&both), HISTORY, &[]).unwrap();

    let newer = migrate(&mut connection, &runner(&both[..1]), HISTORY, &[]).unwrap_err();
    let changed = [("V1__one", "CREATE TABLE one (b)"), both[1]];
    let divergent = migrate(&mut connection, &runner(&changed), HISTORY, &[]).unwrap_err();

    assert!(
        matches!(newer, MigrationError::Newer { stored: 2, known: 1 }),
        "{newer}"
    );
    assert!(
        matches!(divergent, MigrationError::Divergent { version: 1 }),
        "{divergent}"
    );
}
