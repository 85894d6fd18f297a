//! Several operator keys.

use super::*;
use crate::{Credential, NewOperatorKey, OperatorKeysAtRest, OperatorScope, Revoked};
use usher_domain::OperatorKeyId;

const FIRST: OperatorKeyId = OperatorKeyId::from_bits(1);
const SECOND: OperatorKeyId = OperatorKeyId::from_bits(2);

fn key(name: &str, scope: OperatorScope, expires_at: Option<Timestamp>) -> NewOperatorKey {
    NewOperatorKey {
        name: name.parse().unwrap(),
        scopes: BTreeSet::from([scope]),
        expires_at,
    }
}

async fn add(identity: &Identity, id: OperatorKeyId, new: NewOperatorKey) -> String {
    let secret = identity.add_operator_key(id, new, NOON).await.unwrap().unwrap();
    secret.into_exposed()
}

#[tokio::test]
async fn each_key_is_known_with_what_it_is_good_for_until_it_expires() {
    let identity = identity();
    let reader = key("Monitoring", OperatorScope::AccountsRead, Some(NOON + secs(60)));

    let secret = add(&identity, FIRST, reader).await;
    let known = identity
        .identify(&secret, None, Some([192, 0, 2, 7].into()), NOON)
        .unwrap();
    let over = identity.identify(&secret, None, None, NOON + secs(60));

    assert_eq!(known.caller, Caller::Operator);
    let scopes = BTreeSet::from([OperatorScope::AccountsRead]);
    assert_eq!(known.credential, Credential::OperatorKey { id: FIRST, scopes });
    assert_eq!(over, Err(Unauthenticated::Expired));
    let last = identity.operator_keys()[0].last_use.unwrap();
    assert_eq!((last.at, last.from), (NOON, Some([192, 0, 2, 7].into())));
}

#[tokio::test]
async fn the_last_key_that_is_good_for_everything_is_never_revoked() {
    let identity = identity();
    let first = add(&identity, FIRST, key("First", OperatorScope::Everything, None)).await;
    let reader = OperatorKeyId::from_bits(3);
    add(
        &identity,
        reader,
        key("Reader", OperatorScope::AccountsRead, None),
    )
    .await;
    let soon = key("Soon over", OperatorScope::Everything, Some(NOON + secs(60)));
    add(&identity, SECOND, soon).await;

    let after_its_end = identity
        .revoke_operator_key(FIRST, NOON + secs(60))
        .await
        .unwrap();
    let second = identity.revoke_operator_key(SECOND, NOON).await.unwrap();
    let last = identity.revoke_operator_key(FIRST, NOON).await.unwrap();
    let other = identity.revoke_operator_key(reader, NOON).await.unwrap();
    let unknown = identity.revoke_operator_key(reader, NOON).await.unwrap();

    assert_eq!(after_its_end, Revoked::LastFull);
    assert_eq!((second, last), (Revoked::Yes, Revoked::LastFull));
    assert_eq!((other, unknown), (Revoked::Yes, Revoked::Unknown));
    assert_eq!(caller(&identity, &first, NOON), Ok(Caller::Operator));
}

#[tokio::test]
async fn after_a_rotation_the_secret_before_works_until_the_overlap_ends() {
    let identity = identity();
    let old = add(&identity, FIRST, key("First", OperatorScope::Everything, None)).await;

    let new = identity
        .rotate_operator_key(FIRST, secs(60), NOON)
        .await
        .unwrap()
        .unwrap();
    let unknown = identity
        .rotate_operator_key(SECOND, secs(60), NOON)
        .await
        .unwrap();

    assert_eq!(unknown, None);
    for (at, works) in [(NOON + secs(59), true), (NOON + secs(60), false)] {
        assert_eq!(caller(&identity, &old, at).is_ok(), works);
        assert_eq!(caller(&identity, new.expose(), at), Ok(Caller::Operator));
    }
    let newest = identity
        .rotate_operator_key(FIRST, secs(0), NOON)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        caller(&identity, new.expose(), NOON),
        Err(Unauthenticated::Unknown)
    );
    assert_eq!(caller(&identity, newest.expose(), NOON), Ok(Caller::Operator));
}

#[tokio::test]
async fn a_server_takes_over_what_is_done_to_its_keys_in_the_database() {
    let directory = tempfile::tempdir().unwrap();
    let connect = || {
        let connection = rusqlite::Connection::open(directory.path().join("usher.db")).unwrap();
        connection.pragma_update(None, "journal_mode", "wal").unwrap();
        connection
    };
    let identity = Identity::open(connect(), &crate::SecretsKeys::draw().unwrap()).unwrap();
    let first = identity.create_operator_key(NOON).await.unwrap().unwrap();
    caller(&identity, first.expose(), NOON).unwrap();

    let mut at_rest = OperatorKeysAtRest::open(connect()).unwrap();
    let (_, second) = at_rest
        .create(key("Found again", OperatorScope::Everything, None), NOON)
        .unwrap();
    let lost = at_rest
        .list()
        .unwrap()
        .iter()
        .find(|key| &*key.name == "First key")
        .unwrap()
        .id;
    assert!(at_rest.revoke(lost).unwrap() && !at_rest.revoke(lost).unwrap());
    assert!(caller(&identity, second.expose(), NOON).is_err());
    identity.reread_operator_keys().await.unwrap();

    assert_eq!(caller(&identity, second.expose(), NOON), Ok(Caller::Operator));
    assert_eq!(
        caller(&identity, first.expose(), NOON),
        Err(Unauthenticated::Unknown)
    );
}

#[test]
fn the_one_key_of_before_becomes_the_first_of_several() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("usher.db");
    let old = rusqlite::Connection::open(&file).unwrap();
    for sql in [
        include_str!("../../migrations/V1__credentials.sql"),
        include_str!("../../migrations/V2__portal.sql"),
    ] {
        old.execute_batch(sql).unwrap();
    }
    let digest = crate::secret::Digest::of("the-key-that-the-operator-drew");
    old.execute(
        "INSERT INTO identity_operator_key VALUES (1, ?1)",
        [digest.as_bytes()],
    )
    .unwrap();
    old.execute_batch(include_str!("../../migrations/V5__keys.sql"))
        .unwrap();

    let keys = crate::operator::load(&old).unwrap();

    let known = keys.known(&digest, None, NOON).unwrap();
    assert_eq!(known.1, BTreeSet::from([OperatorScope::Everything]));
    assert_eq!(&*keys.list()[0].name, "First key");
}
