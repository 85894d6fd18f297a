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
mod error;
mod exchange;
mod fetch;
mod id_token;
mod jws;
mod metadata;
mod provider;
mod reach;
mod table;

use std::sync::Arc;

use usher_domain::{AccountId, Timestamp, UserId};

use self::attempts::{Attempt, Attempts};
use self::exchange::{Bound, Tokens};
use self::fetch::Fetcher;
use self::id_token::{Verified, verify};
use self::metadata::{Directory, Metadata};
pub(crate) use self::table::{delete, renew};
use crate::{Identity, Secret};

pub use self::attempts::{ATTEMPT_LIFE, ATTEMPTS_MAX, ATTEMPTS_PER_ADDRESS_MAX, Intent};
pub use self::claims::GROUPS_MAX;
pub use self::error::{ProviderError, SignOnError, TokenError};
pub use self::fetch::{FETCH_BYTES_MAX, FETCH_SECS_MAX, FETCHES_AT_ONCE_MAX, FetchError};
pub use self::id_token::{CLOCK_SKEW_MAX, Person};
pub use self::metadata::{METADATA_LIFE, REFETCH_SPAN, REFETCHES_MAX};
pub use self::provider::{
    ClaimName, ClientId, EMAIL_DOMAINS_MAX, EmailDomain, GROUPS_CLAIM_DEFAULT, InvalidProvider, Issuer,
    Provider, SCOPES_DEFAULT, Scopes,
};
pub use self::reach::Reach;
pub use self::table::{Realm, SetProviderError};

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
    fetcher: Fetcher,
    directory: Arc<Directory>,
    attempts: Arc<Attempts>,
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
    /// Single sign-on with the providers that stand in `identity`, where `reach` lets this server go to them.
    #[must_use]
    pub fn new(identity: Identity, reach: Reach) -> Self {
        Self {
            identity,
            fetcher: Fetcher::new(reach),
            directory: Arc::default(),
            attempts: Arc::default(),
        }
    }

    /// Looks whether a provider can be worked with, before its settings are saved.
    pub async fn discover(&self, issuer: &Issuer, times: Times) -> Result<(), ProviderError> {
        self.directory.fetch(&self.fetcher, issuer, times.world).await?;
        Ok(())
    }

    /// Begins a sign-in. `redirect_uri` is where the browser comes back to.
    pub async fn begin(
        &self,
        intent: Intent,
        redirect_uri: &str,
        times: Times,
    ) -> Result<Departure, SignOnError> {
        let provider = self.identity.provider(intent.account).await?;
        let provider = provider.ok_or(SignOnError::NoProvider)?;
        let metadata = self.metadata(&provider, times).await?;
        let (nonce, verifier) = (Secret::draw("")?, Secret::draw("")?);
        let begun = self.attempts.begin(
            intent,
            provider.issuer.to_string(),
            provider.client_id.to_string(),
            (nonce.clone(), verifier.clone()),
            times.here,
        )?;
        let bound = Bound {
            state: begun.state.expose(),
            nonce: &nonce,
            verifier: &verifier,
        };
        Ok(Departure {
            url: exchange::authorize_url(&provider, &metadata, redirect_uri, &bound),
            name: attempt_name(begun.state.expose()).to_owned(),
            browser: begun.browser,
        })
    }

    /// Ends a sign-in that came back. `browser` is what the browser keeps in the cookie of the sign-in.
    pub async fn finish(
        &self,
        answer: Answer,
        browser: &str,
        redirect_uri: &str,
        times: Times,
    ) -> Result<Vouched, SignOnError> {
        let attempt = self.attempts.take(&answer.state, browser, times.here);
        let attempt = attempt.ok_or(SignOnError::NotBegun)?;
        let known = self.identity.provider_and_secret(attempt.account).await?;
        let (provider, secret) = known.ok_or(SignOnError::NoProvider)?;
        if attempt.issuer != provider.issuer.as_str() || attempt.client_id != provider.client_id.as_str() {
            return Err(SignOnError::Changed);
        }
        let metadata = self.metadata(&provider, times).await?;
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
            ..
        } = attempt;
        let tokens = exchange::redeem(
            &self.fetcher,
            (&provider, &secret),
            &metadata,
            &code,
            (redirect_uri, &verifier),
        );
        let tokens = tokens.await?;
        let person = self
            .identify(&provider, &metadata, &tokens, &nonce, times)
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
        let metadata = self.metadata(&provider, times).await.ok()?;
        let mut url = metadata.end_session_endpoint.clone()?;
        url.query_pairs_mut()
            .append_pair("id_token_hint", id_token.expose())
            .append_pair("client_id", provider.client_id.as_str())
            .append_pair("post_logout_redirect_uri", return_to)
            .append_pair("state", state);
        Some(url.into())
    }

    async fn metadata(&self, provider: &Provider, times: Times) -> Result<Arc<Metadata>, ProviderError> {
        self.directory
            .look(&self.fetcher, &provider.issuer, times.world)
            .await
    }

    /// Who the tokens are about. What the ID token leaves out is asked for at the user-info endpoint.
    async fn identify(
        &self,
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
                let fetched = self.directory.refetch(&self.fetcher, issuer, world).await?;
                let fetched = fetched.ok_or(TokenError::UnknownKey)?;
                verify(token, provider, &fetched.keys, nonce, world)?
            }
            verified => verified?,
        };
        let Verified { subject, claims } = &verified;
        let more = if id_token::leaves_out(provider, claims) {
            exchange::user_info(&self.fetcher, metadata, tokens.access_token.as_deref(), subject).await
        } else {
            None
        };
        Ok(id_token::person(provider, token, verified, more))
    }
}
