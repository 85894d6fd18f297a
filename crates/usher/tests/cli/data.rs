//! Commands that maintain the data.

use std::path::Path;
use std::sync::Arc;

use usher_domain::{AccountId, Actor};
use usher_engine::{Clock, Engine, Options, Request};
use usher_journal_sqlite::SqliteJournal;
use usher_testkit as kit;

use crate::program::{Server, usher, usher_with};

pub(crate) const ACCOUNT: AccountId = AccountId::from_bits(7);
const COMMITS: u64 = 5;

/// Creates an account with a few commits in a directory.
pub(crate) fn fill(directory: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let journal = SqliteJournal::open(directory).unwrap();
        let engine = Engine::start(Arc::new(journal), Clock::System, Options::default())
            .await
            .unwrap();
        let create = kit::create_account(ACCOUNT, "Before");
        let renames = (1..COMMITS).map(|number| kit::rename_account(&format!("Number {number}")));
        for command in std::iter::once(create).chain(renames) {
            let request = Request {
                actor: Actor::Operator,
                cause: "test".into(),
                command,
            };
            engine.execute(ACCOUNT, request, |_, (), _| ()).await.unwrap();
        }
        engine.shutdown().await;
    });
    // The snapshot's digest was not made with the key that a server will have.
    tamper(directory, &["DELETE FROM snapshots"]);
}

#[test]
fn an_unchanged_journal_passes_even_while_the_server_runs() {
    let data = tempfile::tempdir().unwrap();
    fill(data.path());
    let server = Server::start(data.path());
    // The server answers only after it has stored the first operator key, of which verification tells.
    let status = usher(&["status", "--server", &server.url]);

    let run = usher(&["verify", "--data", data.path().to_str().unwrap()]);

    server.stop();
    assert!(status.out.contains("is ready"), "{}", status.out);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    assert_eq!(
        run.out,
        "Everything is right: 5 commits in 1 account, and 1 change of operator keys.\n"
    );
}

#[test]
fn a_tampered_row_is_named() {
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
    assert!(run.err.contains("1 account is changed"), "{}", run.err);
}

#[test]
fn without_the_secrets_key_verify_says_what_it_could_not_check() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    fill(data.path());
    Server::start(data.path()).stop();
    let key = data.path().join("secrets.key");
    let kept = std::fs::read(&key).unwrap();
    let anchor = data.path().join("anchor");
    let verify = ["verify", "--data", path, "--anchor", anchor.to_str().unwrap()];

    std::fs::remove_file(&key).unwrap();
    let without = usher(&verify);
    tamper(data.path(), &["DELETE FROM audit WHERE place = 4 << 20"]);
    let wrong_besides = usher(&["verify", "--data", path]);
    usher(&["rebuild", "--data", path]);
    std::fs::write(&key, kept).unwrap();
    let with = usher(&["verify", "--data", path]);

    assert_eq!(without.code, Some(3), "{}", without.err);
    assert_eq!(
        without.out,
        "Everything checked is right: 5 commits in 1 account, and 1 change of operator keys.\n"
    );
    let unchecked = "Not checked, because the secrets key is not known: 2 sealed secrets, the note of the newest change. \
        Give it with `--secrets-key-file FILE` or `USHER_SECRETS_KEY`.";
    assert!(without.err.contains(unchecked), "{}", without.err);
    assert!(anchor.exists(), "chains need no key");
    assert_eq!(wrong_besides.code, Some(1));
    assert!(wrong_besides.err.contains(unchecked), "{}", wrong_besides.err);
    assert_eq!(with.code, Some(0), "{}", with.err);
}

#[test]
fn the_secrets_key_of_another_directory_is_not_reported_as_tampering() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    fill(data.path());
    Server::start(data.path()).stop();
    let key = std::fs::read_to_string(data.path().join("secrets.key")).unwrap();
    let other = "ab".repeat(32);
    let both = format!("{other},{}", key.trim());
    let verify = |key: &str| usher_with(&[("USHER_SECRETS_KEY", key)], &["verify", "--data", path]);

    let refused = verify(&other);
    let told_at_start = usher_with(
        &[("USHER_SECRETS_KEY", &other)],
        &["serve", "--listen", "127.0.0.1:0", "--data", path],
    );
    let changing = verify(&both);
    tamper(
        data.path(),
        &["UPDATE identity_join_key SET secret = CAST(secret || x'00' AS BLOB)"],
    );
    let tampered = verify(&both);

    let said = "This is not the secrets key of the data in";
    assert_eq!(
        (refused.code, refused.out.as_str()),
        (Some(2), ""),
        "{}",
        refused.err
    );
    assert!(refused.err.contains(said), "{}", refused.err);
    assert!(told_at_start.err.contains(said), "{}", told_at_start.err);
    assert_eq!(changing.code, Some(0), "{}", changing.err);
    assert_eq!(tampered.code, Some(1), "{}", tampered.out);
    assert!(tampered.out.contains("identity_join_key"), "{}", tampered.out);
}

/// Changes the data as an attacker would, and returns the output of `usher verify`.
fn verified_after(tampering: &[&str]) -> (Option<i32>, String, String) {
    let data = tempfile::tempdir().unwrap();
    fill(data.path());
    tamper(data.path(), tampering);
    let run = usher(&["verify", "--data", data.path().to_str().unwrap()]);
    (run.code, run.out, run.err)
}

pub(crate) fn tamper(directory: &Path, statements: &[&str]) {
    let database = rusqlite::Connection::open(directory.join("usher.db")).unwrap();
    for statement in statements {
        assert!(database.execute(statement, []).unwrap() > 0, "{statement}");
    }
}

#[test]
fn tampering_with_the_journal_is_found_and_named() {
    let swap = [
        "UPDATE commits SET position = 99 WHERE position = 2",
        "UPDATE commits SET position = 2 WHERE position = 3",
        "UPDATE commits SET position = 3 WHERE position = 99",
    ];
    let cases: &[(&[&str], &str)] = &[
        (
            &["UPDATE commits SET at = at + 1 WHERE position = 4"],
            "commit 4: it is not the one that was written",
        ),
        (
            &["UPDATE commits SET hash = randomblob(32) WHERE position = 2"],
            "commit 2: it is not the one that was written",
        ),
        (
            &["DELETE FROM commits WHERE position = 3"],
            "commit 3: it is missing",
        ),
        (
            &["DELETE FROM commits WHERE position = 1"],
            "commit 1: it is missing",
        ),
        (
            &["DELETE FROM commits WHERE position = 5"],
            "commit 5: it is missing, and it was the newest",
        ),
        (&swap, "commit 3: it is missing"),
        (
            &["DELETE FROM heads"],
            "commit 1: it is there, but the account's head is gone",
        ),
        (
            &["UPDATE heads SET seq = 3, position = 3"],
            "commit 4: it is there, but the account's head is gone or goes back",
        ),
    ];

    for (tampering, named) in cases {
        let (code, out, err) = verified_after(tampering);

        assert_eq!(code, Some(1), "{tampering:?}");
        assert!(
            out.starts_with(&format!("{ACCOUNT}, {named}")),
            "{tampering:?}: {out}"
        );
        assert!(err.contains("1 account is changed"), "{err}");
    }
}

#[test]
fn tampering_with_the_audit_is_found_and_named() {
    let cases: &[(&str, &str)] = &[
        (
            "UPDATE audit SET actor = 'user_of_another' WHERE place = 3 << 20",
            "audit of commit 3, entry 0: its actor is not what the journal says",
        ),
        (
            "UPDATE audit SET detail = '{\"name\":\"Nothing\"}' WHERE place = 2 << 20",
            "audit of commit 2, entry 0: its detail is not what the journal says",
        ),
        (
            "UPDATE audit SET cause = 'api a=192.0.2.7' WHERE place = 2 << 20",
            "audit of commit 2, entry 0: its cause is not what the journal says",
        ),
        (
            "DELETE FROM audit WHERE place = 4 << 20",
            "audit of commit 4, entry 0: it is missing",
        ),
        (
            "INSERT INTO audit (place, actor, action) VALUES ((5 << 20) + 1, 'operator', 'user.deleted')",
            "audit of commit 5, entry 1: the journal says nothing of it",
        ),
    ];

    for (tampering, named) in cases {
        let (code, out, err) = verified_after(&[tampering]);

        assert_eq!(code, Some(1), "{tampering}");
        assert_eq!(out, format!("{ACCOUNT}, {named}\n"), "{tampering}");
        assert!(
            err.contains("1 stored row that derives from the journal is wrong"),
            "{err}"
        );
    }
    let nowhere = "INSERT INTO audit (place, actor, action) VALUES (77 << 20, 'operator', 'user.deleted')";
    let (_, out, _) = verified_after(&[nowhere]);
    assert_eq!(
        out,
        format!("audit, row {}: it belongs to no commit\n", 77_u64 << 20)
    );
}

#[test]
fn a_rebuild_repairs_a_tampered_audit() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    fill(data.path());
    tamper(data.path(), &["DELETE FROM audit WHERE place > 2 << 20"]);

    let before = usher(&["verify", "--data", path]);
    usher(&["rebuild", "--data", path]);
    let after = usher(&["verify", "--data", path]);

    assert_eq!(before.out.lines().count(), 3, "{}", before.out);
    assert_eq!(
        after.out, "Everything is right: 5 commits in 1 account, and 0 changes of operator keys.\n",
        "{}",
        after.err
    );
}

#[test]
fn an_end_cut_off_without_a_trace_is_found_with_an_anchor() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    fill(data.path());
    let elsewhere = tempfile::tempdir().unwrap();
    let anchor = elsewhere.path().join("anchor");
    let verify = ["verify", "--data", path, "--anchor", anchor.to_str().unwrap()];
    let first = usher(&verify);
    let second = usher(&verify);
    assert!(
        first.err.contains(&format!(
            "There was no anchor {}, so nothing was compared",
            anchor.display()
        )),
        "{}",
        first.err
    );
    assert_eq!((second.code, second.err.as_str()), (Some(0), ""));
    let kept = std::fs::read_to_string(&anchor).unwrap();
    tamper(
        data.path(),
        &[
            "DELETE FROM commits WHERE position > 3",
            "DELETE FROM audit WHERE place >= 4 << 20",
            "UPDATE heads SET seq = 3, position = 3",
            "UPDATE accounts SET name = 'Number 2'",
        ],
    );

    let without = usher(&["verify", "--data", path]);
    let with = usher(&verify);

    assert_eq!(first.code, Some(0), "{}", first.err);
    assert!(kept.contains(&format!("{ACCOUNT} 5 ")), "{kept}");
    assert_eq!(
        without.out,
        "Everything is right: 3 commits in 1 account, and 0 changes of operator keys.\n"
    );
    assert_eq!(with.code, Some(1));
    let named = format!("{ACCOUNT}, commit 5: it is missing, but the anchor has it\n");
    assert_eq!(with.out, named);
    assert!(
        with.err
            .contains("If you have restored a backup since the anchor was made"),
        "{}",
        with.err
    );
    assert!(!with.err.contains("The journal of"), "{}", with.err);
    assert_eq!(std::fs::read_to_string(&anchor).unwrap(), kept);
}

#[test]
fn tampering_with_the_trail_of_operator_keys_is_found_and_named() {
    let not_written = "it is not the one that was written, or does not follow the one before it";
    let swap = "UPDATE identity_operator_audit SET seq = 9 WHERE seq = 1;
        UPDATE identity_operator_audit SET seq = 1 WHERE seq = 2;
        UPDATE identity_operator_audit SET seq = 2 WHERE seq = 9";
    let cut = "DELETE FROM identity_operator_audit WHERE seq = 3;
        UPDATE sqlite_sequence SET seq = 2 WHERE name = 'identity_operator_audit'";
    for (tampering, faults) in [
        (
            "UPDATE identity_operator_audit SET actor = 'start' WHERE seq = 2",
            vec![(2, not_written)],
        ),
        (
            "DELETE FROM identity_operator_audit WHERE seq = 2",
            vec![(2, "it is missing")],
        ),
        (
            "DELETE FROM identity_operator_audit WHERE seq = 3",
            vec![(3, "it is missing"), (3, "it is missing, but the anchor has it")],
        ),
        (swap, vec![(1, not_written), (2, not_written), (3, not_written)]),
        (cut, vec![(3, "it is missing, but the anchor has it")]),
    ] {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().to_str().unwrap();
        fill(data.path());
        for name in ["One", "Two", "Three"] {
            let made = usher(&["operator-key", "create", name, "--data", path]);
            assert_eq!(made.code, Some(0), "{}", made.err);
        }
        let anchor = data.path().join("anchor");
        let verify = ["verify", "--data", path, "--anchor", anchor.to_str().unwrap()];
        let before = usher(&verify);
        assert_eq!(
            before.out,
            "Everything is right: 5 commits in 1 account, and 3 changes of operator keys.\n"
        );
        let hand = rusqlite::Connection::open(data.path().join("usher.db")).unwrap();
        assert!(hand.execute_batch(tampering).is_err(), "{tampering}");
        hand.execute_batch(
            "DROP TRIGGER identity_operator_audit_is_not_changed; DROP TRIGGER identity_operator_audit_is_not_deleted",
        )
        .unwrap();
        hand.execute_batch(tampering).unwrap();
        drop(hand);

        let after = usher(&verify);

        let faults = faults
            .iter()
            .map(|(seq, problem)| format!("operator keys, change {seq}: {problem}\n"));
        assert_eq!(after.out, faults.collect::<String>(), "{tampering}");
        assert_eq!(after.code, Some(1));
        let advice = if tampering == cut {
            "The data differs from the anchor"
        } else {
            "The audit trail of operator keys was changed"
        };
        assert!(after.err.contains(advice), "{tampering}: {}", after.err);
    }
}

#[test]
fn a_backup_made_while_the_server_runs_is_complete() {
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
    // The server answers only after it has stored the first operator key, which the backup must contain.
    let status = usher(&["status", "--server", &server.url]);

    let first = usher(&arguments);
    let second = usher(&arguments);

    server.kill();
    assert!(status.out.contains("is ready"), "{}", status.out);
    assert_eq!(first.code, Some(0), "{}", first.err);
    // For the operator pages.
    let upkeep = std::fs::read_to_string(data.path().join("usher.upkeep")).unwrap();
    assert!(
        upkeep.starts_with("{\"backup\":") && upkeep.contains("\"verify\":null"),
        "{upkeep}"
    );
    assert_eq!(second.code, Some(1));
    assert!(second.err.contains("already exists"), "{}", second.err);
    let verified = usher_with(
        &[(
            "USHER_SECRETS_KEY_FILE",
            data.path().join("secrets.key").to_str().unwrap(),
        )],
        &["verify", "--data", copied.path().to_str().unwrap()],
    );
    assert_eq!(
        verified.out,
        "Everything is right: 5 commits in 1 account, and 1 change of operator keys.\n"
    );
    let without_key = usher(&[
        "serve",
        "--accept-loss",
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
    let refused = usher_with(
        &[("USHER_SECRETS_KEY_FILE", key.to_str().unwrap())],
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--data",
            copied.path().to_str().unwrap(),
        ],
    );
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("is a backup of 20"), "{}", refused.err);
    assert!(refused.err.contains("`--accept-loss`"), "{}", refused.err);
    let restored = Server::start_with(
        &[("USHER_SECRETS_KEY_FILE", key.to_str().unwrap())],
        &["--accept-loss", "--data", copied.path().to_str().unwrap()],
    );
    let (code, said) = restored.stop();
    assert_eq!(code, Some(0));
    let [mails, way_in] = said.lines().collect::<Vec<_>>()[..] else {
        panic!("{said}");
    };
    assert_eq!(
        mails,
        "No mails are sent until the next start, because this one accepts a loss"
    );
    // This must not be the link that a server without an account shows.
    assert!(way_in.starts_with("Sign in at http"), "{said}");
}

#[test]
fn lost_read_models_are_rebuilt() {
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
