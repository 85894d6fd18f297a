//! Signing out at the provider as well (RP-Initiated Logout 1.0).

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use serde::Deserialize;
use usher_identity::draw_bits;

use super::view::OnwardPage;
use crate::answer::{done_with, page};
use crate::cookies;
use crate::failed::Failed;
use crate::portal::Portal;
use crate::viewer::Viewer;

/// The cookie that shows that this browser went to sign out at the provider.
const COOKIE: &str = "usher_sso_out";

const BACK: &str = "/sso/signed-out";

/// The response that sends the browser to its provider to sign out there; `None` if the session began with a password,
/// or if the provider does not support it. Call it before the session ends, because the session holds the ID token for
/// it.
pub(crate) async fn at_provider(viewer: &Viewer) -> Result<Option<(CookieJar, Response)>, Failed> {
    let app = &viewer.portal.app;
    let session = &viewer.session;
    let (Some(id_token), Some(back)) = (viewer.id_token().await?, app.url(BACK)) else {
        return Ok(None);
    };
    let state = format!("{:032x}", draw_bits(app.engine().now())?);
    let url = app
        .single_sign_on()
        .sign_out_url(session.account, &id_token, &back, &state, app.times())
        .await;
    Ok(url.map(|url| {
        let cookie = cookies::build(COOKIE, state, viewer.portal.is_https());
        let onward = OnwardPage::to(url, "You are signed out here");
        (CookieJar::new().add(cookie), page(&onward))
    }))
}

#[derive(Deserialize)]
pub(super) struct Returned {
    #[serde(default)]
    state: String,
}

/// Receives the browser when the provider sends it back.
pub(super) async fn came_back(
    State(_): State<Arc<Portal>>,
    jar: CookieJar,
    Query(returned): Query<Returned>,
) -> Response {
    let is_ours = jar
        .get(COOKIE)
        .is_some_and(|cookie| cookie.value() == returned.state);
    if !is_ours || returned.state.is_empty() {
        return Redirect::to("/sign-in").into_response();
    }
    let jar = CookieJar::new()
        .add(Cookie::new(COOKIE, ""))
        .remove(Cookie::build(COOKIE).path("/"));
    done_with(jar, "/sign-in", "You are signed out, here and at your provider.")
}
