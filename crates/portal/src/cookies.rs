//! The cookie that says who is signed in.

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use usher_identity::Secret;

use crate::portal::Portal;

/// The name of the cookie.
pub const SESSION_COOKIE: &str = "usher_session";

pub(crate) fn session_secret(jar: &CookieJar) -> Option<&str> {
    jar.get(SESSION_COOKIE).map(Cookie::value)
}

/// The cookie for who has just signed in. It ends with the browser; what it stands for ends when the server says so.
pub(crate) fn of_session(portal: &Portal, secret: Secret) -> Cookie<'static> {
    of_session_value(portal, secret.into_exposed())
}

/// The same, where the secret is text already.
pub(crate) fn of_session_value(portal: &Portal, secret: String) -> Cookie<'static> {
    build(SESSION_COOKIE, secret, portal.is_https())
}

/// Takes the cookie away from the browser.
pub(crate) fn without_session(jar: CookieJar) -> CookieJar {
    jar.remove(Cookie::build(SESSION_COOKIE).path("/"))
}

pub(crate) fn build(name: &'static str, value: String, secure: bool) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .build()
}
