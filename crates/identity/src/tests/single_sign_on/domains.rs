//! Accounts' domains, and how they are proved.

use usher_domain::single_sign_on::ProvedBy;

use super::super::{ACME, NOON, OTHER, nobody};
use super::dns::TestDns;
use super::{Desk, secret, settings};
use crate::single_sign_on::{NotProved, Outward, Provider, Reach, SingleSignOn};

#[tokio::test]
async fn a_domain_is_proved_by_the_record_of_its_own_account_in_its_dns() {
    let desk = Desk::open().await;
    let dns = TestDns::start().await;
    let outward = Outward {
        reach: Reach::PrivateToo,
        dns_server: Some(dns.address),
        ..Outward::default()
    };
    let sign_on = SingleSignOn::new(desk.identity.clone(), outward);
    let [named] = desk
        .identity
        .named_domains(ACME)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(named.record_name(), "_usher-challenge.acme.example");
    let of_another = format!("usher-domain={}", "0".repeat(32));

    let missing = sign_on.prove(&named).await;
    assert!(matches!(missing, Err(NotProved::NoRecord { .. })), "{missing:?}");
    dns.says(&named.record_name(), &[&of_another, "v=spf1 -all"]);
    let wrong = sign_on.prove(&named).await;
    assert!(matches!(wrong, Err(NotProved::NoRecord { .. })), "{wrong:?}");
    dns.says(&named.record_name(), &[&of_another, &named.record_value()]);
    assert_eq!(sign_on.prove(&named).await, Ok(()));

    // Another account that names the same domain gets another text.
    let same = settings(&desk.provider.issuer);
    desk.identity
        .set_provider(OTHER, same, Some(secret()), nobody(), NOON)
        .await
        .unwrap();
    let [other] = desk
        .identity
        .named_domains(OTHER)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_ne!(other.record_value(), named.record_value());
    let not_theirs = sign_on.prove(&other).await;
    assert!(
        matches!(not_theirs, Err(NotProved::NoRecord { .. })),
        "{not_theirs:?}"
    );
}

#[tokio::test]
async fn an_address_leads_to_the_accounts_that_have_proved_its_domain() {
    let desk = Desk::open().await;
    let realms = async |email: &str, is_only_account| {
        let email = email.parse().unwrap();
        let realms = desk.identity.realms(&email, is_only_account);
        let realms = realms.await.unwrap().into_iter();
        realms.map(|realm| realm.account).collect::<Vec<_>>()
    };
    let prove = async |domain: &str, by| {
        let proved = desk
            .identity
            .set_domain_proof(ACME, domain.parse().unwrap(), by, nobody(), NOON);
        proved.await.unwrap()
    };

    assert_eq!(realms("nobody@acme.example", false).await, []);
    assert_eq!(realms("nobody@acme.example", true).await, [ACME]);
    assert!(
        prove("acme.example", Some(ProvedBy::Dns))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(prove("acme.example", Some(ProvedBy::Dns)).await, Some(None));
    assert_eq!(prove("other.example", Some(ProvedBy::Operator)).await, None);
    assert_eq!(realms("nobody@acme.example", false).await, [ACME]);
    assert_eq!(realms("sven@other.example", true).await, []);

    // Other changes keep the proof; renaming does not.
    let mut changed = settings(&desk.provider.issuer);
    changed.label = "Acme again".parse().unwrap();
    let set = async |provider: &Provider| {
        let set = desk
            .identity
            .set_provider(ACME, provider.clone(), None, nobody(), NOON);
        set.await.unwrap()
    };
    set(&changed).await;
    assert_eq!(realms("nobody@acme.example", false).await, [ACME]);
    changed.email_domains = ["acme.test".parse().unwrap()].into();
    set(&changed).await;
    changed.email_domains = ["acme.example".parse().unwrap()].into();
    set(&changed).await;
    assert_eq!(realms("nobody@acme.example", false).await, []);
    prove("acme.example", Some(ProvedBy::Operator)).await;
    prove("acme.example", None).await;
    assert_eq!(realms("nobody@acme.example", false).await, []);

    let unknown = desk.identity.remove_provider(OTHER, nobody(), NOON).await;
    assert_eq!(unknown.unwrap(), None);
    let known = desk.identity.remove_provider(ACME, nobody(), NOON).await;
    assert!(known.unwrap().is_some());
    assert_eq!(desk.identity.provider(ACME).await.unwrap(), None);
}
