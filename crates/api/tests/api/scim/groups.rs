use std::collections::BTreeMap;

use serde_json::{Value, json};
use usher_domain::directory::GroupMapping;
use usher_domain::user::License;

use super::{Directory, GROUP, id, members, refused, sorted};

/// A mapping that gives a named seat of the product.
fn named() -> GroupMapping {
    GroupMapping {
        licenses: BTreeMap::from([("remote-support".parse().unwrap(), License::Named)]),
        ..GroupMapping::default()
    }
}

#[tokio::test]
async fn a_group_has_a_name_and_members() {
    let directory = Directory::new().await;
    let sven = directory.user("sven").await;
    let body = json!({
        "schemas": [GROUP], "displayName": "Support", "externalId": "g-1",
        "members": [{"value": sven, "display": "somebody"}, {"value": "nobody"}],
    });

    let answer = directory.post("Groups", body).await;

    let made = answer.created();
    let id = id(&made);
    let location = directory.url(&format!("Groups/{id}"));
    let member = json!({
        "value": sven, "$ref": directory.url(&format!("Users/{sven}")), "type": "User",
    });
    assert_eq!(
        made,
        json!({
            "schemas": [GROUP], "id": id, "externalId": "g-1", "displayName": "Support", "members": [member],
            "meta": {
                "resourceType": "Group", "created": "2026-11-23T09:00:00Z", "lastModified": "2026-11-23T09:00:00Z",
                "location": location, "version": answer.header("etag"),
            },
        })
    );
    let user = directory.get(&format!("Users/{sven}")).await.ok();
    assert_eq!(
        user["groups"],
        json!([{"value": id, "$ref": location, "display": "Support", "type": "direct"}])
    );
    let names = format!("Groups/{id}?attributes=members.display");
    assert_eq!(
        directory.get(&names).await.ok()["members"],
        json!([{"display": "sven"}])
    );
    let same = json!({"schemas": [GROUP], "displayName": "SUPPORT"});
    refused(&directory.post("Groups", same).await, 409, Some("uniqueness"));
}

#[tokio::test]
async fn members_come_and_go_one_at_a_time_or_all_at_once() {
    let directory = Directory::new().await;
    let (a, b, c) = (
        directory.user("a").await,
        directory.user("b").await,
        directory.user("c").await,
    );
    let path = format!("Groups/{}", directory.group("Support", &[&a]).await);
    let table: &[(Value, &[&str])] = &[
        (
            json!({"op": "add", "path": "members", "value": [{"value": b}, {"value": a}]}),
            &[&a, &b],
        ),
        (
            json!({"op": "add", "path": "members", "value": {"value": c}}),
            &[&a, &b, &c],
        ),
        (
            json!({"op": "remove", "path": format!("members[value eq \"{b}\"]")}),
            &[&a, &c],
        ),
        (
            json!({"op": "remove", "path": format!("members[value eq \"{b}\"]")}),
            &[&a, &c],
        ),
        (
            json!({"op": "remove", "path": "members", "value": [{"value": a}]}),
            &[&c],
        ),
        (
            json!({"op": "add", "value": {"members": [{"value": a}], "displayName": "Support"}}),
            &[&a, &c],
        ),
        (
            json!({"op": "remove", "path": "members[display eq \"C\" or value eq \"x\"]"}),
            &[&a],
        ),
        (
            json!({"op": "replace", "path": "members", "value": [{"value": b}, {"$ref": format!("../Users/{c}")}]}),
            &[&b, &c],
        ),
        (
            json!({"op": "add", "path": "members", "value": [{"value": "fake"}]}),
            &[&b, &c],
        ),
        (json!({"op": "replace", "path": "members", "value": []}), &[]),
        (
            json!({"op": "add", "path": "members", "value": [{"value": a}]}),
            &[&a],
        ),
        (json!({"op": "remove", "path": "members"}), &[]),
    ];
    for (operation, expected) in table {
        let group = directory.patch(&path, json!([operation])).await.ok();
        assert_eq!(members(&group), sorted(expected.iter().copied()), "{operation}");
    }
    let fixed = json!([{"op": "replace", "path": format!("members[value eq \"{a}\"].value"), "value": b}]);
    refused(&directory.patch(&path, fixed).await, 400, Some("mutability"));
    let nobody = json!([{"op": "replace", "path": "members[value eq \"x\"]", "value": {"value": b}}]);
    refused(&directory.patch(&path, nobody).await, 400, Some("noTarget"));
}

#[tokio::test]
async fn a_put_replaces_a_group_and_a_deleted_one_is_not_found() {
    let directory = Directory::new().await;
    let (a, b) = (directory.user("a").await, directory.user("b").await);
    let path = format!("Groups/{}", directory.group("Support", &[&a]).await);

    let body = json!({
        "schemas": [GROUP], "displayName": "Night", "externalId": "7", "members": [{"value": b}],
    });
    let changed = directory.put(&path, body).await.ok();

    assert_eq!(changed["displayName"], "Night");
    assert_eq!(changed["externalId"], "7");
    assert_eq!(members(&changed), [b]);
    let body = json!({"schemas": [GROUP], "displayName": "Night"});
    let changed = directory.put(&path, body).await.ok();
    assert_eq!(changed["externalId"], Value::Null);
    assert!(members(&changed).is_empty());
    directory.delete(&path).await.done();
    refused(&directory.get(&path).await, 404, None);
    assert!(directory.get(&format!("Users/{a}")).await.ok()["groups"].is_null());
}

#[tokio::test]
async fn a_group_gives_its_members_what_it_is_mapped_to() {
    let directory = Directory::new().await;
    let group = directory.group("Support", &[]).await;
    directory.map(&group, named()).await;
    let sven = directory.user("sven").await;

    let path = format!("Groups/{group}");
    let add = json!([{"op": "add", "path": "members", "value": [{"value": sven}]}]);
    directory.patch(&path, add).await.ok();

    assert_eq!(
        directory.seen(&sven).await["licenses"],
        json!({"remote-support": {"kind": "named"}})
    );
    let remove = json!([{"op": "remove", "path": format!("members[value eq \"{sven}\"]")}]);
    directory.patch(&path, remove).await.ok();
    assert_eq!(directory.seen(&sven).await["licenses"], json!({}));
}

#[tokio::test]
async fn l1_without_enough_named_seats_nobody_is_added_to_the_group_and_the_error_says_why() {
    let directory = Directory::new().await;
    let group = directory.group("Support", &[]).await;
    directory.map(&group, named()).await;
    let (a, b, c) = (
        directory.user("a").await,
        directory.user("b").await,
        directory.user("c").await,
    );
    let path = format!("Groups/{group}");
    let before = directory.get(&path).await.ok();

    let operations = json!([
        {"op": "replace", "path": "displayName", "value": "Another name"},
        {"op": "add", "path": "members", "value": [{"value": a}, {"value": b}, {"value": c}]},
    ]);
    let sentence = refused(&directory.patch(&path, operations).await, 409, None);

    assert!(
        sentence.contains("3 more named seats of remote-support"),
        "{sentence}"
    );
    assert!(sentence.contains("2 of 2 are left"), "{sentence}");
    assert!(sentence.ends_with("(not-enough-seats)"), "{sentence}");
    assert_eq!(directory.get(&path).await.ok(), before);
    for user in [&a, &b, &c] {
        assert_eq!(directory.seen(user).await["licenses"], json!({}));
    }
    let body = json!({"schemas": [GROUP], "displayName": "Support", "members": [{"value": a}, {"value": b}]});
    assert_eq!(
        members(&directory.put(&path, body).await.ok()),
        sorted([&*a, &*b])
    );
}

#[tokio::test]
async fn d6_a_user_who_cannot_get_their_seat_back_stays_inactive() {
    let directory = Directory::new().await;
    let (a, b, c) = (
        directory.user("a").await,
        directory.user("b").await,
        directory.user("c").await,
    );
    let group = directory.group("Support", &[&a, &b]).await;
    directory.map(&group, named()).await;
    let switch = |active: bool| json!([{"op": "replace", "path": "active", "value": active}]);
    let path = format!("Users/{a}");
    directory.patch(&path, switch(false)).await.ok();
    let add = json!([{"op": "add", "path": "members", "value": [{"value": c}]}]);
    directory.patch(&format!("Groups/{group}"), add).await.ok();

    let sentence = refused(&directory.patch(&path, switch(true)).await, 409, None);

    assert!(sentence.ends_with("(not-enough-seats)"), "{sentence}");
    assert_eq!(directory.get(&path).await.ok()["active"], false);
    directory.delete(&format!("Users/{b}")).await.done();
    directory.patch(&path, switch(true)).await.ok();
    assert_eq!(
        directory.seen(&a).await["licenses"],
        json!({"remote-support": {"kind": "named"}})
    );
}

#[tokio::test]
async fn a_large_group_is_changed_without_being_shown() {
    let directory = Directory::new().await;
    let mut ids = Vec::new();
    for number in 0..1_001 {
        ids.push(directory.user(&format!("user{number}")).await);
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let path = format!("Groups/{}", directory.group("All", &ids).await);

    let operations = json!([{"op": "replace", "path": "displayName", "value": "Everybody"}]);
    let changed = directory.patch(&path, operations.clone()).await;

    changed.done();
    let shown = directory
        .call()
        .patch(
            &directory.url(&format!("{path}?attributes=displayName")),
            json!({"schemas": [super::PATCH], "Operations": operations}),
        )
        .await;
    assert_eq!(shown.ok()["displayName"], "Everybody");
    let without = directory.get(&format!("{path}?excludedAttributes=members")).await;
    assert_eq!(without.header("etag"), changed.header("etag"));
    assert!(without.ok()["members"].is_null());
    assert_eq!(members(&directory.get(&path).await.ok()).len(), 1_001);
}
