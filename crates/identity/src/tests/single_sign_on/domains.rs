//! Which domains are an account's people's, and what proves it.

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

    // Another account that names the same domain has another text to set.
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

    // What is changed besides does not take the proof away; another name does.
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

#[tokio::test]
async fn a_domain_that_an_earlier_version_stored_in_ascii_is_the_one_that_addresses_name() {
    let desk = Desk::open().await;
    let typed = "xn--bcher-kva.example";
    desk.identity
        .store_domain_as_typed(ACME, typed, Some("dns"))
        .await;

    let of = async |address: &str| {
        let realms = desk.identity.realms(&address.parse().unwrap(), false).await;
        realms.unwrap().len()
    };
    assert_eq!(of("ann@bücher.example").await, 1);
    assert_eq!(of("ann@xn--bcher-kva.example").await, 1);
    let provider = desk.identity.provider(ACME).await.unwrap().unwrap();
    assert!(provider.takes(&"ann@bücher.example".parse().unwrap()));

    // Saved again in the one form, it keeps its proof; taken away, it is gone.
    let mut again = settings(&desk.provider.issuer);
    again.email_domains.insert("bücher.example".parse().unwrap());
    let save = async |provider| {
        let saved = desk.identity.set_provider(ACME, provider, None, nobody(), NOON);
        saved.await.unwrap();
    };
    save(again).await;
    assert_eq!(of("ann@bücher.example").await, 1);
    save(settings(&desk.provider.issuer)).await;
    assert_eq!(of("ann@bücher.example").await, 0);
}

#[tokio::test]
async fn a_domain_that_stands_in_two_rows_is_listed_once_and_proved_and_withdrawn_as_one() {
    let desk = Desk::open().await;
    for (typed, proved_by) in [
        ("xn--bcher-kva.example", None),
        ("bücher.example", Some("operator")),
    ] {
        desk.identity.store_domain_as_typed(ACME, typed, proved_by).await;
    }
    let proofs = async || {
        let named = desk.identity.named_domains(ACME).await.unwrap();
        let theirs = named
            .iter()
            .filter(|named| named.domain.as_str() == "bücher.example");
        theirs.map(|named| named.proved_by).collect::<Vec<_>>()
    };
    assert_eq!(proofs().await, [Some(ProvedBy::Operator)]);
    let domain = "BÜCHER.example".parse().unwrap();

    let withdrawn = desk.identity.set_domain_proof(ACME, domain, None, nobody(), NOON);
    assert!(matches!(withdrawn.await, Ok(Some(Some(_)))));

    assert_eq!(proofs().await, [None]);
    let ann = "ann@bücher.example".parse().unwrap();
    let realms = desk.identity.realms(&ann, false);
    assert!(realms.await.unwrap().is_empty());
}
