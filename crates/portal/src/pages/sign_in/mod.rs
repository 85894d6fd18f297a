//! Signing in and out.

mod choice;
mod second;
mod view;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use usher_api::{Arrival, Problem};
use usher_domain::text::Email;
use usher_domain::{Account, AccountId, UserId};
use usher_engine::Failure;
use usher_identity::{IdentityError, PasswordProof, Secret};

pub(crate) use self::choice::Choices;
use self::view::{ChoosePage, SignInPage};
use crate::answer::{Frame, done, done_with, page, page_again};
use crate::failed::Failed;
use crate::form::{Form, Posted, PostedByAnybody};
use crate::nav::Place;
use crate::pages::sso;
use crate::portal::Portal;
use crate::routes::{Pages, get, post};
use crate::{cookies, flash, rights};

/// The most accounts in which a password is tried for one attempt: each costs the time of a hash.
const ACCOUNTS_TRIED_MAX: usize = 5;

/// What is said to a wrong password, an unknown address and an inactive user alike.
const WRONG: &str = "The e-mail address or the password is wrong.";

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/sign-in", get(show).post(sign_in))
        .route("/sign-in/account", post(choose))
        .route("/sign-in/code", get(second::show).post(second::check))
        .route("/sign-out", post(sign_out))
}

#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}

/// Where a request comes from.
pub(crate) struct From {
    pub(crate) arrival: Arrival,
    pub(crate) user_agent: String,
    /// The secret of the session that the browser has so far.
    secret: Option<String>,
}

impl axum::extract::FromRequestParts<Arc<Portal>> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        portal: &Arc<Portal>,
    ) -> Result<Self, Self::Rejection> {
        let user_agent = parts.headers.get(axum::http::header::USER_AGENT);
        let user_agent = user_agent
            .and_then(|text| text.to_str().ok())
            .unwrap_or("an unknown browser");
        Ok(Self {
            arrival: Arrival::of(&portal.api, &parts.extensions, &parts.headers),
            user_agent: user_agent.to_owned(),
            secret: cookies::session_secret(&CookieJar::from_headers(&parts.headers)).map(str::to_owned),
        })
    }
}

async fn show(Query(back): Query<Back>, jar: CookieJar) -> Response {
    let form = Form::showing([("back", back.back.as_str())]);
    let frame = Frame {
        flash: flash::read(&jar),
        ..Frame::default()
    };
    page(&SignInPage { frame, form })
}

async fn sign_in(
    State(portal): State<Arc<Portal>>,
    from: From,
    PostedByAnybody(mut form): PostedByAnybody,
) -> Result<Response, Failed> {
    let throttle = portal.api.throttle();
    let attempt = throttle.password(form.value("email"), from.arrival.address);
    let attempt = attempt.map_err(Problem::too_many_attempts)?;
    let matched = match form.value("email").parse() {
        Ok(email) => right_accounts(&portal, &email, form.value("password")).await?,
        Err(_) => Vec::new(),
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
        let choice = portal.choices.offer(proofs, portal.api.engine().now())?;
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
            Ok(page_again(&SignInPage { frame, form }))
        }
    }
}

async fn choose(
    State(portal): State<Arc<Portal>>,
    from: From,
    PostedByAnybody(mut form): PostedByAnybody,
) -> Result<Response, Failed> {
    let now = portal.api.engine().now();
    let account = form.value("account").parse().ok();
    let chosen = account.and_then(|account| portal.choices.take(form.value("choice"), account, now));
    let Some(proof) = chosen else {
        form.wrong(
            "",
            "That took too long. Sign in again, and choose the account within five minutes.",
        );
        return Ok(page_again(&SignInPage {
            frame: Frame::default(),
            form,
        }));
    };
    second::after_password(&portal, &from, proof, form.value("back")).await
}

async fn sign_out(jar: CookieJar, Posted { viewer, .. }: Posted) -> Result<Response, Failed> {
    let session = &viewer.session;
    let at_provider = sso::sign_out_at_provider(&viewer).await?;
    let identity = viewer.portal.api.identity();
    identity
        .end_portal_session(session.account, session.user, session.id)
        .await?;
    if let Some((cookie, page)) = at_provider {
        return Ok((cookies::without_session(jar), cookie, page).into_response());
    }
    Ok(done_with(
        cookies::without_session(jar),
        "/sign-in",
        "You are signed out.",
    ))
}

/// Signs in who has proved who they are with a password, and goes where they were going. Since then the password may
/// have changed, as `is_proved` says, or the account may have come to want something else of them.
pub(crate) async fn begin(
    portal: &Portal,
    from: &From,
    account: AccountId,
    user: UserId,
    is_proved: impl Future<Output = Result<bool, IdentityError>>,
    back: &str,
) -> Result<Response, Failed> {
    let jar = new_session(portal, from, account, user, None).await?;
    // Asked when there is a session: whatever ends the sessions of passwords has met it, or is seen now.
    let standing = match is_proved.await {
        Ok(true) => standing(portal, account, user).await,
        Ok(false) => Ok(Standing::Out),
        Err(error) => Err(error.into()),
    };
    let standing = match standing {
        Ok(standing) => standing,
        Err(failed) => {
            end_session(portal, cookies::session_secret(&jar)).await?;
            return Err(failed);
        }
    };
    if !matches!(standing, Standing::MayEnter) {
        end_session(portal, cookies::session_secret(&jar)).await?;
    }
    Ok(match standing {
        Standing::MayEnter => {
            let overview = Place::Overview.path(account);
            let to = if is_own_path(back) { back } else { &overview };
            (jar, Redirect::to(to)).into_response()
        }
        Standing::ByProviderOnly(name) => sso::held_back(&[(account, name)], back),
        Standing::Out => changed_meanwhile(),
    })
}

/// Whether somebody with a right password may come in.
enum Standing {
    MayEnter,
    /// The account, of this name, has them come in by its provider.
    ByProviderOnly(String),
    /// They are inactive or gone, or the account is.
    Out,
}

async fn standing(portal: &Portal, account: AccountId, user: UserId) -> Result<Standing, Failed> {
    let look = move |account: &Account, _| {
        if !account.user(user).is_some_and(|user| user.active) {
            return Standing::Out;
        }
        if account.needs_single_sign_on(user) {
            return Standing::ByProviderOnly(account.name().to_string());
        }
        Standing::MayEnter
    };
    match portal.api.engine().read(account, look).await {
        Ok(standing) => Ok(standing),
        Err(Failure::NoAccount) => Ok(Standing::Out),
        Err(failure) => Err(Problem::from(failure).into()),
    }
}

/// Sends back who proved something that is not so any more.
fn changed_meanwhile() -> Response {
    done(
        "/sign-in",
        "Something changed while you signed in. Sign in again.",
    )
}

/// Ends the session of a secret, where it is one.
async fn end_session(portal: &Portal, secret: Option<&str>) -> Result<(), Failed> {
    let (identity, now) = (portal.api.identity(), portal.api.engine().now());
    if let Some(session) = secret.and_then(|secret| identity.portal_session_unused(secret, now)) {
        identity
            .end_portal_session(session.account, session.user, session.id)
            .await?;
    }
    Ok(())
}

/// The cookie of a new session of the user, with the ID token of the provider that signs them in, where it is one. The
/// session that the browser had is dead.
pub(crate) async fn new_session(
    portal: &Portal,
    from: &From,
    account: AccountId,
    user: UserId,
    id_token: Option<&Secret>,
) -> Result<CookieJar, Failed> {
    let (identity, now) = (portal.api.identity(), portal.api.engine().now());
    end_session(portal, from.secret.as_deref()).await?;
    let rights = rights::of(portal, account, user).await?;
    let agent = &from.user_agent;
    let secret = match id_token {
        Some(token) => {
            identity
                .begin_portal_session_by_provider(account, user, agent, token, rights, now)
                .await
        }
        None => {
            identity
                .begin_portal_session(account, user, agent, rights, now)
                .await
        }
    };
    Ok(CookieJar::new().add(cookies::of_session(portal, secret?)))
}

/// Whether it is an address of this server: no other one is gone to.
pub(crate) fn is_own_path(path: &str) -> bool {
    path.len() > 1
        && path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.contains(char::is_control)
}

/// The accounts in which the address has this password, with their names. Where it has none, a hash is checked all the
/// same, so that the answer takes as long.
async fn right_accounts(
    portal: &Portal,
    email: &Email,
    password: &str,
) -> Result<Vec<(PasswordProof, String)>, Failed> {
    let identity = portal.api.identity();
    let mut owners = portal.api.records().find_address(email.as_str()).await?;
    owners.truncate(ACCOUNTS_TRIED_MAX);
    let mut right = Vec::new();
    if owners.is_empty() {
        identity
            .verify_password(AccountId::from_bits(0), None, password.to_owned())
            .await?;
    }
    for (account, _) in owners {
        // The account knows best: the records may be older, and the account closed.
        let (known, wanted) = (find_user(portal, account, email).await?, password.to_owned());
        let user = known.as_ref().map(|(user, _)| *user);
        if let Some(proof) = identity.prove_password(account, user, wanted).await?
            && let Some((_, name)) = known
        {
            right.push((proof, name));
        }
    }
    Ok(right)
}

async fn find_user(
    portal: &Portal,
    account: AccountId,
    email: &Email,
) -> Result<Option<(UserId, String)>, Failed> {
    let email = email.clone();
    let seen = portal.api.engine().read(account, move |account, _| {
        let user = account.user_by_email(&email).filter(|user| user.active)?;
        Some((user.id, account.name().to_string()))
    });
    match seen.await {
        Ok(seen) => Ok(seen),
        Err(Failure::NoAccount) => Ok(None),
        Err(failure) => Err(Problem::from(failure).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::is_own_path;

    #[test]
    fn nobody_is_sent_to_another_host_after_signing_in() {
        for own in ["/me", "/a/acct_1/overview?x=1"] {
            assert!(is_own_path(own), "{own}");
        }
        for other in [
            "",
            "/",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\n/evil.example",
        ] {
            assert!(!is_own_path(other), "{other}");
        }
    }
}
