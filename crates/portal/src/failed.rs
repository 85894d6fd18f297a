//! Why there is no page: the problem's own sentences, with what to do.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use usher_api::Problem;

use crate::answer::{Frame, page_at};

/// Why a request has no page of its own.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Nobody is signed in.
    SignIn {
        /// Where to go afterwards.
        back: Option<String>,
    },
    /// The same as the API would answer.
    Problem(Box<Problem>),
    /// Too many attempts.
    TooMany {
        /// When the next one is taken.
        wait_secs: u32,
    },
}

#[derive(Template)]
#[template(path = "failed.html")]
struct FailedPage<'a> {
    frame: Frame,
    status: u16,
    title: &'a str,
    detail: &'a str,
    remedy: &'a str,
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
            Self::Problem(problem) => {
                let kind = problem.kind();
                let mut response = error_page(kind.status, kind.title, problem.detail(), remedy(kind.status));
                if kind.status == StatusCode::SERVICE_UNAVAILABLE {
                    retry_after(&mut response, problem.retry_after_secs());
                }
                response
            }
            Self::TooMany { wait_secs } => {
                let detail =
                    format!("Too many attempts were made. The next one is possible in {wait_secs} seconds.");
                let remedy = "Wait that long and try again. Who has forgotten their password asks an admin for a new one.";
                let mut response = error_page(
                    StatusCode::TOO_MANY_REQUESTS,
                    "Please wait a moment",
                    &detail,
                    remedy,
                );
                retry_after(&mut response, wait_secs);
                response
            }
        }
    }
}

/// The sign-in page, and where to go after it.
fn sign_in_path(back: Option<&str>) -> String {
    let Some(back) = back.filter(|back| *back != "/") else {
        return "/sign-in".to_owned();
    };
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("back", back)
        .finish();
    format!("/sign-in?{query}")
}

/// What a person can do; the API's own remedies speak to programmers.
fn remedy(status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => {
            "Check the address. What exists may also be for others only: ask an owner or admin of your account."
        }
        403 => "If you should be able to do this, ask an owner or admin of your account.",
        503 => "Wait a moment and load the page again.",
        _ => "Go back and try again.",
    }
}

fn error_page(status: StatusCode, title: &str, detail: &str, remedy: &str) -> Response {
    let page = FailedPage {
        frame: Frame::default(),
        status: status.as_u16(),
        title,
        detail,
        remedy,
    };
    page_at(status, &page)
}

fn retry_after(response: &mut Response, secs: u32) {
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(secs));
}
