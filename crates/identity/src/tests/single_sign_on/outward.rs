//! Where requests to providers may go, with and without a proxy.

use super::super::ACME;
use super::proxy::TestProxy;
use super::{Desk, NOW};
use crate::single_sign_on::{FetchError, OutboundProxy, Outward, ProviderError, Reach, SingleSignOn};

#[tokio::test]
async fn internal_addresses_are_refused_before_the_proxy_is_contacted() {
    let desk = Desk::open().await;
    let proxy = TestProxy::start().await;
    let outward = Outward {
        proxy: Some(OutboundProxy::new(&proxy.url, "direct.invalid").unwrap()),
        ..Outward::default()
    };
    let sign_on = SingleSignOn::new(desk.identity.clone(), outward);
    for (issuer, is_refused, asks) in [
        ("https://8.8.8.8", false, Some("CONNECT 8.8.8.8:443")),
        // The error does not reveal whether an unreachable name is known here.
        (
            "https://login.provider.invalid",
            true,
            Some("CONNECT login.provider.invalid:443"),
        ),
        ("https://login.provider.invalid:8443", true, None),
        ("https://127.0.0.1", true, None),
        ("https://10.0.0.1", true, None),
        ("https://169.254.169.254", true, None),
        ("https://localhost", true, None),
        ("http://login.provider.invalid", true, None),
        // Looked up here, where the name does not exist.
        ("https://direct.invalid", true, None),
    ] {
        let failed = sign_on
            .discover(ACME, &issuer.parse().unwrap(), NOW)
            .await
            .unwrap_err();

        let refused = matches!(failed, ProviderError::Fetch(FetchError::NotAllowed { .. }));
        assert_eq!(refused, is_refused, "{issuer}: {failed:?}");
        let asked = std::mem::take(&mut *proxy.asked.lock().unwrap());
        assert_eq!(asked, Vec::from_iter(asks), "{issuer}");
    }
}

#[tokio::test]
async fn a_server_on_the_internet_contacts_no_private_address_under_any_name() {
    let desk = Desk::open().await;
    let careful = SingleSignOn::new(desk.identity.clone(), Reach::Internet);

    let missing = "https://nobody.invalid";
    for issuer in [desk.provider.issuer.as_str(), "https://localhost:9", missing] {
        let refused = careful
            .discover(ACME, &issuer.parse().unwrap(), NOW)
            .await
            .unwrap_err();

        assert!(
            matches!(refused, ProviderError::Fetch(FetchError::NotAllowed { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(desk.provider.asked("/.well-known/openid-configuration"), 0);
}

// The clock is paused: it skips ahead when nothing else runs, so there is no waiting.
#[tokio::test(start_paused = true)]
async fn a_proxy_that_hangs_on_a_name_reveals_no_more_than_one_that_does_not_know_it() {
    let desk = Desk::open().await;
    let proxy = TestProxy::hanging().await;
    let outward = Outward {
        proxy: Some(OutboundProxy::new(&proxy.url, "").unwrap()),
        ..Outward::default()
    };
    let sign_on = SingleSignOn::new(desk.identity.clone(), outward);
    let unknown = "https://login.provider.invalid".parse().unwrap();

    let failed = sign_on.discover(ACME, &unknown, NOW).await.unwrap_err();

    let refused = matches!(failed, ProviderError::Fetch(FetchError::NotAllowed { .. }));
    assert!(refused, "{failed:?}");
}
