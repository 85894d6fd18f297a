//! Single sign-on: users who sign in at their own account's provider (`OpenID` Connect Core 1.0, authorization code
//! flow with PKCE).
//!
//! [`SingleSignOn::begin`] sends a browser to the provider, [`SingleSignOn::finish`] receives it when it comes back and
//! returns the person that the provider vouches for. Whether that person is a user, becomes one, or is refused is
//! decided elsewhere.
//!
//! There are two clocks ([`Times`]): durations here use Usher's own clock, which a sandbox moves; a provider's tokens
//! have timestamps of real time, which a sandbox does not move.

mod attempts;
mod claims;
mod dns;
mod domains;
mod error;
mod exchange;
mod fetch;
mod id_token;
mod jws;
mod metadata;
mod provider;
mod proxy;
mod reach;
mod recent;
mod stored;
mod turns;

use std::net::SocketAddr;
use std::sync::Arc;

use usher_domain::text::Email;
use usher_domain::{AccountId, Timestamp, UserId};

use self::attempts::{Attempt, Attempts, Binding, ReturnTo};
use self::dns::Dns;
use self::exchange::{Bound, Tokens};
use self::fetch::{Fetcher, Outside};
use self::id_token::{Verified, verify};
use self::metadata::{Directory, Metadata};
use self::recent::Recently;
use crate::{Identity, Secret};

pub use self::attempts::{ATTEMPT_LIFE, ATTEMPTS_MAX, ATTEMPTS_PER_ADDRESS_MAX, Intent};
pub use self::claims::GROUPS_MAX;
pub use self::dns::NotProved;
pub use self::domains::{NamedDomain, Realm};
pub use self::error::{ProviderError, SignOnError, TokenError};
pub use self::fetch::{FETCH_BYTES_MAX, FETCH_SECS_MAX, FetchError};
pub use self::id_token::{CLOCK_SKEW_MAX, Person};
pub use self::metadata::{FAILURE_LIFE, METADATA_LIFE, REFETCH_SPAN, REFETCHES_MAX};
pub use self::provider::{
    ClaimName, ClientId, EMAIL_CLAIM_DEFAULT, EMAIL_DOMAINS_MAX, EmailDomain, InvalidProvider, Issuer,
    Provider, SCOPES_DEFAULT, Scopes,
};
pub use self::proxy::{InvalidProxy, OutboundProxy};
pub use self::reach::Reach;
pub use self::recent::{FAILURES_MAX, FailedSignIn, Recent, UnknownGroups};
pub use self::stored::SetProviderError;
pub use self::turns::{FETCHES_AT_ONCE_MAX, FETCHES_PER_ACCOUNT_MAX, FETCHES_PER_HOST_MAX};

/// The time, by two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// By Usher's own clock.
    pub here: Timestamp,
    /// By real time, which providers use.
    pub world: Timestamp,
}

/// Signs users in at their providers. Cheap to clone.
#[derive(Clone)]
pub struct SingleSignOn {
    identity: Identity,
    outside: Outside,
    dns: Dns,
    directory: Arc<Directory>,
    attempts: Arc<Attempts>,
    recently: Arc<Recently>,
}

/// The redirect URIs that browsers may be sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUris {
    /// The account's own: an answer there can only be for this account.
    pub own: String,
    /// The one that all accounts used to share, for providers that know no other.
    pub shared: String,
    /// Whether there is no other account whose provider an answer could be for.
    pub is_only_account: bool,
}

/// The redirect URI at which a browser came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameBackTo {
    /// This account's own.
    Own(AccountId),
    /// The one that all accounts used to share.
    Shared {
        /// Whether there is only one account.
        is_only_account: bool,
    },
}

/// Settings for the server's own requests.
#[derive(Debug, Clone, Default)]
pub struct Outward {
    /// The addresses that providers may have.
    pub reach: Reach,
    /// The DNS server for checking domains; `None` for this machine's.
    pub dns_server: Option<SocketAddr>,
    /// The proxy for requests to providers; with `None` there is none, even if the environment names one.
    pub proxy: Option<OutboundProxy>,
}

impl From<Reach> for Outward {
    fn from(reach: Reach) -> Self {
        Self {
            reach,
            ..Self::default()
        }
    }
}

/// A browser to send to its provider.
#[derive(Debug)]
pub struct Departure {
    /// The URL to send it to.
    pub url: String,
    /// The name of this sign-in in the browser's cookie; not a secret.
    pub name: String,
    /// The secret for the cookie.
    pub browser: Secret,
}

/// The query with which a browser comes back from its provider.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The state, which identifies the sign-in.
    pub state: String,
    /// The code, if the provider confirmed the sign-in.
    pub code: Option<String>,
    /// The error code, if it did not.
    pub error: Option<String>,
    /// The provider's description of the error.
    pub error_description: Option<String>,
    /// The issuer of the answer (RFC 9207).
    pub iss: Option<String>,
}

/// A person whom the provider vouches for.
#[derive(Debug)]
pub struct Vouched {
    /// The account that the person signs in to.
    pub account: AccountId,
    /// Where to send it.
    pub back: String,
    /// The signed-in user who wants to connect to the provider.
    pub link_to: Option<UserId>,
    /// The provider.
    pub provider: Provider,
    /// The person.
    pub person: Person,
}

/// The part of a state that is used in the cookie's name. The rest stays secret even if the name is seen.
#[must_use]
pub fn attempt_name(state: &str) -> &str {
    state.get(..12).unwrap_or_default()
}

impl SingleSignOn {
    /// Single sign-on with the providers stored in `identity`, with requests as `outward` allows.
    #[must_use]
    pub fn new(identity: Identity, outward: impl Into<Outward>) -> Self {
        let outward = outward.into();
        Self {
            identity,
            outside: Outside::new(outward.reach, outward.proxy),
            dns: Dns::new(outward.dns_server),
            directory: Arc::default(),
            attempts: Arc::default(),
            recently: Arc::default(),
        }
    }

    /// Checks whether a provider can be used, before its settings are saved.
    pub async fn discover(
        &self,
        account: AccountId,
        issuer: &Issuer,
        times: Times,
    ) -> Result<(), ProviderError> {
        let fetcher = self.outside.of(account);
        self.directory.fetch(&fetcher, issuer, times.world).await?;
        Ok(())
    }

    /// Checks by DNS whether a domain belongs to the account that names it.
    pub async fn prove(&self, named: &NamedDomain) -> Result<(), NotProved> {
        self.dns.proves(named).await
    }

    /// The recent sign-ins of an account.
    #[must_use]
    pub fn recent(&self, account: AccountId) -> Recent {
        self.recently.of(account)
    }

    /// Records for the account's admins that a person whom the provider vouched for was refused, and why.
    pub fn note_refused(&self, vouched: &Vouched, why: &str, now: Timestamp) {
        let person = &vouched.person;
        let email = person.email.as_ref().map(Email::as_str);
        let who = email.unwrap_or(&person.subject);
        self.recently.failed(vouched.account, Some(who), why, now);
    }

    /// Records for the account's admins whether any of the groups that a person's provider names is known here.
    pub fn note_groups(&self, vouched: &Vouched, is_any_known: bool, now: Timestamp) {
        if vouched.provider.groups_claim.is_none() {
            return;
        }
        let named = vouched.person.groups.iter().flatten();
        let unknown = (!is_any_known).then(|| named.map(String::as_str));
        self.recently.named_groups(vouched.account, unknown, now);
    }

    /// Errors of the account's provider are recorded for its admins.
    fn noted<T>(
        &self,
        account: AccountId,
        result: Result<T, SignOnError>,
        times: Times,
    ) -> Result<T, SignOnError> {
        match &result {
            Ok(_) | Err(SignOnError::NoProvider | SignOnError::NotBegun | SignOnError::Identity(_)) => {}
            Err(error) => self
                .recently
                .failed(account, None, &error.to_string(), times.here),
        }
        result
    }

    /// Begins a sign-in.
    pub async fn begin(
        &self,
        intent: Intent,
        uris: &RedirectUris,
        times: Times,
    ) -> Result<Departure, SignOnError> {
        let account = intent.account;
        let begun = self.depart(intent, uris, times).await;
        self.noted(account, begun, times)
    }

    async fn depart(
        &self,
        intent: Intent,
        uris: &RedirectUris,
        times: Times,
    ) -> Result<Departure, SignOnError> {
        let provider = self.identity.provider(intent.account).await?;
        let provider = provider.ok_or(SignOnError::NoProvider)?;
        let fetcher = self.outside.of(intent.account);
        let metadata = self.metadata(&fetcher, &provider, times).await?;
        let return_to = return_to(&provider, metadata.names_itself, uris)?;
        let redirect_uri = return_to.redirect_uri.clone();
        let (nonce, verifier) = (Secret::draw("")?, Secret::draw("")?);
        let binding = Binding {
            nonce: nonce.clone(),
            verifier: verifier.clone(),
            return_to,
        };
        let (issuer, client_id) = (provider.issuer.to_string(), provider.client_id.to_string());
        let begun = self
            .attempts
            .begin(intent, issuer, client_id, binding, times.here)?;
        let bound = Bound {
            state: begun.state.expose(),
            nonce: &nonce,
            verifier: &verifier,
        };
        Ok(Departure {
            url: exchange::authorize_url(&provider, &metadata, &redirect_uri, &bound),
            name: attempt_name(begun.state.expose()).to_owned(),
            browser: begun.browser,
        })
    }

    /// Completes a sign-in. `browser` is the secret in the sign-in's cookie.
    pub async fn finish(
        &self,
        answer: Answer,
        browser: &str,
        came_back_to: CameBackTo,
        times: Times,
    ) -> Result<Vouched, SignOnError> {
        let attempt = self.attempts.take(&answer.state, browser, times.here);
        let attempt = attempt.ok_or(SignOnError::NotBegun)?;
        let account = attempt.account;
        let finished = self.complete(attempt, answer, came_back_to, times).await;
        self.noted(account, finished, times)
    }

    async fn complete(
        &self,
        attempt: Attempt,
        answer: Answer,
        came_back_to: CameBackTo,
        times: Times,
    ) -> Result<Vouched, SignOnError> {
        if !is_where_it_was_sent(&attempt, came_back_to, answer.iss.is_some()) {
            return Err(SignOnError::MixedUp);
        }
        let known = self.identity.provider_and_secret(attempt.account).await?;
        let (provider, secret) = known.ok_or(SignOnError::NoProvider)?;
        if attempt.issuer != provider.issuer.as_str() || attempt.client_id != provider.client_id.as_str() {
            return Err(SignOnError::Changed);
        }
        let fetcher = self.outside.of(attempt.account);
        let metadata = self.metadata(&fetcher, &provider, times).await?;
        if answer
            .iss
            .as_deref()
            .map_or(metadata.names_itself, |iss| iss != provider.issuer.as_str())
        {
            return Err(SignOnError::MixedUp);
        }
        let code = match (answer.code, answer.error) {
            (Some(code), None) => code,
            (_, code) => {
                return Err(SignOnError::Refused {
                    code: code.unwrap_or_default(),
                    description: answer.error_description.unwrap_or_default(),
                });
            }
        };
        let Attempt {
            account,
            back,
            link_to,
            nonce,
            verifier,
            return_to,
            ..
        } = attempt;
        let tokens = exchange::redeem(
            &fetcher,
            (&provider, &secret),
            &metadata,
            &code,
            (&return_to.redirect_uri, &verifier),
        );
        let tokens = tokens.await?;
        let person = self
            .identify(&fetcher, &provider, &metadata, &tokens, &nonce, times)
            .await?;
        Ok(Vouched {
            account,
            back,
            link_to,
            provider,
            person,
        })
    }

    /// The URL for signing out at the provider too; `None` if the provider does not support it, or cannot be reached.
    pub async fn sign_out_url(
        &self,
        account: AccountId,
        id_token: &Secret,
        return_to: &str,
        state: &str,
        times: Times,
    ) -> Option<String> {
        let provider = self.identity.provider(account).await.ok()??;
        let fetcher = self.outside.of(account);
        let metadata = self.metadata(&fetcher, &provider, times).await.ok()?;
        let mut url = metadata.end_session_endpoint.clone()?;
        url.query_pairs_mut()
            .append_pair("id_token_hint", id_token.expose())
            .append_pair("client_id", provider.client_id.as_str())
            .append_pair("post_logout_redirect_uri", return_to)
            .append_pair("state", state);
        Some(url.into())
    }

    async fn metadata(
        &self,
        fetcher: &Fetcher,
        provider: &Provider,
        times: Times,
    ) -> Result<Arc<Metadata>, ProviderError> {
        self.directory.look(fetcher, &provider.issuer, times.world).await
    }

    /// The person that the tokens are about. Claims missing from the ID token are requested from the user-info
    /// endpoint.
    async fn identify(
        &self,
        fetcher: &Fetcher,
        provider: &Provider,
        metadata: &Metadata,
        tokens: &Tokens,
        nonce: &Secret,
        times: Times,
    ) -> Result<Person, SignOnError> {
        let token = &tokens.id_token;
        let verified = match verify(token, provider, &metadata.keys, nonce, times.world) {
            // The provider may have changed its keys since they were fetched.
            Err(TokenError::UnknownKey) => {
                let (issuer, world) = (&provider.issuer, times.world);
                let newest = self.directory.refetch(fetcher, issuer, world).await?;
                let newest = newest.ok_or(TokenError::UnknownKey)?;
                verify(token, provider, &newest.keys, nonce, world)?
            }
            verified => verified?,
        };
        let Verified { subject, claims } = &verified;
        let more = if id_token::leaves_out(provider, claims) {
            exchange::user_info(fetcher, metadata, tokens.access_token.as_deref(), subject).await
        } else {
            None
        };
        Ok(id_token::person(provider, token, verified, more))
    }
}

/// The redirect URI for a sign-in. With the shared one, an answer must name its issuer, or there must be only one
/// account: otherwise another account's provider could be handed the code (RFC 9700, section 4.4).
fn return_to(provider: &Provider, names_itself: bool, uris: &RedirectUris) -> Result<ReturnTo, SignOnError> {
    if provider.own_redirect_uri {
        return Ok(ReturnTo {
            redirect_uri: uris.own.clone(),
            is_shared: false,
        });
    }
    if !uris.is_only_account && !names_itself {
        return Err(SignOnError::SharedRedirectUri);
    }
    Ok(ReturnTo {
        redirect_uri: uris.shared.clone(),
        is_shared: true,
    })
}

fn is_where_it_was_sent(attempt: &Attempt, came_back_to: CameBackTo, names_issuer: bool) -> bool {
    match came_back_to {
        CameBackTo::Own(account) => !attempt.return_to.is_shared && account == attempt.account,
        CameBackTo::Shared { is_only_account } => {
            attempt.return_to.is_shared && (is_only_account || names_issuer)
        }
    }
}
