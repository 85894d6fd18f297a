//! Identifies a person from the provider's token (`OpenID` Connect Core 1.0, section 3.1.3.7).

use std::collections::BTreeSet;

use usher_domain::text::{Email, Name};
use usher_domain::{Secs, Timestamp};

use super::attempts::ATTEMPT_LIFE;
use super::claims::Claims;
use super::error::TokenError;
use super::jws::Keys;
use super::provider::{ClaimName, EMAIL_CLAIM_DEFAULT, Provider};
use crate::Secret;

/// The largest difference between the clocks of a provider and of this server.
pub const CLOCK_SKEW_MAX: Secs = Secs::new(120);

/// The most bytes of a subject (Core 1.0, section 2).
const SUBJECT_BYTES_MAX: usize = 255;

/// A person, as identified by a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The provider's issuer.
    pub issuer: String,
    /// The provider's permanent id for the person.
    pub subject: String,
    /// The e-mail address, if the provider names a valid one.
    pub email: Option<Email>,
    /// Whether the provider says that the address is the person's own; `None` if it does not say.
    pub email_verified: Option<bool>,
    /// The name, where the provider knows one.
    pub name: Option<Name>,
    /// The groups; `None` if the provider does not name any.
    pub groups: Option<BTreeSet<String>>,
    /// The token itself, for signing out at the provider.
    pub id_token: Secret,
}

/// A verified token.
pub(super) struct Verified {
    pub(super) subject: String,
    pub(super) claims: Claims,
}

/// Verifies that the token is from this provider, for this client and this sign-in, and valid at this time.
pub(super) fn verify(
    token: &str,
    provider: &Provider,
    keys: &Keys,
    nonce: &Secret,
    now: Timestamp,
) -> Result<Verified, TokenError> {
    let claims = keys.verify(token)?;
    if claims.text("iss") != Some(provider.issuer.as_str()) {
        return Err(TokenError::Issuer);
    }
    check_audience(&claims, provider.client_id.as_str())?;
    check_times(&claims, now)?;
    if claims.text("nonce") != Some(nonce.expose()) {
        return Err(TokenError::Nonce);
    }
    let subject = claims.subject().ok_or(TokenError::Form)?;
    if subject.is_empty() || subject.len() > SUBJECT_BYTES_MAX {
        return Err(TokenError::Form);
    }
    Ok(Verified { subject, claims })
}

/// Verifies that the token is for this client; with several audiences, only if the provider made it for this one
/// (`azp`).
fn check_audience(claims: &Claims, client_id: &str) -> Result<(), TokenError> {
    let audiences = claims.audiences();
    let party = claims.text("azp").filter(|party| !party.is_empty());
    let is_for_us = audiences.contains(&client_id)
        && match party {
            Some(party) => party == client_id,
            None => audiences.len() == 1,
        };
    is_for_us.then_some(()).ok_or(TokenError::Audience)
}

fn check_times(claims: &Claims, now: Timestamp) -> Result<(), TokenError> {
    let now = now.millis().div_euclid(1_000);
    let skew = i64::from(CLOCK_SKEW_MAX.get());
    let age_max = i64::from(ATTEMPT_LIFE.get());
    let expires = claims.seconds("exp").ok_or(TokenError::Form)?;
    let issued = claims.seconds("iat").ok_or(TokenError::Form)?;
    let not_before = claims.seconds("nbf").unwrap_or(issued);
    let is_valid = now < expires.saturating_add(skew)
        && issued <= now + skew
        && issued >= now - age_max - skew
        && not_before <= now + skew;
    is_valid.then_some(()).ok_or(TokenError::Time)
}

/// The person of a verified token. `more` are the claims of the user-info endpoint. Whether an address is verified
/// counts only from the same answer as the address.
pub(super) fn person(provider: &Provider, token: &str, verified: Verified, more: Option<Claims>) -> Person {
    let said = verified.claims;
    let more = more.unwrap_or_default();
    let groups = |claim: &ClaimName| said.groups(claim).or_else(|| more.groups(claim));
    let claim = provider.email_claim.as_str();
    // `email_verified` is only about the claim `email`.
    let is_verified = |claims: &Claims| claims.email_verified().filter(|_| claim == EMAIL_CLAIM_DEFAULT);
    let (email, email_verified) = match said.email(claim) {
        Some(email) => (Some(email), is_verified(&said)),
        None => (more.email(claim), is_verified(&more)),
    };
    Person {
        issuer: provider.issuer.to_string(),
        subject: verified.subject,
        email,
        email_verified,
        name: said.name().or_else(|| more.name()),
        groups: provider.groups_claim.as_ref().and_then(groups),
        id_token: Secret::new(token.to_owned()),
    }
}

/// Whether the token lacks something that the user-info endpoint may have.
pub(super) fn leaves_out(provider: &Provider, said: &Claims) -> bool {
    let lacks_groups = |claim: &ClaimName| said.groups(claim).is_none() && !said.are_elsewhere(claim);
    said.email(provider.email_claim.as_str()).is_none()
        || said.name().is_none()
        || provider.groups_claim.as_ref().is_some_and(lacks_groups)
}
