use serde_json::{Value, json};

use super::{Directory, GROUP, PATCH, USER, members, refused};

const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

fn bulk(operations: Value) -> Value {
    let mut body = json!({"schemas": [BULK]});
    body["Operations"] = operations;
    body
}

fn user(bulk_id: &str, name: &str) -> Value {
    json!({
        "method": "POST", "path": "/Users", "bulkId": bulk_id,
        "data": {"schemas": [USER], "userName": format!("{name}@example.com"), "displayName": name},
    })
}

fn statuses(answer: &Value) -> Vec<&str> {
    let operations = answer["Operations"].as_array().unwrap();
    operations
        .iter()
        .map(|it| it["status"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn operations_refer_to_what_others_create_also_later() {
    let directory = Directory::new().await;
    let group = json!({
        "method": "POST", "path": "/Groups", "bulkId": "g",
        "data": {"schemas": [GROUP], "displayName": "Support", "members": [{"value": "bulkId:u1"}]},
    });
    let join = json!({
        "method": "PATCH", "path": "/Groups/bulkId:g",
        "data": {
            "schemas": [PATCH],
            "Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:u2"}]}],
        },
    });
    let body = bulk(json!([group, join, user("u1", "anna"), user("u2", "bo")]));

    let answer = directory.post("Bulk", body).await.ok();

    assert_eq!(
        answer["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"])
    );
    assert_eq!(statuses(&answer), ["201", "200", "201", "201"]);
    let made = &answer["Operations"][0];
    assert_eq!(made["bulkId"], "g");
    assert_eq!(made["method"], "POST");
    assert!(made["version"].as_str().unwrap().starts_with("W/"));
    let location = made["location"].as_str().unwrap();
    let group = directory.call().get(location).await.ok();
    assert_eq!(members(&group).len(), 2);
}

#[tokio::test]
async fn one_operation_that_is_refused_leaves_the_others() {
    let directory = Directory::new().await;
    let sven = directory.user("sven").await;
    let body = bulk(json!([
        user("a", "anna"),
        user("b", "anna"),
        {"method": "DELETE", "path": format!("/Users/{sven}"), "version": "W/\"0\""},
        {"method": "PUT", "path": format!("/Users/{sven}"), "data": {"schemas": [USER], "userName": "s@example.com"}},
        {"method": "GET", "path": "/Users"},
        {"method": "POST", "path": "/Users", "data": {}},
        {"method": "DELETE", "path": "/Nothing/7"},
        {"method": "DELETE", "path": "/Users/bulkId:x"},
        {"method": "DELETE", "path": "/Users/bulkId:b"},
        {"method": "DELETE", "path": format!("/Users/{sven}")},
    ]));

    let answer = directory.post("Bulk", body).await.ok();

    assert_eq!(
        statuses(&answer),
        [
            "201", "409", "412", "200", "400", "400", "400", "409", "409", "204"
        ]
    );
    assert_eq!(answer["Operations"][1]["response"]["scimType"], "uniqueness");
    assert_eq!(directory.get("Users").await.ok()["totalResults"], 1);
}

#[tokio::test]
async fn a_request_stops_after_so_many_errors_as_it_says() {
    let directory = Directory::new().await;
    let mut body = bulk(json!([
        user("a", "anna"),
        user("b", "anna"),
        user("c", "anna"),
        user("d", "dora")
    ]));
    body["failOnErrors"] = json!(2);

    let answer = directory.post("Bulk", body).await.ok();

    assert_eq!(statuses(&answer), ["201", "409", "409"]);
    assert_eq!(directory.get("Users").await.ok()["totalResults"], 1);
}

#[tokio::test]
async fn circles_come_to_an_end() {
    let directory = Directory::new().await;
    let group = |id: &str, member: &str| {
        json!({
            "method": "POST", "path": "/Groups", "bulkId": id,
            "data": {"schemas": [GROUP], "displayName": id, "members": [{"value": format!("bulkId:{member}")}]},
        })
    };

    let answer = directory
        .post("Bulk", bulk(json!([group("a", "b"), group("b", "a")])))
        .await
        .ok();

    assert_eq!(statuses(&answer), ["409", "409"]);
}

#[tokio::test]
async fn there_is_a_bound_that_the_configuration_states() {
    let directory = Directory::new().await;
    let config = directory.get("ServiceProviderConfig").await.ok();
    let max = config["bulk"]["maxOperations"].as_u64().unwrap();
    let delete = json!({"method": "DELETE", "path": "/Users/nobody"});
    let many = |count| {
        bulk(Value::Array(vec![
            delete.clone();
            usize::try_from(count).unwrap()
        ]))
    };

    let at_most = directory.post("Bulk", many(max)).await.ok();
    let too_many = directory.post("Bulk", many(max + 1)).await;

    assert_eq!(at_most["Operations"].as_array().unwrap().len(), 500);
    refused(&too_many, 413, None);
    refused(
        &directory.post("Bulk", json!({"schemas": [BULK]})).await,
        400,
        Some("invalidSyntax"),
    );
    let mut none = many(1);
    none["failOnErrors"] = json!(0);
    refused(&directory.post("Bulk", none).await, 400, Some("invalidValue"));
}
