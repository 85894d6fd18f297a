//! The signed-in user who requests a page.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum_extra::extract::CookieJar;
use jiff::tz::TimeZone;
use usher_app::{Arrival, Problem};
use usher_domain::command::UserPatch;
use usher_domain::permission::{Privilege, Role};
use usher_domain::{
    Account, AccountId, Actor, Command, Execute, Refusal, SessionId, SignInId, Timestamp, UserId, WallTimes,
};
use usher_engine::{Cause, Channel, Failure, Request};
use usher_http::RequestLog;
use usher_identity::{PasswordHash, PasswordLife, PortalSession, Preferences, Secret};

use crate::answer::{Frame, Signed};
use crate::door::{AnyDoor, Door};
use crate::failed::Failed;
use crate::nav::{self, Nav, NavPage};
use crate::pages::console::{self, Holds};
use crate::portal::Portal;
use crate::reader::{self, Asked, Reader};
use crate::said::Said;
use crate::{cookies, flash, forgery};

/// The route parameter with the account id.
const ACCOUNT: &str = "account";

/// A signed-in user. If the path names an account, it is theirs.
#[derive(Clone)]
pub(crate) struct Viewer {
    pub(crate) portal: Arc<Portal>,
    pub(crate) account: AccountId,
    pub(crate) session: PortalSession,
    pub(crate) actor: Actor,
    /// The browser's cookies.
    pub(crate) jar: CookieJar,
    /// The cause for the audit.
    pub(crate) cause: Cause,
    /// The address by which the viewer's browser reached this server, as in `https://usher.example.com`.
    origin: Option<Arc<str>>,
    secret: Arc<str>,
    flash: Option<Said<String>>,
    /// Whether the user may see only one page: that of their password, or of their second factor.
    is_confined: bool,
    /// What the browser asks for.
    asked: Asked,
}

impl FromRequestParts<Arc<Portal>> for Viewer {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Failed> {
        Self::at::<AnyDoor>(parts, portal).await
    }
}

impl Viewer {
    /// The viewer of a request. Redirects to the sign-in page if nobody is signed in, and back from there; and, unless
    /// the door lets them through, to the password page if their password is temporary, or to the second factor's page
    /// if the account requires one that they do not have.
    pub(crate) async fn at<D: Door>(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Failed> {
        let jar = CookieJar::from_headers(&parts.headers);
        let address = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let back = (parts.method == Method::GET).then(|| address.to_owned());
        let secret = cookies::session_secret(&jar);
        let secret = secret.ok_or_else(|| Failed::SignIn { back: back.clone() })?;
        let now = portal.app.engine().now();
        let identity = portal.app.identity();
        let session = if D::IS_USE {
            identity.portal_session(secret, now)
        } else {
            identity.portal_session_unused(secret, now)
        };
        let session = session.ok_or(Failed::SignIn { back })?;
        RequestLog::note_actor(&parts.extensions, session.user);
        need_own_account(parts, session.account).await?;
        let is_confined = is_confined::<D>(portal, &session).await?;
        let mut viewer = Self::new(portal, session, secret, &jar);
        viewer.is_confined = is_confined;
        viewer.asked = Asked::by(&parts.headers);
        let arrival = Arrival::of(&portal.app, &parts.extensions, &parts.headers);
        viewer.cause = arrival.cause(Channel::Portal, viewer.cause.credential);
        viewer.origin = origin(parts, portal.is_https() || arrival.is_https);
        Ok(viewer)
    }

    /// The viewer with these cookies, without any check of the request. Does not count as use.
    pub(crate) async fn known(cookies: &[HeaderValue], portal: &Arc<Portal>) -> Option<Self> {
        let cookies = cookies.iter().map(|cookies| (header::COOKIE, cookies.clone()));
        let jar = CookieJar::from_headers(&cookies.collect::<HeaderMap>());
        let secret = cookies::session_secret(&jar)?;
        let app = &portal.app;
        let session = app.identity().portal_session_unused(secret, app.engine().now())?;
        let mut viewer = Self::new(portal, session, secret, &jar);
        // If the account does not answer now, there is no menu either.
        viewer.is_confined = has_to_change_password(portal, &viewer.session)
            || lacks_second_factor(portal, &viewer.session).await.unwrap_or(true);
        Some(viewer)
    }

    fn new(portal: &Arc<Portal>, session: PortalSession, secret: &str, jar: &CookieJar) -> Self {
        Self {
            portal: Arc::clone(portal),
            account: session.account,
            actor: Actor::User(session.user),
            cause: Cause {
                credential: Some(format!("web_{}", session.id).into()),
                ..Cause::by(Channel::Portal)
            },
            origin: None,
            secret: secret.into(),
            flash: flash::read(jar),
            is_confined: false,
            asked: Asked::nothing(),
            session,
            jar: jar.clone(),
        }
    }

    /// Reads the account: returns the frame of the page and the result of `view`. `view` runs while the account is
    /// locked, so it copies out only what the page needs; it decides what the actor may see.
    pub(crate) async fn look<T: Send + 'static>(
        &self,
        page: Option<NavPage>,
        view: impl Fn(&Account, &Actor, Timestamp) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<(Frame, T), Failed> {
        let actor = self.actor.clone();
        let user = self.session.user;
        let is_confined = self.is_confined;
        let engine = self.portal.app.engine();
        let device = console::device_of(&self.jar);
        let is_console = page == Some(NavPage::AgentConsole);
        let preferences = self.preferences();
        // The account may be read on another task.
        let reader = reader::current();
        let seen = engine.read(self.account, move |account, now| {
            let user = account.user(user).filter(|user| user.active)?;
            let holds = || Holds::of(account, user, device.as_ref(), now);
            let signed = Signed {
                own_page: format!("{}/{}", NavPage::Users.path(account.id()), user.id),
                account_name: account.name().to_string(),
                user_name: user.profile.name.reveal().to_string(),
                nav: if is_confined {
                    Nav::default()
                } else {
                    nav::links(account, &actor, page)
                },
                holds: if is_console { None } else { holds() },
                is_console,
                is_owner: user.profile.role == Role::Owner,
                preferences: preferences.clone(),
            };
            let seen = reader::look_for(reader.clone(), || view(account, &actor, now));
            Some((signed, seen))
        });
        let seen = match seen.await {
            Ok(seen) => seen,
            Err(Failure::NoAccount) => None,
            Err(failure) => return Err(Problem::from(failure).into()),
        };
        let (signed, seen) = seen.ok_or(Failed::SignIn { back: None })?;
        let frame = Frame {
            signed: Some(signed),
            csrf: forgery::token(&self.secret, engine.now()),
            theme: self.preferences().theme,
            flash: self.flash.clone(),
            ..Frame::default()
        };
        match seen {
            Ok(seen) => Ok((frame, seen)),
            Err(refusal) => Err(Failed::refused(&self.as_known(refusal).await?)),
        }
    }

    /// A refusal as far as the viewer may know it: that a sign-in or ticket has ended is told to those who see its user.
    /// For others it is as if it had never existed (R6).
    async fn as_known(&self, refusal: Refusal) -> Result<Refusal, Failed> {
        let (refusal, _) = self.portal.app.end_of(self.account, &self.actor, refusal).await?;
        Ok(refusal)
    }

    /// Whether a session has ended that the viewer may see.
    pub(crate) async fn may_know_of_end(&self, session: SessionId) -> Result<bool, Failed> {
        let app = &self.portal.app;
        let ended = app.ended_session(self.account, &self.actor, session).await?;
        Ok(ended.is_some())
    }

    /// Hands refusals to the handler, and everything else that failed to the error page.
    async fn told_refusals<T>(
        &self,
        done: Result<Result<T, Refusal>, Failure>,
    ) -> Result<Result<T, Refusal>, Failed> {
        match done {
            Ok(Ok(answer)) => Ok(Ok(answer)),
            Ok(Err(refusal)) | Err(Failure::Refused(refusal)) => Ok(Err(self.as_known(refusal).await?)),
            Err(failure) => Err(Problem::from(failure).into()),
        }
    }

    /// What the viewer has chosen for themselves.
    pub(crate) fn preferences(&self) -> Preferences {
        self.portal.app.preferences(self.account, self.session.user)
    }

    /// How the viewer reads times.
    pub(crate) async fn reader(&self) -> Reader {
        Reader::of_user(&self.portal, self.account, self.session.user, &self.asked).await
    }

    /// The zone by which days end in the account.
    pub(crate) async fn account_zone(&self) -> TimeZone {
        self.portal.app.time_zone(self.account).await
    }

    /// The wall-clock times of the account's time.
    pub(crate) async fn wall_times(&self) -> WallTimes {
        self.portal.app.wall_times(self.account).await
    }

    /// Refuses viewers without a privilege over the whole account, before the form is read.
    pub(crate) async fn need_in_account(&self, privilege: Privilege) -> Result<(), Failed> {
        let need = move |account: &Account, actor: &Actor, _| account.need_in_account(actor, privilege);
        self.look(None, need).await.map(|_| ())
    }

    /// Executes a command in the user's name. A refusal is returned to the handler: most are shown in the form
    /// ([`Form::refused`](crate::form::Form::refused)).
    pub(crate) async fn execute<C: Execute, T: Send + 'static>(
        &self,
        command: C,
        view: impl Fn(&Account, &C::Outcome, Timestamp) -> T + Send + 'static,
    ) -> Result<Result<T, Refusal>, Failed> {
        let request = Request {
            actor: self.actor.clone(),
            cause: self.cause.clone(),
            command,
        };
        let engine = self.portal.app.engine();
        let done = engine.execute(self.account, request, view).await;
        self.told_refusals(done.map(Ok)).await
    }

    /// Executes a command that `make` derives from the account's state in the same step, or refuses to make.
    pub(crate) async fn propose<T: Send + 'static>(
        &self,
        make: impl Fn(&Account, Timestamp) -> Result<Command, Refusal> + Send + 'static,
        view: impl Fn(&Account, &(), Timestamp) -> T + Send + 'static,
    ) -> Result<Result<T, Refusal>, Failed> {
        let (actor, cause) = (self.actor.clone(), self.cause.clone());
        let engine = self.portal.app.engine();
        let done = engine.propose(self.account, actor, cause, make, view).await;
        self.told_refusals(done).await
    }

    /// Sets a user's password, recorded in the viewer's name.
    pub(crate) async fn set_password(
        &self,
        user: UserId,
        hash: &PasswordHash,
        life: PasswordLife,
    ) -> Result<(), Problem> {
        let (app, change) = (&self.portal.app, UserPatch::default());
        let cause = self.cause.clone();
        app.set_password(self.account, user, change, (hash, life), &self.actor, cause)
            .await
    }

    /// Whether this is the viewer's current password. Wrong ones are counted for their session.
    pub(crate) async fn knows_present_password(&self, password: String) -> Result<bool, Failed> {
        let (app, session) = (&self.portal.app, &self.session);
        let credential = format!("web_{}", session.id);
        let asked = app.is_present_password(self.account, session.user, password, &credential);
        Ok(asked.await?)
    }

    /// Whether somebody else set the password that the viewer signed in with, so that they have to choose a new one.
    pub(crate) fn has_to_change_password(&self) -> bool {
        has_to_change_password(&self.portal, &self.session)
    }

    /// The provider's ID token; `None` if the user signed in with a password.
    pub(crate) async fn id_token(&self) -> Result<Option<Secret>, Failed> {
        let identity = self.portal.app.identity();
        let id_token = identity.portal_session_id_token(self.account, self.session.user, self.session.id);
        Ok(id_token.await?)
    }

    /// The device of one of their sign-ins: it has the rights of the sign-in's own token, and no others.
    pub(crate) fn as_device(&self, sign_in: SignInId) -> Self {
        Self {
            actor: Actor::SignIn(sign_in),
            ..self.clone()
        }
    }

    /// The address of a page, to give to others: with the configured address of this server, else with the one that the
    /// viewer's browser uses.
    pub(crate) fn address_of(&self, path: &str) -> String {
        let public = self.portal.app.config().public_url.as_deref();
        let base = public.or(self.origin.as_deref()).unwrap_or_default();
        format!("{}{path}", base.trim_end_matches('/'))
    }

    /// Whether a form comes from a page of this session.
    pub(crate) fn knows_token(&self, token: &str) -> bool {
        forgery::is_of(&self.secret, token)
    }

    /// Whether the session is still valid. Does not count as use.
    pub(crate) fn is_still_signed_in(&self) -> bool {
        let app = &self.portal.app;
        app.identity()
            .is_portal_session_alive(&self.secret, app.engine().now())
    }
}

/// How the browser addressed the server.
fn origin(parts: &Parts, is_https: bool) -> Option<Arc<str>> {
    let named = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    // HTTP/2 has it in the address instead.
    let host = named.or_else(|| parts.uri.authority().map(Authority::as_str))?;
    let scheme = if is_https { "https" } else { "http" };
    Some(format!("{scheme}://{host}").into())
}

/// Refuses a viewer whose account is not the one in the path.
async fn need_own_account(parts: &mut Parts, own: AccountId) -> Result<(), Failed> {
    let Ok(named) = RawPathParams::from_request_parts(parts, &()).await else {
        return Ok(());
    };
    let named = named.iter().find(|(name, _)| *name == ACCOUNT);
    if named.is_some_and(|(_, account)| account.parse() != Ok(own)) {
        return Err(Failed::not_found("account"));
    }
    Ok(())
}

/// Whether the viewer has to do something first and may only use this door. Redirects if the door does not let them
/// through.
async fn is_confined<D: Door>(portal: &Portal, session: &PortalSession) -> Result<bool, Failed> {
    if D::LETS_TEMPORARY_PASSWORD && D::LETS_MISSING_SECOND_FACTOR {
        return Ok(false);
    }
    if has_to_change_password(portal, session) {
        return if D::LETS_TEMPORARY_PASSWORD {
            Ok(true)
        } else {
            Err(Failed::PasswordChange)
        };
    }
    if lacks_second_factor(portal, session).await? {
        return if D::LETS_MISSING_SECOND_FACTOR {
            Ok(true)
        } else {
            Err(Failed::SecondFactor)
        };
    }
    Ok(false)
}

fn has_to_change_password(portal: &Portal, session: &PortalSession) -> bool {
    let identity = portal.app.identity();
    !session.by_provider && identity.has_temporary_password(session.account, session.user)
}

/// Whether the account requires a second factor that the user does not have. For users who sign in through a provider,
/// that is the provider's responsibility.
async fn lacks_second_factor(portal: &Portal, session: &PortalSession) -> Result<bool, Failed> {
    if session.by_provider {
        return Ok(false);
    }
    let lacks = portal.app.lacks_second_factor(session.account, session.user);
    match lacks.await {
        Ok(lacks) => Ok(lacks),
        Err(Failure::NoAccount) => Ok(false),
        Err(failure) => Err(Problem::from(failure).into()),
    }
}
