//! Errors in SCIM's form (RFC 7644, section 3.12).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use usher_domain::Refusal;

use super::MEDIA_TYPE;
use crate::problem::Problem;

/// Why a request failed.
#[derive(Debug)]
pub(super) struct Error {
    pub(super) status: StatusCode,
    scim_type: Option<ScimType>,
    detail: String,
    headers: Option<Box<HeaderMap>>,
}

/// What is wrong with a request, in the words of RFC 7644, table 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScimType {
    InvalidFilter,
    InvalidPath,
    InvalidSyntax,
    InvalidValue,
    Mutability,
    NoTarget,
    TooMany,
    Uniqueness,
}

impl ScimType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::InvalidPath => "invalidPath",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidValue => "invalidValue",
            Self::Mutability => "mutability",
            Self::NoTarget => "noTarget",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
        }
    }
}

impl Error {
    /// A 400 of this type.
    pub(super) fn bad(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self {
            scim_type: Some(scim_type),
            ..Self::new(StatusCode::BAD_REQUEST, detail)
        }
    }

    /// An error without a type.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            scim_type: None,
            detail: detail.into(),
            headers: None,
        }
    }

    /// The account has no such resource.
    pub(super) fn not_found(what: &str) -> Self {
        let detail =
            format!("There is no {what} with this id. Check the id, and which account the key is for.");
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// The body of the answer.
    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.as_str(),
            "detail": self.detail,
        });
        if let Some(scim_type) = self.scim_type {
            body["scimType"] = scim_type.as_str().into();
        }
        body
    }
}

impl From<Problem> for Error {
    /// A problem in SCIM's form. The sentence ends with the problem's code, whose page explains it.
    fn from(problem: Problem) -> Self {
        let kind = problem.kind();
        let (status, scim_type) = match kind.code {
            "invalid" | "control-needs-view" => (StatusCode::BAD_REQUEST, Some(ScimType::InvalidValue)),
            "malformed" => (StatusCode::BAD_REQUEST, Some(ScimType::InvalidSyntax)),
            "already-exists" => (kind.status, Some(ScimType::Uniqueness)),
            _ => (kind.status, None),
        };
        let detail = format!("{} ({})", problem.detail(), kind.code);
        let mut headers = std::mem::take(problem.into_response().headers_mut());
        headers.remove(header::CONTENT_TYPE);
        headers.remove(header::CONTENT_LENGTH);
        Self {
            status,
            scim_type,
            detail,
            headers: Some(Box::new(headers)),
        }
    }
}

impl From<usher_app::Problem> for Error {
    fn from(problem: usher_app::Problem) -> Self {
        Problem::from(problem).into()
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Problem::from(refusal).into()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = self.body().to_string();
        let media_type = [(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))];
        let headers = self.headers.map(|headers| *headers).unwrap_or_default();
        (self.status, headers, media_type, body).into_response()
    }
}
