//! Owners who are operators.

use usher_domain::personal::Personal;

use super::{Backend, account, at, by_start, note, operator_key, password, set_up_second_factor, user};
use crate::ports::{ChangeNote, Owner};
use crate::{
    ChangedBy, CredentialChange, GrantChange, KeysChangedBy, KeysOrigin, OperatorGrant, OperatorScope,
    TrailSubject,
};

fn grant(owner: Owner, secs: i64) -> OperatorGrant {
    OperatorGrant {
        account: owner.0,
        user: owner.1,
        name: Personal::new("Olga, Contoso".into()),
        granted_at: at(secs),
        accounts: 1,
        confirmed_at: None,
        reset_at: None,
    }
}

fn by_owner(owner: Owner) -> KeysOrigin {
    KeysOrigin::of(KeysChangedBy::Owner(owner.1))
}

/// In one chain with the changes of keys.
pub async fn every_change_of_a_grant_adds_to_the_trail_of_the_keys(backend: &dyn Backend) {
    let store = backend.store();
    let owner = user(1);
    let key = operator_key(1, OperatorScope::Everything);
    assert!(
        store
            .put_operator_key(key.clone(), None, by_start(), at(0))
            .await
            .unwrap()
    );

    let made = store.put_operator_grant(grant(owner, 1), 5, by_start(), at(1));
    assert!(made.await.unwrap());
    let confirmed = store.confirm_operator_grant(owner, by_start(), at(2)).await;
    let expected = OperatorGrant {
        confirmed_at: Some(at(2)),
        ..grant(owner, 1)
    };
    assert_eq!(confirmed.unwrap(), Some(expected.clone()));
    assert_eq!(
        backend.another_node().operator_grants().await.unwrap(),
        [expected]
    );
    let removed = store.remove_operator_grant(owner, GrantChange::Revoked, by_owner(owner), at(3));
    assert!(removed.await.unwrap());
    let again = store.remove_operator_grant(owner, GrantChange::Ended, by_owner(owner), at(4));
    assert!(!again.await.unwrap());
    let nobody = store.confirm_operator_grant(owner, by_start(), at(5)).await;
    assert_eq!(nobody.unwrap(), None);

    let trail = store.trail(None, 10).await.unwrap();
    let told: Vec<_> = trail
        .iter()
        .map(|entry| (entry.action.as_str(), entry.subject, entry.actor.clone()))
        .collect();
    let of = TrailSubject::Grant(owner.1);
    assert_eq!(
        told,
        [
            ("operator_grant.revoked", of, owner.1.to_string()),
            ("operator_grant.confirmed", of, "start".to_owned()),
            ("operator_grant.created", of, "start".to_owned()),
            (
                "operator_key.created",
                TrailSubject::Key(key.id),
                "start".to_owned()
            ),
        ]
    );
    assert_eq!(trail[0].name, "Olga, Contoso");
    let report = store.check_trail().await.unwrap();
    assert_eq!((report.entries, report.faults), (4, Vec::new()));
}

/// Of those of other owners.
pub async fn grants_have_a_limit_that_does_not_count_the_one_that_is_replaced(backend: &dyn Backend) {
    let store = backend.store();
    let put = async |number, secs| {
        let put = store.put_operator_grant(grant(user(number), secs), 2, by_start(), at(secs));
        put.await.unwrap()
    };

    assert!(put(1, 1).await && put(2, 2).await);
    assert!(!put(3, 3).await);
    assert!(put(2, 4).await);

    let stored = store.operator_grants().await.unwrap();
    assert_eq!(stored, [grant(user(1), 1), grant(user(2), 4)]);
}

/// A password that the owner chooses is none; a second factor that is removed by anybody is one.
pub async fn a_reset_by_somebody_else_is_noted_with_the_grant(backend: &dyn Backend) {
    let store = backend.store();
    let owner = user(1);
    let made = store.put_operator_grant(grant(owner, 1), 5, by_start(), at(1));
    assert!(made.await.unwrap());
    let set = async |by, secs| {
        let mut note = note(owner);
        note.origin.by = by;
        note.at = at(secs);
        let changed = store.change_password(owner, password("$argon2 new"), note);
        let _ = changed.await.unwrap();
        store.operator_grants().await.unwrap()[0].reset_at
    };

    assert_eq!(set(ChangedBy::User(owner.1), 10).await, None);
    for (by, secs) in [
        (ChangedBy::User(user(2).1), 20),
        (ChangedBy::Operator, 30),
        (ChangedBy::Usher, 40),
    ] {
        assert_eq!(set(by, secs).await, Some(at(secs)));
    }
    // The clock of another node may be behind.
    assert_eq!(set(ChangedBy::Operator, 35).await, Some(at(40)));
    set_up_second_factor(&*store, owner, b"sealed").await;
    assert_eq!(store.operator_grants().await.unwrap()[0].reset_at, Some(at(40)));
    let removal = ChangeNote {
        change: CredentialChange::SecondFactorRemoved { user: owner.1 },
        at: at(50),
        ..note(owner)
    };
    store.remove_second_factor(owner, removal).await.unwrap();
    assert_eq!(store.operator_grants().await.unwrap()[0].reset_at, Some(at(50)));
}

/// Without an entry in the trail: the callers end it before.
pub async fn a_grant_goes_with_its_user_and_its_account(backend: &dyn Backend) {
    let store = backend.store();
    let other: Owner = (account(2), user(1).1);
    for owner in [user(1), user(2), other] {
        let put = store.put_operator_grant(grant(owner, 1), 5, by_start(), at(1));
        assert!(put.await.unwrap());
    }

    store.forget_user(user(1)).await.unwrap();
    assert_eq!(
        store.operator_grants().await.unwrap(),
        [grant(user(2), 1), grant(other, 1)]
    );
    store.forget_account(account(1)).await.unwrap();

    assert_eq!(store.operator_grants().await.unwrap(), [grant(other, 1)]);
}
