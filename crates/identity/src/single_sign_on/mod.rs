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
mod error;
mod fetch;
mod id_token;
mod metadata;
mod provider;
mod reach;
mod table;

use std::sync::Arc;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClientSecret, CsrfToken, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, StandardErrorResponse,
    StandardTokenResponse, SubjectIdentifier, TokenResponse, UserInfoClaims,
};
use usher_domain::{AccountId, Timestamp, UserId};

use self::attempts::{Attempt, Attempts};
use self::fetch::Fetcher;
use self::id_token::{Rest, Said, Token, verify};
use self::metadata::{Directory, Metadata};
pub(crate) use self::table::{delete, renew};
use crate::{Identity, Secret};

pub use self::attempts::{ATTEMPT_LIFE, ATTEMPTS_MAX, ATTEMPTS_PER_ADDRESS_MAX, Intent};
pub use self::error::{ProviderError, SignOnError, TokenError};
pub use self::fetch::{FETCH_BYTES_MAX, FETCH_SECS_MAX, FETCHES_AT_ONCE_MAX, FetchError};
pub use self::id_token::{CLOCK_SKEW_MAX, GROUPS_MAX, Person};
pub use self::metadata::{METADATA_LIFE, REFETCH_SPAN, REFETCHES_MAX};
pub use self::provider::{
    ClaimName, ClientId, EMAIL_DOMAINS_MAX, EmailDomain, GROUPS_CLAIM_DEFAULT, InvalidProvider, Issuer,
    Provider, SCOPES_DEFAULT, Scopes,
};
pub use self::reach::Reach;
pub use self::table::{Realm, SetProviderError};

type Client = openidconnect::Client<
    Rest,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<
        IdTokenFields<
            Rest,
            EmptyExtraTokenFields,
            CoreGenderClaim,
            CoreJweContentEncryptionAlgorithm,
            CoreJwsSigningAlgorithm,
        >,
        CoreTokenType,
    >,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

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
        let nonce = Nonce::new(Secret::draw("")?.into_exposed());
        let verifier = PkceCodeVerifier::new(Secret::draw("")?.into_exposed());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let begun = self.attempts.begin(
            intent,
            provider.issuer.to_string(),
            provider.client_id.to_string(),
            (nonce.clone(), verifier),
            times.here,
        )?;
        let client = client(&provider, &metadata, None, redirect_uri)?;
        let state = begun.state.expose().to_owned();
        let name = attempt_name(&state).to_owned();
        let scopes = provider.scopes.as_str().split(' ');
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || nonce,
            )
            // The library adds this one itself.
            .add_scopes(
                scopes
                    .filter(|scope| *scope != "openid")
                    .map(|scope| Scope::new(scope.to_owned())),
            )
            .set_pkce_challenge(challenge)
            .url();
        Ok(Departure {
            url: url.into(),
            name,
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
        let names_itself = metadata
            .additional_metadata()
            .authorization_response_iss_parameter_supported;
        if answer
            .iss
            .as_deref()
            .map_or(names_itself, |iss| iss != provider.issuer.as_str())
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
        let client = client(&provider, &metadata, Some(&secret), redirect_uri)?;
        let (token, access) = self.exchange(&client, code, verifier).await?;
        let person = self
            .identify(&client, &provider, &metadata, &token, &nonce, access, times)
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
        let endpoint = metadata.additional_metadata().end_session_endpoint.as_ref()?;
        let mut url = endpoint.url().clone();
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

    /// The tokens for a code.
    async fn exchange(
        &self,
        client: &Client,
        code: String,
        verifier: PkceCodeVerifier,
    ) -> Result<(Token, AccessToken), SignOnError> {
        let request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| ProviderError::Lacks {
                what: "token endpoint",
            })?
            .set_pkce_verifier(verifier);
        let answer = request
            .request_async(&self.fetcher)
            .await
            .map_err(|error| match error {
                RequestTokenError::Request(error) => SignOnError::Provider(error.into()),
                RequestTokenError::ServerResponse(refusal) => SignOnError::NotConfirmed {
                    code: refusal.error().as_ref().to_owned(),
                    description: refusal.error_description().cloned().unwrap_or_default(),
                },
                RequestTokenError::Parse(error, _) => SignOnError::Provider(ProviderError::Unreadable {
                    what: "answer to the code",
                    why: error.to_string(),
                }),
                RequestTokenError::Other(why) => SignOnError::Provider(ProviderError::Unreadable {
                    what: "answer to the code",
                    why,
                }),
            })?;
        let token = answer.id_token().cloned().ok_or(TokenError::Form)?;
        Ok((token, answer.access_token().clone()))
    }

    /// Who the tokens are about. What the ID token leaves out is asked for at the user-info endpoint.
    #[allow(clippy::too_many_arguments, reason = "the parts of one exchange")]
    async fn identify(
        &self,
        client: &Client,
        provider: &Provider,
        metadata: &Metadata,
        token: &Token,
        nonce: &Nonce,
        access: AccessToken,
        times: Times,
    ) -> Result<Person, SignOnError> {
        let anew;
        let claims = match verify(token, provider, metadata, nonce, times.world) {
            // The provider may have changed its keys since they were fetched.
            Err(TokenError::UnknownKey) => {
                let (issuer, world) = (&provider.issuer, times.world);
                let fetched = self.directory.refetch(&self.fetcher, issuer, world).await?;
                anew = fetched.ok_or(TokenError::UnknownKey)?;
                verify(token, provider, &anew, nonce, times.world)?
            }
            verified => verified?,
        };
        let said = Said::in_token(claims);
        let lacks_groups = |claim: &ClaimName| said.groups(claim).is_none() && !said.tells_elsewhere(claim);
        let is_asked = said.email.is_none()
            || said.name.is_none()
            || provider.groups_claim.as_ref().is_some_and(lacks_groups);
        let more = if is_asked && metadata.userinfo_endpoint().is_some() {
            Some(self.user_info(client, access, claims.subject().clone()).await?)
        } else {
            None
        };
        Ok(person(provider, claims.subject().as_str(), token, said, more))
    }

    async fn user_info(
        &self,
        client: &Client,
        access: AccessToken,
        subject: SubjectIdentifier,
    ) -> Result<Said, SignOnError> {
        let unreadable = |why: String| {
            SignOnError::Provider(ProviderError::Unreadable {
                what: "user information",
                why,
            })
        };
        let request = client
            .user_info(access, Some(subject))
            .map_err(|error| unreadable(error.to_string()))?;
        let answer: Result<UserInfoClaims<Rest, CoreGenderClaim>, _> =
            request.request_async(&self.fetcher).await;
        match answer {
            Ok(claims) => Ok(Said::in_user_info(&claims)),
            Err(openidconnect::UserInfoError::Request(error)) => Err(SignOnError::Provider(error.into())),
            Err(error) => Err(unreadable(error.to_string())),
        }
    }
}

/// An address says whether it is verified in the same answer in which it is said.
fn person(provider: &Provider, subject: &str, token: &Token, said: Said, more: Option<Said>) -> Person {
    let groups = |claim: &ClaimName| {
        let told = said.groups(claim);
        let told = told.or_else(|| more.as_ref().and_then(|more| more.groups(claim)));
        let is_elsewhere =
            said.tells_elsewhere(claim) || more.as_ref().is_some_and(|more| more.tells_elsewhere(claim));
        // A claim that is left out names no groups, unless the provider says that it has them elsewhere.
        told.or_else(|| (!is_elsewhere).then(Default::default))
    };
    let groups = provider.groups_claim.as_ref().and_then(groups);
    let more = more.unwrap_or_default();
    let (email, email_verified) = match said.email {
        Some(email) => (Some(email), said.email_verified),
        None => (more.email, more.email_verified),
    };
    Person {
        issuer: provider.issuer.to_string(),
        subject: subject.to_owned(),
        email,
        email_verified,
        name: said.name.or(more.name),
        groups,
        id_token: Secret::new(token.to_string()),
    }
}

fn client(
    provider: &Provider,
    metadata: &Metadata,
    secret: Option<&Secret>,
    redirect_uri: &str,
) -> Result<Client, SignOnError> {
    let redirect = RedirectUrl::new(redirect_uri.to_owned());
    let redirect = redirect.map_err(|_| ProviderError::Lacks {
        what: "way back to this server, whose public address is not a web address",
    })?;
    let methods = metadata.token_endpoint_auth_methods_supported();
    let has = |method| methods.is_none_or(|methods| methods.contains(&method));
    let auth = if has(CoreClientAuthMethod::ClientSecretBasic) {
        AuthType::BasicAuth
    } else {
        AuthType::RequestBody
    };
    let client = Client::from_provider_metadata(
        metadata.clone(),
        openidconnect::ClientId::new(provider.client_id.to_string()),
        secret.map(|secret| ClientSecret::new(secret.expose().to_owned())),
    );
    Ok(client.set_auth_type(auth).set_redirect_uri(redirect))
}
