use serde_json::json;

use super::super::schema::{GROUP, USER};
use super::*;

fn sven() -> Map<String, Value> {
    let sven = json!({
        "id": "user_1", "externalId": "X-1", "userName": "Sven@Example.com", "displayName": "Sven Svensson",
        "name": {"givenName": "Sven"}, "active": true,
        "emails": [
            {"value": "sven@example.com", "type": "work", "primary": true},
            {"value": "s@home.example", "type": "home"},
        ],
        "meta": {"created": "2026-11-23T09:00:00Z"},
    });
    sven.as_object().unwrap().clone()
}

fn refused(filter: &str) -> String {
    let read = parse(filter).and_then(|filter| Test::of(&filter, &USER, false));
    read.unwrap_err().body()["scimType"].as_str().unwrap().to_owned()
}

#[test]
fn filters_find_what_they_describe() {
    let table = [
        (r#"userName eq "sven@EXAMPLE.com""#, true),
        (r#"username Eq "sven@example.com""#, true),
        (r#"userName ne "sven@example.com""#, false),
        (r#"userName co "EXAMPLE""#, true),
        (r#"userName sw "sv" and userName ew ".com""#, true),
        (
            r#"userName gt "r" and userName lt "t" and not (userName ge "t")"#,
            true,
        ),
        (r#"userName le "a""#, false),
        (r#"externalId eq "x-1""#, false),
        (r#"externalId eq "X-1""#, true),
        ("active eq true", true),
        (r#"active eq "True""#, true),
        ("active ne true", false),
        (r#"name.givenName eq "sven""#, true),
        ("name.familyName pr", false),
        ("name.familyName eq null", true),
        (r#"name.familyName ne "S""#, true),
        ("name pr and displayName pr", true),
        ("title pr", false),
        (r#"title eq "Dr""#, false),
        (r#"title ne "Dr""#, true),
        ("title eq null", true),
        (
            r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "X""#,
            false,
        ),
        (
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "sven""#,
            true,
        ),
        (r#"emails eq "sven@example.com""#, true),
        (r#"emails[type eq "work"].value eq "SVEN@example.com""#, true),
        (r#"emails[type eq "home"].value eq "sven@example.com""#, false),
        (r#"emails[type eq "home"].value ne "sven@example.com""#, true),
        (r#"emails[type eq "work"].value pr"#, true),
        (r#"emails[type eq "other"].value pr"#, false),
        (r#"emails[type eq "other"].value eq null"#, true),
        (r#"emails[not (type eq "home")].value ew "example.com""#, true),
        (
            r#"emails[type eq "work" and primary eq true].value sw "sven""#,
            true,
        ),
        (
            r#"emails[type eq "home" or primary eq true].value co "home.""#,
            true,
        ),
        (
            r#"not (emails[type eq "work"].value eq "x") and active eq true"#,
            true,
        ),
        (r#"addresses[type eq "work"].country eq "SE""#, false),
        (r#"emails co "home.example""#, true),
        (r#"emails.type eq "HOME""#, true),
        (r#"emails[type eq "work" and value co "home"]"#, false),
        (r#"emails[type eq "work" and primary eq true]"#, true),
        (r#"emails[not (type eq "work")]"#, true),
        (
            r#"emails[type eq "other" or value ew "example"] or active eq false"#,
            true,
        ),
        (r#"meta.created gt "2026-11-23T10:30:00+02:00""#, true),
        (r#"meta.created ge "2026-11-23T09:00:00Z""#, true),
        (r#"meta.created lt "2026-11-23T09:00:00Z""#, false),
        (r#"meta.created sw "2026-11""#, true),
        ("active eq false or active eq true and userName pr", true),
        ("(active eq false or active eq true) and title pr", false),
    ];
    for (text, expected) in table {
        let filter = parse(text).unwrap();
        let test = Test::of(&filter, &USER, false).unwrap();
        assert_eq!(test.passes(&sven()), expected, "{text}");
    }
}

#[test]
fn nonsense_is_an_invalid_filter() {
    for filter in [
        "userName",
        r#"userName is "x""#,
        r#"userName eq "x"#,
        r#"shoeSize eq "9""#,
        r#"name.nick eq "x""#,
        r#"name eq "Sven""#,
        r#"userName[type eq "x"]"#,
        "userName eq 7",
        "active gt true",
        r#"active eq "perhaps""#,
        r#"meta.created gt "yesterday""#,
        "userName gt null",
    ] {
        assert_eq!(refused(filter), "invalidFilter", "{filter}");
    }
}

#[test]
fn a_filter_has_a_bound() {
    let terms = |count: usize| vec!["active eq true"; count].join(" or ");
    let tested = |filter: &str| Test::of(&parse(filter).unwrap(), &USER, false).map(|_| ());

    assert!(tested(&terms(200)).is_ok());
    let refused = tested(&terms(201)).unwrap_err();
    assert_eq!(refused.body()["scimType"], "tooMany");
    let deep = format!("{}active pr{}", "not (".repeat(500), ")".repeat(500));
    assert!(parse(&deep).is_err());
}

#[test]
fn in_a_query_for_several_types_a_missing_attribute_has_no_value() {
    let filter = parse(r#"userName eq "x" or displayName eq "Night""#).unwrap();
    let night = json!({"displayName": "Night"});

    let test = Test::of(&filter, &GROUP, true).unwrap();

    assert!(test.passes(night.as_object().unwrap()));
}

#[test]
fn a_filter_reports_its_fixed_values_and_its_attributes() {
    let filter = parse(r#"userName eq "Sven" and active eq true"#).unwrap();
    let test = Test::of(&filter, &USER, false).unwrap();

    let mut names = BTreeSet::new();
    test.looks_at(&mut names);

    assert_eq!(test.fixes("userName", None), Some("sven"));
    assert_eq!(test.fixes("externalId", None), None);
    assert_eq!(names, BTreeSet::from(["active", "userName"]));
}
