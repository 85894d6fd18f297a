//! Answers that belong to another sign-in, browser, provider or account.

use serde_json::json;

use super::super::{ACME, NOON, OTHER, nobody};
use super::{Desk, NOW, REDIRECT, SHARED_REDIRECT, asked, secret, settings, uris};
use crate::single_sign_on::{
    Answer, CameBackTo, Intent, InvalidProvider, Provider, SetProviderError, SignOnError,
};

#[tokio::test]
async fn an_answer_works_once_and_only_in_the_browser_that_asked() {
    let desk = Desk::open().await;
    let (mine, other) = (desk.begin().await, desk.begin().await);
    let answer = desk.at_provider(&mine);

    let elsewhere = desk.finish(&other, answer.clone()).await;
    assert!(matches!(elsewhere, Err(SignOnError::NotBegun)), "{elsewhere:?}");
    let vouched = desk.finish(&mine, answer.clone()).await.unwrap();
    assert_eq!((vouched.account, vouched.back.as_str()), (ACME, "/me"));
    let again = desk.finish(&mine, answer).await;
    assert!(matches!(again, Err(SignOnError::NotBegun)), "{again:?}");
    let unknown = Answer {
        state: "unknown".to_owned(),
        ..Answer::default()
    };
    assert!(matches!(
        desk.finish(&other, unknown).await,
        Err(SignOnError::NotBegun)
    ));
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_not_confirmed() {
    let desk = Desk::open().await;
    let (mine, other) = (desk.begin().await, desk.begin().await);
    let answer = desk.at_provider(&mine);
    desk.provider.acts().challenge = asked(&other)["code_challenge"].clone();

    let refused = desk.finish(&mine, answer).await;

    assert!(
        matches!(&refused, Err(SignOnError::NotConfirmed { code, .. }) if code == "invalid_grant"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_answer_of_another_provider_is_not_taken() {
    let desk = Desk::open().await;
    desk.provider.acts().metadata = json!({"authorization_response_iss_parameter_supported": true});
    for iss in [None, Some("https://evil.example")] {
        let departure = desk.begin().await;
        let mut answer = desk.at_provider(&departure);
        answer.iss = iss.map(str::to_owned);

        let refused = desk.finish(&departure, answer).await;

        assert!(matches!(refused, Err(SignOnError::MixedUp)), "{refused:?}");
    }
    desk.provider.acts().claims = json!({});
    let departure = desk.begin().await;
    let mut answer = desk.at_provider(&departure);
    answer.iss = Some(desk.provider.issuer.clone());
    assert!(desk.finish(&departure, answer).await.is_ok());
}

#[tokio::test]
async fn an_answer_at_the_address_of_another_account_is_not_taken() {
    let desk = Desk::open().await;
    for elsewhere in [
        CameBackTo::Own(OTHER),
        CameBackTo::Shared {
            is_only_account: false,
        },
        CameBackTo::Shared {
            is_only_account: true,
        },
    ] {
        let departure = desk.begin().await;
        let mut answer = desk.at_provider(&departure);
        answer.iss = Some(desk.provider.issuer.clone());
        let browser = departure.browser.expose();

        let refused = desk.sign_on.finish(answer, browser, elsewhere, NOW).await;

        assert!(
            matches!(refused, Err(SignOnError::MixedUp)),
            "{elsewhere:?}: {refused:?}"
        );
    }
    assert_eq!(desk.provider.asked("/token"), 0, "no code is handed on");
}

#[tokio::test]
async fn the_shared_redirect_uri_works_without_mix_ups_until_the_admin_switches() {
    let desk = Desk::open().await;
    desk.store.forget_own_redirect_uri(ACME);
    let intent = || Intent {
        account: ACME,
        back: String::new(),
        link_to: None,
        from: None,
    };
    let sign_in = async |is_only_account: bool, names_itself: bool| {
        desk.provider.acts().metadata =
            json!({"authorization_response_iss_parameter_supported": names_itself});
        desk.provider.acts().claims = json!({});
        desk.sign_on
            .discover(ACME, &desk.provider.issuer.parse().unwrap(), NOW)
            .await
            .unwrap();
        let departure = desk.sign_on.begin(intent(), &uris(is_only_account), NOW).await?;
        let redirect_uri = asked(&departure)["redirect_uri"].clone();
        let mut answer = desk.at_provider(&departure);
        answer.iss = names_itself.then(|| desk.provider.issuer.clone());
        let shared = CameBackTo::Shared { is_only_account };
        let browser = departure.browser.expose();
        desk.sign_on.finish(answer, browser, shared, NOW).await?;
        Ok::<_, SignOnError>(redirect_uri)
    };

    assert_eq!(sign_in(true, false).await.unwrap(), SHARED_REDIRECT);
    assert_eq!(sign_in(false, true).await.unwrap(), SHARED_REDIRECT);
    let refused = sign_in(false, false).await;
    assert!(
        matches!(refused, Err(SignOnError::SharedRedirectUri)),
        "{refused:?}"
    );
    let why = &desk.sign_on.recent(ACME).failures[0].why;
    assert!(why.contains("redirect URI"), "{why}");

    // Another account was created while a person was at a provider that does not name itself.
    desk.provider.acts().metadata = json!({});
    desk.sign_on
        .discover(ACME, &desk.provider.issuer.parse().unwrap(), NOW)
        .await
        .unwrap();
    let departure = desk.sign_on.begin(intent(), &uris(true), NOW).await.unwrap();
    let answer = desk.at_provider(&departure);
    let shared = CameBackTo::Shared {
        is_only_account: false,
    };
    let browser = departure.browser.expose();
    let refused = desk.sign_on.finish(answer, browser, shared, NOW).await;
    assert!(matches!(refused, Err(SignOnError::MixedUp)), "{refused:?}");

    let switched = settings(&desk.provider.issuer);
    desk.identity
        .set_provider(ACME, switched.clone(), None, nobody(), NOON)
        .await
        .unwrap();
    let mut back = switched;
    back.own_redirect_uri = false;
    desk.identity
        .set_provider(ACME, back, None, nobody(), NOON)
        .await
        .unwrap();
    let departure = desk.begin().await;
    assert_eq!(asked(&departure)["redirect_uri"], REDIRECT);
}

#[tokio::test]
async fn an_older_provider_keeps_the_shared_redirect_uri_until_another_application_is_set_up() {
    let desk = Desk::open().await;
    desk.store.forget_own_redirect_uri(ACME);
    let mut provider = settings(&desk.provider.issuer);
    provider.own_redirect_uri = false;
    provider.label = "Acme again".parse().unwrap();
    let set = async |provider: &Provider| {
        let set = desk
            .identity
            .set_provider(ACME, provider.clone(), Some(secret()), nobody(), NOON);
        set.await.unwrap();
        desk.identity
            .provider(ACME)
            .await
            .unwrap()
            .unwrap()
            .own_redirect_uri
    };

    assert!(!set(&provider).await);
    provider.client_id = "usher-2".parse().unwrap();
    assert!(set(&provider).await);
}

#[tokio::test]
async fn a_changed_provider_does_not_answer_for_the_previous_one() {
    let desk = Desk::open().await;
    let departure = desk.begin().await;
    let answer = desk.at_provider(&departure);
    let mut other = settings(&desk.provider.issuer);
    other.client_id = "another".parse().unwrap();
    desk.identity
        .set_provider(ACME, other, Some(secret()), nobody(), NOON)
        .await
        .unwrap();

    let refused = desk.finish(&departure, answer).await;

    assert!(matches!(refused, Err(SignOnError::Changed)), "{refused:?}");
}

#[tokio::test]
async fn a_client_secret_is_never_sent_to_another_issuer() {
    let desk = Desk::open().await;
    let mut other = settings("https://other.example");
    let same = settings(&desk.provider.issuer);

    let refused = desk
        .identity
        .set_provider(ACME, other.clone(), None, nobody(), NOON)
        .await;
    assert!(matches!(
        refused,
        Err(SetProviderError::Invalid(InvalidProvider::SecretNeeded))
    ));
    other.email_domains.clear();
    other.links_by_email = true;
    let refused = desk
        .identity
        .set_provider(ACME, other, Some(secret()), nobody(), NOON)
        .await;
    assert!(matches!(
        refused,
        Err(SetProviderError::Invalid(InvalidProvider::LinkNeedsDomain))
    ));
    desk.identity
        .set_provider(ACME, same.clone(), None, nobody(), NOON)
        .await
        .unwrap();
    assert_eq!(desk.identity.provider(ACME).await.unwrap(), Some(same));
    assert!(desk.sign_in(json!({})).await.is_ok());
}
