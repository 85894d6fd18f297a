//! Sign-ins: a user's presence on a device, which holds a lease (S1 to S6, S10, S11).

mod create;
mod dto;
mod end;
mod heartbeat;
mod lock;
mod read;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;

pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(create::sign_in, read::list))
        .routes(routes!(read::get, end::sign_out))
        .routes(routes!(heartbeat::heartbeat))
        .routes(routes!(lock::lock, lock::unlock))
}
