//! Request ids: the caller's own if it is well-formed, otherwise a new one.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use data_encoding::HEXLOWER;

/// The header with the id of a request, and of its answer.
pub const REQUEST_ID: &str = "x-request-id";

/// The most characters of a caller's own request id.
pub const REQUEST_ID_CHARS_MAX: usize = 64;

// Not `tower-http`'s request ids: they keep any header that the caller sends, whatever its length or characters.
/// Makes sure that a request has a well-formed id, and returns it.
pub fn ensure_request_id(headers: &mut HeaderMap) -> HeaderValue {
    if let Some(id) = headers.get(REQUEST_ID).filter(|id| is_well_formed(id)) {
        return id.clone();
    }
    let id =
        HeaderValue::from_maybe_shared(next_id()).unwrap_or_else(|_| HeaderValue::from_static("unknown"));
    headers.insert(REQUEST_ID, id.clone());
    id
}

/// Ids appear in the audit, in logs and in JSON: they consist of letters, digits, and the other characters of common
/// kinds of ids.
fn is_well_formed(id: &HeaderValue) -> bool {
    let is_usual = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:~+/=@".contains(byte);
    (1..=REQUEST_ID_CHARS_MAX).contains(&id.len()) && id.as_bytes().iter().all(is_usual)
}

/// A new request id: this process's random prefix, and a number.
fn next_id() -> Bytes {
    static PROCESS: OnceLock<u64> = OnceLock::new();
    static NUMBER: AtomicU64 = AtomicU64::new(0);

    let process = *PROCESS.get_or_init(|| uuid::Uuid::new_v4().as_u64_pair().1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let id = (u128::from(process) << 64) | u128::from(number);
    HEXLOWER.encode(&id.to_be_bytes()).into()
}

/// The body of an answer that is one JSON object: the id of its request is added as the member `request_id`. The
/// creator of such an answer inserts this into its extensions.
#[derive(Debug, Clone)]
pub struct NamesRequest(pub Bytes);

/// Adds the id of the request to an answer that asks for it. An id has no character that JSON would escape.
pub fn name_request(response: &mut Response, id: &HeaderValue) {
    let Some(NamesRequest(document)) = response.extensions_mut().remove() else {
        return;
    };
    let Some(open) = document.strip_suffix(b"}") else {
        return;
    };
    let named = [open, b",\"request_id\":\"", id.as_bytes(), b"\"}"].concat();
    *response.body_mut() = named.into();
}
