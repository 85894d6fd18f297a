//! The second step of signing in, for users with a second factor.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use usher_app::Problem;
use usher_domain::{AccountId, UserId};
use usher_identity::{CodeVerdict, PasswordProof};

use super::session::changed_meanwhile;
use super::view::CodePage;
use super::{Back, From, begin};
use crate::answer::{Frame, done_with, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, PostedByAnybody};
use crate::portal::Portal;
use crate::text::Label;
use crate::{cookies, flash};

/// The cookie between the two steps.
const COOKIE: &str = "usher_half";

/// The path of the second step.
const PATH: &str = "/sign-in/code";

const WRONG: Label = text!("sign-in-code-wrong");

/// Signs in a user whose password was right, or asks for the second factor first.
pub(crate) async fn after_password(
    portal: &Portal,
    from: &From,
    proof: PasswordProof,
    back: &str,
) -> Result<Response, Failed> {
    let identity = portal.app.identity();
    let (account, user) = (proof.account(), proof.user());
    if !identity.has_second_factor(account, user) {
        let is_proved = identity.confirm_password(proof);
        return begin(portal, from, account, user, is_proved, back).await;
    }
    if !identity.confirm_password(proof).await? {
        return Ok(changed_meanwhile());
    }
    let now = portal.app.engine().now();
    let secret = identity.begin_pending_sign_in(account, user, now).await?;
    let mut cookie = cookies::build(COOKIE, secret.into_exposed(), portal.is_https());
    cookie.set_path("/sign-in");
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("back", back)
        .finish();
    let jar = CookieJar::new().add(cookie);
    Ok((jar, Redirect::to(&format!("{PATH}?{query}"))).into_response())
}

pub(super) async fn show(
    State(portal): State<Arc<Portal>>,
    Query(back): Query<Back>,
    jar: CookieJar,
) -> Result<Response, Failed> {
    if halfway(&portal, &jar).await?.is_none() {
        return Ok(too_late());
    }
    let form = Form::showing([("back", back.back.as_str())]);
    let frame = Frame {
        flash: flash::read(&jar),
        ..Frame::default()
    };
    Ok(page(&CodePage { frame, form }))
}

pub(super) async fn check(
    State(portal): State<Arc<Portal>>,
    from: From,
    jar: CookieJar,
    PostedByAnybody(mut form): PostedByAnybody,
) -> Result<Response, Failed> {
    let Some((secret, (account, user))) = halfway(&portal, &jar).await? else {
        return Ok(too_late());
    };
    let at = from.attempt_by(&portal, account, user).await?;
    let attempt = portal.app.throttle().second_factor(user, at);
    let attempt = attempt.map_err(Problem::too_many_attempts)?;
    let (identity, now) = (portal.app.identity(), portal.app.engine().now());
    let verdict = identity
        .use_second_factor(account, user, form.value("code"), now)
        .await?;
    if !verdict.is_right() {
        form.wrong("code", WRONG);
        let frame = Frame::default();
        return Ok(page_again(&CodePage { frame, form }));
    }
    attempt.right();
    // If two requests with a valid code arrive at once, only one gets in.
    let is_proved = async {
        let taken = identity.take_pending_sign_in(&secret, now).await?;
        Ok(taken == Some((account, user)))
    };
    let begun = begin(&portal, &from, account, user, is_proved, form.value("back")).await?;
    let mut jar = CookieJar::new().add(gone());
    if let CodeVerdict::Recovery { left } = verdict {
        jar = flash::keep(jar, text!("sign-in-recovery-used", left = left).into_words());
    }
    Ok((jar, begun).into_response())
}

/// The secret and the user of a pending sign-in; `None` if there is none, or the user is inactive by now.
async fn halfway(portal: &Portal, jar: &CookieJar) -> Result<Option<(String, (AccountId, UserId))>, Failed> {
    let Some(secret) = jar.get(COOKIE).map(Cookie::value) else {
        return Ok(None);
    };
    let (identity, now) = (portal.app.identity(), portal.app.engine().now());
    let who = identity.pending_sign_in(secret, now).await?;
    Ok(who.map(|who| (secret.to_owned(), who)))
}

fn too_late() -> Response {
    let jar = CookieJar::new().add(gone());
    done_with(jar, "/sign-in", text!("sign-in-code-too-late"))
}

/// Deletes the cookie.
fn gone() -> Cookie<'static> {
    let mut cookie = Cookie::build((COOKIE, ""))
        .path("/sign-in")
        .http_only(true)
        .build();
    cookie.make_removal();
    cookie
}
