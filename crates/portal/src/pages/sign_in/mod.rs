//! Signing in and out.

mod choice;
mod forgotten;
mod second;
mod session;
mod view;

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use usher_app::{FirstRun, Problem, hashing_share};
use usher_domain::AccountId;
use usher_domain::text::Email;
use usher_identity::PasswordProof;

use self::choice::Choices;
pub(crate) use self::second::after_password;
pub(crate) use self::session::{begin, is_own_path, new_session};
use self::view::{ChoosePage, SignInPage};
use crate::answer::{Frame, done_with, page, page_again};
use crate::door::{PostedAt, WayOut};
use crate::failed::Failed;
use crate::form::{Form, PostedByAnybody};
use crate::from::{From, find_user};
use crate::pages::sso;
use crate::portal::Portal;
use crate::routes::{Pages, get, post};
use crate::text::Label;
use crate::{cookies, flash};

/// The most accounts in which one attempt tries a password: each costs a hash.
const ACCOUNTS_TRIED_MAX: usize = 5;

/// The message for a wrong password, an unknown address and an inactive user.
const WRONG: Label = text!("sign-in-wrong");

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/sign-in", get(show).post(sign_in))
        .route("/sign-in/account", post(choose))
        .route("/sign-in/code", get(second::show).post(second::check))
        .route(forgotten::PATH, get(forgotten::show).post(forgotten::ask))
        .route("/sign-out", post(sign_out))
        .keeping(Choices::default())
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}

async fn show(
    State(portal): State<Arc<Portal>>,
    Query(back): Query<Back>,
    jar: CookieJar,
) -> Result<Response, Failed> {
    let first_run = FirstRun::of(portal.app.records()).await?;
    let (identity, now) = (portal.app.identity(), portal.app.engine().now());
    let has_ended =
        cookies::session_secret(&jar).is_some_and(|secret| !identity.is_portal_session_alive(secret, now));
    let form = Form::showing([("back", back.back.as_str())]);
    let frame = Frame {
        flash: flash::read(&jar),
        ..Frame::default()
    };
    Ok(page(&SignInPage {
        frame,
        form,
        is_new: first_run != FirstRun::Over,
        has_ended,
    }))
}

async fn sign_in(
    State(portal): State<Arc<Portal>>,
    Extension(choices): Extension<Arc<Choices>>,
    from: From,
    PostedByAnybody(mut form): PostedByAnybody,
) -> Result<Response, Failed> {
    // Something that is not an address belongs to nobody.
    let email: Option<Email> = form.value("email").parse().ok();
    let at = from.attempt_at(&portal, email.as_ref()).await?;
    let attempt = portal.app.throttle().password(email.as_ref(), at);
    let attempt = attempt.map_err(Problem::too_many_attempts)?;
    let matched = match email {
        Some(email) => right_accounts(&portal, &from, &email, form.value("password")).await?,
        None => Vec::new(),
    };
    if !matched.is_empty() {
        attempt.right();
    }
    let back = form.value("back").to_owned();
    let (mut matched, held_back) = sso::part_by_requirement(&portal, matched).await?;
    let frame = Frame::default();
    if matched.len() > 1 {
        let accounts = matched
            .iter()
            .map(|(proof, name)| (proof.account(), name.clone()));
        let accounts = accounts.collect();
        let proofs = matched.into_iter().map(|(proof, _)| proof).collect();
        let choice = choices.offer(proofs, portal.app.engine().now())?;
        return Ok(page(&ChoosePage {
            frame,
            choice,
            accounts,
            back,
        }));
    }
    match matched.pop() {
        Some((proof, _)) => second::after_password(&portal, &from, proof, &back).await,
        None if !held_back.is_empty() => Ok(sso::held_back(&held_back, &back)),
        None => {
            form.wrong("", WRONG);
            Ok(page_again(&SignInPage {
                frame,
                form,
                is_new: false,
                has_ended: false,
            }))
        }
    }
}

async fn choose(
    State(portal): State<Arc<Portal>>,
    Extension(choices): Extension<Arc<Choices>>,
    from: From,
    PostedByAnybody(mut form): PostedByAnybody,
) -> Result<Response, Failed> {
    let now = portal.app.engine().now();
    let account = form.value("account").parse().ok();
    let chosen = account.and_then(|account| choices.take(form.value("choice"), account, now));
    let Some(proof) = chosen else {
        form.wrong("", text!("sign-in-choose-too-late"));
        return Ok(page_again(&SignInPage {
            frame: Frame::default(),
            form,
            is_new: false,
            has_ended: false,
        }));
    };
    second::after_password(&portal, &from, proof, form.value("back")).await
}

async fn sign_out(jar: CookieJar, PostedAt { viewer, .. }: PostedAt<WayOut>) -> Result<Response, Failed> {
    let session = &viewer.session;
    let at_provider = sso::sign_out_at_provider(&viewer).await?;
    let identity = viewer.portal.app.identity();
    identity
        .end_portal_session(session.account, session.user, session.id)
        .await?;
    if let Some((cookie, page)) = at_provider {
        return Ok((cookies::without_session(jar), cookie, page).into_response());
    }
    Ok(done_with(
        cookies::without_session(jar),
        "/sign-in",
        text!("sign-in-signed-out"),
    ))
}

/// The accounts in which the address has this password, with their names. If the address is unknown, a hash is computed
/// all the same, so that the answer takes as long.
async fn right_accounts(
    portal: &Portal,
    from: &From,
    email: &Email,
    password: &str,
) -> Result<Vec<(PasswordProof, String)>, Failed> {
    let identity = portal.app.identity();
    let share = hashing_share(None, from.arrival.address);
    let mut owners = portal.app.records().find_address(email.as_str()).await?;
    owners.truncate(ACCOUNTS_TRIED_MAX);
    let mut right = Vec::new();
    if owners.is_empty() {
        identity
            .verify_password(share, AccountId::from_bits(0), None, password.to_owned())
            .await?;
    }
    for (account, _) in owners {
        // The account has the final word: the records may be older, and the account closed.
        let (known, wanted) = (find_user(portal, account, email).await?, password.to_owned());
        let user = known.as_ref().map(|(user, _)| *user);
        if let Some(proof) = identity.prove_password(share, account, user, wanted).await?
            && let Some((_, name)) = known
        {
            right.push((proof, name));
        }
    }
    Ok(right)
}
