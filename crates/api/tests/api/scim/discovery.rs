use serde_json::{Value, json};

use super::{Directory, GROUP, USER, refused};

#[tokio::test]
async fn the_server_says_what_it_can_do() {
    let directory = Directory::new().await;

    let config = directory.get("ServiceProviderConfig").await.ok();

    for (name, is_supported) in [
        ("patch", true),
        ("bulk", true),
        ("filter", true),
        ("sort", true),
        ("etag", true),
        ("changePassword", false),
    ] {
        assert_eq!(config[name]["supported"], is_supported, "{name}");
    }
    assert_eq!(config["bulk"]["maxOperations"], 500);
    assert_eq!(config["bulk"]["maxPayloadSize"], 1024 * 1024);
    assert_eq!(config["filter"]["maxResults"], 200);
    assert_eq!(config["authenticationSchemes"][0]["type"], "oauthbearertoken");
}

#[tokio::test]
async fn types_and_schemas_are_listed_and_found_by_name() {
    let directory = Directory::new().await;

    let types = directory.get("ResourceTypes").await.ok();
    let schemas = directory.get("Schemas").await.ok();

    for (name, endpoint, urn) in [("User", "/Users", USER), ("Group", "/Groups", GROUP)] {
        let found = directory.get(&format!("ResourceTypes/{name}")).await.ok();
        assert_eq!(found["endpoint"], endpoint);
        assert_eq!(found["schema"], urn);
        assert!(types["Resources"].as_array().unwrap().contains(&found));
        let found = directory.get(&format!("Schemas/{urn}")).await.ok();
        assert_eq!(found["name"], name);
        assert!(schemas["Resources"].as_array().unwrap().contains(&found));
    }
    refused(&directory.get("ResourceTypes/Agent").await, 404, None);
    refused(&directory.get("Schemas/urn:x").await, 404, None);
}

/// All shown attributes are advertised, and all advertised ones are shown.
#[tokio::test]
async fn every_attribute_that_is_shown_is_in_the_schema() {
    let directory = Directory::new().await;
    let body = json!({
        "schemas": [USER], "userName": "sven@example.com", "externalId": "1",
        "name": {"givenName": "Sven", "familyName": "S"},
    });
    let user = super::id(&directory.post("Users", body).await.created());
    let group = directory.group("Support", &[&user]).await;
    let names = |attributes: &Value| -> Vec<String> {
        let attributes = attributes.as_array().unwrap();
        attributes
            .iter()
            .map(|it| it["name"].as_str().unwrap().to_owned())
            .collect()
    };
    for (path, urn) in [
        (format!("Users/{user}"), USER),
        (format!("Groups/{group}"), GROUP),
    ] {
        let schema = directory.get(&format!("Schemas/{urn}")).await.ok();
        let mut advertised = names(&schema["attributes"]);
        advertised.extend(["schemas", "id", "externalId", "meta"].map(str::to_owned));
        advertised.sort();

        let everything = format!("{path}?attributes={},members.display", advertised.join(","));
        let shown = directory.get(&everything).await.ok();

        let mut shown_names: Vec<_> = shown.as_object().unwrap().keys().cloned().collect();
        shown_names.sort();
        let expected: Vec<_> = advertised
            .into_iter()
            .filter(|name| !(urn == GROUP && name == "externalId"))
            .collect();
        assert_eq!(shown_names, expected);
        for attribute in schema["attributes"].as_array().unwrap() {
            let value = &shown[attribute["name"].as_str().unwrap()];
            let value = value.get(0).unwrap_or(value);
            if let Some(parts) = value.as_object() {
                let parts: Vec<_> = parts.keys().cloned().collect();
                let mut advertised = names(&attribute["subAttributes"]);
                advertised.sort();
                assert_eq!(parts, advertised, "{attribute}");
            }
        }
    }
}

#[tokio::test]
async fn other_addresses_and_methods_are_answered_as_scim_does() {
    let directory = Directory::new().await;

    let nothing = directory.get("Nothing").await;
    let method = directory.post("ServiceProviderConfig", json!({})).await;
    let me = directory.get("Me").await;

    refused(&nothing, 404, None);
    refused(&method, 405, None);
    assert_eq!(method.header("allow"), "GET,HEAD");
    refused(&me, 501, None);
    refused(&directory.get("Users/nobody").await, 404, None);
    refused(&directory.call().get("/scim/v2").await, 404, None);
}
