//! Notes of changes that may be missing in the journal.

use std::collections::BTreeSet;

use usher_domain::single_sign_on::{ProviderChange, ProviderSetting};

use super::*;
use crate::single_sign_on::Provider;
use crate::{ChangeOrigin, ChangedBy, CredentialChange, Secret};

fn origin(by: ChangedBy) -> ChangeOrigin {
    ChangeOrigin {
        by,
        cause: "portal k=web_1 a=192.0.2.7 r=01h2".to_owned().into(),
    }
}

fn provider() -> Provider {
    Provider {
        issuer: "https://login.example.com".parse().unwrap(),
        client_id: "usher".parse().unwrap(),
        scopes: "openid".parse().unwrap(),
        groups_claim: None,
        label: "Acme".parse().unwrap(),
        creates_users: false,
        links_by_email: false,
        email_domains: BTreeSet::new(),
        email_claim: "email".parse().unwrap(),
        trusts_addresses: false,
        own_redirect_uri: true,
    }
}

fn secret() -> Option<Secret> {
    Secret::of_client("a secret of the client")
}

#[tokio::test]
async fn a_change_stays_unrecorded_with_its_actor_and_cause_until_it_is_recorded() {
    for by in [
        ChangedBy::User(TUVA),
        ChangedBy::ApiKey(KEY),
        ChangedBy::Operator,
        ChangedBy::Usher,
    ] {
        let identity = identity();
        let password = "teapot anchor lilac".to_owned();
        let hash = identity
            .hash_password(HashingShare::default(), password, Vec::new())
            .await
            .unwrap();
        let note = identity
            .set_password(ACME, SVEN, &hash, PasswordLife::Lasting, origin(by), NOON)
            .await;
        let note = note.unwrap();
        let later = NOON + secs(60);

        // The author of the change is about to record it.
        assert_eq!(identity.unrecorded(later - secs(1)).await.unwrap(), []);
        let left = identity.unrecorded(later).await.unwrap();
        assert_eq!(left.as_slice(), std::slice::from_ref(&note));
        assert_eq!(note.origin, origin(by));
        assert_eq!(
            note.change,
            CredentialChange::PasswordSet {
                user: SVEN,
                link: None
            }
        );
        identity.recorded(&note).await.unwrap();

        assert_eq!(identity.unrecorded(later).await.unwrap(), []);
    }
}

#[tokio::test]
async fn changes_of_a_provider_say_what_is_new_and_never_the_secret() {
    let identity = identity();
    let set = async |provider: &Provider, secret| {
        let provider = provider.clone();
        identity
            .set_provider(ACME, provider, secret, nobody(), NOON)
            .await
    };
    let wider = Provider {
        creates_users: true,
        email_domains: ["acme.example".parse().unwrap()].into(),
        ..provider()
    };

    set(&provider(), None).await.unwrap_err();
    set(&provider(), secret()).await.unwrap();
    assert_eq!(set(&provider(), None).await.unwrap(), None);
    set(&wider, None).await.unwrap();
    set(&wider, secret()).await.unwrap();
    identity.remove_provider(ACME, nobody(), NOON).await.unwrap();
    assert_eq!(
        identity.remove_provider(ACME, nobody(), NOON).await.unwrap(),
        None
    );

    let left = identity.unrecorded(NOON + secs(60)).await.unwrap();
    let change = |after: &Provider, what: &[ProviderSetting]| ProviderChange::Changed {
        provider: after.facts(),
        changed: what.iter().copied().collect(),
    };
    let expected = [
        ProviderChange::Made {
            provider: provider().facts(),
        },
        change(
            &wider,
            &[ProviderSetting::CreatesUsers, ProviderSetting::EmailDomains],
        ),
        change(&wider, &[ProviderSetting::ClientSecret]),
        ProviderChange::Removed {
            issuer: "https://login.example.com".to_owned(),
        },
    ];
    let changes: Vec<_> = left.into_iter().map(|note| note.change).collect();
    assert_eq!(changes, expected.map(CredentialChange::Provider));
    assert!(!format!("{changes:?}").contains("a secret of the client"));
}
