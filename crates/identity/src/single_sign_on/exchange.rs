//! The requests of one sign-in: the authorization URL, the token request, and the user-info request (RFC 6749, sections
//! 4.1 and 5; RFC 7636; Core 1.0, section 5.3).

use data_encoding::{BASE64, BASE64URL_NOPAD};
use reqwest::header::HeaderValue;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::claims::Claims;
use super::error::{ProviderError, SignOnError, TokenError};
use super::fetch::Fetcher;
use super::metadata::Metadata;
use super::provider::Provider;
use crate::Secret;

/// The provider's answer to a code.
pub(super) struct Tokens {
    pub(super) id_token: String,
    /// The token for the user-info endpoint; `None` if the provider gives none.
    pub(super) access_token: Option<String>,
}

/// The secrets of one sign-in, parts of which the provider sees.
pub(super) struct Bound<'a> {
    pub(super) state: &'a str,
    pub(super) nonce: &'a Secret,
    pub(super) verifier: &'a Secret,
}

/// The URL that the browser is sent to.
pub(super) fn authorize_url(
    provider: &Provider,
    metadata: &Metadata,
    redirect_uri: &str,
    bound: &Bound<'_>,
) -> String {
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(bound.verifier.expose().as_bytes()));
    let mut url = metadata.authorization_endpoint.clone();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", provider.client_id.as_str())
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("scope", provider.scopes.as_str())
        .append_pair("state", bound.state)
        .append_pair("nonce", bound.nonce.expose())
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    url.into()
}

/// Exchanges a code for tokens.
pub(super) async fn redeem(
    fetcher: &Fetcher,
    (provider, secret): (&Provider, &Secret),
    metadata: &Metadata,
    code: &str,
    (redirect_uri, verifier): (&str, &Secret),
) -> Result<Tokens, SignOnError> {
    let (form, authorization) = token_request((provider, secret), metadata, code, (redirect_uri, verifier));
    let received = fetcher.post(&metadata.token_endpoint, form, authorization);
    let received = received.await.map_err(ProviderError::from)?;
    let unreadable = |why: String| {
        SignOnError::Provider(ProviderError::Unreadable {
            what: "answer to the code",
            why,
        })
    };
    let answer: Result<Map<String, Value>, _> = serde_json::from_slice(&received.body);
    let text =
        |answer: &Map<String, Value>, name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    match (received.status.is_success(), answer) {
        (true, Ok(answer)) => Ok(Tokens {
            id_token: text(&answer, "id_token").ok_or(TokenError::Form)?,
            access_token: text(&answer, "access_token"),
        }),
        (true, Err(error)) => Err(unreadable(error.to_string())),
        (false, Ok(answer)) if answer.contains_key("error") => Err(SignOnError::NotConfirmed {
            code: text(&answer, "error").unwrap_or_default(),
            description: text(&answer, "error_description").unwrap_or_default(),
        }),
        (false, _) => Err(unreadable(format!(
            "it has the status {}",
            received.status.as_u16()
        ))),
    }
}

/// The form of the token request, and the client's authorization if it goes into a header.
fn token_request(
    (provider, secret): (&Provider, &Secret),
    metadata: &Metadata,
    code: &str,
    (redirect_uri, verifier): (&str, &Secret),
) -> (String, Option<HeaderValue>) {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("code_verifier", verifier.expose());
    if metadata.takes_basic {
        let authorization = basic(provider.client_id.as_str(), secret);
        return (form.finish(), Some(authorization));
    }
    form.append_pair("client_id", provider.client_id.as_str())
        .append_pair("client_secret", secret.expose());
    (form.finish(), None)
}

/// The additional claims of the user-info endpoint. They are optional: if the request fails, or is about somebody else,
/// only the token counts.
pub(super) async fn user_info(
    fetcher: &Fetcher,
    metadata: &Metadata,
    access_token: Option<&str>,
    subject: &str,
) -> Option<Claims> {
    let (url, token) = (metadata.userinfo_endpoint.as_ref()?, access_token?);
    let received = match fetcher.get(url, Some(token)).await {
        Ok(received) if received.status.is_success() => received,
        Ok(received) => {
            tracing::info!(status = received.status.as_u16(), "no user information");
            return None;
        }
        Err(error) => {
            tracing::info!(%error, "no user information");
            return None;
        }
    };
    let claims = Claims::new(serde_json::from_slice(&received.body).ok()?);
    (claims.subject().as_deref() == Some(subject)).then_some(claims)
}

/// The client's id and secret in a request header (RFC 6749, section 2.3.1).
fn basic(client_id: &str, secret: &Secret) -> HeaderValue {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(client_id), encoded(secret.expose()));
    let head = format!("Basic {}", BASE64.encode(pair.as_bytes()));
    let mut head = HeaderValue::from_str(&head).unwrap_or_else(|_| HeaderValue::from_static(""));
    head.set_sensitive(true);
    head
}
