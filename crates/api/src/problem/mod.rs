//! Problem documents (RFC 9457): all answers that are not successes.

mod document;
mod facts;

use std::borrow::Cow;
use std::ops::Deref;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use usher_app::NotHashed;
pub(crate) use usher_app::problem::{
    BODY_TOO_LARGE, DOMAIN_NOT_PROVED, Ended, FieldError, Kind, LAST_OPERATOR_KEY, MALFORMED,
    METHOD_NOT_ALLOWED, TIMEOUT, TOO_MANY_KEYS, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE,
};
use usher_domain::{AccountId, Refusal, Secs};
use usher_engine::Failure;
use usher_http::NamesRequest;
use usher_identity::{IdentityError, PasswordError, RandomError};
use usher_journal::JournalError;

pub(crate) use self::document::ProblemDocument;
use self::facts::Facts;

/// The media type of problem documents.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// A problem as an answer.
#[derive(Debug)]
pub(crate) struct Problem(usher_app::Problem);

impl Deref for Problem {
    type Target = usher_app::Problem;

    fn deref(&self) -> &usher_app::Problem {
        &self.0
    }
}

/// Shortcuts for the problems that handlers create: all are in [`usher_app::Problem`].
impl Problem {
    pub(crate) fn new(kind: &'static Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(usher_app::Problem::new(kind, detail))
    }

    pub(crate) fn detailed(self, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(self.0.detailed(detail))
    }

    pub(crate) fn with_end(self, end: Ended) -> Self {
        Self(self.0.with_end(end))
    }

    pub(crate) fn refused(refusal: &Refusal, account: Option<AccountId>) -> Self {
        Self(usher_app::Problem::refused(refusal, account))
    }

    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self(usher_app::Problem::invalid(field, message))
    }

    pub(crate) fn not_found(what: &'static str) -> Self {
        Self(usher_app::Problem::not_found(what))
    }

    pub(crate) fn forbidden(needed: &'static str) -> Self {
        Self(usher_app::Problem::forbidden(needed))
    }

    pub(crate) fn all_invalid(errors: Vec<FieldError>) -> Self {
        Self(usher_app::Problem::all_invalid(errors))
    }

    pub(crate) fn unauthenticated(token_was_given: bool) -> Self {
        Self(usher_app::Problem::unauthenticated(token_was_given))
    }

    pub(crate) fn stale_ticket() -> Self {
        Self(usher_app::Problem::stale_ticket())
    }

    pub(crate) fn too_many_attempts(wait: Secs) -> Self {
        Self(usher_app::Problem::too_many_attempts(wait))
    }

    pub(crate) fn password_change_required(href: String) -> Self {
        Self(usher_app::Problem::password_change_required(href))
    }

    pub(crate) fn second_factor_needed() -> Self {
        Self(usher_app::Problem::second_factor_needed())
    }

    pub(crate) fn second_factor_set_up_needed() -> Self {
        Self(usher_app::Problem::second_factor_set_up_needed())
    }

    pub(crate) fn sso_required(account: AccountId) -> Self {
        Self(usher_app::Problem::sso_required(account))
    }
}

/// Errors of the crates behind the API become the problems that `usher-app` defines for them.
macro_rules! problems {
    ($($cause:ty),* $(,)?) => {
        $(
            impl From<$cause> for Problem {
                fn from(cause: $cause) -> Self {
                    Self(cause.into())
                }
            }
        )*
    };
}

problems!(
    Failure,
    IdentityError,
    JournalError,
    NotHashed,
    PasswordError,
    RandomError,
    Refusal,
    usher_app::Problem,
);

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    kind: Page,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(flatten)]
    facts: Option<Facts>,
}

/// The page that explains a code.
struct Page(&'static str);

impl Serialize for Page {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("/problems/{}", self.0))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let kind = problem.kind();
        let document = Document {
            kind: Page(kind.code),
            title: kind.title,
            status: kind.status.as_u16(),
            detail: problem.detail(),
            code: kind.code,
            facts: Facts::behind(&problem),
        };
        let body = Bytes::from(serde_json::to_vec(&document).unwrap_or_default());
        let media_type = [(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))];
        let mut response = (kind.status, media_type, body.clone()).into_response();
        response.extensions_mut().insert(NamesRequest(body));
        let headers = response.headers_mut();
        match kind.status.as_u16() {
            401 => {
                let challenge = if problem.token_was_given() {
                    r#"Bearer realm="usher", error="invalid_token""#
                } else {
                    r#"Bearer realm="usher""#
                };
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
            429 | 503 => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(problem.retry_after_secs()));
            }
            // The rest of a slow client's request cannot be read.
            408 => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_says_when_to_come_back() {
        let overloaded = Failure::Overloaded {
            retry_after: Secs::new(3),
        };

        let response = Problem::from(overloaded).into_response();

        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()[header::RETRY_AFTER], "3");
    }
}
