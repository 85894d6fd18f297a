//! Against forms that another site makes a browser send.
//!
//! Three lines of defense: the cookie is `SameSite=Lax`; the browser says where a request comes from
//! (`Sec-Fetch-Site`, else `Origin`); and every form of who is signed in carries a token that only a page of the same
//! session knows.

use axum::http::{HeaderMap, header};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use usher_app::Problem;
use usher_domain::Timestamp;
use usher_identity::draw_bits;

use crate::shown::hex;

/// The field of forms that carries the token.
pub(crate) const FIELD: &str = "_csrf";

/// The header that carries it where a script sends the request.
pub(crate) const HEADER: &str = "x-csrf-token";

/// A token for the pages of one session: a random part and its mac under the session's secret. Another one for each
/// page, so that it cannot be told from the length of compressed answers.
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

/// Whether the browser says that the request comes from another site. One that says nothing is believed: it is an
/// old one, or no browser at all.
pub(crate) fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return false;
    };
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    text(header::HOST.as_str()) != Some(host)
}

/// What is answered to a form that is not one of ours.
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
    hex(&digest)
}
