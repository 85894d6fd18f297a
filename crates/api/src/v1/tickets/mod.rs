//! Tickets: places in a pool's queue (Q2).

mod claim;
mod create;
mod dto;
mod events;
mod leave;
mod read;

use axum::Json as Answer;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use usher_app::Admitted;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use self::dto::{Ticket, Waiting};
use crate::server::Server;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create::wait, read::list))
        .routes(routes!(read::get, leave::leave))
        .routes(routes!(claim::claim))
        .routes(routes!(events::follow))
}

/// The answer with a ticket.
pub(crate) struct WaitingAnswer {
    location: String,
    shown: Waiting,
}

/// The answer with a ticket and its token.
pub(crate) fn waiting(caller: &Admitted, ticket: Ticket) -> WaitingAnswer {
    let account = caller.account;
    let token = caller.app.identity().ticket_token(account, ticket.id);
    WaitingAnswer {
        location: format!("/v1/accounts/{account}/tickets/{}", ticket.id),
        shown: Waiting {
            ticket,
            token: token.into_exposed(),
        },
    }
}

impl IntoResponse for WaitingAnswer {
    fn into_response(self) -> Response {
        let location = [(header::LOCATION, self.location)];
        (StatusCode::ACCEPTED, location, Answer(self.shown)).into_response()
    }
}
