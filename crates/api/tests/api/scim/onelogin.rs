//! What `OneLogin` and others send in their own format: schema names from drafts, addresses with a trailing slash, and
//! the bare address to check the connection.

use serde_json::{Value, json};

use super::{Directory, GROUP, PATCH, USER, id, refused};

/// The filter of a case file, which is in its first line.
fn filter() -> &'static str {
    let line = include_str!("cases/filter-value-path.txt").lines().next();
    let (_, filter) = line.unwrap().split_once("filter=").unwrap();
    filter.split("     ").next().unwrap()
}

fn encoded(filter: &str) -> String {
    form_urlencoded::byte_serialize(filter.as_bytes()).collect()
}

#[tokio::test]
async fn a_user_with_draft_schemas_is_created_and_found_by_the_work_address() {
    let directory = Directory::new().await;
    let ann: Value = serde_json::from_str(include_str!("cases/onelogin-schemas.json")).unwrap();

    let made = directory.post("Users", ann).await.created();

    assert_eq!(made["userName"], "ann@corp.example");
    assert_eq!(made["schemas"], json!([USER]));
    let found = directory
        .get(&format!("Users?filter={}", encoded(filter())))
        .await
        .ok();
    assert_eq!(found["totalResults"], 1);
    assert_eq!(found["Resources"][0]["id"], made["id"]);
    let home = filter().replace("work", "home");
    let found = directory
        .get(&format!("Users?filter={}", encoded(&home)))
        .await
        .ok();
    assert_eq!(found["totalResults"], 0);
}

#[tokio::test]
async fn schemas_of_something_else_are_refused_and_those_of_drafts_ignored_everywhere() {
    let directory = Directory::new().await;
    let ann = json!({"schemas": [USER], "userName": "ann@corp.example"});
    let ann = id(&directory.post("Users", ann).await.created());
    let off = json!([{"op": "replace", "path": "active", "value": false}]);

    for schemas in [
        json!([GROUP]),
        json!([PATCH]),
        json!(["urn:x"]),
        json!([]),
        json!("urn:scim:x"),
    ] {
        let body = json!({"schemas": schemas, "userName": "ben@corp.example"});
        refused(&directory.post("Users", body).await, 400, Some("invalidSyntax"));
    }
    let body = json!({"schemas": ["urn:scim:api:messages:2.0:PatchOp"], "Operations": off});
    let url = directory.url(&format!("Users/{ann}"));
    let changed = directory.call().patch(&url, body).await.ok();
    assert_eq!(changed["active"], false);
}

#[tokio::test]
async fn addresses_with_a_slash_at_the_end_and_the_bare_one_answer() {
    let directory = Directory::new().await;
    let ann = json!({"schemas": [USER], "userName": "ann@corp.example"});

    let made = directory.post("Users/", ann).await.created();

    let ann = id(&made);
    for path in [
        "",
        "Users/",
        "Groups/",
        "Schemas/",
        "ResourceTypes/",
        "ResourceTypes/User/",
        "ServiceProviderConfig/",
        &format!("Users/{ann}/"),
    ] {
        directory.get(path).await.ok();
    }
    let base = directory.url("");
    let without_slash = directory.call().get(base.trim_end_matches('/')).await.ok();
    assert_eq!(without_slash["patch"]["supported"], true);
    let url = base.trim_end_matches('/');
    assert_eq!(directory.app.nobody().get(url).await.status, 401);
}
