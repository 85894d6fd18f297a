//! A start notices that acknowledged changes are missing.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;
use usher_client::{Account, Client};

use crate::data::{ACCOUNT, fill, tamper};
use crate::program::{Run, Server, usher};

const OPERATOR_KEY: &str = "a-key-that-only-this-test-knows";

/// A directory on which a server has worked, with six noted commits and a snapshot.
fn worked_on() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    fill(data.path());
    let path = data.path().to_str().unwrap();
    let server = Server::start_with(&[("USHER_OPERATOR_KEY", OPERATOR_KEY)], &["--data", path]);
    let account = Account::of(
        Client::new(&server.url, OPERATOR_KEY).unwrap(),
        ACCOUNT.to_string(),
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(account.add_minutes(10)).unwrap();
    assert_eq!(server.stop().0, Some(0));
    data
}

/// The same with another operator key, which is noted and only in the write-ahead file, as after a kill.
fn killed() -> TempDir {
    let data = worked_on();
    let path = data.path().to_str().unwrap();
    let server = Server::start(data.path());
    // A reader of an older state keeps the write-ahead file from being checkpointed.
    let reader = rusqlite::Connection::open(data.path().join("usher.db")).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    reader
        .query_row("SELECT count(*) FROM commits", [], |row| row.get::<_, i64>(0))
        .unwrap();
    assert_eq!(
        usher(&["operator-key", "create", "Late", "--data", path]).code,
        Some(0)
    );
    assert_eq!(server.stop().0, Some(0));
    let copy = tempfile::tempdir().unwrap();
    for name in ["usher.db", "usher.db-wal", "usher.note", "secrets.key"] {
        std::fs::copy(data.path().join(name), copy.path().join(name)).unwrap();
    }
    copy
}

fn start(data: &Path) -> Run {
    usher(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data.to_str().unwrap(),
    ])
}

/// Checks that a server does not start, prints this, and starts once it is told to accept the loss, and every time
/// after that.
fn assert_refused_until_accepted(data: &Path, said: &str) {
    let path = data.to_str().unwrap();
    let before = listing(data);

    let refused = start(data);

    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert!(refused.err.contains(said), "{}", refused.err);
    assert!(
        refused.err.contains("start once with `--accept-loss`"),
        "{}",
        refused.err
    );
    assert_eq!(listing(data), before, "a refusal changes nothing");
    let accepted = Server::start_with(&[], &["--accept-loss", "--data", path]);
    assert_eq!(accepted.stop().0, Some(0));
    let after = Server::start(data);
    assert_eq!(after.stop().0, Some(0));
    assert_eq!(usher(&["verify", "--data", path]).code, Some(0));
}

/// The files in a directory and their sizes, except for those that any reader creates.
fn listing(data: &Path) -> Vec<(String, u64)> {
    let mut files: Vec<_> = std::fs::read_dir(data)
        .unwrap()
        .map(|file| {
            let file = file.unwrap();
            (
                file.file_name().into_string().unwrap(),
                file.metadata().unwrap().len(),
            )
        })
        .filter(|(name, _)| !["usher.db-shm", "usher.db-wal", "usher.lock"].contains(&name.as_str()))
        .collect();
    files.sort();
    files
}

fn remove_database(data: &Path) {
    for name in ["usher.db", "usher.db-wal", "usher.db-shm"] {
        let _ = std::fs::remove_file(data.join(name));
    }
}

#[test]
fn missing_noted_commits_stop_a_start() {
    let data = worked_on();
    tamper(
        data.path(),
        &[
            "DELETE FROM commits WHERE position > 3",
            "DELETE FROM audit WHERE place >= 4 << 20",
            "UPDATE heads SET seq = 3, position = 3",
            "DELETE FROM snapshots",
            "DELETE FROM minutes",
            "DELETE FROM subscription_changes WHERE place >= 4 << 20",
            "UPDATE accounts SET name = 'Number 2'",
        ],
    );

    let verified = usher(&["verify", "--data", data.path().to_str().unwrap()]);

    assert_eq!(verified.code, Some(1));
    assert!(verified.err.contains("3 commits up to 20"), "{}", verified.err);
    assert_refused_until_accepted(data.path(), "3 commits up to 20");
}

#[test]
fn a_flipped_byte_in_the_write_ahead_file_stops_a_start() {
    let data = killed();
    let wal = data.path().join("usher.db-wal");
    let mut bytes = std::fs::read(&wal).unwrap();
    assert!(bytes.len() > 4_096, "nothing is in the write-ahead file");
    // In the first frame: SQLite ignores it and everything after it.
    bytes[32 + 24 + 100] ^= 1;
    std::fs::write(&wal, &bytes).unwrap();
    let kept = bytes.len();

    let refused = start(data.path());

    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("change of credentials up to 20"),
        "{}",
        refused.err
    );
    let left = std::fs::metadata(&wal).unwrap().len();
    assert_eq!(
        left,
        u64::try_from(kept).unwrap(),
        "what can still be saved is still there"
    );
    bytes[32 + 24 + 100] ^= 1;
    std::fs::write(&wal, &bytes).unwrap();
    assert_eq!(
        Server::start(data.path()).stop().0,
        Some(0),
        "the right file was put back"
    );
}

#[test]
fn a_missing_or_empty_database_stops_a_start() {
    let gone = worked_on();
    remove_database(gone.path());
    assert_refused_until_accepted(gone.path(), "is gone or empty: 6 commits up to 20");

    let empty = worked_on();
    remove_database(empty.path());
    std::fs::write(empty.path().join("usher.db"), "").unwrap();
    assert_refused_until_accepted(empty.path(), "is gone or empty: 6 commits up to 20");

    let key_alone = worked_on();
    remove_database(key_alone.path());
    std::fs::remove_file(key_alone.path().join("usher.note")).unwrap();
    assert_refused_until_accepted(key_alone.path(), "but its secrets key is there");
}

#[test]
fn a_note_that_is_missing_changed_or_of_another_server_stops_a_start() {
    let gone = worked_on();
    std::fs::remove_file(gone.path().join("usher.note")).unwrap();
    assert_refused_until_accepted(gone.path(), "`usher.note`, is missing");

    let changed = worked_on();
    let note = changed.path().join("usher.note");
    let text = std::fs::read_to_string(&note).unwrap();
    std::fs::write(&note, text.replace("\"at\":", "\"at\": ")).unwrap();
    let verified = usher(&["verify", "--data", changed.path().to_str().unwrap()]);
    assert!(
        verified.out.contains("usher.note: it was not written"),
        "{}",
        verified.out
    );
    assert_refused_until_accepted(changed.path(), "was not written with the secrets key");

    let (one, other) = (worked_on(), worked_on());
    tamper(
        one.path(),
        &["UPDATE commits SET hash = randomblob(32) WHERE position = 6"],
    );
    let refused = start(one.path());
    assert!(
        refused.err.contains("is not the one that the server used"),
        "{}",
        refused.err
    );
    std::fs::copy(other.path().join("usher.note"), one.path().join("usher.note")).unwrap();
    let refused = start(one.path());
    assert!(
        refused.err.contains("was not written with the secrets key"),
        "{}",
        refused.err
    );
}

#[test]
fn a_start_after_a_killed_first_start_is_a_first_start() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("usher.lock"), "").unwrap();
    std::fs::write(data.path().join("usher.first-start"), "").unwrap();
    let key = data.path().join("secrets.key");
    std::fs::write(&key, "").unwrap();
    std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    std::fs::write(data.path().join("usher.db"), "").unwrap();

    let mut server = Server::start(data.path());

    assert!(server.operator_key().starts_with("usher_op_"));
    assert_eq!(server.stop().0, Some(0));
    assert!(!data.path().join("usher.first-start").exists());
    assert!(data.path().join("usher.note").exists());
}

#[test]
fn a_tampered_snapshot_is_named_and_the_server_does_not_start() {
    let data = worked_on();
    let path = data.path().to_str().unwrap();
    let change = "UPDATE snapshots SET state = CAST(replace(state, 'Number 4', 'Number 9') AS BLOB)";
    tamper(data.path(), &[change]);

    let verified = usher(&["verify", "--data", path]);
    let refused = start(data.path());
    let rebuilt = usher(&["rebuild", "--data", path]);

    let named = format!("{ACCOUNT}, snapshot after commit 6: ");
    assert_eq!(
        verified.out,
        format!("{named}its state is not what the commits give\n")
    );
    assert_eq!(verified.code, Some(1));
    assert!(verified.err.contains("run `usher rebuild`"), "{}", verified.err);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains(&named), "{}", refused.err);
    assert_eq!(rebuilt.code, Some(0), "{}", rebuilt.err);
    assert_eq!(Server::start(data.path()).stop().0, Some(0));
    assert_eq!(usher(&["verify", "--data", path]).code, Some(0));
}
