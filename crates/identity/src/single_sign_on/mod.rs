//! Single sign-on: people who sign in at a provider of their own account (`OpenID` Connect Core 1.0, authorization code
//! flow with PKCE).
//!
//! [`SingleSignOn::begin`] sends a browser to the provider, [`SingleSignOn::finish`] takes it when it comes back and
//! says who the provider says that it is. Whether that person is a user, becomes one, or is refused is not decided
//! here.
//!
//! Two clocks are told apart ([`Times`]): what begins and ends here is measured by Usher's own clock, which a sandbox
//! moves; a provider's tokens are stamped by a clock of the world, which nobody moves for a sandbox.

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

/// What time it is, by two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// By Usher's own clock.
    pub here: Timestamp,
    /// By the clock of the world, which providers go by.
    pub world: Timestamp,
}

/// Signs people in at their providers. Cheap to clone.
#[derive(Clone)]
pub struct SingleSignOn {
    identity: Identity,
    outside: Outside,
    dns: Dns,
    directory: Arc<Directory>,
    attempts: Arc<Attempts>,
    recently: Arc<Recently>,
}

/// Where browsers may be told to come back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUris {
    /// The account's own: a provider's answer there can be for this account only.
    pub own: String,
    /// The one that all accounts shared before, for providers that know no other yet.
    pub shared: String,
    /// Whether there is no other account whose provider an answer could be meant for.
    pub is_only_account: bool,
}

/// At which address a browser came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameBackTo {
    /// At that of this account.
    Own(AccountId),
    /// At the one that all accounts shared before.
    Shared {
        /// Whether there is no other account.
        is_only_account: bool,
    },
}

/// Where a server goes to ask, besides what is the default.
#[derive(Debug, Clone, Default)]
pub struct Outward {
    /// Which addresses providers may have.
    pub reach: Reach,
    /// The DNS server that says whose a domain is; none for those of this machine.
    pub dns_server: Option<SocketAddr>,
    /// The proxy that requests to providers go through; none for none, whatever the environment says.
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

/// A browser that is to be sent to its provider.
#[derive(Debug)]
pub struct Departure {
    /// Where to.
    pub url: String,
    /// What names this sign-in in the browser's cookie; no secret.
    pub name: String,
    /// What the browser keeps.
    pub browser: Secret,
}

/// What a browser brings back from its provider.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Which sign-in it is about.
    pub state: String,
    /// The code, where the provider said yes.
    pub code: Option<String>,
    /// Why it said no.
    pub error: Option<String>,
    /// The same in its own words.
    pub error_description: Option<String>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
}

/// Somebody who came back, and for whom the provider vouches.
#[derive(Debug)]
pub struct Vouched {
    /// In which account.
    pub account: AccountId,
    /// Where to go now.
    pub back: String,
    /// The user who was signed in already and wants to come in by the provider from now on.
    pub link_to: Option<UserId>,
    /// Which provider it was.
    pub provider: Provider,
    /// Who it is.
    pub person: Person,
}

/// The part of a state that names it in a cookie. The rest stays unknown to who sees the name only.
#[must_use]
pub fn attempt_name(state: &str) -> &str {
    state.get(..12).unwrap_or_default()
}

impl SingleSignOn {
    /// Single sign-on with the providers that stand in `identity`, where `outward` lets this server go to them.
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

    /// Looks whether a provider can be worked with, before its settings are saved.
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

    /// Asks the DNS whether a domain is the account's that names it.
    pub async fn prove(&self, named: &NamedDomain) -> Result<(), NotProved> {
        self.dns.proves(named).await
    }

    /// What is known of the last sign-ins of an account.
    #[must_use]
    pub fn recent(&self, account: AccountId) -> Recent {
        self.recently.of(account)
    }

    /// Notes for the account's admins that somebody whom the provider vouched for did not come in, and why.
    pub fn note_refused(&self, vouched: &Vouched, why: &str, now: Timestamp) {
        let person = &vouched.person;
        let email = person.email.as_ref().map(Email::as_str);
        let who = email.unwrap_or(&person.subject);
        self.recently.failed(vouched.account, Some(who), why, now);
    }

    /// Notes for the account's admins whether the groups that a person's provider names are of any use here.
    pub fn note_groups(&self, vouched: &Vouched, is_any_known: bool, now: Timestamp) {
        if vouched.provider.groups_claim.is_none() {
            return;
        }
        let named = vouched.person.groups.iter().flatten();
        let unknown = (!is_any_known).then(|| named.map(String::as_str));
        self.recently.named_groups(vouched.account, unknown, now);
    }

    /// What went wrong with the account's provider is for its admins to know.
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

    /// Ends a sign-in that came back. `browser` is what the browser keeps in the cookie of the sign-in.
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

    /// Where the browser goes to sign out at the provider as well; none where the provider has no such place, or
    /// cannot be asked.
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

    /// Who the tokens are about. What the ID token leaves out is asked for at the user-info endpoint.
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

/// Where the browser is told to come back to. At an address that accounts share, an answer must say whose it is, or
/// there must be nobody to mix it up with: otherwise another account's provider could be handed the code (RFC 9700,
/// section 4.4).
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
