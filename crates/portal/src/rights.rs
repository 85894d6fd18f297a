//! A user's rights, as their session remembers them. When they change, the session gets a new secret, so that one
//! stolen before is worthless after.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use usher_app::Problem;
use usher_domain::permission::Privilege;
use usher_domain::{Account, AccountId, UserId};
use usher_engine::Failure;

use crate::cookies;
use crate::failed::Failed;
use crate::portal::Portal;

/// The user's rights as a number; zero if there is no such user.
pub(crate) async fn of(portal: &Portal, account: AccountId, user: UserId) -> Result<i64, Failed> {
    let read = portal
        .app
        .engine()
        .read(account, move |account, _| number(account, user));
    match read.await {
        Ok(rights) => Ok(rights),
        Err(Failure::NoAccount) => Ok(0),
        Err(failure) => Err(Problem::from(failure).into()),
    }
}

fn number(account: &Account, user: UserId) -> i64 {
    let Some(user) = account.user(user) else {
        return 0;
    };
    let privileges = Privilege::ALL.iter().map(|privilege| user.has(*privilege));
    let role = i64::from(user.profile.role as u8) + 1;
    privileges.fold(role, |number, has| number * 2 + i64::from(has))
}

/// Gives a session whose user's rights have changed a new secret, before a page is rendered. Only when a person loads a
/// page: a form has a token of the old secret, and leads to a page; a stream ends with the old secret and reconnects
/// with the new one.
pub(crate) async fn rotate(State(portal): State<Arc<Portal>>, mut request: Request, next: Next) -> Response {
    if !is_page(&request) {
        return next.run(request).await;
    }
    let jar = CookieJar::from_headers(request.headers());
    let Some(cookie) = rotated(&portal, &jar).await else {
        return next.run(request).await;
    };
    replace(request.headers_mut(), &cookie);
    let mut response = next.run(request).await;
    let set = cookies::of_session_value(&portal, cookie).to_string();
    // A page that signs out, or signs in another user, sets the cookie itself.
    let name = format!("{}=", cookies::SESSION_COOKIE);
    let mut already = response.headers().get_all(header::SET_COOKIE).iter();
    let already = already.any(|set| set.as_bytes().starts_with(name.as_bytes()));
    if let (false, Ok(set)) = (already, HeaderValue::try_from(set)) {
        response.headers_mut().append(header::SET_COOKIE, set);
    }
    response
}

/// Whether a person loads a page.
fn is_page(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    let is_stream = accept.is_some_and(|accept| accept.as_bytes().starts_with(b"text/event-stream"));
    request.method() == Method::GET && !is_stream
}

/// The new secret of a browser's session, if it needs one.
async fn rotated(portal: &Portal, jar: &CookieJar) -> Option<String> {
    let secret = cookies::session_secret(jar)?;
    let (identity, now) = (portal.app.identity(), portal.app.engine().now());
    let session = identity.portal_session_unused(secret, now)?;
    // If the account does not answer, neither will the page.
    let rights = of(portal, session.account, session.user).await.ok()?;
    if rights == session.rights {
        return None;
    }
    let rotated = identity.rotate_portal_session(secret, rights, now).await.ok()??;
    Some(rotated.into_exposed())
}

/// Changes the request to what the browser will send from now on. The other cookies stay as they were sent: their values
/// are encoded, and a decoded one can be text that no header may contain.
fn replace(headers: &mut HeaderMap, secret: &str) {
    let sent = headers.get_all(header::COOKIE).iter();
    let sent = sent.filter_map(|cookies| cookies.to_str().ok());
    let pairs = sent.flat_map(|cookies| cookies.split(';')).map(str::trim);
    let is_other = |pair: &&str| {
        let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
        name != cookies::SESSION_COOKIE
    };
    let own = format!("{}={secret}", cookies::SESSION_COOKIE);
    let all: Vec<_> = pairs.filter(is_other).chain([own.as_str()]).collect();
    if let Ok(cookies) = HeaderValue::try_from(all.join("; ")) {
        headers.insert(header::COOKIE, cookies);
    }
}
