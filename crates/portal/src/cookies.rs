//! The cookie that says who is signed in.
//!
//! Where browsers come by https, it is called `__Host-usher_session` outside: they then keep it from being set by
//! another host or over plain HTTP. Pages know one name; the layer in `protect.rs` translates.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use time::Duration;
use usher_identity::{KNOWN_BROWSER_LIFE, Secret};

use crate::portal::Portal;

/// The name of the cookie.
pub const SESSION_COOKIE: &str = "usher_session";

/// The name of the cookie where browsers come by https.
pub const SESSION_COOKIE_OF_HOST: &str = "__Host-usher_session";

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

/// The name of the cookie by which a browser is known in which somebody has signed in before.
const BROWSER_COOKIE: &str = "usher_browser";

/// What the browser keeps of who has signed in with it, signed.
pub(crate) fn signed_browser(jar: &CookieJar) -> Option<&str> {
    jar.get(BROWSER_COOKIE).map(Cookie::value)
}

/// The cookie by which a browser is known from now on. It opens nothing.
pub(crate) fn of_browser(portal: &Portal, signed: Secret) -> Cookie<'static> {
    let mut cookie = build(BROWSER_COOKIE, signed.into_exposed(), portal.is_https());
    cookie.set_max_age(Duration::seconds(i64::from(KNOWN_BROWSER_LIFE.get())));
    cookie
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

/// Of what a browser sends by https, takes the session's cookie only under the name that nobody else can set.
pub(crate) fn take_own_alone(headers: &mut HeaderMap) {
    let sent: Vec<_> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| translated(pair.trim()))
        .collect();
    match HeaderValue::from_str(&sent.join("; ")) {
        Ok(value) => headers.insert(header::COOKIE, value),
        Err(_) => headers.remove(header::COOKIE),
    };
}

fn translated(pair: &str) -> Option<String> {
    let (name, value) = pair.split_once('=')?;
    match name {
        SESSION_COOKIE => None,
        SESSION_COOKIE_OF_HOST => Some(format!("{SESSION_COOKIE}={value}")),
        _ => Some(pair.to_owned()),
    }
}

/// Sends no cookie that would go over plain HTTP, and the session's under the name that nobody else can set.
pub(crate) fn bind_to_host(headers: &mut HeaderMap) {
    let set: Vec<_> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in set {
        let bound = cookie
            .to_str()
            .ok()
            .and_then(|text| HeaderValue::from_str(&bound(text)).ok());
        headers.append(header::SET_COOKIE, bound.unwrap_or(cookie));
    }
}

fn bound(cookie: &str) -> String {
    let is_session = cookie
        .strip_prefix(SESSION_COOKIE)
        .is_some_and(|rest| rest.starts_with('='));
    let is_secure = cookie
        .split(';')
        .any(|part| part.trim().eq_ignore_ascii_case("secure"));
    let name = if is_session { "__Host-" } else { "" };
    let end = if is_secure { "" } else { "; Secure" };
    format!("{name}{cookie}{end}")
}
