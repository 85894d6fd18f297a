//! The trail of operator keys detects manual changes of its table.

use usher_identity::{NewOperatorKey, OperatorKeysAtRest, OperatorScope};

use super::*;

fn key(name: &str, scope: OperatorScope, expires_at: Option<Timestamp>) -> NewOperatorKey {
    NewOperatorKey {
        name: name.parse().unwrap(),
        scopes: BTreeSet::from([scope]),
        expires_at,
    }
}

/// Tampers with a database that has five changes of keys.
async fn tampered(statements: &[&str]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let keys = OperatorKeysAtRest::new(store(directory.path()));
    for number in 1..=4 {
        let new = key(&format!("Number {number}"), OperatorScope::Everything, None);
        let (id, _) = keys.create(new, NOON).await.unwrap();
        if number == 4 {
            keys.revoke(id, NOON).await.unwrap();
        }
    }
    let whole = keys.check_trail().await.unwrap();
    assert_eq!((whole.entries, whole.faults.len()), (5, 0));
    let (seq, hash) = whole.head.unwrap();
    assert_eq!((seq, keys.trail_hash(5).await.unwrap()), (5, Some(hash)));
    let hand = connect(directory.path());
    assert!(hand.execute(statements[0], []).is_err(), "{statements:?}");
    hand.execute_batch(
        "DROP TRIGGER identity_operator_audit_is_not_changed; DROP TRIGGER identity_operator_audit_is_not_deleted",
    )
    .unwrap();
    for statement in statements {
        assert!(hand.execute(statement, []).unwrap() > 0, "{statement}");
    }
    let before = keys.check_trail().await.unwrap().faults;
    // Later changes do not hide it.
    keys.create(key("Later", OperatorScope::Everything, None), NOON)
        .await
        .unwrap();
    let after = keys.check_trail().await.unwrap().faults;
    assert_eq!(before, after);
    after.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn manual_changes_of_the_trail_are_found_and_named() {
    const OTHER: &str = "it is not the one that was written, or does not follow the one before it";
    let set = |change: &str| format!("UPDATE identity_operator_audit SET {change} WHERE seq = 2");
    for change in [
        "at = at + 1",
        "action = 'operator_key.revoked'",
        "key_id = randomblob(16)",
        "key_name = 'Number 9'",
        "detail = NULL",
        "actor = 'start'",
        "address = '192.0.2.9'",
        "request = ''",
    ] {
        let faults = tampered(&[&set(change)]).await;
        assert_eq!(faults, [format!("operator keys, change 2: {OTHER}")], "{change}");
    }
    let faults = tampered(&[&set("actor = CAST(x'ff' AS TEXT)")]).await;
    assert_eq!(faults, ["operator keys, change 2: it cannot be read"]);
    let faults = tampered(&[&set("hash = randomblob(32)")]).await;
    assert_eq!(
        faults,
        [2, 3].map(|seq| format!("operator keys, change {seq}: {OTHER}"))
    );
    for seq in 1..=5 {
        let faults = tampered(&[&format!("DELETE FROM identity_operator_audit WHERE seq = {seq}")]).await;
        assert_eq!(faults, [format!("operator keys, change {seq}: it is missing")]);
    }
    let faults = tampered(&["DELETE FROM identity_operator_audit WHERE seq > 3"]).await;
    assert_eq!(
        faults,
        ["operator keys, change 4: it is missing, and so is what follows up to change 5"]
    );
    let faults = tampered(&[
        "UPDATE identity_operator_audit SET seq = 99 WHERE seq = 2",
        "UPDATE identity_operator_audit SET seq = 2 WHERE seq = 3",
        "UPDATE identity_operator_audit SET seq = 3 WHERE seq = 99",
    ])
    .await;
    assert_eq!(
        faults,
        [2, 3, 4].map(|seq| format!("operator keys, change {seq}: {OTHER}"))
    );
}
