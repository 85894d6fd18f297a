//! Version 1 of the API, resource by resource.

mod path;
pub(crate) mod schema;
mod teams;
pub(crate) mod time;
mod visible;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::api::Api;

/// The operations of every resource; those of the sandbox only where it is one.
pub(crate) fn routes(_sandbox: bool) -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new().merge(teams::routes())
}
