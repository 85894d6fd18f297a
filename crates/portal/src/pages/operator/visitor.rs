//! The operator who requests a page.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum_extra::extract::CookieJar;
use usher_app::{Arrival, Operator, Problem, Scope, has_scope};
use usher_http::RequestLog;
use usher_identity::{OperatorHolder, OperatorScope, OperatorSession};

use super::{accounts, branding, keys, requests, server};
use crate::answer::{Frame, OperatorSigned};
use crate::failed::Failed;
use crate::form::{Form, PostedByAnybody};
use crate::icon::Icon;
use crate::nav::{self, Nav, NavLink};
use crate::portal::Portal;
use crate::said::Said;
use crate::text::Label;
use crate::{cookies, flash, forgery};

/// The address of the operator pages; the path of their cookie.
pub(crate) const HOME: &str = "/operator";

/// A page in the operator's menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OperatorPage {
    Accounts,
    Requests,
    Branding,
    Keys,
    Server,
}

impl OperatorPage {
    const ALL: [Self; 5] = [
        Self::Accounts,
        Self::Requests,
        Self::Branding,
        Self::Keys,
        Self::Server,
    ];

    const fn label(self) -> Label {
        match self {
            Self::Accounts => text!("operator-menu-accounts"),
            Self::Requests => text!("operator-menu-requests"),
            Self::Branding => text!("operator-menu-branding"),
            Self::Keys => text!("operator-menu-keys"),
            Self::Server => text!("operator-menu-server"),
        }
    }

    const fn icon(self) -> Icon {
        match self {
            Self::Accounts => Icon::Accounts,
            Self::Requests => Icon::Requests,
            Self::Branding => Icon::Branding,
            Self::Keys => Icon::ApiKeys,
            Self::Server => Icon::Server,
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Accounts => accounts::PATH,
            Self::Requests => requests::PATH,
            Self::Branding => branding::PATH,
            Self::Keys => keys::PATH,
            Self::Server => server::PATH,
        }
    }

    /// The scope without which a key cannot see the page.
    const fn scope(self) -> OperatorScope {
        match self {
            Self::Accounts | Self::Requests | Self::Server => OperatorScope::AccountsRead,
            Self::Branding | Self::Keys => OperatorScope::Everything,
        }
    }
}

/// The operator in whose browser a session is, with a key or grant that has the scope `S`.
pub(crate) struct OperatorAt<S> {
    pub(crate) portal: Arc<Portal>,
    pub(crate) operator: Operator<S>,
    session: OperatorSession,
    secret: Arc<str>,
    /// How many requests wait for an answer ([`requests::count`]).
    waiting: usize,
    flash: Option<Said<String>>,
}

impl<S: Scope> FromRequestParts<Arc<Portal>> for OperatorAt<S> {
    type Rejection = Failed;

    /// Redirects to the page that asks for a key if there is no session, and back from there.
    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Failed> {
        let jar = CookieJar::from_headers(&parts.headers);
        let app = &portal.app;
        let arrival = Arrival::of(app, &parts.extensions, &parts.headers);
        let secret = cookies::operator_secret(&jar).unwrap_or_default();
        let now = app.engine().now();
        let Some(session) = app.identity().operator_session(secret, arrival.address, now) else {
            let address = parts.uri.path_and_query().map(|path| path.as_str().to_owned());
            let back = address.filter(|_| parts.method == Method::GET);
            return Err(Failed::OperatorSignIn { back });
        };
        RequestLog::note_actor(&parts.extensions, session.holder);
        let operator = Operator::of_session(app, &session, &arrival).await;
        let operator = operator.map_err(|problem| of_keys_only(&session, problem))?;
        let Some(operator) = operator else {
            // The grant that opened it does not stand any more.
            app.identity().end_operator_session(secret);
            return Err(Failed::OperatorSignIn { back: None });
        };
        Ok(Self {
            operator,
            waiting: requests::count(app).await,
            portal: Arc::clone(portal),
            session,
            secret: secret.into(),
            flash: flash::read(&jar),
        })
    }
}

/// Says to an owner who is operator that a page is for keys: there is no operator to ask but themselves.
fn of_keys_only(session: &OperatorSession, problem: Problem) -> Problem {
    let is_owner = matches!(session.holder, OperatorHolder::Owner(..));
    if is_owner && problem.kind().status == StatusCode::FORBIDDEN {
        return problem.detailed(
            "This page opens with an operator key only, not with your password. Sign out of the operator pages, and open \
             them with a key.",
        );
    }
    problem
}

impl<S: Scope> OperatorAt<S> {
    /// The frame of a page.
    pub(super) fn frame(&self, page: OperatorPage) -> Frame {
        Frame {
            flash: self.flash.clone(),
            ..frame(
                &self.portal,
                &self.session,
                &self.secret,
                Some(page),
                self.waiting,
            )
        }
    }

    /// The secret of the session's cookie.
    pub(super) fn secret(&self) -> &str {
        &self.secret
    }
}

/// A form of an operator, sent by a page of their session.
pub(crate) struct OperatorPosted<S> {
    pub(crate) by: OperatorAt<S>,
    pub(crate) form: Form,
}

impl<S: Scope> FromRequest<Arc<Portal>> for OperatorPosted<S> {
    type Rejection = Failed;

    async fn from_request(request: Request, portal: &Arc<Portal>) -> Result<Self, Failed> {
        let (mut parts, body) = request.into_parts();
        let by = OperatorAt::from_request_parts(&mut parts, portal).await?;
        let request = Request::from_parts(parts, body);
        let PostedByAnybody(form) = PostedByAnybody::from_request(request, portal).await?;
        if !forgery::is_of(&by.secret, form.value(forgery::FIELD)) {
            return Err(forgery::refused().into());
        }
        Ok(Self { by, form })
    }
}

/// A form of an operator that has room for one file.
pub(crate) struct OperatorPostedFile<S> {
    pub(crate) by: OperatorAt<S>,
    pub(crate) form: Form,
    /// The content of the file; `None` if there is none.
    pub(crate) file: Option<Bytes>,
}

impl<S: Scope> FromRequest<Arc<Portal>> for OperatorPostedFile<S> {
    type Rejection = Failed;

    async fn from_request(request: Request, portal: &Arc<Portal>) -> Result<Self, Failed> {
        if forgery::is_from_elsewhere(request.headers()) {
            return Err(forgery::refused().into());
        }
        let (mut parts, body) = request.into_parts();
        let by = OperatorAt::from_request_parts(&mut parts, portal).await?;
        let request = Request::from_parts(parts, body);
        let (form, file) = Form::with_file(request, portal).await?;
        if !forgery::is_of(&by.secret, form.value(forgery::FIELD)) {
            return Err(forgery::refused().into());
        }
        Ok(Self { by, form, file })
    }
}

/// The frame of the operator with these cookies, for error pages; `None` if there is no session. Does not count as use.
pub(crate) fn frame_of(cookies: &[HeaderValue], portal: &Portal) -> Option<Frame> {
    let cookies = cookies.iter().map(|cookies| (header::COOKIE, cookies.clone()));
    let jar = CookieJar::from_headers(&cookies.collect::<HeaderMap>());
    let secret = cookies::operator_secret(&jar)?;
    let (identity, now) = (portal.app.identity(), portal.app.engine().now());
    let session = identity.operator_session_unused(secret, now)?;
    Some(frame(portal, &session, secret, None, 0))
}

fn frame(
    portal: &Portal,
    session: &OperatorSession,
    secret: &str,
    page: Option<OperatorPage>,
    waiting: usize,
) -> Frame {
    let may_see = |page: &&OperatorPage| has_scope(&session.scopes, page.scope());
    let links = OperatorPage::ALL.iter().filter(may_see).map(|other| NavLink {
        label: other.label(),
        icon: other.icon(),
        href: other.path().to_owned(),
        is_current: page == Some(*other),
        key: other.path().trim_start_matches("/operator/"),
        note: match other {
            OperatorPage::Requests => nav::note(waiting),
            _ => None,
        },
    });
    Frame {
        operator: Some(OperatorSigned {
            name: session.name.clone(),
            is_owner: matches!(session.holder, OperatorHolder::Owner(..)),
            nav: Nav::of(links.collect()),
        }),
        csrf: forgery::token(secret, portal.app.engine().now()),
        ..Frame::default()
    }
}

/// The path of the page that asks for a key, with where to go afterwards.
pub(crate) fn sign_in_path(back: Option<&str>) -> String {
    let Some(back) = back.filter(|back| *back != HOME) else {
        return super::sign_in::PATH.to_owned();
    };
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("back", back)
        .finish();
    format!("{}?{query}", super::sign_in::PATH)
}
