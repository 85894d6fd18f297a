//! The claims about a person: only those that are used are read.

use serde_json::{Value, json};

use super::super::{ACME, NOON, nobody};
use super::{Desk, WORLD, settings};
use crate::single_sign_on::{InvalidProvider, Provider, SetProviderError};

#[tokio::test]
async fn claims_missing_from_the_token_are_requested() {
    let desk = Desk::open().await;
    desk.provider.acts().user_info =
        json!({"sub": "sven-1", "name": "Sven", "email": "sven@acme.example", "groups": "Agents"});

    let person = desk.sign_in(json!({})).await.unwrap();

    assert_eq!(person.email.unwrap().as_str(), "sven@acme.example");
    assert_eq!(person.email_verified, None);
    assert_eq!(person.groups.unwrap().len(), 1);

    desk.provider.acts().user_info = json!({"sub": "tuva-2", "email": "tuva@acme.example"});
    let of_another = desk.sign_in(json!({})).await.unwrap();
    assert_eq!((of_another.subject.as_str(), of_another.email), ("sven-1", None));
}

/// `usher` is the result of the previous version, `right` the correct one.
#[tokio::test]
async fn an_unsolicited_answer_does_not_end_a_sign_in() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("claims-that-end-a-sign-in.json")).unwrap();
    assert_eq!(cases.len(), 6);
    let own = [
        json!({"case": "unknown claims", "claims": {"zoneinfo": 7, "locale": {}, "picture": [], "phone_number": false, "gender": null, "amr": "pwd", "acr": 0}}),
        json!({"case": "names that are none", "claims": {"name": ["Ann"], "given_name": {}, "preferred_username": 7}}),
        json!({"case": "a verified address as text", "claims": {"email_verified": "true"}}),
        json!({"case": "user information that is none", "claims": {}, "userinfo_status": 500}),
        json!({"case": "moments as text", "claims": {"exp": (WORLD.millis() / 1000 + 300).to_string()}}),
    ];
    for case in cases.iter().chain(&own) {
        let desk = Desk::open().await;
        if let Some(status) = case.get("userinfo_status") {
            desk.provider.acts().user_info_status = status.to_string().parse().unwrap();
        }

        let person = desk.sign_in(case["claims"].clone()).await;

        let person = person.unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(person.subject, "sven-1", "{case}");
        if case["claims"]["email"].is_array() {
            assert_eq!(person.email.unwrap().as_str(), "ann@corp.example", "{case}");
        }
    }
}

#[tokio::test]
async fn groups_that_are_missing_or_given_elsewhere_are_unknown() {
    let desk = Desk::open().await;
    let known = json!({"name": "Sven", "email": "sven@acme.example"});
    desk.provider.acts().user_info = json!({"sub": "sven-1"});

    let left_out = desk.sign_in(known.clone()).await.unwrap();
    let mut told = known;
    told["_claim_names"] = json!({"groups": "src1"});
    let elsewhere = desk.sign_in(told).await.unwrap();

    assert_eq!(left_out.groups, None);
    assert_eq!(elsewhere.groups, None);
}

#[tokio::test]
async fn an_address_comes_from_the_configured_claim_and_only_email_can_be_verified() {
    let desk = Desk::open().await;
    let mut trusted = settings(&desk.provider.issuer);
    trusted.email_claim = "upn".parse().unwrap();
    let set = async |provider: &Provider| {
        let set = desk
            .identity
            .set_provider(ACME, provider.clone(), None, nobody(), NOON);
        set.await
    };
    let untrusted = set(&trusted).await;
    assert!(matches!(
        untrusted,
        Err(SetProviderError::Invalid(InvalidProvider::ClaimNeedsTrust))
    ));
    trusted.trusts_addresses = true;
    set(&trusted).await.unwrap();
    let said = json!({"upn": "ann@acme.example", "email": "boss@acme.example", "email_verified": true});

    let person = desk.sign_in(said).await.unwrap();

    assert_eq!(person.email.unwrap().as_str(), "ann@acme.example");
    assert_eq!(person.email_verified, None);
}
