//! The user's own pages: the password, the browsers in which they are signed in, the second factor, preferences.

mod preferences;
mod second_factor;
mod view;

use axum::extract::Path;
use axum::response::Response;
use usher_app::keys_origin;
use usher_domain::text::counted;
use usher_identity::{GrantChange, KeysChangedBy, PasswordHash, PasswordLife};

pub(crate) use self::view::browser_name;
use self::view::{MePage, Myself, PasswordPage};
use crate::answer::{done, done_with, page, page_again};
use crate::door::{PASSWORD, PasswordDoor, PostedAt, ViewerAt};
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::from::From;
use crate::nav;
use crate::new_password::{self, Hashed, WRONG_PASSWORD};
use crate::pages::sign_in::new_session;
use crate::routes::{Pages, get, post};
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/me", get(show))
        .route(PASSWORD, get(show_password).post(change_password))
        .merge(preferences::routes())
        .merge(second_factor::routes())
        .route("/me/sessions/end-others", post(end_others))
        .route("/me/sessions/{session}/end", post(end_session))
        .route("/me/tokens/{token}/revoke", post(revoke_token))
        .route("/me/operator/revoke", post(revoke_operator))
}

async fn show(viewer: Viewer) -> Result<Response, Failed> {
    Ok(page(&me_page(&viewer, Form::default()).await?))
}

async fn show_password(ViewerAt { viewer, .. }: ViewerAt<PasswordDoor>) -> Result<Response, Failed> {
    Ok(page(&password_page(&viewer, Form::default()).await?))
}

async fn change_password(
    from: From,
    PostedAt { viewer, mut form, .. }: PostedAt<PasswordDoor>,
) -> Result<Response, Failed> {
    let (account, user) = (viewer.account, viewer.session.user);
    let is_temporary = viewer.has_to_change_password();
    let new = new_own_password(&viewer, &mut form).await?;
    let Some(new) = new else {
        if is_temporary {
            return Ok(page_again(&password_page(&viewer, form).await?));
        }
        return Ok(page_again(&me_page(&viewer, form).await?));
    };
    let id_token = viewer.id_token().await?;
    // Ends every session, including this one: anybody who knew the old password is signed out.
    viewer.set_password(user, &new, PasswordLife::Lasting).await?;
    let jar = new_session(&viewer.portal, &from, account, user, id_token.as_ref()).await?;
    let to = if is_temporary {
        nav::home(&viewer.portal, account, user).await
    } else {
        "/me".to_owned()
    };
    Ok(done_with(
        jar,
        &to,
        "Your password is changed. You are signed out everywhere else.",
    ))
}

/// The hash of the new password in a form that also has the current one. `None` if there is an error, which is added to
/// the form.
async fn new_own_password(viewer: &Viewer, form: &mut Form) -> Result<Option<PasswordHash>, Failed> {
    let present = form.value("present").to_owned();
    let new = form.new_password("password", "password_again");
    let Some(new) = new else {
        return Ok(None);
    };
    if !viewer.knows_present_password(present.clone()).await? {
        form.wrong("present", WRONG_PASSWORD);
        return Ok(None);
    }
    if new == present {
        form.wrong("password", "This is your present password. Choose another one.");
        return Ok(None);
    }
    let change = new_password::of_user(viewer.session.user);
    match new_password::hash(viewer, form, change, new).await? {
        Hashed::Yes(hash) => Ok(Some(hash)),
        Hashed::Wrong => Ok(None),
        Hashed::Refused(refusal) => Err(Failed::refused(&refusal)),
    }
}

async fn password_page(viewer: &Viewer, form: Form) -> Result<PasswordPage, Failed> {
    let user = viewer.session.user;
    let (frame, myself) = viewer
        .look(None, move |account, _, _| Myself::of(account, user))
        .await?;
    Ok(PasswordPage {
        frame,
        form,
        email: myself.email,
        is_temporary: viewer.has_to_change_password(),
    })
}

async fn end_session(Path(session): Path<String>, Posted { viewer, .. }: Posted) -> Result<Response, Failed> {
    let session = session.parse().map_err(|_| Failed::not_found("session"))?;
    let identity = viewer.portal.app.identity();
    if !identity
        .cut_off_portal_session(viewer.account, viewer.session.user, session)
        .await?
    {
        return Err(Failed::not_found("session"));
    }
    Ok(done("/me", "That browser is signed out."))
}

async fn revoke_token(Path(token): Path<String>, Posted { viewer, .. }: Posted) -> Result<Response, Failed> {
    let token = token.parse().map_err(|_| Failed::not_found("token"))?;
    let identity = viewer.portal.app.identity();
    if !identity
        .revoke_user_token_by_id(viewer.account, viewer.session.user, token)
        .await?
    {
        return Err(Failed::not_found("token"));
    }
    Ok(done(
        "/me",
        "That token is revoked. Programs that use it are refused from now on.",
    ))
}

async fn end_others(Posted { viewer, .. }: Posted) -> Result<Response, Failed> {
    let (user, keep) = (viewer.session.user, viewer.session.id);
    let identity = viewer.portal.app.identity();
    let ended = identity
        .end_other_portal_sessions(viewer.account, user, keep)
        .await?;
    let browsers = counted(ended, "other browser is", "other browsers are");
    let message = format!("{browsers} signed out.");
    Ok(done("/me", message))
}

/// The owner gives up being operator.
async fn revoke_operator(Posted { viewer, .. }: Posted) -> Result<Response, Failed> {
    let (app, user) = (&viewer.portal.app, viewer.session.user);
    let origin = keys_origin(KeysChangedBy::Owner(user), &viewer.cause);
    let (why, now) = (GrantChange::Revoked, app.engine().now());
    let revoked = app
        .identity()
        .revoke_operator_grant(viewer.account, user, why, origin, now);
    if !revoked.await? {
        return Err(Failed::not_found("right to open the operator pages"));
    }
    Ok(done("/me", "You are not operator of this server any more."))
}

async fn me_page(viewer: &Viewer, form: Form) -> Result<MePage, Failed> {
    let user = viewer.session.user;
    let (frame, myself) = viewer
        .look(None, move |account, _, _| Myself::of(account, user))
        .await?;
    let app = &viewer.portal.app;
    let provider = app.identity().provider(viewer.account).await?;
    let sessions = app
        .identity()
        .portal_sessions(viewer.account, user, app.engine().now());
    let wall = viewer.wall_times().await;
    let sessions = sessions
        .iter()
        .map(|session| view::Browser::of(session, viewer.session.id, &wall));
    let tokens = app
        .identity()
        .user_tokens(viewer.account, user, app.engine().now());
    Ok(MePage {
        frame,
        form,
        myself,
        tokens: tokens.iter().map(|token| view::Token::of(token, &wall)).collect(),
        is_operator: app.identity().operator_grant(viewer.account, user).is_some(),
        sessions: sessions.collect(),
        has_second_factor: app.identity().has_second_factor(viewer.account, user),
        provider: provider.map(|provider| provider.label.to_string()),
    })
}
