//! The page of a one-time link: its user chooses a password and is signed in.
//!
//! Opening the page changes nothing, because programs that check mails open every link; only its form uses the link up.
//! The link itself is a secret, so the page sends no address to others (`Referrer-Policy`), and the form is bound to
//! the browser by a cookie instead of the origin, which browsers hide with that policy.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use usher_app::{OpenLink, hashing_share, link_path};
use usher_domain::link::LinkPurpose;
use usher_engine::Channel;
use usher_identity::{draw_bits, is_whole_link};

use crate::answer::{Frame, page, page_again, page_at};
use crate::cookies::LINK_COOKIE;
use crate::failed::Failed;
use crate::form::{Form, PostedWithoutOrigin};
use crate::from::From;
use crate::pages::sign_in;
use crate::portal::Portal;
use crate::routes::{Pages, get};
use crate::{cookies, forgery, new_password};

pub(crate) fn routes() -> Pages {
    let of_purpose = |pages: Pages, purpose: LinkPurpose| {
        let open = move |portal: State<Arc<Portal>>, secret: Path<String>, jar: CookieJar| async move {
            show(&portal, &secret, purpose, &jar).await
        };
        let send = move |portal: State<Arc<Portal>>,
                         secret: Path<String>,
                         from: From,
                         jar: CookieJar,
                         form: PostedWithoutOrigin| async move {
            choose(&portal, &secret, purpose, &from, &jar, form.0).await
        };
        let path = format!("{}/{{secret}}", link_path(purpose));
        pages.route(&path, get(open).post(send))
    };
    LinkPurpose::ALL.into_iter().fold(Pages::new(), of_purpose)
}

#[derive(Template)]
#[template(path = "link/choose.html")]
struct ChoosePage {
    frame: Frame,
    form: Form,
    path: String,
    is_invitation: bool,
    name: String,
    email: String,
    account: String,
}

/// The page for a link that was used, replaced or revoked, or has expired, or of which only a piece was opened.
#[derive(Template)]
#[template(path = "link/ended.html")]
struct EndedPage {
    frame: Frame,
    is_invitation: bool,
    is_whole: bool,
}

async fn show(
    portal: &Portal,
    secret: &str,
    purpose: LinkPurpose,
    jar: &CookieJar,
) -> Result<Response, Failed> {
    let Some(open) = portal.app.find_link(secret, purpose).await? else {
        return Ok(ended(secret, purpose));
    };
    let bound = bound_to(portal, jar)?;
    let shown = choose_page(&open, secret, purpose, &bound, Form::default(), portal);
    let mut cookie = cookies::build(LINK_COOKIE, bound, portal.is_https());
    cookie.set_same_site(SameSite::Strict);
    Ok((CookieJar::new().add(cookie), with_no_referrer(page(&shown))).into_response())
}

/// Uses the link up, and signs its user in.
async fn choose(
    portal: &Portal,
    secret: &str,
    purpose: LinkPurpose,
    from: &From,
    jar: &CookieJar,
    mut form: Form,
) -> Result<Response, Failed> {
    let bound = jar
        .get(LINK_COOKIE)
        .map(Cookie::value)
        .unwrap_or_default()
        .to_owned();
    if bound.is_empty() || !forgery::is_of(&bound, form.value(forgery::FIELD)) {
        return Err(forgery::refused().into());
    }
    let app = &portal.app;
    let Some(open) = app.find_link(secret, purpose).await? else {
        return Ok(ended(secret, purpose));
    };
    let mut hash = None;
    if let Some(password) = form.new_password("password", "password_again") {
        let share = hashing_share(Some(open.account()), from.arrival.address);
        hash = new_password::hash_without_viewer(portal, share, &mut form, password, open.about()).await?;
    }
    let Some(hash) = hash else {
        let again = choose_page(&open, secret, purpose, &bound, form, portal);
        return Ok(with_no_referrer(page_again(&again)));
    };
    let cause = from.arrival.cause(Channel::Portal, None);
    let Some(proof) = app.use_link(secret, purpose, &hash, &cause).await? else {
        return Ok(ended(secret, purpose));
    };
    // A second factor is asked for, and one that the account requires is set up, as after every sign-in.
    sign_in::after_password(portal, from, proof, "").await
}

/// What binds the form to this browser: drawn once, so that several tabs work.
fn bound_to(portal: &Portal, jar: &CookieJar) -> Result<String, Failed> {
    let known = jar
        .get(LINK_COOKIE)
        .map(Cookie::value)
        .filter(|bound| bound.len() >= 32);
    if let Some(known) = known {
        return Ok(known.to_owned());
    }
    let now = portal.app.engine().now();
    Ok(format!("{:032x}{:032x}", draw_bits(now)?, draw_bits(now)?))
}

fn choose_page(
    open: &OpenLink,
    secret: &str,
    purpose: LinkPurpose,
    bound: &str,
    form: Form,
    portal: &Portal,
) -> ChoosePage {
    ChoosePage {
        frame: Frame {
            csrf: forgery::token(bound, portal.app.engine().now()),
            ..Frame::default()
        },
        form,
        path: format!("{}/{secret}", link_path(purpose)),
        is_invitation: purpose == LinkPurpose::Invitation,
        name: open.name.to_string(),
        email: open.email.to_string(),
        account: open.account_name.to_string(),
    }
}

fn ended(secret: &str, purpose: LinkPurpose) -> Response {
    let is_whole = is_whole_link(secret, purpose);
    let status = if is_whole {
        StatusCode::GONE
    } else {
        StatusCode::NOT_FOUND
    };
    with_no_referrer(page_at(
        status,
        &EndedPage {
            frame: Frame::default(),
            is_invitation: purpose == LinkPurpose::Invitation,
            is_whole,
        },
    ))
}

/// The answer, whose address the browser gives to no other site.
fn with_no_referrer(mut answer: Response) -> Response {
    let no_referrer = HeaderValue::from_static("no-referrer");
    answer.headers_mut().insert(header::REFERRER_POLICY, no_referrer);
    answer
}
