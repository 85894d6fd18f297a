//! Error pages: the problem's sentences, and what the user can do.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use usher_app::{Kind, Problem};
use usher_domain::Refusal;

use crate::answer::{Frame, page_at};
use crate::brand::Brand;
use crate::door::{PASSWORD, SECOND_FACTOR};
use crate::pages::operator;
use crate::portal::Portal;
use crate::said::Said;
use crate::sentence;
use crate::text::{Label, Text};
use crate::viewer::Viewer;

/// Why a request is not answered with its page.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Nobody is signed in.
    SignIn {
        /// Where to go after signing in.
        back: Option<String>,
    },
    /// The operator has to enter a key.
    OperatorSignIn {
        /// Where to go after that.
        back: Option<String>,
    },
    /// The password is temporary: the user has to choose a new one first.
    PasswordChange,
    /// The account requires a second factor: the user has to set one up first.
    SecondFactor,
    /// An error, as the API would report it.
    Problem(Box<Problem>),
    /// Usher has a fault, which its log tells.
    Fault,
}

/// The contents of an error page.
#[derive(Debug, Clone)]
struct Explained {
    status: StatusCode,
    title: Text,
    detail: String,
}

#[derive(Template)]
#[template(path = "failed.html")]
struct FailedPage<'a> {
    frame: Frame,
    status: u16,
    title: &'a Text,
    detail: Said<&'a str>,
    remedy: Label,
    /// Whether only billing contacts may see the page, which an owner can make themselves.
    is_for_billing: bool,
}

impl Failed {
    /// A refusal of the rules, for requests without a form that could show it.
    pub(crate) fn refused(refusal: &Refusal) -> Self {
        let problem = Problem::refused(refusal, None);
        problem.detailed(sentence::of(refusal)).into()
    }

    /// The thing does not exist, or the viewer may not see it.
    pub(crate) fn not_found(what: &'static str) -> Self {
        Self::refused(&Refusal::NotFound { what })
    }
}

impl<E: Into<Problem>> From<E> for Failed {
    fn from(problem: E) -> Self {
        Self::Problem(Box::new(problem.into()))
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn { back } => Redirect::to(&sign_in_path(back.as_deref())).into_response(),
            Self::OperatorSignIn { back } => {
                Redirect::to(&operator::sign_in_path(back.as_deref())).into_response()
            }
            Self::PasswordChange => Redirect::to(PASSWORD).into_response(),
            Self::SecondFactor => Redirect::to(SECOND_FACTOR).into_response(),
            Self::Fault => {
                let explained = Explained {
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                    title: text!("sentences-fault").into(),
                    detail: text!("sentences-fault-why").into(),
                };
                let mut response = explained.page(Frame::default());
                response.extensions_mut().insert(explained);
                response
            }
            Self::Problem(problem) => {
                let kind = problem.kind();
                let explained = Explained {
                    status: kind.status,
                    title: title(kind),
                    detail: problem.detail().to_owned(),
                };
                let mut response = explained.page(Frame::default());
                if matches!(kind.status.as_u16(), 429 | 503) {
                    let secs = HeaderValue::from(problem.retry_after_secs());
                    response.headers_mut().insert(header::RETRY_AFTER, secs);
                }
                response.extensions_mut().insert(explained);
                response
            }
        }
    }
}

impl Explained {
    fn page(&self, frame: Frame) -> Response {
        let page = FailedPage {
            frame,
            status: self.status.as_u16(),
            title: &self.title,
            detail: Said(&self.detail),
            remedy: remedy(self.status),
            is_for_billing: self.detail == String::from(sentence::BILLING_CONTACTS_ONLY),
        };
        page_at(self.status, &page)
    }
}

/// Adds the menu to an error page, so that a signed-in user can continue from it.
pub(crate) async fn in_frame(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let cookies = request.headers().get_all(header::COOKIE).iter().cloned();
    let cookies: Vec<_> = cookies.collect();
    let path = request.uri().path();
    let is_of_operator = path.starts_with(operator::HOME);
    let is_of_customers = path == "/join" || path.starts_with("/join/");
    let mut response = next.run(request).await;
    let Some(explained) = response.extensions_mut().remove::<Explained>() else {
        return response;
    };
    if is_of_operator {
        if let Some(frame) = operator::frame_of(&cookies, &portal) {
            *response.body_mut() = explained.page(frame).into_body();
        }
        return response;
    }
    if is_of_customers {
        let frame = Frame {
            brand: Some(Brand::of(&portal)),
            ..Frame::default()
        };
        *response.body_mut() = explained.page(frame).into_body();
        return response;
    }
    let Some(viewer) = Viewer::known(&cookies, &portal).await else {
        return response;
    };
    let Ok((frame, ())) = viewer.look(None, |_, _, _| Ok(())).await else {
        return response;
    };
    *response.body_mut() = explained.page(frame).into_body();
    response
}

/// The path of the sign-in page, with where to go afterwards.
fn sign_in_path(back: Option<&str>) -> String {
    let Some(back) = back.filter(|back| *back != "/") else {
        return "/sign-in".to_owned();
    };
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("back", back)
        .finish();
    format!("/sign-in?{query}")
}

/// What a person can do. The API's own remedies address programmers.
const fn remedy(status: StatusCode) -> Label {
    match status.as_u16() {
        404 => text!("sentences-remedy-not-found"),
        403 => text!("sentences-remedy-forbidden"),
        429 => text!("sentences-remedy-wait"),
        500 => text!("sentences-remedy-fault"),
        503 => text!("sentences-remedy-busy"),
        _ => text!("sentences-remedy"),
    }
}

/// The title of a problem. What people rarely meet is called as in its documents.
fn title(kind: &Kind) -> Text {
    match kind.code {
        "not-found" => text!("sentences-title-not-found").into(),
        "forbidden" => text!("sentences-title-forbidden").into(),
        "unavailable" => text!("sentences-title-busy").into(),
        _ => Text::from(kind.title),
    }
}
