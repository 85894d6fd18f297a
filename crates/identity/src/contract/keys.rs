//! API keys, operator keys and their trail, the server's own keys, the set-up link.

use std::collections::BTreeSet;

use usher_domain::permission::Scope;
use usher_domain::personal::Personal;
use usher_domain::{AccountId, ApiKeyId, OperatorKeyId};

use super::{Backend, account, at, by_start, digest, operator_key};
use crate::ports::{FullKeys, Store, StoredApiKey, StoredSigningKey};
use crate::{KeyDigests, KeysChangedBy, KeysOrigin, LastUse, OperatorScope, Revoked, TrailSubject};

pub(super) fn api_key(account: AccountId, number: u128, digests: KeyDigests) -> StoredApiKey {
    StoredApiKey {
        account,
        id: ApiKeyId::from_bits(number),
        scopes: BTreeSet::from([Scope::Read, Scope::SignInsWrite]),
        digests,
        expires_at: Some(at(60)),
        last_use: None,
    }
}

/// Storing it again replaces it.
pub async fn an_api_key_is_stored_rotated_and_removed(backend: &dyn Backend) {
    let store = backend.store();
    let key = api_key(account(1), 1, KeyDigests::of_one(digest("one")));
    store.put_api_key(key.clone()).await.unwrap();
    assert_eq!(store.api_keys().await.unwrap(), vec![key.clone()]);
    let rotate = async |account, new, until| {
        let rotated = store.rotate_api_key(account, key.id, digest(new), until);
        rotated.await.unwrap()
    };

    let both = KeyDigests {
        current: digest("two"),
        former: Some((digest("one"), at(9))),
    };
    assert_eq!(rotate(account(1), "two", Some(at(9))).await, Some(both));
    let stored = store.api_keys().await.unwrap();
    assert_eq!(
        stored,
        [StoredApiKey {
            digests: both,
            ..key.clone()
        }]
    );
    let one = KeyDigests::of_one(digest("three"));
    assert_eq!(rotate(account(1), "three", None).await, Some(one));
    assert_eq!(store.api_keys().await.unwrap()[0].digests, one);
    assert_eq!(rotate(account(2), "four", None).await, None);
    store.put_api_key(key.clone()).await.unwrap();
    assert_eq!(store.api_keys().await.unwrap(), vec![key.clone()]);

    assert!(!store.remove_api_key(account(2), key.id).await.unwrap());
    assert!(store.remove_api_key(account(1), key.id).await.unwrap());
    assert!(!store.remove_api_key(account(1), key.id).await.unwrap());
    assert_eq!(store.api_keys().await.unwrap(), []);
}

/// Those of others stay.
pub async fn the_api_keys_of_an_account_are_removed_together(backend: &dyn Backend) {
    let store = backend.store();
    for (of, number) in [(1, 1), (1, 2), (2, 1)] {
        let digests = KeyDigests::of_one(digest(&format!("{of} {number}")));
        let put = store.put_api_key(api_key(account(of), number, digests));
        put.await.unwrap();
    }

    assert_eq!(store.remove_api_keys(account(1)).await.unwrap(), 2);
    assert_eq!(store.remove_api_keys(account(1)).await.unwrap(), 0);

    let left = store.api_keys().await.unwrap();
    assert_eq!(
        left.iter().map(|key| key.account).collect::<Vec<_>>(),
        [account(2)]
    );
}

/// A key that was removed meanwhile does not come back.
pub async fn the_last_use_of_keys_is_saved(backend: &dyn Backend) {
    let store = backend.store();
    let key = api_key(account(1), 1, KeyDigests::of_one(digest("one")));
    store.put_api_key(key.clone()).await.unwrap();
    let operator = operator_key(1, OperatorScope::Everything);
    let put = store.put_operator_key(operator, None, by_start(), at(0));
    assert!(put.await.unwrap());
    let last = LastUse {
        at: at(5),
        from: Some(Personal::new([192, 0, 2, 7].into())),
    };

    let unknown = (account(2), key.id);
    let uses = vec![((account(1), key.id), last), (unknown, last)];
    store.save_api_key_uses(uses).await.unwrap();
    let uses = [1, 2].map(|number| (OperatorKeyId::from_bits(number), last));
    store.save_operator_key_uses(uses.to_vec()).await.unwrap();

    let keys = store.api_keys().await.unwrap();
    assert_eq!(
        keys.iter().map(|key| key.last_use).collect::<Vec<_>>(),
        [Some(last)]
    );
    let keys = store.operator_keys().await.unwrap();
    assert_eq!(
        keys.iter().map(|key| key.last_use).collect::<Vec<_>>(),
        [Some(last)]
    );
}

/// In one chain, which the check finds whole.
pub async fn every_change_of_an_operator_key_adds_to_the_trail(backend: &dyn Backend) {
    let store = backend.store();
    let origin = KeysOrigin {
        by: KeysChangedBy::OperatorKey(OperatorKeyId::from_bits(9)),
        address: Some(Personal::new([192, 0, 2, 7].into())),
        request: Some("01h2".to_owned()),
    };
    let key = operator_key(1, OperatorScope::Everything);
    let put = async |number, secs| {
        let key = operator_key(number, OperatorScope::Everything);
        let put = store.put_operator_key(key, None, origin.clone(), at(secs));
        assert!(put.await.unwrap());
    };
    put(1, 1).await;
    assert_eq!(store.operator_keys().await.unwrap(), vec![key.clone()]);
    put(1, 2).await;
    let rotated = store.rotate_operator_key(key.id, digest("new"), Some(at(60)), origin.clone(), at(3));
    let digests = KeyDigests {
        current: digest("new"),
        former: Some((key.digests.current, at(60))),
    };
    assert_eq!(rotated.await.unwrap(), Some(digests));
    assert_eq!(store.operator_keys().await.unwrap()[0].digests, digests);
    let unknown = OperatorKeyId::from_bits(7);
    let rotated = store.rotate_operator_key(unknown, digest("newer"), None, origin.clone(), at(4));
    assert_eq!(rotated.await.unwrap(), None);
    let revoked = store.revoke_operator_key(key.id, FullKeys::MayGo, origin.clone(), at(5));
    assert_eq!(revoked.await.unwrap(), Revoked::Yes);

    let trail = store.trail(None, 10).await.unwrap();
    let told: Vec<_> = trail
        .iter()
        .map(|entry| (entry.seq, entry.action.as_str(), entry.at))
        .collect();
    let expected = [
        (4, "operator_key.revoked", at(5)),
        (3, "operator_key.rotated", at(3)),
        (2, "operator_key.rotated", at(2)),
        (1, "operator_key.created", at(1)),
    ];
    assert_eq!(told, expected);
    let first = &trail[3];
    assert_eq!(
        (first.subject, first.name.as_str()),
        (TrailSubject::Key(key.id), "Key 1")
    );
    assert_eq!(first.actor, origin.by.to_string());
    assert_eq!(first.address, Some(Personal::new("192.0.2.7".to_owned())));
    assert_eq!(first.request.as_deref(), Some("01h2"));
    assert_eq!(store.trail(Some(4), 2).await.unwrap(), trail[1..3]);
    assert_eq!(store.trail_hash(2).await.unwrap(), Some(trail[2].hash));
    assert_eq!(store.trail_hash(5).await.unwrap(), None);
    let report = store.check_trail().await.unwrap();
    assert_eq!((report.entries, report.faults), (4, Vec::new()));
    assert_eq!(report.head, Some((4, trail[0].hash)));
}

/// A key that expires counts as full until then.
pub async fn the_last_full_operator_key_stays_unless_it_may_be_revoked(backend: &dyn Backend) {
    let store = backend.store();
    let mut soon = operator_key(2, OperatorScope::Everything);
    soon.expires_at = Some(at(60));
    for key in [
        operator_key(1, OperatorScope::Everything),
        soon,
        operator_key(3, OperatorScope::AccountsRead),
    ] {
        let put = store.put_operator_key(key, None, by_start(), at(0));
        assert!(put.await.unwrap());
    }
    let revoke = async |number, full_keys, secs| {
        let id = OperatorKeyId::from_bits(number);
        let revoked = store.revoke_operator_key(id, full_keys, by_start(), at(secs));
        revoked.await.unwrap()
    };

    assert_eq!(revoke(1, FullKeys::KeepOne, 60).await, Revoked::LastFull);
    assert_eq!(revoke(2, FullKeys::KeepOne, 59).await, Revoked::Yes);
    assert_eq!(revoke(1, FullKeys::KeepOne, 59).await, Revoked::LastFull);
    assert_eq!(revoke(2, FullKeys::KeepOne, 59).await, Revoked::Unknown);
    assert_eq!(revoke(3, FullKeys::KeepOne, 59).await, Revoked::Yes);
    assert_eq!(revoke(1, FullKeys::MayGo, 59).await, Revoked::Yes);

    assert_eq!(store.operator_keys().await.unwrap(), []);
    assert_eq!(store.trail(None, 10).await.unwrap().len(), 6);
}

/// A refused one leaves no entry in the trail.
pub async fn operator_keys_have_a_limit(backend: &dyn Backend) {
    let store = backend.store();
    let put = async |number, max| {
        let key = operator_key(number, OperatorScope::Everything);
        let put = store.put_operator_key(key, max, by_start(), at(0));
        put.await.unwrap()
    };

    assert!(put(2, Some(2)).await && put(1, Some(2)).await);
    assert!(!put(3, Some(2)).await);
    assert!(put(4, None).await);

    let keys = store.operator_keys().await.unwrap();
    let expected = [1, 2, 4].map(OperatorKeyId::from_bits);
    assert_eq!(keys.iter().map(|key| key.id).collect::<Vec<_>>(), expected);
    assert_eq!(store.trail(None, 10).await.unwrap().len(), 3);
}

fn signing_key(number: i64) -> StoredSigningKey {
    StoredSigningKey {
        number,
        secret: format!("sealed {number}").into_bytes(),
        created_at: (number > 1).then(|| at(number)),
    }
}

async fn numbers(store: &dyn Store) -> Vec<i64> {
    let keys = store.signing_keys().await.unwrap();
    keys.iter().map(|key| key.number).collect()
}

/// Also after the newest was removed.
pub async fn a_signing_key_takes_the_next_number_and_none_twice(backend: &dyn Backend) {
    let store = backend.store();
    let add = async |number| store.add_signing_key(signing_key(number), 2).await.unwrap();
    assert_eq!(store.last_signing_key().await.unwrap(), 0);

    assert!(!add(2).await && add(1).await && !add(1).await);
    assert!(add(2).await && add(3).await);

    let keys = store.signing_keys().await.unwrap();
    assert_eq!(keys, [signing_key(3), signing_key(2)]);
    assert_eq!(store.keep_newest_signing_keys(1).await.unwrap(), 1);
    assert_eq!(numbers(&*store).await, [3]);
    assert_eq!(store.keep_newest_signing_keys(0).await.unwrap(), 1);
    assert_eq!(store.last_signing_key().await.unwrap(), 3);
    assert!(!add(1).await && add(4).await);
}

/// The others are told that they came too late.
pub async fn of_many_nodes_one_adds_the_next_signing_key(backend: &dyn Backend) {
    let tasks: Vec<_> = [backend.store(), backend.another_node()]
        .into_iter()
        .cycle()
        .take(8)
        .map(|node| tokio::spawn(async move { node.add_signing_key(signing_key(1), 4).await.unwrap() }))
        .collect();
    let mut added = 0;
    for task in tasks {
        added += u32::from(task.await.unwrap());
    }

    assert_eq!(added, 1);
    assert_eq!(numbers(&*backend.another_node()).await, [1]);
}

/// A second node uses it.
pub async fn the_first_join_key_stays(backend: &dyn Backend) {
    let (store, other) = (backend.store(), backend.another_node());
    assert_eq!(store.join_key().await.unwrap(), None);

    assert!(store.add_join_key(b"sealed".to_vec()).await.unwrap());
    assert!(!other.add_join_key(b"another".to_vec()).await.unwrap());

    assert_eq!(other.join_key().await.unwrap(), Some(b"sealed".to_vec()));
}

/// Another link replaces it, and a wrong secret leaves it valid.
pub async fn of_many_nodes_one_takes_the_setup_link(backend: &dyn Backend) {
    let store = backend.store();
    store.put_setup_link(digest("old")).await.unwrap();
    store.put_setup_link(digest("link")).await.unwrap();
    assert_eq!(store.setup_link().await.unwrap(), Some(digest("link")));
    assert!(!store.take_setup_link(digest("old")).await.unwrap());

    let tasks: Vec<_> = [backend.store(), backend.another_node()]
        .into_iter()
        .cycle()
        .take(8)
        .map(|node| tokio::spawn(async move { node.take_setup_link(digest("link")).await.unwrap() }))
        .collect();
    let mut taken = 0;
    for task in tasks {
        taken += u32::from(task.await.unwrap());
    }

    assert_eq!(taken, 1);
    assert_eq!(store.setup_link().await.unwrap(), None);
    store.put_setup_link(digest("link")).await.unwrap();
    store.remove_setup_link().await.unwrap();
    assert_eq!(store.setup_link().await.unwrap(), None);
}
