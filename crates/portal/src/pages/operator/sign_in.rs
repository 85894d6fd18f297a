//! Entering an operator key, and leaving again; the page from which an owner who is operator comes in, too.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use usher_app::{AccountsRead, Problem};

use super::grants;
use super::visitor::{HOME, OperatorPosted};
use crate::answer::{Frame, done_with, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, PostedByAnybody};
use crate::from::From;
use crate::pages::sign_in::is_own_path;
use crate::portal::Portal;
use crate::viewer::Viewer;
use crate::{cookies, flash};

pub(super) const PATH: &str = "/operator/sign-in";

/// The message for a key that is not valid, or not any longer.
const WRONG: &str = "This is not an operator key of this server, or it was revoked or has expired.";

#[derive(Template)]
#[template(path = "operator/sign_in.html")]
struct SignInPage {
    frame: Frame,
    form: Form,
    /// The signed-in owner who can open the pages without a key.
    owner: Option<OwnerShown>,
}

/// An owner who is operator.
pub(super) struct OwnerShown {
    pub(super) name: String,
    /// The token of the owner's session, for the owner's form.
    pub(super) csrf: String,
    /// Why the grant opens nothing at the moment.
    pub(super) refusal: Option<String>,
    /// Whether that is the missing second factor.
    pub(super) lacks_second_factor: bool,
}

#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back: String,
}

pub(super) async fn show(
    State(portal): State<Arc<Portal>>,
    Query(back): Query<Back>,
    jar: CookieJar,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let form = Form::showing([("back", back.back.as_str())]);
    let frame = Frame {
        flash: flash::read(&jar),
        ..Frame::default()
    };
    let owner = owner_of(&portal, &headers).await?;
    Ok(page(&SignInPage { frame, form, owner }))
}

/// The signed-in owner who can open the pages without a key, if there is one.
async fn owner_of(portal: &Arc<Portal>, headers: &HeaderMap) -> Result<Option<OwnerShown>, Failed> {
    let cookies: Vec<_> = headers.get_all(header::COOKIE).iter().cloned().collect();
    let Some(viewer) = Viewer::known(&cookies, portal).await else {
        return Ok(None);
    };
    let shown = match grants::shown_to(&viewer).await {
        // A session of somebody who is inactive or gone.
        Err(Failed::SignIn { .. }) => None,
        shown => shown?,
    };
    let Some(shown) = shown else {
        return Ok(None);
    };
    let refusal = grants::refusal(&viewer).await?;
    let identity = portal.app.identity();
    let lacks_second_factor =
        refusal.is_some() && !identity.has_second_factor(viewer.account, viewer.session.user);
    Ok(Some(OwnerShown {
        refusal,
        lacks_second_factor,
        ..shown
    }))
}

/// The page with what is wrong with the form of an owner.
pub(super) async fn again(viewer: &Viewer, form: Form) -> Result<Response, Failed> {
    Ok(page_again(&SignInPage {
        frame: Frame::default(),
        form,
        owner: grants::shown_to(viewer).await?,
    }))
}

pub(super) async fn enter(
    State(portal): State<Arc<Portal>>,
    from: From,
    jar: CookieJar,
    headers: HeaderMap,
    PostedByAnybody(mut form): PostedByAnybody,
) -> Result<Response, Failed> {
    let (identity, now) = (portal.app.identity(), portal.app.engine().now());
    let attempt = portal.app.throttle().operator_key(from.arrival.address);
    let attempt = attempt.map_err(Problem::too_many_attempts)?;
    let begun = identity.begin_operator_session(form.value("key").trim(), from.arrival.address, now)?;
    let Some((secret, _)) = begun else {
        form.wrong("key", WRONG);
        let frame = Frame::default();
        let owner = owner_of(&portal, &headers).await?;
        return Ok(page_again(&SignInPage { frame, form, owner }));
    };
    attempt.right();
    // The browser's previous session, perhaps with another key.
    cookies::operator_secret(&jar).inspect(|former| identity.end_operator_session(former));
    let back = form.value("back");
    let is_of_operator = back.starts_with(&format!("{HOME}/")) && is_own_path(back);
    let to = if is_of_operator { back } else { HOME };
    let jar = CookieJar::new().add(cookies::of_operator(&portal, secret));
    Ok((jar, Redirect::to(to)).into_response())
}

pub(super) async fn leave(
    jar: CookieJar,
    OperatorPosted { by, .. }: OperatorPosted<AccountsRead>,
) -> Response {
    by.portal.app.identity().end_operator_session(by.secret());
    let jar = cookies::without_operator(jar);
    done_with(jar, PATH, "You are signed out of the operator pages.")
}
