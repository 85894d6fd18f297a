//! Optional bodies.

use axum::extract::{FromRequest, Request};
use http_body::Body as _;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::extract::Json;
use crate::problem::Problem;

/// A JSON body, or the default for a missing one.
pub(crate) struct Optional<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned + Default + ToSchema> FromRequest<S> for Optional<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.body().is_end_stream() {
            return Ok(Self(T::default()));
        }
        let Json(body) = Json::from_request(request, state).await?;
        Ok(Self(body))
    }
}
