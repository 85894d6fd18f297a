//! Version 1 of the API, resource by resource.

mod accounts;
mod acting;
mod api_keys;
mod contacts;
mod device;
pub(crate) mod ended;
mod events;
mod groups;
mod heartbeats;
mod history;
mod join;
mod labels;
mod members;
mod operator_keys;
mod optional;
mod path;
mod pools;
mod repeat;
mod rules;
mod sandbox;
pub(crate) mod schema;
mod sessions;
mod settings;
mod sign_ins;
mod single_sign_on;
pub(crate) mod stream_tickets;
mod teams;
mod tickets;
pub(crate) mod time;
mod tokens;
mod usage;
mod users;

use utoipa_axum::router::OpenApiRouter;

use crate::server::Server;

/// The operations of every resource; those of the sandbox only on a sandbox.
pub(crate) fn routes(is_sandbox: bool) -> OpenApiRouter<Server> {
    let routes = OpenApiRouter::new()
        .merge(tokens::routes())
        .merge(api_keys::routes())
        .merge(operator_keys::routes())
        .merge(accounts::routes())
        .merge(settings::routes())
        .merge(single_sign_on::routes())
        .merge(users::routes())
        .merge(pools::routes())
        .merge(heartbeats::routes())
        .merge(sign_ins::routes())
        .merge(sessions::routes())
        .merge(join::routes())
        .merge(stream_tickets::routes())
        .merge(tickets::routes())
        .merge(usage::routes())
        .merge(contacts::routes())
        .merge(teams::routes())
        .merge(groups::routes())
        .merge(history::routes());
    if is_sandbox {
        routes.merge(sandbox::routes())
    } else {
        routes
    }
}
