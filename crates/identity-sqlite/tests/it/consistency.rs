//! Tampering with the credential tables is found, and changes of credentials are counted.

use usher_identity_sqlite::{changes, check_tables};

use super::*;

#[tokio::test]
async fn tables_from_usher_pass_and_manual_changes_are_named() {
    let keys = SecretsKeys::draw().unwrap();
    let cases = [
        ("UPDATE identity_passwords SET hash = 'x'", "identity_passwords"),
        ("UPDATE identity_api_keys SET digest = x'00'", "identity_api_keys"),
        (
            "UPDATE identity_api_keys SET former_digest = zeroblob(32)",
            "identity_api_keys",
        ),
        (
            "INSERT INTO identity_provider_domains (domain, account) VALUES ('example.com', zeroblob(16))",
            "identity_provider_domains",
        ),
        (
            "INSERT INTO identity_recovery_codes (account, user, digest) VALUES (zeroblob(16), zeroblob(16), x'00')",
            "identity_recovery_codes",
        ),
        (
            "UPDATE identity_signing_keys SET secret = zeroblob(100)",
            "identity_signing_keys",
        ),
        (
            "UPDATE identity_join_key SET secret = zeroblob(100)",
            "identity_join_key",
        ),
    ];
    for (tampering, table) in cases {
        let directory = tempfile::tempdir().unwrap();
        let identity = Identity::open(store(directory.path()), &keys).await.unwrap();
        identity.put_api_key(ACME, KEY, reader(), None).await.unwrap();
        let hash = identity
            .hash_password(HashingShare::default(), "correct horse".into(), Vec::new())
            .await
            .unwrap();
        identity
            .stage_password(ACME, SVEN, &hash, PasswordLife::Lasting)
            .await
            .unwrap();
        first_operator_key(&identity, NOON).await;
        let hand = connect(directory.path());
        assert_eq!(check_tables(&hand, Some(&keys)).unwrap(), []);

        assert!(hand.execute(tampering, []).unwrap() > 0, "{tampering}");

        let faults = check_tables(&hand, Some(&keys)).unwrap();
        assert_eq!(faults.len(), 1, "{tampering}: {faults:?}");
        assert_eq!(faults[0].table, table, "{tampering}");
    }
}

#[tokio::test]
async fn every_change_of_credentials_is_counted_and_reading_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let keys = SecretsKeys::draw().unwrap();
    let identity = Identity::open(store(directory.path()), &keys).await.unwrap();
    let other = connect(directory.path());
    let before = changes(&other).unwrap();

    first_operator_key(&identity, NOON).await;
    let once = changes(&other).unwrap();
    identity.unrecorded(NOON).await.unwrap();
    identity.maintain(NOON).await.unwrap();

    assert_eq!((once, changes(&other).unwrap()), (before + 1, before + 1));
}
