//! Oneself: the password, and where one is signed in.

mod view;

use axum::extract::Path;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use usher_api::Problem;
use usher_domain::Command;
use usher_domain::command::UserPatch;

pub(crate) use self::view::browser_name;
use self::view::{MePage, Myself};
use crate::answer::{done, done_with, page, page_again};
use crate::cookies;
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::pages::sign_in::From;
use crate::routes::{Pages, get, post};
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/me", get(show))
        .route("/me/password", post(change_password))
        .route("/me/sessions/end-others", post(end_others))
        .route("/me/sessions/{session}/end", post(end_session))
        .route("/me/tokens/{token}/revoke", post(revoke_token))
}

async fn show(viewer: Viewer) -> Result<Response, Failed> {
    Ok(page(&me_page(&viewer, Form::default()).await?))
}

async fn change_password(from: From, Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let (account, user) = (viewer.account, viewer.session.user);
    let identity = viewer.portal.api.identity();
    let throttle = viewer.portal.api.throttle();
    let attempt = throttle.attempt(&user.to_string(), from.arrival.address);
    attempt.map_err(Problem::too_many_attempts)?;
    let present = form.value("present").to_owned();
    if !identity.verify_password(account, Some(user), present).await? {
        form.wrong("present", "This is not your present password.");
    }
    let new = form
        .new_password("password", "password_again")
        .filter(|_| form.is_right());
    let Some(new) = new else {
        return Ok(page_again(&me_page(&viewer, form).await?));
    };
    let hash = identity.hash_password(new).await?;
    let change = UserPatch {
        password_set: true,
        ..UserPatch::default()
    };
    if let Err(refusal) = viewer
        .execute(Command::ChangeUser { id: user, change }, |_, _, _| ())
        .await?
    {
        form.refused(&refusal);
        return Ok(page_again(&me_page(&viewer, form).await?));
    }
    let this = viewer.session.id;
    let id_token = identity.portal_session_id_token(account, user, this).await?;
    // Ends every session, this one too: who knew the old password is out.
    identity.set_password(account, user, &hash).await?;
    let now = viewer.portal.api.engine().now();
    let agent = &from.user_agent;
    let secret = match id_token {
        Some(token) => {
            identity
                .begin_portal_session_by_provider(account, user, agent, &token, now)
                .await
        }
        None => identity.begin_portal_session(account, user, agent, now).await,
    };
    let jar = CookieJar::new().add(cookies::of_session(&viewer.portal, secret?));
    Ok(done_with(
        jar,
        "/me",
        "Your password is changed. You are signed out everywhere else.",
    ))
}

async fn end_session(Path(session): Path<String>, Posted { viewer, .. }: Posted) -> Result<Response, Failed> {
    let session = session.parse().map_err(|_| Problem::not_found("session"))?;
    let identity = viewer.portal.api.identity();
    if !identity
        .end_portal_session(viewer.account, viewer.session.user, session)
        .await?
    {
        return Err(Problem::not_found("session").into());
    }
    Ok(done("/me", "That browser is signed out."))
}

async fn revoke_token(Path(token): Path<String>, Posted { viewer, .. }: Posted) -> Result<Response, Failed> {
    let token = token.parse().map_err(|_| Problem::not_found("token"))?;
    let identity = viewer.portal.api.identity();
    if !identity
        .revoke_user_token_by_id(viewer.account, viewer.session.user, token)
        .await?
    {
        return Err(Problem::not_found("token").into());
    }
    Ok(done(
        "/me",
        "That token is revoked. Programs that use it are refused from now on.",
    ))
}

async fn end_others(Posted { viewer, .. }: Posted) -> Result<Response, Failed> {
    let (user, keep) = (viewer.session.user, viewer.session.id);
    let identity = viewer.portal.api.identity();
    let ended = identity
        .end_other_portal_sessions(viewer.account, user, keep)
        .await?;
    let message = match ended {
        1 => "1 other browser is signed out.".to_owned(),
        many => format!("{many} other browsers are signed out."),
    };
    Ok(done("/me", message))
}

async fn me_page(viewer: &Viewer, form: Form) -> Result<MePage, Failed> {
    let user = viewer.session.user;
    let (frame, myself) = viewer
        .look(None, move |account, _, _| Myself::of(account, user))
        .await?;
    let api = &viewer.portal.api;
    let provider = api.identity().provider(viewer.account).await?;
    let sessions = api
        .identity()
        .portal_sessions(viewer.account, user, api.engine().now());
    let sessions = sessions
        .iter()
        .map(|session| view::Browser::of(session, viewer.session.id));
    let tokens = api
        .identity()
        .user_tokens(viewer.account, user, api.engine().now());
    Ok(MePage {
        frame,
        form,
        myself,
        tokens: tokens.iter().map(view::Token::of).collect(),
        sessions: sessions.collect(),
        provider: provider.map(|provider| provider.label.to_string()),
    })
}
