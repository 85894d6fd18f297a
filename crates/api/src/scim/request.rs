//! The parts of a SCIM request, and its answer.

use std::sync::Arc;

use axum::body::Body as HttpBody;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use usher_app::{Admitted, Caller, Everything};
use usher_engine::Channel;

use super::condition::Version;
use super::error::Error;
use super::resource::{Kind, Shown};
use super::selection::Selection;
use super::{BODY_BYTES_MAX, MEDIA_TYPE, PATHS, intake};
use crate::extract::{account_in_path, json_bytes};
use crate::problem::{MALFORMED, Problem};
use crate::server::Server;

/// The caller, and the address of the account's SCIM.
pub(super) struct Scim {
    pub(super) caller: Admitted,
    /// The address of the account's SCIM, without a trailing slash.
    pub(super) base: Arc<str>,
}

impl FromRequestParts<Server> for Scim {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Server) -> Result<Self, Error> {
        // Directories change all that an account has of people: nothing less lets an operator key do that.
        let account = account_in_path(parts).await;
        let caller = Caller::<Everything>::of(app, parts, Channel::Scim, account);
        let caller = caller.await?.into_admitted();
        let host = app.config().public_url.as_deref().unwrap_or_default();
        let base = format!("{host}{PATHS}{}", caller.account).into();
        Ok(Self { caller, base })
    }
}

/// The resource type in the path, and the id.
pub(super) struct Subject {
    pub(super) kind: Kind,
    pub(super) id: String,
}

impl<S: Sync> FromRequestParts<S> for Subject {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let mut segments = parts
            .uri
            .path()
            .strip_prefix(PATHS)
            .unwrap_or_default()
            .split('/')
            .skip(1);
        let kind = segments.next().and_then(Kind::at);
        Ok(Self {
            kind: kind.ok_or_else(|| Error::not_found("resource"))?,
            id: segments.next().unwrap_or_default().to_owned(),
        })
    }
}

/// The parameters after the `?`. Unknown ones are ignored.
#[derive(Debug, Default)]
pub(super) struct Parameters(pub(super) Vec<(String, String)>);

impl Parameters {
    /// The first with this name that is not empty.
    pub(super) fn get(&self, name: &'static str) -> Option<&str> {
        self.all(name).next()
    }

    fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.trim().is_empty())
    }

    /// Which attributes the answer shows.
    pub(super) fn selection(&self) -> Result<Selection, Error> {
        let names = |parameter| -> Vec<String> {
            let names = self.all(parameter).flat_map(|names| names.split(','));
            let names = names.map(str::trim).filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        };
        Selection::read(&names("attributes"), &names("excludedAttributes"))
    }
}

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(
            form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        ))
    }
}

/// A body: one JSON object.
pub(super) struct Body(pub(super) Map<String, Value>);

impl<S: Sync> FromRequest<S> for Body {
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Error> {
        let bytes = json_bytes(request, BODY_BYTES_MAX).await?;
        let body = serde_json::from_slice(&bytes).map_err(|error| {
            let detail = format!("The body is not valid JSON: {error}.");
            Problem::new(MALFORMED, detail)
        })?;
        intake::object(body).map(Self)
    }
}

/// Success.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Option<Value>,
    pub(super) location: Option<String>,
    pub(super) version: Option<Version>,
}

impl Reply {
    /// An answer whose body is not a resource of the account.
    pub(super) const fn document(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            body: Some(body),
            location: None,
            version: None,
        }
    }

    /// A resource.
    pub(super) fn shown(status: StatusCode, shown: Shown) -> Self {
        Self {
            status,
            body: Some(shown.resource.into()),
            location: Some(shown.location),
            version: Some(shown.version),
        }
    }

    /// An answer without a body.
    pub(super) const fn empty(status: StatusCode) -> Self {
        Self {
            status,
            body: None,
            location: None,
            version: None,
        }
    }

    /// The same without the body.
    pub(super) fn without_body(self, status: StatusCode) -> Self {
        Self {
            status,
            body: None,
            ..self
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let body = self
            .body
            .map_or_else(HttpBody::empty, |body| body.to_string().into());
        let has_body = self.status != StatusCode::NO_CONTENT && self.status != StatusCode::NOT_MODIFIED;
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        if has_body {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        }
        let version = self.version.map(|version| version.to_string());
        for (name, value) in [(header::LOCATION, self.location), (header::ETAG, version)] {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}
