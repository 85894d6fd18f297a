//! The user's own second factor: setting it up, recovery codes, removing it.

use askama::Template;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use usher_app::Problem;
use usher_domain::{Account, UserId};
use usher_identity::{NewSecondFactor, Secret};

use crate::answer::{Frame, done, done_with, page, page_again};
use crate::door::{PostedAt, SECOND_FACTOR, SecondFactorDoor, ViewerAt};
use crate::failed::Failed;
use crate::form::Form;
use crate::from::From;
use crate::new_password::WRONG_PASSWORD;
use crate::pages::sign_in::new_session;
use crate::qr;
use crate::routes::{Pages, get, post};
use crate::viewer::Viewer;

/// The error for a wrong code.
const WRONG_CODE: &str = "This code is wrong, or was used before. Type the one that your app shows now.";

pub(super) fn routes() -> Pages {
    Pages::new()
        .route(SECOND_FACTOR, get(show))
        .route("/me/second-factor/begin", post(begin))
        .route("/me/second-factor/confirm", post(confirm))
        .route("/me/second-factor/codes", post(draw_codes))
        .route("/me/second-factor/remove", post(remove))
}

#[derive(Template)]
#[template(path = "me/second_factor.html")]
struct SecondFactorPage {
    frame: Frame,
    form: Form,
    email: String,
    /// Whether the account requires one for this user.
    is_required: bool,
    state: State,
}

/// The state of the user's second factor.
enum State {
    /// No second factor.
    None,
    /// A secret is drawn, and waits for its first code.
    Drawn {
        secret: String,
        /// The QR code as SVG.
        qr: String,
    },
    /// It is set up, with this many recovery codes left.
    Set { codes_left: usize },
}

/// The recovery codes, shown once.
#[derive(Template)]
#[template(path = "me/recovery_codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<Secret>,
}

async fn show(ViewerAt { viewer, .. }: ViewerAt<SecondFactorDoor>) -> Result<Response, Failed> {
    Ok(page(&second_factor_page(&viewer, Form::default()).await?))
}

async fn begin(PostedAt { viewer, .. }: PostedAt<SecondFactorDoor>) -> Result<Response, Failed> {
    let identity = viewer.portal.app.identity();
    let drawn = identity.draw_second_factor(viewer.account, viewer.session.user);
    if drawn.await? {
        return Ok(done(SECOND_FACTOR, "Now add it to your app."));
    }
    Ok(done(SECOND_FACTOR, "You have a second factor already."))
}

async fn confirm(
    from: From,
    PostedAt { viewer, mut form, .. }: PostedAt<SecondFactorDoor>,
) -> Result<Response, Failed> {
    let (app, user) = (&viewer.portal.app, viewer.session.user);
    if !is_password_right(&viewer, &mut form).await? {
        return again(&viewer, form).await;
    }
    let attempt = app
        .throttle()
        .second_factor(user, from.attempt_of(&viewer).await?);
    let attempt = attempt.map_err(Problem::too_many_attempts)?;
    let code = form.value("code").to_owned();
    let id_token = viewer.id_token().await?;
    let confirmed = app
        .confirm_second_factor(viewer.account, user, &code, viewer.cause.clone())
        .await?;
    let Some(codes) = confirmed else {
        form.wrong("code", WRONG_CODE);
        return again(&viewer, form).await;
    };
    attempt.right();
    // This ended all sessions: anybody who was signed in without the second factor is out.
    let jar = new_session(&viewer.portal, &from, viewer.account, user, id_token.as_ref()).await?;
    codes_page(&viewer, jar, codes).await
}

async fn draw_codes(
    from: From,
    PostedAt { viewer, form, .. }: PostedAt<SecondFactorDoor>,
) -> Result<Response, Failed> {
    let form = match proved(&viewer, &from, form).await? {
        Ok(()) => Form::default(),
        Err(form) => return again(&viewer, form).await,
    };
    let identity = viewer.portal.app.identity();
    let codes = identity.replace_recovery_codes(viewer.account, viewer.session.user);
    match codes.await? {
        Some(codes) => codes_page(&viewer, CookieJar::new(), codes).await,
        None => again(&viewer, form).await,
    }
}

async fn remove(
    from: From,
    PostedAt { viewer, form, .. }: PostedAt<SecondFactorDoor>,
) -> Result<Response, Failed> {
    if let Err(form) = proved(&viewer, &from, form).await? {
        return again(&viewer, form).await;
    }
    let (app, user) = (&viewer.portal.app, viewer.session.user);
    let id_token = viewer.id_token().await?;
    app.remove_second_factor(viewer.account, user, &viewer.actor, viewer.cause.clone())
        .await?;
    let jar = new_session(&viewer.portal, &from, viewer.account, user, id_token.as_ref()).await?;
    let message = "Your second factor is removed. You are signed out everywhere else.";
    Ok(done_with(jar, SECOND_FACTOR, message))
}

/// Checks the password and the code of a form. Returns the form with errors if one is wrong.
async fn proved(viewer: &Viewer, from: &From, mut form: Form) -> Result<Result<(), Form>, Failed> {
    let (app, account, user) = (&viewer.portal.app, viewer.account, viewer.session.user);
    if !is_password_right(viewer, &mut form).await? {
        return Ok(Err(form));
    }
    let attempt = app.throttle().second_factor(user, from.attempt_of(viewer).await?);
    let attempt = attempt.map_err(Problem::too_many_attempts)?;
    let now = app.engine().now();
    let verdict = app
        .identity()
        .use_second_factor(account, user, form.value("code"), now)
        .await?;
    if !verdict.is_right() {
        form.wrong("code", WRONG_CODE);
        return Ok(Err(form));
    }
    attempt.right();
    Ok(Ok(()))
}

/// Checks the current password of a form. If it is wrong, adds an error.
async fn is_password_right(viewer: &Viewer, form: &mut Form) -> Result<bool, Failed> {
    let present = form.value("present").to_owned();
    if viewer.knows_present_password(present).await? {
        return Ok(true);
    }
    form.wrong("present", WRONG_PASSWORD);
    Ok(false)
}

async fn codes_page(viewer: &Viewer, jar: CookieJar, codes: Vec<Secret>) -> Result<Response, Failed> {
    let (frame, ()) = viewer.look(None, |_, _, _| Ok(())).await?;
    // Forms in the frame would have a token of the session that has just ended, so the frame has none.
    let frame = Frame {
        csrf: String::new(),
        ..frame
    };
    Ok((jar, page(&CodesPage { frame, codes })).into_response())
}

async fn again(viewer: &Viewer, form: Form) -> Result<Response, Failed> {
    Ok(page_again(&second_factor_page(viewer, form).await?))
}

async fn second_factor_page(viewer: &Viewer, form: Form) -> Result<SecondFactorPage, Failed> {
    let user = viewer.session.user;
    let (frame, (email, is_required)) = viewer
        .look(None, move |account, _, _| Ok(about(account, user)))
        .await?;
    let identity = viewer.portal.app.identity();
    let state = if identity.has_second_factor(viewer.account, user) {
        let codes_left = identity.recovery_codes_left(viewer.account, user).await?;
        State::Set { codes_left }
    } else {
        let drawn = identity.drawn_second_factor(viewer.account, user, &email);
        drawn.await?.map_or(State::None, |new| State::drawn(&new))
    };
    Ok(SecondFactorPage {
        frame,
        form,
        email,
        is_required,
        state,
    })
}

fn about(account: &Account, user: UserId) -> (String, bool) {
    let email = account
        .user(user)
        .map(|user| user.profile.email.reveal().to_string());
    (email.unwrap_or_default(), account.requires_second_factor(user))
}

impl State {
    fn drawn(new: &NewSecondFactor) -> Self {
        let groups: Vec<_> = new.secret.expose().as_bytes().chunks(4).collect();
        let groups = groups.iter().map(|group| String::from_utf8_lossy(group));
        Self::Drawn {
            secret: groups.collect::<Vec<_>>().join(" "),
            qr: qr::svg(new.address.expose()),
        }
    }
}
