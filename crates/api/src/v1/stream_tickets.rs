//! Tickets with which a browser opens a stream: in the address, because a browser's `EventSource` sends no header, for
//! a short time, and for one stream. A token is never part of an address, because logs and histories store addresses.

use axum::Json as Answer;
use serde::{Deserialize, Serialize};
use usher_app::{AccountsManage, Admission, Caller, may_follow};
use usher_domain::{Account, Secs, SignInId, TicketId};
use usher_identity::PassFor;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ended;
use super::path::AccountPath;
use super::schema;
use crate::extract::Json;
use crate::problem::Problem;
use crate::server::Server;

/// How long a ticket can open a stream. An open stream continues for as long as the credential that requested its
/// ticket is valid.
pub(crate) const STREAM_TICKET_SECS: u32 = 30;

pub(crate) fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(create))
}

/// How a stream is opened without a header.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketQuery {
    /// A stream ticket, instead of an `Authorization` header: for browsers.
    #[param(value_type = Option<String>, example = "usher_pass_1795424430000.1.mzxw6ytboi")]
    pub(crate) ticket: Option<String>,
}

/// Which stream to open: exactly one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStreamTicket {
    /// The stream of this sign-in.
    #[schema(value_type = Option<schema::SignInId>)]
    sign_in: Option<SignInId>,
    /// The stream of this ticket in the queue.
    #[schema(value_type = Option<schema::TicketId>)]
    ticket: Option<TicketId>,
}

/// A ticket that opens one stream.
#[derive(Debug, Serialize, ToSchema)]
struct StreamTicket {
    /// The value of `?ticket=`.
    #[schema(example = "usher_pass_1795424430000.1.mzxw6ytboi")]
    ticket: String,
    /// How long it can be used to open the stream, which then continues.
    #[schema(example = 30)]
    expires_in_secs: u32,
    /// The address of the stream, with the ticket in it.
    #[schema(
        format = "uri-reference",
        example = "/v1/accounts/acct_01h2xcejqtf2nbrexx3vqjhp41/sign-ins/sign_01h2xcejqtf2nbrexx3vqjhp41/events?ticket=usher_pass_1795424430000.1.mzxw6ytboi"
    )]
    url: String,
}

/// Get a ticket for a stream
///
/// For browsers, whose `EventSource` sends no `Authorization` header: the ticket opens the stream of one sign-in or one
/// queue ticket, as its own device, within half a minute. For callers who may use it: the device, its user, and keys
/// with `sign-ins.write`. It stops working when the credential that requested it is revoked. If the stream breaks off,
/// get a new one.
#[utoipa::path(
    post, path = "/v1/accounts/{account}/stream-tickets", operation_id = "createStreamTicket", tag = "sign-ins",
    params(AccountPath), request_body = NewStreamTicket,
    responses((status = 200, description = "The ticket.", body = StreamTicket)),
    extensions(("x-problems" = json!(["sign-in-ended", "ticket-ended"])))
)]
async fn create(
    caller: Caller<AccountsManage>,
    Json(body): Json<NewStreamTicket>,
) -> Result<Answer<StreamTicket>, Problem> {
    let (purpose, path) = match (body.sign_in, body.ticket) {
        (Some(id), None) => (PassFor::SignInStream(id), format!("sign-ins/{id}")),
        (None, Some(id)) => (PassFor::TicketStream(id), format!("tickets/{id}")),
        _ => {
            let message = "must be given, or `ticket`, and not both";
            return Err(Problem::invalid("sign_in", message));
        }
    };
    let actor = caller.actor.clone();
    let view = move |account: &Account, _| may_follow(account, &actor, purpose);
    ended::read(&caller, view).await?;
    let until = caller.app.engine().now() + Secs::new(STREAM_TICKET_SECS);
    let Admission::Credential { shown, .. } = &caller.admission else {
        return Err(Problem::unauthenticated(true));
    };
    let ticket = caller
        .app
        .identity()
        .pass_of(shown, caller.account, purpose, until)?
        .into_exposed();
    let public_url = caller.app.config().public_url.as_deref().unwrap_or_default();
    Ok(Answer(StreamTicket {
        url: format!(
            "{public_url}/v1/accounts/{}/{path}/events?ticket={ticket}",
            caller.account
        ),
        expires_in_secs: STREAM_TICKET_SECS,
        ticket,
    }))
}
