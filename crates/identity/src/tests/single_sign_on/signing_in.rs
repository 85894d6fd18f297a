//! Coming back from a provider, and signing out there.

use std::collections::BTreeMap;

use serde_json::json;
use url::Url;

use super::super::{ACME, NOON, SVEN};
use super::{CLIENT_ID, Desk, NOW, REDIRECT, asked};
use crate::{Identity, Secret};

#[tokio::test]
async fn the_browser_is_sent_with_all_that_binds_the_answer_to_it() {
    let desk = Desk::open().await;

    let departure = desk.begin().await;

    let asked = asked(&departure);
    assert!(
        departure
            .url
            .starts_with(&format!("{}/authorize?", desk.provider.issuer))
    );
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], CLIENT_ID);
    assert_eq!(asked["redirect_uri"], REDIRECT);
    assert_eq!(asked["scope"], "openid profile email");
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["state"].len(), 52);
    assert_eq!(asked["nonce"].len(), 52);
    assert!(!departure.url.contains(departure.browser.expose()));
}

#[tokio::test]
async fn the_user_is_the_one_that_the_provider_names() {
    let desk = Desk::open().await;
    let said = json!({
        "name": "Sven Svensson", "email": "Sven@Acme.example", "email_verified": true,
        "groups": ["Agents", "Night shift", 7, ""],
    });

    let person = desk.sign_in(said).await.unwrap();

    assert_eq!(person.subject, "sven-1");
    assert_eq!(person.issuer, desk.provider.issuer);
    assert_eq!(person.email.unwrap().as_str(), "sven@acme.example");
    assert_eq!(person.email_verified, Some(true));
    assert_eq!(person.name.unwrap().as_str(), "Sven Svensson");
    let groups: Vec<_> = person.groups.unwrap().into_iter().collect();
    assert_eq!(groups, ["Agents", "Night shift"]);
    assert_eq!(desk.provider.asked("/me"), 0);
}

#[tokio::test]
async fn a_refusal_has_a_sentence() {
    let desk = Desk::open().await;
    let departure = desk.begin().await;
    let mut answer = desk.at_provider(&departure);
    answer.code = None;
    answer.error = Some("access_denied".to_owned());
    answer.error_description = Some("not on\n weekends".to_owned());

    let refused = desk.finish(&departure, answer).await.unwrap_err();

    assert_eq!(
        refused.to_string(),
        "the provider refused: you, or a rule of the provider, did not allow it (“not on weekends”)"
    );
}

#[tokio::test]
async fn signing_out_goes_on_at_the_provider() {
    let desk = Desk::open().await;
    let person = desk.sign_in(json!({})).await.unwrap();

    let out = desk
        .sign_on
        .sign_out_url(ACME, &person.id_token, "https://usher.example.com/out", "s", NOW);

    let out = Url::parse(&out.await.unwrap()).unwrap();
    let sent: BTreeMap<_, _> = out.query_pairs().into_owned().collect();
    assert_eq!(out.path(), "/out");
    assert_eq!(sent["id_token_hint"], person.id_token.expose());
    assert_eq!(sent["client_id"], CLIENT_ID);
    assert_eq!(sent["post_logout_redirect_uri"], "https://usher.example.com/out");
    assert_eq!(sent["state"], "s");
}

#[tokio::test]
async fn a_session_keeps_the_id_token_and_differs_from_one_of_a_password() {
    let identity = Identity::in_memory().unwrap();
    let token = Secret::new("an ID token".to_owned());
    let by_provider = identity.begin_portal_session_by_provider(ACME, SVEN, "", &token, 7, NOON);
    let by_provider = by_provider.await.unwrap();
    let by_password = identity
        .begin_portal_session(ACME, SVEN, "", 7, NOON)
        .await
        .unwrap();
    let other = identity
        .begin_portal_session(ACME, SVEN, "", 7, NOON)
        .await
        .unwrap();
    let session = |secret: &Secret| identity.portal_session(secret.expose(), NOON);
    let (first, second) = (session(&by_provider).unwrap(), session(&by_password).unwrap());

    assert!(first.by_provider && !second.by_provider);
    let kept = identity
        .portal_session_id_token(ACME, SVEN, first.id)
        .await
        .unwrap();
    assert_eq!(kept, Some(token));
    assert_eq!(
        identity
            .portal_session_id_token(ACME, SVEN, second.id)
            .await
            .unwrap(),
        None
    );

    let rotated = identity
        .rotate_portal_session(by_provider.expose(), 8, NOON)
        .await;
    let by_provider = rotated.unwrap().unwrap();
    let first = session(&by_provider).unwrap();
    let kept = identity.portal_session_id_token(ACME, SVEN, first.id).await;
    assert!(first.by_provider && first.rights == 8);
    assert_eq!(kept.unwrap().unwrap().expose(), "an ID token");

    let owner = usher_domain::UserId::from_bits(0x0b);
    let half = identity.begin_pending_sign_in(ACME, SVEN, NOON).await.unwrap();
    let issued = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap();
    let ended = identity
        .end_what_passwords_began(ACME, owner, Some(second.id))
        .await
        .unwrap();
    assert_eq!(ended, 1);
    assert!(session(&by_provider).is_some() && session(&by_password).is_some());
    assert!(session(&other).is_none());
    assert_eq!(identity.pending_sign_in(half.expose(), NOON).await.unwrap(), None);
    assert!(identity.authenticate(issued.token.expose(), None, NOON).is_err());
}
