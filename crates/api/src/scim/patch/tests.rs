use serde_json::json;

use super::super::schema::USER;
use super::*;

fn sven() -> Value {
    json!({
        "userName": "sven", "displayName": "Sven", "active": true, "name": {"givenName": "Sven"},
        "emails": [{"value": "sven@example.com", "type": "work", "primary": true}],
    })
}

/// The user after these operations.
fn patched(operations: Value) -> Result<Value, Error> {
    let mut body = json!({"schemas": [PATCH_OP]});
    body["Operations"] = operations;
    let mut user = sven().as_object().unwrap().clone();
    for operation in self::operations(&USER, body.as_object().unwrap())? {
        operation.apply(&mut user)?;
    }
    Ok(Value::Object(user))
}

#[track_caller]
fn becomes(operations: Value, changes: &[(&str, Value)]) {
    let mut expected = sven();
    for (name, value) in changes {
        if value.is_null() {
            expected.as_object_mut().unwrap().remove(*name);
        } else {
            expected[*name] = value.clone();
        }
    }
    assert_eq!(patched(operations).unwrap(), expected);
}

#[track_caller]
fn refused(operation: Value, scim_type: &str) {
    let said = operation.to_string();
    let error = patched(vec![operation].into()).unwrap_err();
    assert_eq!(error.body()["scimType"], scim_type, "{said}: {error:?}");
}

#[test]
fn simple_attributes_are_added_replaced_and_removed() {
    becomes(
        json!([
            {"op": "add", "path": "externalId", "value": "X"},
            {"op": "replace", "path": "displayname", "value": "S"},
            {"op": "remove", "path": "name"},
        ]),
        &[
            ("externalId", json!("X")),
            ("displayName", json!("S")),
            ("name", json!(null)),
        ],
    );
    becomes(
        json!([
            {"op": "replace", "path": "name.familyName", "value": "Svensson"},
            {"op": "replace", "path": "name.givenName", "value": null},
        ]),
        &[("name", json!({"familyName": "Svensson"}))],
    );
    becomes(
        json!([{"op": "replace", "path": "name", "value": {"familyName": "Svensson"}}]),
        &[("name", json!({"givenName": "Sven", "familyName": "Svensson"}))],
    );
    becomes(
        json!([{"op": "remove", "path": "name.givenName"}]),
        &[("name", json!(null))],
    );
    becomes(
        json!([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}]),
        &[("active", json!(false))],
    );
}

#[test]
fn requests_from_entra_are_understood() {
    becomes(
        json!([
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "s@example.com"},
            {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+46 1"},
            {"op": "Add", "path": "title", "value": "Agent"},
            {
                "op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
                "value": "Support",
            },
        ]),
        &[
            ("active", json!(false)),
            (
                "emails",
                json!([{"value": "s@example.com", "type": "work", "primary": true}]),
            ),
        ],
    );
    becomes(
        json!([{"op": "replace", "value": {
            "name.familyName": "Svensson", "emails[type eq \"work\"].value": "s@example.com", "displayName": "S",
        }}]),
        &[
            ("name", json!({"givenName": "Sven", "familyName": "Svensson"})),
            (
                "emails",
                json!([{"value": "s@example.com", "type": "work", "primary": true}]),
            ),
            ("displayName", json!("S")),
        ],
    );
}

#[test]
fn requests_from_okta_are_understood() {
    becomes(
        json!([{"op": "replace", "value": {"active": false}}]),
        &[("active", json!(false))],
    );
    becomes(
        json!([{"op": "replace", "value": {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "user_1", "meta": {"version": "1"},
            "displayName": "S", "shoeSize": 9,
        }}]),
        &[("displayName", json!("S"))],
    );
}

#[test]
fn values_are_added_changed_and_removed_by_what_they_are() {
    let home = json!({"value": "s@home.example", "type": "home"});
    let work = json!({"value": "sven@example.com", "type": "work", "primary": true});
    becomes(
        json!([{"op": "add", "path": "emails", "value": [home]}]),
        &[("emails", json!([work, home]))],
    );
    becomes(
        json!([{"op": "add", "path": "emails", "value": {"value": "SVEN@example.com", "type": "other"}}]),
        &[(
            "emails",
            json!([{"value": "SVEN@example.com", "type": "other", "primary": true}]),
        )],
    );
    becomes(
        json!([{"op": "add", "path": "emails[type eq \"home\"].value", "value": "s@home.example"}]),
        &[("emails", json!([work, home]))],
    );
    becomes(
        json!([
            {"op": "add", "path": "emails", "value": [{"value": "s@home.example", "primary": true}]},
            {"op": "remove", "path": "emails[type eq \"work\"]"},
        ]),
        &[("emails", json!([{"value": "s@home.example", "primary": true}]))],
    );
    becomes(
        json!([
            {"op": "add", "path": "emails", "value": [home]},
            {"op": "remove", "path": "emails", "value": [{"value": "s@home.example"}]},
        ]),
        &[],
    );
    becomes(
        json!([{"op": "remove", "path": "emails[type eq \"other\"]"}]),
        &[],
    );
    becomes(
        json!([{"op": "replace", "path": "emails[value ew \"example.com\"]", "value": {"type": "home"}}]),
        &[(
            "emails",
            json!([{"value": "sven@example.com", "type": "home", "primary": true}]),
        )],
    );
}

#[test]
fn impossible_operations_are_refused_with_the_reason() {
    refused(json!({"op": "move", "path": "userName"}), "invalidSyntax");
    refused(json!({"op": "remove"}), "noTarget");
    refused(json!({"op": "replace", "value": "Sven"}), "invalidValue");
    refused(
        json!({"op": "replace", "path": "active", "value": "perhaps"}),
        "invalidValue",
    );
    refused(
        json!({"op": "replace", "path": "shoeSize", "value": 9}),
        "invalidPath",
    );
    refused(
        json!({"op": "replace", "path": "emails[type eq", "value": 9}),
        "invalidPath",
    );
    refused(
        json!({"op": "replace", "path": "emails[size eq 9]", "value": {}}),
        "invalidFilter",
    );
    refused(
        json!({"op": "replace", "path": "id", "value": "user_2"}),
        "mutability",
    );
    refused(
        json!({"op": "add", "path": "groups", "value": [{"value": "x"}]}),
        "mutability",
    );
    refused(json!({"op": "remove", "path": "userName"}), "mutability");
    refused(json!({"op": "remove", "path": "emails"}), "mutability");
    refused(json!({"op": "remove", "path": "emails.value"}), "mutability");
    let home = json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "s@home.example"});
    refused(home, "noTarget");
}

#[test]
fn a_body_that_is_no_patch_is_refused() {
    for body in [
        json!({"Operations": [{"op": "remove", "path": "name"}]}),
        json!({"schemas": [PATCH_OP]}),
        json!({"schemas": [PATCH_OP], "Operations": []}),
        json!({"schemas": [PATCH_OP], "Operations": ["remove"]}),
    ] {
        let error = operations(&USER, body.as_object().unwrap()).unwrap_err();
        assert_eq!(error.body()["scimType"], "invalidSyntax", "{body}");
    }
    let many = vec![json!({"op": "remove", "path": "name"}); OPERATIONS_MAX + 1];
    assert_eq!(patched(many.into()).unwrap_err().body()["scimType"], "tooMany");
}
