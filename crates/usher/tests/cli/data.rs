//! Looking after the data.

use std::path::Path;
use std::sync::Arc;

use usher_domain::{AccountId, Actor, Command};
use usher_engine::{Clock, Engine, Options, Request};
use usher_journal_sqlite::SqliteJournal;

use crate::program::{Server, usher};

const ACCOUNT: AccountId = AccountId::from_bits(7);
const COMMITS: u64 = 5;

/// Puts an account with a few commits into a directory.
fn fill(directory: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let journal = SqliteJournal::open(directory).unwrap();
        let engine = Engine::start(Arc::new(journal), Clock::System, Options::default())
            .await
            .unwrap();
        let create = Command::CreateAccount {
            id: ACCOUNT,
            name: "Before".parse().unwrap(),
        };
        let renames = (1..COMMITS).map(|number| Command::RenameAccount {
            name: format!("Number {number}").parse().unwrap(),
        });
        for command in std::iter::once(create).chain(renames) {
            let request = Request {
                actor: Actor::Operator,
                cause: "test".into(),
                command,
            };
            engine.execute(ACCOUNT, request, |_, _, _| ()).await.unwrap();
        }
        engine.shutdown().await;
    });
}

#[test]
fn a_journal_as_it_was_written_is_found_well_also_while_the_server_runs() {
    let data = tempfile::tempdir().unwrap();
    fill(data.path());
    let server = Server::start(data.path());

    let run = usher(&["verify", "--data", data.path().to_str().unwrap()]);

    server.stop();
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    assert_eq!(run.out, "All is well: 5 commits in 1 account.\n");
}

#[test]
fn a_row_that_a_hand_has_changed_is_named() {
    let data = tempfile::tempdir().unwrap();
    fill(data.path());
    let database = rusqlite::Connection::open(data.path().join("usher.db")).unwrap();
    let changed = database.execute(
        "UPDATE commits SET entries = CAST(replace(entries, 'Number 2', 'Number 9') AS BLOB) WHERE position = 3",
        [],
    );
    assert_eq!(changed.unwrap(), 1);
    drop(database);

    let run = usher(&["verify", "--data", data.path().to_str().unwrap()]);

    assert_eq!(run.code, Some(1));
    assert!(
        run.out.starts_with(&format!("{ACCOUNT}, commit 3: ")),
        "{}",
        run.out
    );
    assert!(
        run.err.contains("1 account is not what was written"),
        "{}",
        run.err
    );
}

#[test]
fn a_backup_that_was_taken_while_the_server_runs_is_whole() {
    let data = tempfile::tempdir().unwrap();
    fill(data.path());
    let copied = tempfile::tempdir().unwrap();
    let copy = copied.path().join("usher.db");
    let arguments = [
        "backup",
        copy.to_str().unwrap(),
        "--data",
        data.path().to_str().unwrap(),
    ];
    let server = Server::start(data.path());

    let first = usher(&arguments);
    let second = usher(&arguments);

    server.kill();
    assert_eq!(first.code, Some(0), "{}", first.err);
    assert_eq!(second.code, Some(1));
    assert!(second.err.contains("exists already"), "{}", second.err);
    let verified = usher(&["verify", "--data", copied.path().to_str().unwrap()]);
    assert_eq!(verified.out, "All is well: 5 commits in 1 account.\n");
    let without_key = usher(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        copied.path().to_str().unwrap(),
    ]);
    assert_eq!(without_key.code, Some(1));
    assert!(
        without_key.err.contains("their key is missing"),
        "{}",
        without_key.err
    );
    let key = data.path().join("secrets.key");
    let restored = Server::start_with(
        &[("USHER_SECRETS_KEY_FILE", key.to_str().unwrap())],
        &["--data", copied.path().to_str().unwrap()],
    );
    let (code, said) = restored.stop();
    assert_eq!(code, Some(0));
    // Not the link that a server without an account shows.
    assert!(said.starts_with("Sign in at http"), "{said}");
}

#[test]
fn read_models_that_are_lost_come_back() {
    let data = tempfile::tempdir().unwrap();
    fill(data.path());
    let database = rusqlite::Connection::open(data.path().join("usher.db")).unwrap();
    database.execute("DELETE FROM accounts", []).unwrap();

    let run = usher(&["rebuild", "--data", data.path().to_str().unwrap()]);

    assert_eq!(
        (run.code, run.out.as_str()),
        (Some(0), "Rebuilt from 5 commits in 1 account.\n"),
        "{}",
        run.err
    );
    let name: String = database
        .query_row("SELECT name FROM accounts", [], |row| row.get(0))
        .unwrap();
    assert_eq!(name, "Number 4");
}
