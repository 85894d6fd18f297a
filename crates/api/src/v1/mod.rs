//! Version 1 of the API, resource by resource.

mod accounts;
mod api_keys;
mod device;
mod ended;
mod heartbeats;
mod history;
mod optional;
mod path;
mod pools;
mod repeat;
mod rules;
pub(crate) mod schema;
mod settings;
mod sign_ins;
mod teams;
mod tickets;
pub(crate) mod time;
mod tokens;
mod users;
mod visible;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::api::Api;

/// The operations of every resource; those of the sandbox only where it is one.
pub(crate) fn routes(_sandbox: bool) -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .merge(tokens::routes())
        .merge(api_keys::routes())
        .merge(accounts::routes())
        .merge(settings::routes())
        .merge(users::routes())
        .merge(pools::routes())
        .merge(heartbeats::routes())
        .merge(sign_ins::routes())
        .merge(teams::routes())
        .merge(history::routes())
}
