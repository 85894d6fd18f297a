//! Tickets with which a browser opens a stream: in the address, which a browser's `EventSource` can send, for a short
//! time, and for one stream. A token is never part of an address, where logs and histories keep it.

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

/// How long a ticket is good for opening a stream. A stream that is open goes on, for as long as the credential is good
/// with which its ticket was asked for.
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
    /// The stream of this place in the queue.
    #[schema(value_type = Option<schema::TicketId>)]
    ticket: Option<TicketId>,
}

/// A ticket that opens one stream.
#[derive(Debug, Serialize, ToSchema)]
struct StreamTicket {
    /// What `?ticket=` takes.
    #[schema(example = "usher_pass_1795424430000.1.mzxw6ytboi")]
    ticket: String,
    /// How long it can be used to open the stream, which then goes on.
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
/// For browsers, whose `EventSource` sends no `Authorization` header: the ticket opens the stream of one sign-in, or of
/// one place in the queue, as its own device, within half a minute. For whoever may work with it: the device, its
/// user, and keys with `sign-ins.write`. It is worth nothing once the credential that got it is revoked. Where the stream breaks off, get a new one.
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
    let until = caller.api.engine().now() + Secs::new(STREAM_TICKET_SECS);
    let Admission::Credential { shown, .. } = &caller.admission else {
        return Err(Problem::unauthenticated(true));
    };
    let ticket = caller
        .api
        .identity()
        .pass_of(shown, caller.account, purpose, until)?
        .into_exposed();
    let public_url = caller.api.config().public_url.as_deref().unwrap_or_default();
    Ok(Answer(StreamTicket {
        url: format!(
            "{public_url}/v1/accounts/{}/{path}/events?ticket={ticket}",
            caller.account
        ),
        expires_in_secs: STREAM_TICKET_SECS,
        ticket,
    }))
}
