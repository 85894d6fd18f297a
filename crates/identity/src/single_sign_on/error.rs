//! Errors of signing in at a provider. The sentences are for people.

use super::fetch::FetchError;
use crate::{IdentityError, RandomError};

/// What is wrong with a provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// A request got no answer.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// There is no discovery document for the issuer.
    #[error(
        "`{address}` was answered with status {status}: the issuer is what stands before `/.well-known/openid-configuration`"
    )]
    Status {
        /// The requested URL.
        address: String,
        /// The answer's status.
        status: u16,
    },
    /// An answer is invalid.
    #[error("the provider's {what} cannot be read: {why}")]
    Unreadable {
        /// The kind of answer.
        what: &'static str,
        /// The error of the parser.
        why: String,
    },
    /// The document names another issuer.
    #[error("the provider calls itself `{says}`: the issuer has to be written exactly so")]
    OtherIssuer {
        /// The issuer in the document.
        says: String,
    },
    /// The issuer is shared by all tenants of a provider (`common`, `organizations` of Microsoft Entra ID).
    #[error(
        "this issuer is shared by all tenants of the provider: use your own tenant's, such as \
         `https://login.microsoftonline.com/<tenant id>/v2.0`"
    )]
    ManyTenants,
    /// The provider lacks a required feature.
    #[error("the provider has no {what}")]
    Lacks {
        /// The missing feature.
        what: &'static str,
    },
}

/// What is wrong with an ID token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// None of the provider's keys matches the signature's.
    #[error("it is not signed by a key that the provider publishes")]
    UnknownKey,
    /// The signature is missing, wrong, or uses an unacceptable algorithm.
    #[error("its signature is not right")]
    Signature,
    /// It was issued by another issuer.
    #[error("another issuer made it")]
    Issuer,
    /// It was issued for another application.
    #[error("it was made for another application")]
    Audience,
    /// It belongs to another sign-in.
    #[error("it belongs to another sign-in")]
    Nonce,
    /// It has expired, or is from the future.
    #[error("it is not valid at this time: the clocks of the provider and of this server differ")]
    Time,
    /// It is malformed.
    #[error("it cannot be read")]
    Form,
}

/// Why a sign-in at a provider failed.
#[derive(Debug, thiserror::Error)]
pub enum SignOnError {
    /// The account has no provider.
    #[error("there is no single sign-on here")]
    NoProvider,
    /// The sign-in is unknown: it took too long, was completed before, or was begun in another browser.
    #[error("this sign-in is over, or was begun in another browser: begin it again")]
    NotBegun,
    /// The provider was changed during the sign-in.
    #[error("the settings of single sign-on changed while you signed in: begin again")]
    Changed,
    /// The answer came to another account's redirect URI, or names another issuer than the one that was asked (RFC
    /// 9207, RFC 9700 section 4.4).
    #[error("the answer came from another provider than the one that was asked: begin again")]
    MixedUp,
    /// The provider still uses the redirect URI that all accounts shared, and its answers do not name their issuer.
    #[error(
        "an owner or admin of your account has to register the account's own redirect URI at the provider, and switch \
         to it in the settings of single sign-on"
    )]
    SharedRedirectUri,
    /// The provider returned an error.
    #[error("the provider refused: {}", said(.code, .description))]
    Refused {
        /// Its code (RFC 6749, section 4.1.2.1).
        code: String,
        /// Its description, if there is one.
        description: String,
    },
    /// The provider returned no token for the code.
    #[error("the provider did not confirm the sign-in: {}", said(.code, .description))]
    NotConfirmed {
        /// Its code (RFC 6749, section 5.2).
        code: String,
        /// Its description, if there is one.
        description: String,
    },
    /// The provider's token does not prove who somebody is.
    #[error("the provider's answer does not prove who you are: {0}")]
    Token(#[from] TokenError),
    /// The provider cannot be used.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The credential store failed.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl SignOnError {
    /// The reason in a phrase for the person who signs in. What is wrong with a provider is for admins: see the error's
    /// own text.
    #[must_use]
    pub fn for_people(&self) -> String {
        match self {
            Self::Provider(ProviderError::Fetch(FetchError::Busy)) => self.to_string(),
            Self::Provider(_) => "signing in at your provider does not work at the moment. Try again in a moment. If it \
                 goes on, ask an owner or admin of your account: the settings of single sign-on say what is wrong"
                .to_owned(),
            _ => self.to_string(),
        }
    }
}

impl From<RandomError> for SignOnError {
    fn from(error: RandomError) -> Self {
        Self::Identity(error.into())
    }
}

/// The most characters of a provider's own description that are shown.
const SAID_CHARS_MAX: usize = 300;

/// The meaning of a protocol error code for a person, or the provider's own description.
fn said(code: &str, description: &str) -> String {
    let known = match code {
        "access_denied" => "you, or a rule of the provider, did not allow it",
        "login_required" | "interaction_required" => "you have to sign in there first",
        "consent_required" => "you have to agree there first",
        "temporarily_unavailable" => "it cannot do it right now; try again in a moment",
        "server_error" => "something went wrong there",
        "unauthorized_client" | "invalid_client" => "it does not know Usher by this client id and secret",
        "invalid_scope" => "it does not know one of the scopes",
        "invalid_grant" => "its code was used already, or is over",
        _ => "",
    };
    let words: String = description
        .chars()
        .filter(|c| !c.is_control())
        .take(SAID_CHARS_MAX)
        .collect();
    match (known, words.as_str()) {
        ("", "") => code.chars().filter(char::is_ascii_graphic).take(60).collect(),
        ("", words) => words.to_owned(),
        (known, "") => known.to_owned(),
        (known, words) => format!("{known} (“{words}”)"),
    }
}
