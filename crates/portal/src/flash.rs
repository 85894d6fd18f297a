//! What a page says once about what was just done, after the redirect.

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;

use crate::cookies;
use crate::said::Said;

const COOKIE: &str = "usher_flash";

/// Takes the cookie away.
const GONE: &str = "usher_flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";

/// The most characters of a message.
const CHARS_MAX: usize = 300;

/// The message that the page is to show.
pub(crate) fn read(jar: &CookieJar) -> Option<Said<String>> {
    let text = jar.get(COOKIE)?.value();
    Some(Said(text.chars().take(CHARS_MAX).collect()))
}

/// Keeps a message for the next page.
pub(crate) fn keep(jar: CookieJar, message: String) -> CookieJar {
    jar.add(cookies::build(COOKIE, message, false))
}

/// Forgets the message once a page was made that shows it.
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
