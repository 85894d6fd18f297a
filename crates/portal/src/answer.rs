//! Pages as answers, and what every page has around it.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;

use crate::nav::NavLink;
use crate::said::Said;
use crate::{assets, flash};

/// What the layout shows around a page.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    /// Who is signed in.
    pub(crate) signed: Option<Signed>,
    /// The token of the page's forms.
    pub(crate) csrf: String,
    /// What was just done.
    pub(crate) flash: Option<Said<String>>,
}

/// Who is signed in, and where they may go.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) account_name: String,
    pub(crate) user_name: String,
    /// Empty as long as there is one page only that they may see.
    pub(crate) nav: Vec<NavLink>,
}

impl Frame {
    /// Whether there are pages to go to beside this one.
    pub(crate) fn has_nav(&self) -> bool {
        self.signed.as_ref().is_some_and(|signed| !signed.nav.is_empty())
    }

    /// The part of the assets' addresses that changes with them.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    pub(crate) fn assets(&self) -> &'static str {
        &assets::VERSION
    }
}

/// A page.
pub(crate) fn page(template: &impl Template) -> Response {
    page_at(StatusCode::OK, template)
}

/// The page of a form that was not right: 422.
pub(crate) fn page_again(template: &impl Template) -> Response {
    page_at(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// A page with another status.
pub(crate) fn page_at(status: StatusCode, template: &impl Template) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    match template.render() {
        Ok(html) => (status, kind, html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Goes back to a page, which says what was done.
pub(crate) fn done(path: &str, message: impl Into<String>) -> Response {
    done_with(CookieJar::new(), path, message)
}

/// The same, with other cookies.
pub(crate) fn done_with(jar: CookieJar, path: &str, message: impl Into<String>) -> Response {
    (flash::keep(jar, message.into()), Redirect::to(path)).into_response()
}
