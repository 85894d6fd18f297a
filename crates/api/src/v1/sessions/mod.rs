//! Sessions: pieces of support work, from a waiting code to their end (S2, S5, S7 to S9).

mod act;
mod create;
mod dto;
mod end;
mod read;
mod requests;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use self::act::resume_or_wait;
pub(crate) use self::create::start_or_wait;
pub(crate) use self::dto::{Session, Sight};
pub(crate) use self::requests::NewSession;
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create::start, read::list))
        .routes(routes!(read::get))
        .routes(routes!(act::connect))
        .routes(routes!(act::pause))
        .routes(routes!(act::resume))
        .routes(routes!(end::end))
        .routes(routes!(end::end_many))
}
