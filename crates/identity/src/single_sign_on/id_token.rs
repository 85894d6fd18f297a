//! Telling who somebody is from what the provider says (`OpenID` Connect Core 1.0, section 3.1.3.7).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AdditionalClaims, ClaimsVerificationError, ClientId, IdToken, IdTokenClaims, IdTokenVerifier, IssuerUrl,
    Nonce, SignatureVerificationError, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use usher_domain::text::{Email, Name};
use usher_domain::{Secs, Timestamp};

use super::attempts::ATTEMPT_LIFE;
use super::error::TokenError;
use super::metadata::Metadata;
use super::provider::{ClaimName, Provider};
use crate::Secret;

/// How far the clocks of a provider and of this server may differ.
pub const CLOCK_SKEW_MAX: Secs = Secs::new(120);

/// The most groups of a person that are looked at.
pub const GROUPS_MAX: usize = 1_000;

/// The most bytes of a group's name.
const GROUP_BYTES_MAX: usize = 256;

/// The most bytes of a subject (Core 1.0, section 2).
const SUBJECT_BYTES_MAX: usize = 255;

/// Those whose keys a provider publishes. Not `none`, and not those that are checked with a secret which both sides
/// know: whoever knows a public key could make the latter of it.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The claims that the standard does not name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Rest(BTreeMap<String, Value>);

impl AdditionalClaims for Rest {}

pub(super) type Token =
    IdToken<Rest, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

pub(super) type Claims = IdTokenClaims<Rest, CoreGenderClaim>;

/// Who a provider says that somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Which provider says so.
    pub issuer: String,
    /// By what the provider knows the person, for good.
    pub subject: String,
    /// The e-mail address, where the provider names one that is.
    pub email: Option<Email>,
    /// Whether the provider says that the address is the person's own; none where it says nothing about it.
    pub email_verified: Option<bool>,
    /// The name, where the provider knows one.
    pub name: Option<Name>,
    /// The groups; none where the provider has no say about them.
    pub groups: Option<BTreeSet<String>>,
    /// The token that says all this, for signing out there.
    pub id_token: Secret,
}

/// Whether the token is one of this provider, for this client, of this sign-in, and valid at this time.
pub(super) fn verify<'t>(
    token: &'t Token,
    provider: &Provider,
    metadata: &Metadata,
    nonce: &Nonce,
    now: Timestamp,
) -> Result<&'t Claims, TokenError> {
    let own_id = ClientId::new(provider.client_id.to_string());
    let issuer = IssuerUrl::new(provider.issuer.to_string()).map_err(|_| TokenError::Issuer)?;
    let time = instant(now)?;
    let skew = chrono::Duration::seconds(i64::from(CLOCK_SKEW_MAX.get()));
    let age_max = chrono::Duration::seconds(i64::from(ATTEMPT_LIFE.get()));
    let came_lately = move |at: DateTime<Utc>| {
        let is_recent = at <= time + skew && at >= time - age_max - skew;
        is_recent.then_some(()).ok_or_else(String::new)
    };
    let verifier: IdTokenVerifier<'_, CoreJsonWebKey> =
        IdTokenVerifier::new_public_client(own_id.clone(), issuer, metadata.jwks().clone())
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || time - skew)
            .set_issue_time_verifier_fn(came_lately);
    let claims = token.claims(&verifier, nonce).map_err(|error| wrong(&error))?;
    // The library leaves this to us. A token has one audience, so that the party that it was made for is that one.
    if claims.authorized_party().is_some_and(|party| *party != own_id) {
        return Err(TokenError::Audience);
    }
    let not_before = claims.additional_claims().0.get("nbf").and_then(Value::as_i64);
    if not_before.is_some_and(|at| at > (time + skew).timestamp()) {
        return Err(TokenError::Time);
    }
    if claims.subject().as_str().is_empty() || claims.subject().as_str().len() > SUBJECT_BYTES_MAX {
        return Err(TokenError::Form);
    }
    Ok(claims)
}

fn instant(at: Timestamp) -> Result<DateTime<Utc>, TokenError> {
    DateTime::from_timestamp_millis(at.millis()).ok_or(TokenError::Time)
}

fn wrong(error: &ClaimsVerificationError) -> TokenError {
    match error {
        ClaimsVerificationError::Expired(_) => TokenError::Time,
        ClaimsVerificationError::InvalidAudience(_) => TokenError::Audience,
        ClaimsVerificationError::InvalidIssuer(_) => TokenError::Issuer,
        ClaimsVerificationError::InvalidNonce(_) => TokenError::Nonce,
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            TokenError::UnknownKey
        }
        ClaimsVerificationError::SignatureVerification(_) => TokenError::Signature,
        _ => TokenError::Form,
    }
}

/// What a token, or the answer of the user-info endpoint, says about a person.
#[derive(Default)]
pub(super) struct Said {
    pub(super) email: Option<Email>,
    pub(super) email_verified: Option<bool>,
    pub(super) name: Option<Name>,
    rest: Rest,
}

/// The library has the same claims in two types.
macro_rules! said {
    ($claims:expr) => {{
        let claims = $claims;
        let full = claims
            .name()
            .and_then(|name| name.get(None))
            .map(|name| name.to_string());
        let given = claims.given_name().and_then(|name| name.get(None));
        let family = claims.family_name().and_then(|name| name.get(None));
        let parts = given
            .zip(family)
            .map(|(given, family)| format!("{} {}", **given, **family));
        let user_name = claims.preferred_username().map(|name| name.to_string());
        let names = [full, parts, user_name].into_iter().flatten();
        Said {
            email: claims.email().and_then(|email| email.parse().ok()),
            email_verified: claims.email_verified(),
            name: names.filter_map(|name| name.parse().ok()).next(),
            rest: claims.additional_claims().clone(),
        }
    }};
}

impl Said {
    pub(super) fn in_token(claims: &Claims) -> Self {
        said!(claims)
    }

    pub(super) fn in_user_info(claims: &UserInfoClaims<Rest, CoreGenderClaim>) -> Self {
        said!(claims)
    }

    /// The groups; none where the claim is missing.
    pub(super) fn groups(&self, claim: &ClaimName) -> Option<BTreeSet<String>> {
        let groups = match self.rest.0.get(claim.as_str())? {
            Value::Array(groups) => groups.iter().filter_map(Value::as_str).collect(),
            Value::String(group) => vec![group.as_str()],
            _ => Vec::new(),
        };
        let fitting = groups
            .into_iter()
            .filter(|group| !group.is_empty() && group.len() <= GROUP_BYTES_MAX);
        Some(fitting.take(GROUPS_MAX).map(str::to_owned).collect())
    }

    /// Whether the provider says that a claim is to be had elsewhere only, as where a person has very many groups
    /// (Core 1.0, section 5.6.2).
    pub(super) fn tells_elsewhere(&self, claim: &ClaimName) -> bool {
        let names = self.rest.0.get("_claim_names").and_then(Value::as_object);
        names.is_some_and(|names| names.contains_key(claim.as_str()))
    }
}
