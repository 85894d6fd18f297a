//! Pages for people: what each problem code means, and the readable API document.

use std::sync::Arc;

use axum::Router;
use utoipa::openapi::OpenApi;

use crate::api::Api;

pub(crate) fn routes(_document: &OpenApi) -> Router<Arc<Api>> {
    Router::new()
}
