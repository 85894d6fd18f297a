//! What stands in the file, and what a restart leaves.

use std::path::Path;

use super::*;

fn connect(directory: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(directory.join("usher.db")).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    connection
}

fn open(directory: &Path) -> Identity {
    Identity::open(connect(directory)).unwrap()
}

/// Everything that the database keeps on the disk.
fn bytes_in(directory: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(directory).unwrap();
    files
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect()
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn a_restart_keeps_every_credential_and_every_revocation() {
    let directory = tempfile::tempdir().unwrap();
    let before = open(directory.path());
    let operator = before.create_operator_key().await.unwrap().unwrap();
    let key = before.put_api_key(ACME, KEY, reader(), None).await.unwrap();
    let revoked = before.put_api_key(OTHER, KEY, reader(), None).await.unwrap();
    before.revoke_api_key(OTHER, KEY).await.unwrap();
    let user = before.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;
    let hash = before
        .hash_password("correct horse".into(), Vec::new())
        .await
        .unwrap();
    before.stage_password(ACME, SVEN, &hash).await.unwrap();
    let old_sign_in = before.sign_in_token(ACME, SIGN_IN);
    before.rotate_signing_key().await.unwrap();
    let sign_in = before.sign_in_token(ACME, SIGN_IN);
    caller(&before, key.expose(), NOON).unwrap();
    before.maintain(NOON).await.unwrap();
    drop(before);

    let after = open(directory.path());

    assert_eq!(caller(&after, operator.expose(), NOON), Ok(Caller::Operator));
    assert_eq!(after.create_operator_key().await.unwrap(), None);
    assert_eq!(
        caller(&after, key.expose(), NOON),
        Ok(Caller::ApiKey {
            account: ACME,
            id: KEY,
            scopes: reader()
        })
    );
    assert_eq!(after.api_key_last_used_at(ACME, KEY), Some(NOON));
    assert!(caller(&after, revoked.expose(), NOON).is_err());
    assert_eq!(caller(&after, user.expose(), NOON), Ok(SVEN_OF_ACME));
    assert!(caller(&after, old_sign_in.expose(), NOON).is_ok());
    assert_eq!(after.sign_in_token(ACME, SIGN_IN), sign_in);
    let right = after
        .verify_password(ACME, Some(SVEN), "correct horse".into())
        .await;
    assert!(right.unwrap());
}

#[tokio::test]
async fn no_token_and_no_password_stands_in_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let identity = open(directory.path());
    let operator = identity.create_operator_key().await.unwrap().unwrap();
    let key = identity.put_api_key(ACME, KEY, reader(), None).await.unwrap();
    let user = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;
    let hash = identity
        .hash_password("correct horse".into(), Vec::new())
        .await
        .unwrap();
    identity.stage_password(ACME, SVEN, &hash).await.unwrap();
    let sign_in = identity.sign_in_token(ACME, SIGN_IN);

    let stored = bytes_in(directory.path());

    assert!(
        contains(&stored, hash.as_str()),
        "the test looks at the wrong bytes"
    );
    for secret in [&operator, &key, &user, &sign_in] {
        let (_, random) = secret.expose().split_at(secret.expose().len() - 52);
        assert!(!contains(&stored, random));
    }
    assert!(!contains(&stored, "correct horse"));
}

#[tokio::test]
async fn a_change_waits_for_another_writer_of_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let identity = open(directory.path());
    let other = connect(directory.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let issuing = tokio::spawn({
        let identity = identity.clone();
        async move { identity.issue_user_token(ACME, SVEN, NOON).await }
    });
    tokio::task::yield_now().await;
    other.execute_batch("ROLLBACK").unwrap();

    let token = issuing.await.unwrap().unwrap().token;
    assert_eq!(caller(&identity, token.expose(), NOON), Ok(SVEN_OF_ACME));
}
