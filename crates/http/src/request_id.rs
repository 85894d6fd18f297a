//! Request ids: taken over where the caller sends one that is well-formed, else drawn.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use bytes::Bytes;

/// The header with the id of a request, and of its answer.
pub const REQUEST_ID: &str = "x-request-id";

/// The most characters of a caller's own request id.
pub const REQUEST_ID_CHARS_MAX: usize = 64;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Makes sure that a request has an id that is well-formed, and gives it.
pub fn ensure_request_id(headers: &mut HeaderMap) -> HeaderValue {
    if let Some(id) = headers.get(REQUEST_ID).filter(|id| is_well_formed(id)) {
        return id.clone();
    }
    let id =
        HeaderValue::from_maybe_shared(next_id()).unwrap_or_else(|_| HeaderValue::from_static("unknown"));
    headers.insert(REQUEST_ID, id.clone());
    id
}

/// Ids stand in the audit, in logs and in JSON: letters, digits and what usual kinds of ids have besides.
fn is_well_formed(id: &HeaderValue) -> bool {
    let is_usual = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:~+/=@".contains(byte);
    (1..=REQUEST_ID_CHARS_MAX).contains(&id.len()) && id.as_bytes().iter().all(is_usual)
}

/// A new request id: what this process drew at random, and a number. Only one process has both.
fn next_id() -> Bytes {
    static PROCESS: OnceLock<u64> = OnceLock::new();
    static NUMBER: AtomicU64 = AtomicU64::new(0);

    let process = *PROCESS.get_or_init(|| uuid::Uuid::new_v4().as_u64_pair().1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut digits = Vec::with_capacity(32);
    for byte in process.to_be_bytes().into_iter().chain(number.to_be_bytes()) {
        digits.extend([byte >> 4, byte & 15].map(|digit| HEX[usize::from(digit)]));
    }
    digits.into()
}

/// The body of an answer that is one JSON object: the id of its request is put into it, as the member `request_id`.
/// Whoever makes such an answer inserts this among its extensions.
#[derive(Debug, Clone)]
pub struct NamesRequest(pub Bytes);

/// Puts the id of the request into an answer that asks for it. An id has no character that JSON writes otherwise.
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
