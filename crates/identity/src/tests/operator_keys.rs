//! Several operator keys.

use super::*;
use crate::{
    Credential, KeysChangedBy, KeysOrigin, NewOperatorKey, OperatorKeysAtRest, OperatorScope, Revoked,
    TrailSubject,
};
use usher_domain::OperatorKeyId;
use usher_domain::personal::Personal;

const FIRST: OperatorKeyId = OperatorKeyId::from_bits(1);
const SECOND: OperatorKeyId = OperatorKeyId::from_bits(2);

fn key(name: &str, scope: OperatorScope, expires_at: Option<Timestamp>) -> NewOperatorKey {
    NewOperatorKey {
        name: name.parse().unwrap(),
        scopes: BTreeSet::from([scope]),
        expires_at,
    }
}

fn somebody() -> KeysOrigin {
    KeysOrigin {
        by: KeysChangedBy::OperatorKey(SECOND),
        address: Some(Personal::new([192, 0, 2, 7].into())),
        request: Some("01h2".to_owned()),
    }
}

async fn add(identity: &Identity, id: OperatorKeyId, new: NewOperatorKey) -> String {
    let secret = identity.add_operator_key(id, new, somebody(), NOON).await;
    let secret = secret.unwrap().unwrap();
    secret.into_exposed()
}

#[tokio::test]
async fn each_key_is_known_with_its_scopes_until_it_expires() {
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
    assert_eq!(
        (last.at, last.from),
        (NOON, Some(Personal::new([192, 0, 2, 7].into())))
    );
}

#[tokio::test]
async fn the_last_key_with_full_rights_is_never_revoked() {
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
        .revoke_operator_key(FIRST, somebody(), NOON + secs(60))
        .await
        .unwrap();
    let second = identity
        .revoke_operator_key(SECOND, somebody(), NOON)
        .await
        .unwrap();
    let last = identity
        .revoke_operator_key(FIRST, somebody(), NOON)
        .await
        .unwrap();
    let other = identity
        .revoke_operator_key(reader, somebody(), NOON)
        .await
        .unwrap();
    let unknown = identity
        .revoke_operator_key(reader, somebody(), NOON)
        .await
        .unwrap();

    assert_eq!(after_its_end, Revoked::LastFull);
    assert_eq!((second, last), (Revoked::Yes, Revoked::LastFull));
    assert_eq!((other, unknown), (Revoked::Yes, Revoked::Unknown));
    assert_eq!(caller(&identity, &first, NOON), Ok(Caller::Operator));
}

#[tokio::test]
async fn after_a_rotation_the_previous_secret_works_until_the_overlap_ends() {
    let identity = identity();
    let old = add(&identity, FIRST, key("First", OperatorScope::Everything, None)).await;

    let new = identity
        .rotate_operator_key(FIRST, secs(60), somebody(), NOON)
        .await
        .unwrap()
        .unwrap();
    let unknown = identity
        .rotate_operator_key(SECOND, secs(60), somebody(), NOON)
        .await
        .unwrap();

    assert_eq!(unknown, None);
    for (at, works) in [(NOON + secs(59), true), (NOON + secs(60), false)] {
        assert_eq!(caller(&identity, &old, at).is_ok(), works);
        assert_eq!(caller(&identity, new.expose(), at), Ok(Caller::Operator));
    }
    let newest = identity
        .rotate_operator_key(FIRST, secs(0), somebody(), NOON)
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
async fn a_server_loads_changes_of_its_keys_from_the_store() {
    let store = Arc::new(MemoryStore::new());
    let identity = on(&store).await;
    let first = first_operator_key(&identity, NOON).await;
    caller(&identity, first.expose(), NOON).unwrap();

    let at_rest = OperatorKeysAtRest::new(store);
    let (_, second) = at_rest
        .create(key("Found again", OperatorScope::Everything, None), NOON)
        .await
        .unwrap();
    let lost = at_rest
        .list()
        .await
        .unwrap()
        .iter()
        .find(|key| &*key.name == "First key")
        .unwrap()
        .id;
    assert!(at_rest.revoke(lost, NOON).await.unwrap());
    assert!(!at_rest.revoke(lost, NOON).await.unwrap());
    assert!(caller(&identity, second.expose(), NOON).is_err());
    identity.reread_operator_keys().await.unwrap();

    assert_eq!(caller(&identity, second.expose(), NOON), Ok(Caller::Operator));
    assert_eq!(
        caller(&identity, first.expose(), NOON),
        Err(Unauthenticated::Unknown)
    );
}

/// The trail's entries in short form, newest first.
async fn trail(identity: &Identity) -> Vec<String> {
    let entries = identity.operator_trail(None, 100).await.unwrap();
    let said = entries.iter().map(|entry| {
        let (seq, action, name, actor) = (entry.seq, &entry.action, &entry.name, &entry.actor);
        format!("{seq} {action} {name} by {actor}")
    });
    said.collect()
}

#[tokio::test]
async fn the_trail_has_every_change_of_a_key_and_nothing_else() {
    let identity = identity();
    let secret = first_operator_key(&identity, NOON).await;
    identity.set_operator_key(secret.expose(), NOON).await.unwrap();
    identity
        .set_operator_key("correct-horse-battery-staple", NOON)
        .await
        .unwrap();
    let ends = NOON + secs(60);
    add(
        &identity,
        FIRST,
        key("Billing", OperatorScope::BillingManage, Some(ends)),
    )
    .await;
    add(
        &identity,
        FIRST,
        key("Billing", OperatorScope::BillingManage, Some(ends)),
    )
    .await;
    let rotate = async |id| {
        identity
            .rotate_operator_key(id, secs(60), somebody(), NOON)
            .await
            .unwrap()
    };
    let revoke = async |id| identity.revoke_operator_key(id, somebody(), NOON).await.unwrap();

    assert!(rotate(FIRST).await.is_some() && rotate(SECOND).await.is_none());
    let keys = identity.operator_keys();
    let last = keys.iter().find(|key| key.id != FIRST).unwrap().id;
    assert_eq!(revoke(last).await, Revoked::LastFull);
    assert_eq!(revoke(SECOND).await, Revoked::Unknown);
    assert_eq!(revoke(FIRST).await, Revoked::Yes);

    let second = SECOND;
    assert_eq!(
        trail(&identity).await,
        [
            format!("6 operator_key.revoked Billing by {second}"),
            format!("5 operator_key.rotated Billing by {second}"),
            format!("4 operator_key.rotated Billing by {second}"),
            format!("3 operator_key.created Billing by {second}"),
            "2 operator_key.rotated First key by start".to_owned(),
            "1 operator_key.created First key by start".to_owned(),
        ]
    );
    let page = identity.operator_trail(Some(4), 1).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(
        (page[0].seq, page[0].subject, page[0].at),
        (3, TrailSubject::Key(FIRST), NOON)
    );
    assert_eq!(page[0].address, Some(Personal::new("192.0.2.7".to_owned())));
    assert_eq!(page[0].request.as_deref(), Some("01h2"));
    let detail: serde_json::Value = serde_json::from_str(page[0].detail.as_ref().unwrap()).unwrap();
    assert_eq!(
        detail,
        serde_json::json!({"scopes": ["billing.manage"], "expires_at": ends})
    );
}
