//! The requests that Microsoft Entra ID sends, in its order and format.

use serde_json::json;

use super::{Directory, GROUP, USER, id, members};

#[tokio::test]
async fn entra_provisions_a_user_and_a_group_and_deactivates_the_user() {
    let directory = Directory::new().await;

    // Testing the connection: a user that cannot exist.
    let test = "Users?filter=userName+eq+%22131d5e4b-8c47-4f3c-9f1e-0e9a1f0b1a11%22";
    assert_eq!(directory.get(test).await.ok()["totalResults"], 0);

    let user = json!({
        "schemas": [USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "externalId": "bd5fbd6a", "userName": "Test_User@contoso.com", "active": true,
        "addresses": [{"primary": false, "type": "work", "country": null}],
        "displayName": "Test User", "emails": [{"primary": true, "type": "work", "value": "Test_User@contoso.com"}],
        "meta": {"resourceType": "User"}, "name": {"familyName": "User", "formatted": "Test User", "givenName": "Test"},
        "phoneNumbers": [{"primary": false, "type": "mobile", "value": "+1 425"}], "roles": [],
    });
    let made = directory.post("Users", user).await.created();
    let user = id(&made);
    let found = directory
        .get("Users?filter=externalId+eq+%22bd5fbd6a%22&attributes=id,userName")
        .await
        .ok();
    assert_eq!(found["Resources"][0]["id"], user.as_str());

    let group = json!({
        "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "8aa1a0c0", "displayName": "Support", "meta": {"resourceType": "Group"},
    });
    let group = id(&directory.post("Groups", group).await.created());
    let path = format!("Groups/{group}");
    let add = json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": user}]}]);
    assert_eq!(members(&directory.patch(&path, add).await.ok()), [user.as_str()]);
    let membership =
        format!("Groups?excludedAttributes=members&filter=id+eq+%22{group}%22+and+members+eq+%22{user}%22");
    let found = directory.get(&membership).await.ok();
    assert_eq!(found["totalResults"], 1);
    assert!(found["Resources"][0]["members"].is_null());

    let update = json!([
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "updated@contoso.com"},
        {"op": "Replace", "path": "name.familyName", "value": "Updated"},
        {"op": "Replace", "path": "addresses[type eq \"work\"].country", "value": "SE"},
        {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": "x"},
    ]);
    let changed = directory.patch(&format!("Users/{user}"), update).await.ok();
    assert_eq!(changed["emails"][0]["value"], "updated@contoso.com");
    assert_eq!(
        changed["name"],
        json!({"givenName": "Test", "familyName": "Updated"})
    );

    let off = json!([{"op": "Replace", "path": "active", "value": "False"}]);
    assert_eq!(
        directory.patch(&format!("Users/{user}"), off).await.ok()["active"],
        false
    );
    let remove = json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": user}]}]);
    assert!(members(&directory.patch(&path, remove).await.ok()).is_empty());
    directory.delete(&path).await.done();
    directory.delete(&format!("Users/{user}")).await.done();
}
