//! Signing in at a provider, including one that lies.

mod claims;
mod discovery;
mod dns;
mod domains;
mod mix_ups;
mod outward;
mod provider;
mod proxy;
mod signatures;
mod signing_in;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use url::Url;
use usher_domain::Timestamp;

use self::provider::TestProvider;
use super::{ACME, NOON, nobody, on};
use crate::single_sign_on::{
    Answer, CameBackTo, Departure, Intent, Person, Provider, Reach, RedirectUris, SignOnError, SingleSignOn,
    Times, TokenError, Vouched,
};
use crate::{Identity, MemoryStore, Secret};

const CLIENT_ID: &str = "usher";
const CLIENT_SECRET: &str = "a-secret-of-the-provider-and-usher";
const REDIRECT: &str = "https://usher.example.com/sso/acme/callback";
const SHARED_REDIRECT: &str = "https://usher.example.com/sso/callback";
/// The provider's clock.
const WORLD: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const NOW: Times = Times {
    here: NOON,
    world: WORLD,
};

/// A server whose account uses the test's provider.
struct Desk {
    store: Arc<MemoryStore>,
    identity: Identity,
    sign_on: SingleSignOn,
    provider: TestProvider,
}

fn settings(issuer: &str) -> Provider {
    Provider {
        issuer: issuer.parse().unwrap(),
        client_id: CLIENT_ID.parse().unwrap(),
        scopes: "openid profile email".parse().unwrap(),
        groups_claim: Some("groups".parse().unwrap()),
        label: "Acme".parse().unwrap(),
        creates_users: true,
        links_by_email: false,
        email_domains: ["acme.example".parse().unwrap()].into(),
        email_claim: "email".parse().unwrap(),
        trusts_addresses: false,
        own_redirect_uri: true,
    }
}

fn uris(is_only_account: bool) -> RedirectUris {
    RedirectUris {
        own: REDIRECT.to_owned(),
        shared: SHARED_REDIRECT.to_owned(),
        is_only_account,
    }
}

fn secret() -> Secret {
    Secret::new(CLIENT_SECRET.to_owned())
}

impl Desk {
    async fn open() -> Self {
        let store = Arc::new(MemoryStore::new());
        let identity = on(&store).await;
        let provider = TestProvider::start().await;
        let wanted = settings(&provider.issuer);
        let made = identity
            .set_provider(ACME, wanted, Some(secret()), nobody(), NOON)
            .await;
        assert!(made.unwrap().is_some());
        Self {
            store,
            sign_on: SingleSignOn::new(identity.clone(), Reach::PrivateToo),
            identity,
            provider,
        }
    }

    async fn begin(&self) -> Departure {
        let intent = Intent {
            account: ACME,
            back: "/me".to_owned(),
            link_to: None,
            from: None,
        };
        self.sign_on.begin(intent, &uris(false), NOW).await.unwrap()
    }

    /// The person signs in at the provider, which sends the browser back.
    fn at_provider(&self, departure: &Departure) -> Answer {
        let asked = asked(departure);
        let mut acts = self.provider.acts();
        acts.challenge.clone_from(&asked["code_challenge"]);
        if acts.claims.get("nonce").is_none() {
            acts.claims["nonce"] = asked["nonce"].clone().into();
        }
        Answer {
            state: asked["state"].clone(),
            code: Some("code".to_owned()),
            ..Answer::default()
        }
    }

    async fn finish(&self, departure: &Departure, answer: Answer) -> Result<Vouched, SignOnError> {
        let browser = departure.browser.expose();
        let own = CameBackTo::Own(ACME);
        self.sign_on.finish(answer, browser, own, NOW).await
    }

    /// Signs in completely, with additional claims.
    async fn sign_in(&self, claims: Value) -> Result<Person, SignOnError> {
        self.provider.acts().claims = claims;
        let departure = self.begin().await;
        let answer = self.at_provider(&departure);
        let vouched = self.finish(&departure, answer).await?;
        Ok(vouched.person)
    }

    async fn refused_token(&self, claims: Value) -> TokenError {
        match self.sign_in(claims).await {
            Err(SignOnError::Token(error)) => error,
            other => panic!("no refused token: {other:?}"),
        }
    }
}

fn asked(departure: &Departure) -> BTreeMap<String, String> {
    let url = Url::parse(&departure.url).unwrap();
    url.query_pairs().into_owned().collect()
}
