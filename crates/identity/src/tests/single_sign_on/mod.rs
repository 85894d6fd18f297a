//! Signing in at a provider, with one that lies.

mod dns;
mod provider;
mod proxy;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::Url;
use usher_domain::Timestamp;
use usher_domain::single_sign_on::ProvedBy;

use self::dns::TestDns;
use self::provider::{Signature, TestProvider};
use self::proxy::TestProxy;
use super::{ACME, NOON, OTHER, SVEN, nobody, secs};
use crate::single_sign_on::{
    ATTEMPT_LIFE, Answer, CLOCK_SKEW_MAX, CameBackTo, Departure, FAILURE_LIFE, FetchError, Intent,
    InvalidProvider, METADATA_LIFE, NotProved, OutboundProxy, Outward, Person, Provider, ProviderError,
    REFETCHES_MAX, Reach, RedirectUris, SetProviderError, SignOnError, SingleSignOn, Times, TokenError,
    Vouched,
};
use crate::{Identity, Secret};

const CLIENT_ID: &str = "usher";
const CLIENT_SECRET: &str = "a-secret-of-the-provider-and-usher";
const REDIRECT: &str = "https://usher.example.com/sso/acme/callback";
const SHARED_REDIRECT: &str = "https://usher.example.com/sso/callback";
/// Providers have a clock of their own.
const WORLD: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const NOW: Times = Times {
    here: NOON,
    world: WORLD,
};

/// A server whose account has the test's provider.
struct Desk {
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
        let identity = Identity::in_memory().unwrap();
        let provider = TestProvider::start().await;
        let wanted = settings(&provider.issuer);
        let made = identity
            .set_provider(ACME, wanted, Some(secret()), nobody(), NOON)
            .await;
        assert!(made.unwrap().is_some());
        Self {
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

    /// The whole way, with what the provider says besides.
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
async fn who_comes_back_is_who_the_provider_says() {
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
async fn what_the_token_leaves_out_is_asked_for() {
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

/// `usher` is what the version before made of the case, `right` what is right.
#[tokio::test]
async fn what_nobody_asked_for_does_not_end_a_sign_in() {
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
async fn a_discovery_document_says_only_what_it_says() {
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
async fn groups_that_are_left_out_or_told_elsewhere_are_unknown() {
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
async fn a_token_that_proves_nothing_is_refused() {
    let desk = Desk::open().await;
    let now = WORLD.millis() / 1000;
    let skew = i64::from(CLOCK_SKEW_MAX.get());
    let old = i64::from(ATTEMPT_LIFE.get()) + skew;
    for (claims, error) in [
        (json!({"nonce": "of another sign-in"}), TokenError::Nonce),
        (json!({"nonce": null}), TokenError::Nonce),
        (json!({"aud": "another"}), TokenError::Audience),
        (json!({"aud": [CLIENT_ID, "another"]}), TokenError::Audience),
        (
            json!({"aud": [CLIENT_ID, "another"], "azp": "another"}),
            TokenError::Audience,
        ),
        (
            json!({"aud": ["another"], "azp": CLIENT_ID}),
            TokenError::Audience,
        ),
        (json!({"aud": null, "azp": CLIENT_ID}), TokenError::Audience),
        (json!({"azp": "another"}), TokenError::Audience),
        (json!({"iss": "https://evil.example"}), TokenError::Issuer),
        (json!({"exp": now - skew}), TokenError::Time),
        (json!({"iat": now + skew + 1}), TokenError::Time),
        (json!({"iat": now - old - 1}), TokenError::Time),
        (json!({"nbf": now + skew + 1}), TokenError::Time),
        (json!({"sub": ""}), TokenError::Form),
        (json!({"sub": ["sven-1"]}), TokenError::Form),
        (json!({"exp": null}), TokenError::Form),
        (json!({"exp": "next year"}), TokenError::Form),
        (json!({"sub": "s".repeat(256)}), TokenError::Form),
    ] {
        assert_eq!(desk.refused_token(claims.clone()).await, error, "{claims}");
    }
    let clocks_differ = json!({"exp": now - skew + 1, "iat": now - old, "nbf": now + skew, "azp": CLIENT_ID});
    assert!(desk.sign_in(clocks_differ).await.is_ok());
}

#[tokio::test]
async fn a_signature_that_anybody_could_make_is_none() {
    let desk = Desk::open().await;
    for signature in [
        Signature::None,
        Signature::ClientSecret,
        Signature::PublicKey,
        Signature::OfOther,
    ] {
        desk.provider.acts().signature = signature;

        assert_eq!(desk.refused_token(json!({})).await, TokenError::Signature);
    }
}

#[tokio::test]
async fn a_key_that_was_changed_is_fetched_and_forged_ones_do_not_make_us_fetch_all_the_time() {
    let desk = Desk::open().await;
    desk.sign_in(json!({})).await.unwrap();
    assert_eq!(desk.provider.asked("/keys"), 1);

    {
        let mut acts = desk.provider.acts();
        acts.signs_with = 2;
        acts.publishes = vec![1, 2];
    }
    desk.sign_in(json!({})).await.unwrap();
    assert_eq!(desk.provider.asked("/keys"), 2);
    desk.sign_in(json!({})).await.unwrap();
    assert_eq!(desk.provider.asked("/keys"), 2);

    desk.provider.acts().signs_with = 3;
    for _ in 0..10 {
        assert_eq!(desk.refused_token(json!({})).await, TokenError::UnknownKey);
    }
    assert_eq!(desk.provider.asked("/keys"), 1 + REFETCHES_MAX);
}

#[tokio::test]
async fn an_answer_is_good_once_and_in_the_browser_that_asked() {
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
async fn the_shared_address_goes_on_where_nothing_can_be_mixed_up_until_the_admin_switches() {
    let desk = Desk::open().await;
    desk.identity.forget_own_redirect_uri(ACME).await;
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

    // Another account was made while somebody was at a provider that does not name itself.
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
async fn a_provider_of_before_goes_on_with_the_shared_address_until_another_application_is_set_up() {
    let desk = Desk::open().await;
    desk.identity.forget_own_redirect_uri(ACME).await;
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
async fn an_address_comes_from_the_claim_that_is_named_and_is_verified_in_email_alone() {
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

#[tokio::test]
async fn a_refusal_is_said_in_words() {
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
async fn a_provider_that_was_changed_meanwhile_does_not_answer_for_the_former() {
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
async fn what_is_wrong_with_a_provider_is_said_before_it_is_saved() {
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
    // An admin who saves the settings asks in any case.
    let issuer = desk.provider.issuer.parse().unwrap();
    assert!(desk.sign_on.discover(ACME, &issuer, NOW).await.is_ok());
    assert_eq!(asked(), 2);

    let later = METADATA_LIFE.get() + FAILURE_LIFE.get();
    let (one, other, third) = tokio::join!(begin(later), begin(later), begin(later));
    assert!(one.is_ok() && other.is_ok() && third.is_ok());
    assert_eq!(asked(), 3);
}

#[tokio::test]
async fn what_leads_inside_is_refused_before_the_proxy_is_asked() {
    let desk = Desk::open().await;
    let proxy = TestProxy::start().await;
    let outward = Outward {
        proxy: Some(OutboundProxy::new(&proxy.url, "direct.invalid").unwrap()),
        ..Outward::default()
    };
    let sign_on = SingleSignOn::new(desk.identity.clone(), outward);
    for (issuer, is_refused, asks) in [
        ("https://8.8.8.8", false, Some("CONNECT 8.8.8.8:443")),
        // Nobody learns from the sentence whether a name that cannot be reached is known here.
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
        // Looked up here, where there is no such name.
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
async fn a_server_on_the_internet_goes_to_no_private_address_whatever_name_it_has() {
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
async fn a_client_secret_is_never_told_to_another_issuer() {
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
async fn a_session_keeps_the_id_token_and_is_told_apart_from_one_of_a_password() {
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
    let half = identity.begin_half_sign_in(ACME, SVEN, NOON).await.unwrap();
    let issued = identity.issue_user_token(ACME, SVEN, NOON).await.unwrap();
    let ended = identity
        .end_what_passwords_began(ACME, owner, Some(second.id))
        .await
        .unwrap();
    assert_eq!(ended, 1);
    assert!(session(&by_provider).is_some() && session(&by_password).is_some());
    assert!(session(&other).is_none());
    assert_eq!(identity.half_sign_in(half.expose(), NOON).await.unwrap(), None);
    assert!(identity.authenticate(issued.token.expose(), None, NOON).is_err());
}
