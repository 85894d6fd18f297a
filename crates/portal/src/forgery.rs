//! Protection against cross-site request forgery.
//!
//! There are three lines of defense: the session cookie is `SameSite=Lax`; the browser reports where a request comes
//! from (`Sec-Fetch-Site`, else `Origin`); and every form of a signed-in user has a token that only a page of the same
//! session knows.

use axum::http::{HeaderMap, header};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use usher_app::Problem;
use usher_domain::Timestamp;
use usher_identity::draw_bits;

/// The form field with the token.
pub(crate) const FIELD: &str = "_csrf";

/// The header with the token for requests by a script.
pub(crate) const HEADER: &str = "x-csrf-token";

/// A token for one page of a session: a random part and its MAC with the session's secret. It differs for each page, so
/// that it cannot be guessed from the length of compressed responses.
pub(crate) fn token(secret: &str, now: Timestamp) -> String {
    let nonce = draw_bits(now).unwrap_or_default();
    let nonce = format!("{nonce:032x}");
    let mac = mac(secret, &nonce);
    format!("{nonce}.{mac}")
}

/// Whether a token was made for this session.
pub(crate) fn is_of(secret: &str, token: &str) -> bool {
    let Some((nonce, given)) = token.split_once('.') else {
        return false;
    };
    mac(secret, nonce).as_bytes().ct_eq(given.as_bytes()).into()
}

/// Whether the browser reports that the request comes from another site. A request without that information is
/// accepted: it is from an old browser, or from no browser.
pub(crate) fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    if let Some(is_from_elsewhere) = fetched_from_elsewhere(headers) {
        return is_from_elsewhere;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return false;
    };
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    text(header::HOST.as_str()) != Some(host)
}

/// Whether the browser says so in `Sec-Fetch-Site`, which it sends even where a page hides its origin; `None` if it sends
/// none.
pub(crate) fn fetched_from_elsewhere(headers: &HeaderMap) -> Option<bool> {
    let site = headers.get("sec-fetch-site")?.to_str().ok()?;
    Some(!matches!(site, "same-origin" | "none"))
}

/// The answer to a form without a valid token.
pub(crate) fn refused() -> Problem {
    let detail = "This form was not sent by a page of your present session, so nothing was done. \
                  Go back, load the page again, and send it again.";
    Problem::refused(
        &usher_domain::Refusal::Forbidden {
            needed: "a form of this page",
        },
        None,
    )
    .detailed(detail)
}

fn mac(secret: &str, nonce: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(b"usher form ");
    mac.update(nonce.as_bytes());
    let digest = mac.finalize().into_bytes();
    HEXLOWER.encode(&digest)
}
