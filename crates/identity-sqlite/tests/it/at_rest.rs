//! The contents of the database file, and the state after a restart.

use std::path::Path;

use usher_identity::{SealError, SigningKeysAtRest};
use usher_identity_sqlite::holds_sealed_secrets;

use super::*;

/// 32 bytes, the length of a signing key.
const PLAIN: &[u8] = b"a-key-that-stands-in-the-file-as";

fn first() -> String {
    "5e".repeat(32)
}

async fn open_first(directory: &Path) -> Identity {
    open(directory, &first()).await.unwrap()
}

fn keys(text: &str) -> SecretsKeys {
    SecretsKeys::parse(text).unwrap()
}

/// Writes a signing key to a new database as the first version did: in plain text.
async fn write_plain_signing_key(directory: &Path) {
    let tables = connect(directory);
    open_first(directory).await;
    tables
        .execute("UPDATE identity_signing_keys SET secret = ?1", [PLAIN])
        .unwrap();
}

/// All of the database's files on disk.
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
    let before = open_first(directory.path()).await;
    let operator = first_operator_key(&before, NOON).await;
    let key = before.put_api_key(ACME, KEY, reader(), None).await.unwrap();
    let revoked = before.put_api_key(OTHER, KEY, reader(), None).await.unwrap();
    before.revoke_api_key(OTHER, KEY).await.unwrap();
    let user = before.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;
    let hash = before
        .hash_password(HashingShare::default(), "correct horse".into(), Vec::new())
        .await
        .unwrap();
    before
        .stage_password(ACME, SVEN, &hash, PasswordLife::Lasting)
        .await
        .unwrap();
    let old_sign_in = before.sign_in_token(ACME, SIGN_IN);
    before.rotate_signing_key(NOON).await.unwrap();
    let sign_in = before.sign_in_token(ACME, SIGN_IN);
    caller(&before, key.expose(), NOON).unwrap();
    before.maintain(NOON).await.unwrap();
    drop(before);

    let after = open_first(directory.path()).await;

    assert_eq!(caller(&after, operator.expose(), NOON), Ok(Caller::Operator));
    assert_eq!(after.draw_operator_key().unwrap(), None);
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
        .verify_password(HashingShare::default(), ACME, Some(SVEN), "correct horse".into())
        .await;
    assert!(right.unwrap());
}

#[tokio::test]
async fn no_token_and_no_password_is_in_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let identity = open_first(directory.path()).await;
    let operator = first_operator_key(&identity, NOON).await;
    let key = identity.put_api_key(ACME, KEY, reader(), None).await.unwrap();
    let user = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap().token;
    let hash = identity
        .hash_password(HashingShare::default(), "correct horse".into(), Vec::new())
        .await
        .unwrap();
    identity
        .stage_password(ACME, SVEN, &hash, PasswordLife::Lasting)
        .await
        .unwrap();
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
    let identity = open_first(directory.path()).await;
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

#[tokio::test]
async fn a_plain_text_signing_key_is_sealed_and_its_tokens_stay_valid() {
    let directory = tempfile::tempdir().unwrap();
    write_plain_signing_key(directory.path()).await;
    assert!(contains(&bytes_in(directory.path()), "stands-in-the-file"));
    assert!(!holds_sealed_secrets(&connect(directory.path())).unwrap());

    let first = open_first(directory.path()).await;
    let token = first.sign_in_token(ACME, SIGN_IN);
    let stored = bytes_in(directory.path());
    drop(first);
    let second = open_first(directory.path()).await;

    assert!(!contains(&stored, "stands-in-the-file"));
    assert!(holds_sealed_secrets(&connect(directory.path())).unwrap());
    assert_eq!(second.sign_in_token(ACME, SIGN_IN), token);
}

#[tokio::test]
async fn without_the_right_key_nothing_opens_and_nothing_changes() {
    let directory = tempfile::tempdir().unwrap();
    let token = open_first(directory.path()).await.sign_in_token(ACME, SIGN_IN);

    let refused = open(directory.path(), &"ba".repeat(32)).await;

    let refused = refused.unwrap_err();
    assert!(
        matches!(refused, IdentityError::Seal(SealError::UnknownKey { .. })),
        "{refused:?}"
    );
    assert_eq!(
        open_first(directory.path()).await.sign_in_token(ACME, SIGN_IN),
        token
    );
}

#[tokio::test]
async fn after_a_start_with_both_keys_the_new_one_is_enough() {
    let directory = tempfile::tempdir().unwrap();
    let token = open_first(directory.path()).await.sign_in_token(ACME, SIGN_IN);
    let (new, old) = ("7e".repeat(32), "5e".repeat(32));

    drop(open(directory.path(), &format!("{new},{old}")).await.unwrap());

    let renewed = open(directory.path(), &new).await.unwrap();
    assert_eq!(renewed.sign_in_token(ACME, SIGN_IN), token);
    assert!(open(directory.path(), &old).await.is_err());
}

#[tokio::test]
async fn a_sealed_signing_key_does_not_open_under_another_number() {
    let directory = tempfile::tempdir().unwrap();
    drop(open_first(directory.path()).await);
    let moved = connect(directory.path()).execute("UPDATE identity_signing_keys SET id = id + 1", []);
    assert_eq!(moved.unwrap(), 1);

    let refused = open(directory.path(), &first()).await.unwrap_err();

    assert!(
        matches!(refused, IdentityError::Seal(SealError::Damaged { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_running_server_loads_signing_keys_that_were_rotated_in_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let server = open_first(directory.path()).await;
    let before = server.sign_in_token(ACME, SIGN_IN);
    let wrong = SigningKeysAtRest::open(store(directory.path()), &keys(&"77".repeat(32))).await;
    let opened = SigningKeysAtRest::open(store(directory.path()), &keys(&first())).await;
    let at_rest = opened.unwrap();

    at_rest.rotate(NOON).await.unwrap();
    server.reread_signing_keys().await.unwrap();
    let after = server.sign_in_token(ACME, SIGN_IN);
    let numbers: Vec<_> = at_rest
        .list()
        .await
        .unwrap()
        .iter()
        .map(|key| key.number)
        .collect();

    assert!(matches!(
        wrong,
        Err(IdentityError::Seal(SealError::UnknownKey { .. }))
    ));
    assert_ne!(before, after);
    assert_eq!(numbers, [2, 1]);
    assert_eq!(at_rest.list().await.unwrap()[0].created_at, Some(NOON));
    for good in [&before, &after] {
        assert!(caller(&server, good.expose(), NOON).is_ok());
    }
    assert_eq!(at_rest.retire().await.unwrap(), 1);
    server.reread_signing_keys().await.unwrap();
    assert!(caller(&server, before.expose(), NOON).is_err());
    assert!(caller(&server, after.expose(), NOON).is_ok());
}
