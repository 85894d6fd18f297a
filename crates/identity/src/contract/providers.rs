//! Providers of single sign-on, and the domains that accounts name.

use usher_domain::AccountId;
use usher_domain::single_sign_on::{ProvedBy, ProviderChange, ProviderSetting};

use super::{Backend, account, at, origin};
use crate::CredentialChange;
use crate::ports::{ProviderUpdate, Store};
use crate::single_sign_on::{InvalidProvider, Provider};

fn provider(domains: &[&str]) -> Provider {
    Provider {
        issuer: "https://login.example.com".parse().unwrap(),
        client_id: "usher".parse().unwrap(),
        scopes: "openid".parse().unwrap(),
        groups_claim: Some("groups".parse().unwrap()),
        label: "Acme".parse().unwrap(),
        creates_users: true,
        links_by_email: false,
        email_domains: domains.iter().map(|domain| domain.parse().unwrap()).collect(),
        email_claim: "email".parse().unwrap(),
        trusts_addresses: false,
        own_redirect_uri: true,
    }
}

fn update(provider: &Provider, client_secret: Option<&str>) -> ProviderUpdate {
    let challenge = |domain: &crate::single_sign_on::EmailDomain| (domain.clone(), format!("prove {domain}"));
    ProviderUpdate {
        provider: provider.clone(),
        client_secret: client_secret.map(|secret| secret.as_bytes().to_vec()),
        challenges: provider.email_domains.iter().map(challenge).collect(),
    }
}

/// Gives an account a provider with a domain.
pub(super) async fn set_up(store: &dyn Store, account: AccountId) {
    let update = update(&provider(&["acme.example"]), Some("sealed"));
    let set = store.update_provider(account, update, origin(), at(0));
    assert!(set.await.unwrap().unwrap().is_some());
}

/// What was changed, as the notes say, oldest first.
async fn changes(store: &dyn Store) -> Vec<CredentialChange> {
    let notes = store.notes(at(0)).await.unwrap();
    notes.into_iter().map(|note| note.change).collect()
}

/// With a note of the change, and without one if nothing changes.
pub async fn a_provider_is_stored_as_its_update_says(backend: &dyn Backend) {
    let store = backend.store();
    let set = async |provider: &Provider, secret| {
        let set = store.update_provider(account(1), update(provider, secret), origin(), at(0));
        set.await.unwrap().unwrap()
    };
    let plain = provider(&[]);
    let wider = Provider {
        groups_claim: None,
        ..provider(&["acme.example"])
    };

    let made = set(&plain, Some("sealed")).await.unwrap();
    assert_eq!((made.account, &made.origin), (account(1), &origin()));
    assert_eq!(store.provider(account(1)).await.unwrap(), Some(plain.clone()));
    assert_eq!(set(&plain, None).await, None);
    assert!(set(&wider, None).await.is_some());
    assert!(set(&wider, Some("sealed again")).await.is_some());

    let stored = store.provider_and_secret(account(1)).await.unwrap();
    assert_eq!(stored, Some((wider.clone(), b"sealed again".to_vec())));
    assert_eq!(store.provider(account(2)).await.unwrap(), None);
    let removed = store.remove_provider(account(1), origin(), at(0)).await.unwrap();
    assert!(removed.is_some());
    let again = store.remove_provider(account(1), origin(), at(0)).await.unwrap();
    assert_eq!(again, None);
    assert_eq!(store.provider_and_secret(account(1)).await.unwrap(), None);
    let changed = |changed: &[ProviderSetting]| ProviderChange::Changed {
        provider: wider.facts(),
        changed: changed.iter().copied().collect(),
    };
    let expected = [
        ProviderChange::Made {
            provider: plain.facts(),
        },
        changed(&[ProviderSetting::GroupsClaim, ProviderSetting::EmailDomains]),
        changed(&[ProviderSetting::ClientSecret]),
        ProviderChange::Removed {
            issuer: "https://login.example.com".to_owned(),
        },
    ];
    assert_eq!(changes(&*store).await, expected.map(CredentialChange::Provider));
}

/// Nor is anything stored then.
pub async fn a_client_secret_is_never_given_to_another_client(backend: &dyn Backend) {
    let store = backend.store();
    let set = async |provider: &Provider| {
        let set = store.update_provider(account(1), update(provider, None), origin(), at(0));
        set.await.unwrap()
    };
    assert_eq!(set(&provider(&[])).await, Err(InvalidProvider::SecretNeeded));
    assert_eq!(store.provider(account(1)).await.unwrap(), None);
    set_up(&*store, account(1)).await;
    let before = store.provider_and_secret(account(1)).await.unwrap();

    let elsewhere = Provider {
        issuer: "https://elsewhere.example.com".parse().unwrap(),
        ..provider(&[])
    };
    assert_eq!(set(&elsewhere).await, Err(InvalidProvider::SecretNeeded));

    assert_eq!(store.provider_and_secret(account(1)).await.unwrap(), before);
    assert_eq!(changes(&*store).await.len(), 1);
}

/// And their challenge; new ones begin without a proof.
pub async fn domains_that_stay_keep_their_proof(backend: &dyn Backend) {
    let store = backend.store();
    set_up(&*store, account(1)).await;
    let domain = "acme.example".parse().unwrap();
    let proof = store.set_domain_proof(account(1), domain, Some(ProvedBy::Dns), origin(), at(0));
    assert!(proof.await.unwrap().is_some());

    let mut wider = update(&provider(&["b.example", "acme.example"]), None);
    for challenge in wider.challenges.values_mut() {
        challenge.push_str(" again");
    }
    let set = store.update_provider(account(1), wider, origin(), at(0));
    assert!(set.await.unwrap().unwrap().is_some());

    let named = store.named_domains(account(1)).await.unwrap();
    let told: Vec<_> = named
        .iter()
        .map(|named| (named.domain.as_str(), named.challenge.as_str(), named.proved_by))
        .collect();
    let expected = [
        ("acme.example", "prove acme.example", Some(ProvedBy::Dns)),
        ("b.example", "prove b.example again", None),
    ];
    assert_eq!(told, expected);
    let narrower = update(&provider(&["b.example"]), None);
    let set = store.update_provider(account(1), narrower, origin(), at(0));
    assert!(set.await.unwrap().unwrap().is_some());
    let named = store.named_domains(account(1)).await.unwrap();
    assert_eq!(named.len(), 1);
}

/// Without one if nothing changes; and not at all if the account does not name the domain.
pub async fn a_proof_is_stored_and_withdrawn_with_a_note(backend: &dyn Backend) {
    let store = backend.store();
    set_up(&*store, account(1)).await;
    let prove = async |of, domain: &str, proved_by| {
        let proved = store.set_domain_proof(of, domain.parse().unwrap(), proved_by, origin(), at(0));
        proved.await.unwrap().map(|note| note.map(|note| note.change))
    };
    let operator = Some(ProvedBy::Operator);

    assert_eq!(prove(account(1), "b.example", operator).await, None);
    assert_eq!(prove(account(2), "acme.example", operator).await, None);
    assert_eq!(prove(account(1), "acme.example", None).await, Some(None));
    let proved = prove(account(1), "acme.example", operator).await;
    assert_eq!(prove(account(1), "acme.example", operator).await, Some(None));
    let withdrawn = prove(account(1), "acme.example", None).await;

    let domain = "acme.example".to_owned();
    let expected = [
        ProviderChange::DomainProved {
            domain: domain.clone(),
            by: ProvedBy::Operator,
        },
        ProviderChange::DomainProofWithdrawn { domain },
    ]
    .map(CredentialChange::Provider);
    assert_eq!([proved, withdrawn].map(|it| it.flatten().unwrap()), expected);
    assert_eq!(changes(&*store).await[1..], expected);
}

/// Or, where every domain counts as proved, that name it; in the order of their ids.
pub async fn people_are_sent_to_accounts_that_have_proved_their_domain(backend: &dyn Backend) {
    let store = backend.store();
    for number in [3, 1, 2] {
        set_up(&*store, account(number)).await;
    }
    for number in [3, 1] {
        let domain = "acme.example".parse().unwrap();
        let proof = Some(ProvedBy::Operator);
        let proved = store.set_domain_proof(account(number), domain, proof, origin(), at(0));
        assert!(proved.await.unwrap().is_some());
    }
    let led = async |domain: &str, also_unproved, limit| {
        let realms = store.realms(domain.parse().unwrap(), also_unproved, limit);
        let realms = realms.await.unwrap();
        realms.iter().map(|realm| realm.account).collect::<Vec<_>>()
    };

    assert_eq!(led("acme.example", false, 10).await, [account(1), account(3)]);
    assert_eq!(led("acme.example", true, 10).await, [1, 2, 3].map(account));
    assert_eq!(led("acme.example", true, 2).await, [1, 2].map(account));
    assert_eq!(led("b.example", true, 10).await, []);
    let realms = store
        .realms("acme.example".parse().unwrap(), false, 1)
        .await
        .unwrap();
    assert_eq!(realms[0].label.as_str(), "Acme");
    assert_eq!(realms[0].issuer, "https://login.example.com");
}
