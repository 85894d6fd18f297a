//! Query strings, read as strictly as bodies.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use usher_app::in_words;

use crate::problem::Problem;

use super::missing_or;

/// The parameters after the `?`.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        let parameters = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(parameters)
            .map(Self)
            .map_err(|error| {
                let name = error.path().to_string();
                let name = if name == "." { "" } else { &name };
                let message = error.inner().to_string();
                Problem::invalid(
                    missing_or(name, &message),
                    in_words(&message, "a group of values"),
                )
            })
    }
}
