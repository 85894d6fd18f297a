//! The message about the last action, which the page after the redirect shows once.

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;

use crate::cookies;
use crate::said::Said;

const COOKIE: &str = "usher_flash";

/// Deletes the cookie.
const GONE: &str = "usher_flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";

/// The most characters of a message.
const CHARS_MAX: usize = 300;

/// The message for the page.
pub(crate) fn read(jar: &CookieJar) -> Option<Said<String>> {
    let text = jar.get(COOKIE)?.value();
    Some(Said(text.chars().take(CHARS_MAX).collect()))
}

/// Stores a message for the next page.
pub(crate) fn keep(jar: CookieJar, message: String) -> CookieJar {
    jar.add(cookies::build(COOKIE, message, false))
}

/// Deletes the message after a page has shown it.
pub(crate) async fn clear_when_shown(request: Request, next: Next) -> Response {
    let jar = CookieJar::from_headers(request.headers());
    let had = jar.get(COOKIE).is_some();
    let mut response = next.run(request).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if had && is_page {
        response
            .headers_mut()
            .append(header::SET_COOKIE, HeaderValue::from_static(GONE));
    }
    response
}
