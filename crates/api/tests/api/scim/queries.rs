use serde_json::{Value, json};

use super::{Directory, GROUP, USER, refused};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

type Parameters<'a> = &'a [(&'a str, &'a str)];

/// Three users: Anna (with an external id), bo (inactive), Carl.
async fn three() -> Directory {
    let directory = Directory::new().await;
    let people = [
        json!({"userName": "anna@example.com", "displayName": "Anna", "externalId": "0001", "name": {"familyName": "Zorn"}}),
        json!({"userName": "bo", "displayName": "bo", "active": false, "emails": [{"value": "bo@bücher.example"}]}),
        json!({"userName": "carl@example.com", "displayName": "Carl", "name": {"familyName": "Ahl"}}),
    ];
    for mut person in people {
        person["schemas"] = json!([USER]);
        directory.post("Users", person).await.created();
        directory.app.engine.advance(usher_domain::Secs::new(60)).await;
    }
    directory
}

fn names(list: &Value) -> Vec<&str> {
    let resources = list["Resources"].as_array().unwrap();
    resources
        .iter()
        .map(|it| it["displayName"].as_str().unwrap())
        .collect()
}

fn query(parameters: Parameters<'_>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    format!("Users?{}", query.finish())
}

#[tokio::test]
async fn users_are_found_by_filters() {
    let directory = three().await;
    let table: &[(&str, &[&str])] = &[
        (r#"userName eq "ANNA@example.com""#, &["Anna"]),
        (r#"userName eq "anna@example.com" and active eq false"#, &[]),
        (r#"externalId eq "0001""#, &["Anna"]),
        (r#"emails.value eq "bo@bücher.example""#, &["bo"]),
        (r#"emails.value eq "Bo@xn--bcher-kva.example""#, &["bo"]),
        (r#"emails.value ew "@xn--bcher-kva.example""#, &["bo"]),
        (r#"emails[type eq "work" and primary eq true]"#, &["Anna", "Carl"]),
        ("active eq false", &["bo"]),
        (r#"not (active eq false) and name.familyName sw "a""#, &["Carl"]),
        (r#"meta.lastModified gt "2026-11-23T09:00:30Z""#, &["bo", "Carl"]),
        (r#"userName eq "nobody" or displayName co "a""#, &["Anna", "Carl"]),
        (r#"id eq "user_00000000000000000000000000""#, &[]),
        ("groups pr", &[]),
        ("title pr", &[]),
    ];
    for (filter, expected) in table {
        let list = directory.get(&query(&[("filter", filter)])).await.ok();
        assert_eq!(names(&list), *expected, "{filter}");
        assert_eq!(list["totalResults"], expected.len());
    }
    for filter in ["userName", r#"shoeSize eq "9""#, "active gt true"] {
        let answer = directory.get(&query(&[("filter", filter)])).await;
        refused(&answer, 400, Some("invalidFilter"));
    }
}

#[tokio::test]
async fn users_are_sorted_and_paged() {
    let directory = three().await;
    let table: &[(Parameters<'_>, &[&str], usize)] = &[
        (&[], &["Anna", "bo", "Carl"], 1),
        (
            &[("sortBy", "displayName"), ("sortOrder", "descending")],
            &["Carl", "bo", "Anna"],
            1,
        ),
        (&[("sortBy", "name.familyName")], &["Carl", "Anna", "bo"], 1),
        (
            &[("sortBy", "name.familyName"), ("sortOrder", "Descending")],
            &["bo", "Anna", "Carl"],
            1,
        ),
        (&[("sortBy", "emails")], &["Anna", "bo", "Carl"], 1),
        (&[("sortBy", "active")], &["bo", "Anna", "Carl"], 1),
        (&[("startIndex", "2"), ("count", "1")], &["bo"], 2),
        (&[("startIndex", "0"), ("count", "1")], &["Anna"], 1),
        (&[("count", "0")], &[], 1),
        (&[("count", "-3")], &[], 1),
        (&[("startIndex", "9")], &[], 9),
        (&[("count", "100000")], &["Anna", "bo", "Carl"], 1),
    ];
    for (parameters, expected, start) in table {
        let list = directory.get(&query(parameters)).await.ok();
        assert_eq!(names(&list), *expected, "{parameters:?}");
        assert_eq!(list["totalResults"], 3);
        assert_eq!(list["startIndex"], *start);
        assert_eq!(list["itemsPerPage"], expected.len());
        assert_eq!(
            list["schemas"],
            json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"])
        );
    }
    let bad = [
        (&[("count", "many")], "invalidValue"),
        (&[("sortOrder", "sideways")], "invalidValue"),
        (&[("sortBy", "shoeSize")], "invalidPath"),
    ];
    for (parameters, scim_type) in bad {
        refused(&directory.get(&query(parameters)).await, 400, Some(scim_type));
    }
}

#[tokio::test]
async fn an_answer_shows_the_attributes_that_were_asked_for() {
    let directory = three().await;

    let list = directory
        .get(&query(&[
            ("attributes", "userName,name.familyName"),
            ("count", "1"),
        ]))
        .await
        .ok();

    let resource = &list["Resources"][0];
    assert_eq!(
        *resource,
        json!({
            "schemas": [USER], "id": resource["id"], "userName": "anna@example.com", "name": {"familyName": "Zorn"},
        })
    );
    let path = format!("Users/{}", resource["id"].as_str().unwrap());
    let shown = directory
        .get(&format!("{path}?excludedAttributes=meta,emails,name,active,id"))
        .await
        .ok();
    assert_eq!(
        shown,
        json!({
            "schemas": [USER], "id": resource["id"], "userName": "anna@example.com", "externalId": "0001",
            "displayName": "Anna",
        })
    );
    let both = directory
        .get(&format!("{path}?excludedAttributes=meta&attributes=name"))
        .await;
    refused(&both, 400, Some("invalidValue"));
    let body = json!({"schemas": [USER], "userName": "d@example.com"});
    let made = directory.post("Users?attributes=userName", body).await.created();
    assert!(made["meta"].is_null() && made["userName"] == "d@example.com");
}

#[tokio::test]
async fn a_search_asks_the_same_in_a_body_also_of_everything() {
    let directory = three().await;
    let group = json!({"schemas": [GROUP], "displayName": "Carl's people"});
    directory.post("Groups", group).await.created();
    let body = json!({
        "schemas": [SEARCH], "filter": "displayName sw \"carl\"", "attributes": ["displayName"],
        "sortBy": "displayName", "sortOrder": "descending", "startIndex": 1, "count": 10,
    });

    let users = directory.post("Users/.search", body.clone()).await.ok();
    let everything = directory.post(".search", body).await.ok();

    assert_eq!(names(&users), ["Carl"]);
    assert_eq!(names(&everything), ["Carl's people", "Carl"]);
    let no_schema = directory.post(".search", json!({})).await;
    refused(&no_schema, 400, Some("invalidSyntax"));
    let by_user_name = json!({"schemas": [SEARCH], "filter": "userName pr"});
    let found = directory.post(".search", by_user_name).await.ok();
    assert_eq!(found["totalResults"], 3);
}
