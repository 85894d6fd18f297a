//! Sign-ins: a user's presence on a device, which holds a lease (S1 to S6, S10, S11).

mod create;
mod dto;
mod end;
mod events;
mod heartbeat;
mod lock;
mod read;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use self::create::{sign_in_or_wait, with_token};
pub(crate) use self::dto::{NewSignIn, SignIn, SignedIn};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create::sign_in, read::list))
        .routes(routes!(read::get, end::sign_out))
        .routes(routes!(heartbeat::heartbeat))
        .routes(routes!(events::follow))
        .routes(routes!(lock::lock, lock::unlock))
}
