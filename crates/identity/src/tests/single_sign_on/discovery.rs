//! The requests to a provider before anybody signs in there, and how often they are made.

use serde_json::{Value, json};

use super::super::{ACME, NOON, secs};
use super::{Desk, NOW, WORLD, uris};
use crate::single_sign_on::{
    FAILURE_LIFE, FetchError, Intent, METADATA_LIFE, ProviderError, SignOnError, Times,
};

#[tokio::test]
async fn a_discovery_document_is_not_trusted_beyond_its_issuer() {
    let desk = Desk::open().await;
    let issuer = desk.provider.issuer.parse().unwrap();
    for metadata in [
        json!({"userinfo_endpoint": "", "end_session_endpoint": ""}),
        json!({"userinfo_endpoint": null, "end_session_endpoint": 7, "check_session_iframe": ""}),
        json!({"claims_supported": "all", "scopes_supported": 7, "grant_types_supported": {}, "service_documentation": ""}),
        json!({"response_types_supported": null, "subject_types_supported": null}),
    ] {
        desk.provider.acts().metadata = metadata.clone();

        let discovered = desk.sign_on.discover(ACME, &issuer, NOW).await;

        assert!(discovered.is_ok(), "{metadata}: {discovered:?}");
    }
}

#[tokio::test]
async fn errors_of_a_provider_are_reported_before_it_is_saved() {
    let desk = Desk::open().await;
    let issuer = desk.provider.issuer.parse().unwrap();
    let wrong = async |metadata: Value, answers: Option<&str>| {
        {
            let mut acts = desk.provider.acts();
            acts.metadata = metadata;
            acts.answers = answers.map(str::to_owned);
        }
        desk.sign_on.discover(ACME, &issuer, NOW).await.unwrap_err()
    };
    let empty = json!({});
    let missing = wrong(
        empty.clone(),
        Some("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"),
    )
    .await;
    assert!(matches!(missing, ProviderError::Status { status: 404, .. }));
    let redirect = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let redirected = wrong(empty.clone(), Some(redirect)).await;
    assert!(matches!(redirected, ProviderError::Status { status: 302, .. }));
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<p/>";
    let page = wrong(empty.clone(), Some(page)).await;
    assert!(matches!(page, ProviderError::Unreadable { .. }), "{page:?}");
    let long = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{}",
        "x".repeat(300_000)
    );
    let long = wrong(empty, Some(&long)).await;
    assert!(
        matches!(long, ProviderError::Fetch(FetchError::TooLong { .. })),
        "{long:?}"
    );
    let other = wrong(json!({"issuer": "https://other.example"}), None).await;
    let says = "https://other.example".to_owned();
    assert_eq!(other, ProviderError::OtherIssuer { says });
    for metadata in [
        json!({"response_types_supported": ["id_token"]}),
        json!({"token_endpoint": null}),
    ] {
        let lacking = wrong(metadata, None).await;
        assert!(matches!(lacking, ProviderError::Lacks { .. }), "{lacking:?}");
    }
    for endpoint in [
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "end_session_endpoint",
    ] {
        let led_away = wrong(json!({endpoint: "http://169.254.169.254/latest"}), None).await;
        assert!(
            matches!(led_away, ProviderError::Fetch(FetchError::NotAllowed { .. })),
            "{led_away:?}"
        );
    }
    let nobody = "http://127.0.0.1:1".parse().unwrap();
    let nobody = desk.sign_on.discover(ACME, &nobody, NOW).await.unwrap_err();
    assert!(
        matches!(nobody, ProviderError::Fetch(FetchError::Unreachable { .. })),
        "{nobody:?}"
    );
    let tenants = json!({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"});
    assert_eq!(wrong(tenants, None).await, ProviderError::ManyTenants);
}

#[tokio::test]
async fn a_failed_discovery_is_remembered_for_some_seconds_and_asked_for_once_by_many() {
    let desk = Desk::open().await;
    let asked = || desk.provider.asked("/.well-known/openid-configuration");
    let begin = async |after: u32| {
        let times = Times {
            here: NOON,
            world: WORLD + secs(after),
        };
        let intent = Intent {
            account: ACME,
            back: String::new(),
            link_to: None,
            from: None,
        };
        desk.sign_on.begin(intent, &uris(false), times).await
    };
    desk.provider.acts().metadata = json!({"issuer": "https://other.example"});

    for _ in 0..5 {
        let failed = begin(0).await;
        assert!(
            matches!(
                failed,
                Err(SignOnError::Provider(ProviderError::OtherIssuer { .. }))
            ),
            "{failed:?}"
        );
    }
    assert_eq!(asked(), 1);
    desk.provider.acts().metadata = json!({});
    assert!(begin(FAILURE_LIFE.get() - 1).await.is_err());
    // Saving the settings always asks.
    let issuer = desk.provider.issuer.parse().unwrap();
    assert!(desk.sign_on.discover(ACME, &issuer, NOW).await.is_ok());
    assert_eq!(asked(), 2);

    let later = METADATA_LIFE.get() + FAILURE_LIFE.get();
    let (one, other, third) = tokio::join!(begin(later), begin(later), begin(later));
    assert!(one.is_ok() && other.is_ok() && third.is_ok());
    assert_eq!(asked(), 3);
}

#[tokio::test]
async fn metadata_are_kept_for_an_hour() {
    let desk = Desk::open().await;
    for (after, asked) in [(0, 1), (METADATA_LIFE.get() - 1, 1), (METADATA_LIFE.get(), 2)] {
        let times = Times {
            here: NOON,
            world: WORLD + secs(after),
        };
        let intent = Intent {
            account: ACME,
            back: String::new(),
            link_to: None,
            from: None,
        };
        desk.sign_on.begin(intent, &uris(false), times).await.unwrap();

        assert_eq!(desk.provider.asked("/.well-known/openid-configuration"), asked);
    }
}
