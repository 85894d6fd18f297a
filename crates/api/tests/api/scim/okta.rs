//! The requests that Okta sends, in its order and format.

use serde_json::json;

use super::{Directory, GROUP, PATCH, USER, id, members};

#[tokio::test]
async fn okta_provisions_a_user_and_a_group_and_deactivates_the_user() {
    let directory = Directory::new().await;
    let first = directory.get("Users?startIndex=1&count=2").await.ok();
    assert_eq!(first["totalResults"], 0);
    assert_eq!(first["Resources"], json!([]));

    let name = "Users?filter=userName%20eq%20%22test.user%40okta.local%22";
    assert_eq!(directory.get(name).await.ok()["totalResults"], 0);
    let user = json!({
        "schemas": [USER], "userName": "test.user@okta.local",
        "name": {"givenName": "Test", "familyName": "User"},
        "emails": [
            {"primary": true, "value": "test.user@okta.local", "type": "work"},
            {"primary": false, "value": "test@home.example", "type": "home"},
        ],
        "displayName": "Test User", "locale": "en-US", "externalId": "00ujl29u0le5T6Aj10h7", "groups": [],
        "password": "1mz050nq", "active": true,
    });
    let made = directory.post("Users", user).await.created();
    let user = id(&made);
    assert_eq!(made["emails"].as_array().unwrap().len(), 1);
    assert!(made["password"].is_null());
    let path = format!("Users/{user}");

    // An update is a GET, and a PUT of the answer with changes.
    let mut whole = directory.get(&path).await.ok();
    whole["name"]["familyName"] = json!("Changed");
    let changed = directory.put(&path, whole).await.ok();
    assert_eq!(changed["name"]["familyName"], "Changed");
    assert_eq!(changed["displayName"], "Test User");

    let group = json!({"schemas": [GROUP], "displayName": "Test SCIMv2", "members": []});
    let group = id(&directory.post("Groups", group).await.created());
    let group_path = format!("Groups/{group}");
    let rename = json!([{"op": "replace", "value": {"id": group, "displayName": "Test SCIMv2 new"}}]);
    let renamed = directory.patch(&group_path, rename).await.ok();
    assert_eq!(renamed["displayName"], "Test SCIMv2 new");
    let add = json!([{"op": "add", "path": "members", "value": [{"value": user, "display": "test.user@okta.local"}]}]);
    assert_eq!(
        members(&directory.patch(&group_path, add).await.ok()),
        [user.as_str()]
    );
    let remove = json!([{"op": "remove", "path": format!("members[value eq \"{user}\"]")}]);
    assert!(members(&directory.patch(&group_path, remove).await.ok()).is_empty());

    let off = json!({"schemas": [PATCH], "Operations": [{"op": "replace", "value": {"active": false}}]});
    let off = directory.call().patch(&directory.url(&path), off).await.ok();
    assert_eq!(off["active"], false);
}
