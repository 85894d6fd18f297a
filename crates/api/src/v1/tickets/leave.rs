//! Leaving the queue.

use axum::http::StatusCode;
use usher_app::{AccountsManage, Caller};
use usher_domain::Command;
use usher_domain::command::TicketCommand;

use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::v1::acting::{AsQuery, On, as_user};
use crate::v1::ended;
use crate::v1::path::TicketPath;

/// Leave the queue
///
/// With the ticket's own token, its user's, or a key with `sign-ins.write`. With `seats.manage`: removes another user
/// from the queue. A seat that was reserved for the ticket goes to the next.
#[utoipa::path(
    delete, path = "/v1/accounts/{account}/tickets/{ticket}", operation_id = "leaveQueue", tag = "tickets",
    params(TicketPath, AsQuery), responses((status = 204, description = "The ticket has ended.")),
    extensions(("x-problems" = json!(["ticket-ended"])))
)]
pub(super) async fn leave(
    caller: Caller<AccountsManage>,
    Path(path): Path<TicketPath>,
    Query(query): Query<AsQuery>,
) -> Result<StatusCode, Problem> {
    let caller = as_user(
        caller.into_admitted(),
        query.acting.is_some(),
        On::Ticket(path.ticket),
    )
    .await?;
    let command = Command::Ticket(TicketCommand::Drop { id: path.ticket });
    match caller.try_execute(command, |_, (), _| ()).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(failure) => Err(ended::problem(&caller, failure).await),
    }
}
