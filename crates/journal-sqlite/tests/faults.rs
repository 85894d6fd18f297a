//! SQLite's errors are reported correctly, and affect no other appends.

#![expect(
    clippy::unwrap_used,
    clippy::doc_markdown,
    reason = "a panic is a failed test; SQLite is a name"
)]

use std::sync::{Arc, Mutex};

use usher_domain::{AccountId, Timestamp};
use usher_journal::table::Change;
use usher_journal::{
    AccountRow, Append, AppendError, Commit, Hash, Journal, Minutes, PageRequest, Record, Records, Seq,
    Snapshot,
};
use usher_journal_sqlite::{FILE_NAME, SqliteJournal, backup};

fn first(account: u128, records: Vec<Record>) -> Append {
    let at = Timestamp::from_millis(1);
    let commit = Commit::seal(
        Hash::GENESIS,
        AccountId::from_bits(account),
        Seq::FIRST,
        at,
        *b"[]",
    );
    Append {
        commit,
        next_due: None,
        records,
    }
}

/// Appends to accounts 1 to 20 at the same time.
async fn append_twenty(journal: &SqliteJournal) -> Vec<(u128, Result<(), AppendError>)> {
    let tasks = (1..=20).map(|account| {
        let journal = journal.clone();
        tokio::spawn(async move { (account, journal.append(first(account, Vec::new())).await) })
    });
    let mut answers = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        answers.push(task.await.unwrap());
    }
    answers
}

/// They come to the writer together, the snapshot first.
#[tokio::test]
async fn a_commit_is_answered_before_the_snapshots_of_its_group_are_stored() {
    let journal = SqliteJournal::open_in_memory().unwrap();
    let snapshot = Snapshot {
        account: AccountId::from_bits(2),
        seq: Seq::FIRST,
        hash: Hash::GENESIS,
        state: vec![0; 1024].into(),
        digest: Hash::GENESIS,
    };
    let answers = Arc::new(Mutex::new(Vec::new()));
    let (saving, saved) = (journal.clone(), Arc::clone(&answers));
    let (appending, appended) = (journal, Arc::clone(&answers));

    let snapshot = tokio::spawn(async move {
        saving.save_snapshot(snapshot).await.unwrap();
        saved.lock().unwrap().push("snapshot");
    });
    let commit = tokio::spawn(async move {
        appending.append(first(1, Vec::new())).await.unwrap();
        appended.lock().unwrap().push("commit");
    });
    snapshot.await.unwrap();
    commit.await.unwrap();

    assert_eq!(*answers.lock().unwrap(), ["commit", "snapshot"]);
}

#[tokio::test]
async fn a_commit_that_cannot_be_stored_fails_alone() {
    let journal = SqliteJournal::open_in_memory().unwrap();
    let refusal = "CREATE TRIGGER refuse BEFORE INSERT ON commits WHEN hex(NEW.account_id) LIKE '%07'
        BEGIN SELECT RAISE(ABORT, 'account 7 is refused'); END";
    journal.connect().unwrap().execute_batch(refusal).unwrap();

    for (account, answer) in append_twenty(&journal).await {
        let expected = match account {
            7 => Err(AppendError::Failed("account 7 is refused".into())),
            _ => Ok(()),
        };
        assert_eq!(answer, expected, "account {account}");
    }
    assert_eq!(journal.load(AccountId::from_bits(7)).await, Ok(None));
    assert_eq!(journal.accounts(None, 99).await.unwrap().len(), 19);
}

#[tokio::test]
async fn a_transaction_that_fails_at_its_end_has_an_unknown_outcome_that_can_be_looked_up() {
    let journal = SqliteJournal::open_in_memory().unwrap();
    let refusal = "CREATE TABLE parents (id INTEGER PRIMARY KEY);
        CREATE TABLE children (parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER orphan AFTER INSERT ON commits BEGIN INSERT INTO children VALUES (1); END;";
    journal.connect().unwrap().execute_batch(refusal).unwrap();

    let answer = journal.append(first(1, Vec::new())).await;
    assert!(matches!(answer, Err(AppendError::Unknown(_))), "{answer:?}");
    assert_eq!(
        journal.stored_hash(AccountId::from_bits(1), Seq::FIRST).await,
        Ok(None)
    );

    journal
        .connect()
        .unwrap()
        .execute_batch("DROP TRIGGER orphan")
        .unwrap();
    assert_eq!(journal.append(first(1, Vec::new())).await, Ok(()));
}

#[tokio::test]
async fn a_record_out_of_bounds_fails_its_commit_before_anything_is_stored() {
    let journal = SqliteJournal::open_in_memory().unwrap();
    let minutes = Record::Minutes(Minutes {
        delta: 1,
        balance: u64::MAX,
        claim: None,
    });

    let answer = journal.append(first(1, vec![minutes])).await;

    assert!(matches!(answer, Err(AppendError::Failed(_))), "{answer:?}");
    assert_eq!(journal.append(first(1, Vec::new())).await, Ok(()));
}

#[tokio::test]
async fn another_crate_writes_beside_the_journal() {
    for journal in [
        SqliteJournal::open_in_memory().unwrap(),
        SqliteJournal::open(tempfile::tempdir().unwrap().path()).unwrap(),
    ] {
        let connection = journal.connect().unwrap();
        connection
            .execute_batch("CREATE TABLE keys (id INTEGER PRIMARY KEY)")
            .unwrap();
        let other = tokio::task::spawn_blocking(move || {
            for _ in 0..50 {
                connection.execute("INSERT INTO keys DEFAULT VALUES", []).unwrap();
            }
            connection
                .query_row("SELECT count(*) FROM keys", [], |row| row.get::<_, i64>(0))
                .unwrap()
        });

        let answers = append_twenty(&journal).await;

        assert!(answers.iter().all(|(_, answer)| answer.is_ok()), "{answers:?}");
        assert_eq!(other.await.unwrap(), 50);
    }
}

#[cfg(unix)]
#[test]
fn the_directory_is_accessible_to_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("usher");

    let _journal = SqliteJournal::open(&dir).unwrap();
    backup(&dir, &dir.join("copy.db")).unwrap();

    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    assert_eq!(mode(&dir.join("copy.db")), 0o600);
    assert!(dir.join(FILE_NAME).exists());
}

#[tokio::test]
async fn two_databases_in_memory_are_separate() {
    let (one, two) = (
        SqliteJournal::open_in_memory().unwrap(),
        SqliteJournal::open_in_memory().unwrap(),
    );
    let put = Record::Account(Change::Put(vec![
        AccountRow::name.set("Example".into()),
        AccountRow::created_at.set(Timestamp::default()),
        AccountRow::deleted.set(false),
    ]));

    one.append(first(1, vec![put])).await.unwrap();

    let accounts = two
        .list_accounts(usher_journal::AccountFilter::default(), PageRequest::default())
        .await;
    assert_eq!(accounts.unwrap().items, []);
}

#[tokio::test]
async fn a_journal_that_is_closed_leaves_no_write_ahead_log() {
    let dir = tempfile::tempdir().unwrap();
    let journal = SqliteJournal::open(dir.path()).unwrap();
    let beside = journal.connect().unwrap();
    append_twenty(&journal).await;
    journal.load(AccountId::from_bits(1)).await.unwrap();

    journal.close().await;
    drop(beside);

    let files = std::fs::read_dir(dir.path()).unwrap();
    let names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names, [FILE_NAME]);
    assert!(journal.load(AccountId::from_bits(1)).await.is_err());
}
