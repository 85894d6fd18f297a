//! Owners who are operators: opening the pages by password and second factor, and making, confirming and revoking grants.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use usher_app::{App, Everything, GrantRefusal, Problem};
use usher_domain::permission::Role;
use usher_domain::{Account, AccountId, UserId};
use usher_engine::Failure;
use usher_identity::{GrantChange, OperatorGrant};

use super::account::{account_in, path_of};
use super::keys;
use super::sign_in::{OwnerShown, again};
use super::visitor::{HOME, OperatorAt, OperatorPage, OperatorPosted};
use crate::answer::{Frame, done, page, page_again};
use crate::cookies;
use crate::failed::Failed;
use crate::form::{Form, Posted};
use crate::from::From;
use crate::new_password::WRONG_PASSWORD;
use crate::pages::sign_in::is_own_path;
use crate::said::named;
use crate::shown::Moment;
use crate::viewer::Viewer;

const WRONG_CODE: &str =
    "This code is wrong, or was used before. Type the one that your app shows now, or a recovery code.";

const CHANGED: &str = "Your password, your second factor or your right to open these pages has changed meanwhile. Sign in \
                       again.";

/// Why the viewer's grant opens nothing at the moment, as a sentence; `None` if it does.
pub(super) async fn refusal(viewer: &Viewer) -> Result<Option<String>, Failed> {
    let (app, user) = (&viewer.portal.app, viewer.session.user);
    let stands = app.check_grant(viewer.account, user).await?;
    let why = match stands {
        Err(why) => sentence(why, app),
        Ok(()) if viewer.session.by_provider => {
            "You are signed in through single sign-on, which does not open these pages. Sign out, and sign in with your \
             password."
                .to_owned()
        }
        Ok(()) => return Ok(None),
    };
    Ok(Some(why))
}

fn sentence(why: GrantRefusal, app: &App) -> String {
    match why {
        GrantRefusal::None => "You are not an operator of this server.".to_owned(),
        GrantRefusal::SecondAccount => {
            "This server has another account now, so your password does not open these pages until somebody with an \
             operator key confirms that."
                .to_owned()
        }
        GrantRefusal::Reset(until) => {
            let until = Moment(app.engine().shown(until));
            format!(
                "Your password or second factor was reset. For a day after that your password does not open these pages: \
                 until {until}."
            )
        }
        GrantRefusal::NoSecondFactor => {
            "You need a second factor for these pages. Set one up, then come back.".to_owned()
        }
        GrantRefusal::TemporaryPassword => {
            "Your password is temporary. Choose one of your own first.".to_owned()
        }
    }
}

/// Opens the pages for an owner who is operator: every time by the password and a code.
pub(super) async fn open(from: From, Posted { viewer, mut form }: Posted) -> Result<Response, Failed> {
    let (app, account, user) = (&viewer.portal.app, viewer.account, viewer.session.user);
    // Before the proof: if a credential is changed while it goes on, it opens nothing.
    let opening = app.identity().operator_grant_opening(account, user);
    let refused = refusal(&viewer).await?;
    let Some(opening) = opening.filter(|_| refused.is_none()) else {
        form.wrong("", refused.unwrap_or_else(|| CHANGED.to_owned()));
        return again(&viewer, form).await;
    };
    let present = form.value("present").to_owned();
    if !viewer.knows_present_password(present).await? {
        form.wrong("present", WRONG_PASSWORD);
        return again(&viewer, form).await;
    }
    let attempt = app
        .throttle()
        .second_factor(user, from.attempt_of(&viewer).await?);
    let attempt = attempt.map_err(Problem::too_many_attempts)?;
    let (identity, now) = (app.identity(), app.engine().now());
    let verdict = identity.use_second_factor(account, user, form.value("code"), now);
    if !verdict.await?.is_right() {
        form.wrong("code", WRONG_CODE);
        return again(&viewer, form).await;
    }
    attempt.right();
    let Some((secret, _)) = identity.begin_operator_session_of_owner(opening, now)? else {
        form.wrong("", CHANGED);
        return again(&viewer, form).await;
    };
    // The browser's previous session, perhaps with a key.
    cookies::operator_secret(&viewer.jar).inspect(|former| identity.end_operator_session(former));
    let back = form.value("back");
    let is_of_operator = back.starts_with(&format!("{HOME}/")) && is_own_path(back);
    let to = if is_of_operator { back } else { HOME };
    let jar = CookieJar::new().add(cookies::of_operator(&viewer.portal, secret));
    Ok((jar, Redirect::to(to)).into_response())
}

/// What the page that asks for a key shows to a signed-in owner who has a grant; `None` to everybody else.
pub(super) async fn shown_to(viewer: &Viewer) -> Result<Option<OwnerShown>, Failed> {
    let identity = viewer.portal.app.identity();
    let grant = identity.operator_grant(viewer.account, viewer.session.user);
    if grant.is_none() || viewer.has_to_change_password() {
        return Ok(None);
    }
    let user = viewer.session.user;
    let look = move |account: &Account, _: &_, _| {
        let user = account.user(user);
        Ok(user.map(|user| user.profile.name.reveal().to_string()))
    };
    let (frame, name) = viewer.look(None, look).await?;
    Ok(name.map(|name| OwnerShown {
        name,
        csrf: frame.csrf,
        refusal: None,
        lacks_second_factor: false,
    }))
}

/// An owner who is operator, in the list of the operator keys' page.
pub(super) struct GrantShown {
    pub(super) user: UserId,
    /// The names of the owner and the account when the grant was made.
    pub(super) name: String,
    pub(super) account: String,
    pub(super) granted_at: Moment,
    /// A label and its CSS class.
    pub(super) state: (&'static str, &'static str),
    pub(super) is_void: bool,
}

impl GrantShown {
    /// All grants that have not ended.
    pub(super) async fn all(app: &App) -> Result<Vec<Self>, Failed> {
        let mut shown = Vec::new();
        for grant in app.identity().operator_grants() {
            let stands = app.check_grant(grant.account, grant.user).await?;
            let state = match stands {
                Ok(()) => ("Works", "good"),
                Err(GrantRefusal::None) => continue,
                Err(GrantRefusal::SecondAccount) => ("To be confirmed", "warn"),
                Err(GrantRefusal::Reset(_)) => ("Paused after a reset", "warn"),
                Err(GrantRefusal::NoSecondFactor) => ("No second factor yet", "quiet"),
                Err(GrantRefusal::TemporaryPassword) => ("Temporary password", "quiet"),
            };
            shown.push(Self {
                user: grant.user,
                name: grant.name.reveal().to_string(),
                account: path_of(grant.account),
                granted_at: Moment(app.wall_times(grant.account).await.shown(grant.granted_at)),
                state,
                is_void: stands == Err(GrantRefusal::SecondAccount),
            });
        }
        Ok(shown)
    }
}

/// The question whether an owner shall be operator.
#[derive(Template)]
#[template(path = "operator/make_operator.html")]
struct MakePage {
    frame: Frame,
    form: Form,
    /// The path of the account.
    path: String,
    account_name: String,
    user: UserId,
    name: String,
    /// How many accounts there are or were. Of several, the owner's is only one.
    accounts: u16,
}

/// The owner whom a query names.
#[derive(Deserialize)]
pub(super) struct OfOwner {
    #[serde(default)]
    user: String,
}

pub(super) async fn ask(
    by: OperatorAt<Everything>,
    Path(account): Path<String>,
    Query(of): Query<OfOwner>,
) -> Result<Response, Failed> {
    let account = account_in(&account)?;
    Ok(page(&make_page(&by, account, &of.user, Form::default()).await?))
}

async fn make_page(
    by: &OperatorAt<Everything>,
    account: AccountId,
    user: &str,
    form: Form,
) -> Result<MakePage, Failed> {
    let user = user.parse::<UserId>().map_err(|_| Failed::not_found("user"))?;
    let look = move |account: &Account, _| {
        let user = account.user(user)?;
        let is_owner = user.active && user.profile.role == Role::Owner;
        let names = (user.profile.name.reveal().to_string(), account.name().to_string());
        is_owner.then_some(names)
    };
    let app = &by.operator.app;
    let found = match app.engine().read(account, look).await {
        Ok(found) => found,
        Err(Failure::NoAccount) => return Err(Failed::not_found("account")),
        Err(failure) => return Err(Problem::from(failure).into()),
    };
    let (name, account_name) = found.ok_or_else(|| Failed::not_found("active owner"))?;
    Ok(MakePage {
        frame: by.frame(OperatorPage::Accounts),
        form,
        path: path_of(account),
        account_name,
        user,
        name,
        accounts: app.count_accounts().await?,
    })
}

/// Makes an owner operator, as the page before asked. The key that opened these pages confirms it; where there are several
/// accounts, only if its holder says that all of them are meant.
pub(super) async fn make(
    Path(account): Path<String>,
    OperatorPosted { by, mut form }: OperatorPosted<Everything>,
) -> Result<Response, Failed> {
    let account = account_in(&account)?;
    let user = form.value("user").parse::<UserId>();
    let user = user.map_err(|_| Failed::not_found("user"))?;
    let asked = make_page(&by, account, form.value("user"), Form::default()).await?;
    if asked.accounts > 1 && form.value("all") != "yes" {
        form.wrong("all", "Tick this if you mean all accounts. Otherwise cancel.");
        return Ok(page_again(&MakePage { form, ..asked }));
    }
    if !by.operator.make_grant(account, user).await? {
        return Err(Failed::not_found("active owner"));
    }
    let app = &by.operator.app;
    let grant = app.identity().operator_grant(account, user);
    let is_paused = grant.is_some_and(|grant| grant.paused_until(app.engine().now()).is_some());
    let when = if is_paused {
        "a day after the last reset of their password or second factor"
    } else {
        "now"
    };
    Ok(done(
        &path_of(account),
        format!("{} can open the operator pages {when}.", named(asked.name)),
    ))
}

/// The grant that a path names.
fn grant_in(app: &App, path: &str) -> Result<OperatorGrant, Failed> {
    let user = path.parse::<UserId>().ok();
    let mut grants = app.identity().operator_grants().into_iter();
    let found = grants.find(|grant| Some(grant.user) == user);
    found.ok_or_else(|| Failed::not_found("owner who is operator"))
}

pub(super) async fn confirm(
    Path(owner): Path<String>,
    OperatorPosted { by, .. }: OperatorPosted<Everything>,
) -> Result<Response, Failed> {
    let app = &by.operator.app;
    let grant = grant_in(app, &owner)?;
    let (origin, now) = (by.operator.keys_origin(), app.engine().now());
    let confirmed = app
        .identity()
        .confirm_operator_grant(grant.account, grant.user, origin, now);
    if !confirmed.await? {
        return Err(Failed::not_found("owner who is operator"));
    }
    Ok(done(
        keys::PATH,
        format!("{} stays operator.", named(grant.name.reveal())),
    ))
}

pub(super) async fn revoke(
    Path(owner): Path<String>,
    OperatorPosted { by, .. }: OperatorPosted<Everything>,
) -> Result<Response, Failed> {
    let app = &by.operator.app;
    let grant = grant_in(app, &owner)?;
    let (origin, now) = (by.operator.keys_origin(), app.engine().now());
    app.identity()
        .revoke_operator_grant(grant.account, grant.user, GrantChange::Revoked, origin, now)
        .await?;
    Ok(done(
        keys::PATH,
        format!("{} is not operator any more.", named(grant.name.reveal())),
    ))
}
