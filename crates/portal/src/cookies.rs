//! The session cookies.
//!
//! When browsers use https, they have other names on the wire: `__Host-usher_session` and `__Host-usher_link`, so that
//! neither another host nor a plain HTTP connection can set them, and `__Secure-usher_operator`, which only a secure connection can set (`__Host-`
//! would allow no path). Pages use only the plain names; the layer in `protect.rs` translates.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use time::Duration;
use usher_identity::{KNOWN_BROWSER_LIFE, Secret};

use crate::pages::operator::HOME;
use crate::portal::Portal;

/// The cookie's name within the portal, and on the wire over plain HTTP.
pub const SESSION_COOKIE: &str = "usher_session";

/// The cookie's name on the wire over https.
pub const SESSION_COOKIE_OF_HOST: &str = "__Host-usher_session";

/// The cookie of operator sessions, within the portal, and on the wire over plain HTTP.
pub const OPERATOR_COOKIE: &str = "usher_operator";

/// The cookie that binds the form of a one-time link to the browser that opened it.
pub(crate) const LINK_COOKIE: &str = "usher_link";

/// The cookies that have another name on the wire over https, with the prefix that it begins with there.
const PREFIXED: [(&str, &str); 3] = [
    (SESSION_COOKIE, "__Host-"),
    (OPERATOR_COOKIE, "__Secure-"),
    (LINK_COOKIE, "__Host-"),
];

pub(crate) fn session_secret(jar: &CookieJar) -> Option<&str> {
    jar.get(SESSION_COOKIE).map(Cookie::value)
}

/// The cookie for a new session. It is deleted when the browser closes; the server decides when the session itself
/// ends.
pub(crate) fn of_session(portal: &Portal, secret: Secret) -> Cookie<'static> {
    of_session_value(portal, secret.into_exposed())
}

/// The same for a secret that is already text.
pub(crate) fn of_session_value(portal: &Portal, secret: String) -> Cookie<'static> {
    build(SESSION_COOKIE, secret, portal.is_https())
}

pub(crate) fn operator_secret(jar: &CookieJar) -> Option<&str> {
    jar.get(OPERATOR_COOKIE).map(Cookie::value)
}

/// The cookie for a new operator session. Only the operator pages get it, and only from links and forms of this site.
pub(crate) fn of_operator(portal: &Portal, secret: Secret) -> Cookie<'static> {
    let mut cookie = build(OPERATOR_COOKIE, secret.into_exposed(), portal.is_https());
    cookie.set_path(HOME);
    cookie.set_same_site(SameSite::Strict);
    cookie
}

/// Deletes the cookie of operator sessions.
pub(crate) fn without_operator(jar: CookieJar) -> CookieJar {
    jar.remove(Cookie::build(OPERATOR_COOKIE).path(HOME))
}

/// The cookie that identifies a browser in which somebody has signed in before.
const BROWSER_COOKIE: &str = "usher_browser";

/// The signed id in that cookie.
pub(crate) fn signed_browser(jar: &CookieJar) -> Option<&str> {
    jar.get(BROWSER_COOKIE).map(Cookie::value)
}

/// The cookie that makes a browser known. It gives no access.
pub(crate) fn of_browser(portal: &Portal, signed: Secret) -> Cookie<'static> {
    let mut cookie = build(BROWSER_COOKIE, signed.into_exposed(), portal.is_https());
    cookie.set_max_age(Duration::seconds(i64::from(KNOWN_BROWSER_LIFE.get())));
    cookie
}

/// Deletes the session cookie.
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

/// Removes the plain session cookies from a request over https, where only their other names are accepted.
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
    for (plain, prefix) in PREFIXED {
        if name == plain {
            return None;
        }
        if name.strip_prefix(prefix) == Some(plain) {
            return Some(format!("{plain}={value}"));
        }
    }
    Some(pair.to_owned())
}

/// Makes all cookies `Secure`, and sends the session cookie under its `__Host-` name.
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
    let is_of = |plain: &str| {
        let rest = cookie.strip_prefix(plain);
        rest.is_some_and(|rest| rest.starts_with('='))
    };
    let prefixed = PREFIXED.iter().find(|(plain, _)| is_of(plain));
    let prefix = prefixed.map_or("", |(_, prefix)| prefix);
    let is_secure = cookie
        .split(';')
        .any(|part| part.trim().eq_ignore_ascii_case("secure"));
    let end = if is_secure { "" } else { "; Secure" };
    format!("{prefix}{cookie}{end}")
}
