//! The answer to a call that creates.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// What was created, or what an earlier call with the same `Idempotency-Key` created, as it stands now.
pub(crate) struct Created<T> {
    /// Whether an earlier call had created it.
    pub(crate) existed: bool,
    /// Where it is found.
    pub(crate) location: String,
    /// How it stands.
    pub(crate) shown: T,
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let status = if self.existed {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        };
        (status, [(header::LOCATION, self.location)], Json(self.shown)).into_response()
    }
}
