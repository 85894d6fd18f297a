//! Reading tickets, which is their heartbeat (Q2).

use axum::Json as Answer;
use serde::Deserialize;
use usher_app::{AccountsRead, Admitted, Caller};
use usher_domain::command::RenewTicket;
use usher_domain::refusal::StateRefusal;
use usher_domain::text::Product;
use usher_domain::{Account, Actor, PoolId, Refusal, Secs, TicketId, Timestamp, presence};
use usher_engine::Failure;
use usher_journal::{Cursor, Page};
use utoipa::IntoParams;

use super::Ticket;
use crate::extract::{Limit, List, Path, Query};
use crate::problem::Problem;
use crate::v1::ended::{self, need_presence};
use crate::v1::path::{AccountPath, TicketPath};
use crate::v1::schema;

/// Which tickets to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketQuery {
    /// Only those for this product.
    #[param(value_type = Option<schema::Product>)]
    product: Option<Product>,
    /// Only those in this pool's queue.
    #[param(value_type = Option<schema::PoolId>)]
    pool: Option<PoolId>,
    /// The most things on the page.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// The `next_cursor` of the previous page.
    #[param(value_type = Option<schema::Cursor>)]
    cursor: Option<Cursor>,
}

impl TicketQuery {
    fn takes(&self, ticket: &presence::Ticket) -> bool {
        self.pool.is_none_or(|pool| pool == ticket.pool)
            && self
                .product
                .as_ref()
                .is_none_or(|product| *product == ticket.product)
    }
}

/// List the tickets
///
/// Those that wait or have an offer, the longest wait first. Callers who may see the account's users see all; users and
/// their devices see their own. Listing is not a heartbeat.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/tickets", operation_id = "listTickets", tag = "tickets",
    params(AccountPath, TicketQuery),
    responses((status = 200, description = "A page of tickets.", body = List<Ticket>)),
    extensions(("x-problems" = json!(["sign-in-ended", "ticket-ended"])))
)]
pub(super) async fn list(
    caller: Caller<AccountsRead>,
    Query(query): Query<TicketQuery>,
) -> Result<Answer<List<Ticket>>, Problem> {
    let actor = caller.actor.clone();
    let view = move |account: &Account, now| {
        need_presence(account, &actor)?;
        let page = query.limit.after(query.cursor);
        let seen = |ticket: &&presence::Ticket| query.takes(ticket) && account.sees_user(&actor, ticket.user);
        let mut rows: Vec<_> = account
            .tickets()
            .values()
            .filter(seen)
            .map(|ticket| (place(ticket), ticket))
            .filter(|(place, _)| page.after().is_none_or(|after| after < *place))
            .collect();
        rows.sort_unstable_by_key(|(place, _)| *place);
        rows.truncate(page.limit() + 1);
        let page = Page::cut(rows, page.limit());
        Ok(List::of(page, |ticket| Ticket::of(account, ticket, now)))
    };
    ended::read(&caller, view).await.map(Answer)
}

/// The position in the list: by time, then by position in the queue, then by half of the id.
fn place(ticket: &presence::Ticket) -> Cursor {
    let half = ticket.id.bits() & u128::from(u64::MAX);
    Cursor::new(ticket.since, (u128::from(ticket.place) << 64) | half, 0)
}

/// Get a ticket
///
/// A read with its own token, by its user, or by a key with `sign-ins.write` is a heartbeat: it renews the ticket.
/// Reads by others who may see the account's users do not.
#[utoipa::path(
    get, path = "/v1/accounts/{account}/tickets/{ticket}", operation_id = "getTicket", tag = "tickets",
    params(TicketPath), responses((status = 200, description = "The ticket.", body = Ticket)),
    extensions(("x-problems" = json!(["ticket-ended"])))
)]
pub(super) async fn get(
    caller: Caller<AccountsRead>,
    Path(path): Path<TicketPath>,
) -> Result<Answer<Ticket>, Problem> {
    look(&caller, path.ticket).await.map(Answer)
}

/// The current ticket, renewed if the caller's reads are heartbeats.
pub(super) async fn look(caller: &Admitted, id: TicketId) -> Result<Ticket, Problem> {
    let view = move |account: &Account, _: &Secs, now: Timestamp| {
        let ticket = account.tickets().get(&id)?;
        Some(Ticket::of(account, ticket, now))
    };
    match caller.try_execute(RenewTicket { id }, view).await {
        Ok(ticket) => ticket.ok_or_else(|| Problem::not_found("ticket")),
        Err(Failure::Refused(Refusal::Forbidden { .. })) => only_look(caller, id).await,
        Err(failure) => Err(ended::problem(caller, failure).await),
    }
}

async fn only_look(caller: &Admitted, id: TicketId) -> Result<Ticket, Problem> {
    let actor = caller.actor.clone();
    ended::read(caller, move |account, now| seen(account, &actor, id, now)).await
}

/// The ticket as an actor sees it.
pub(super) fn seen(
    account: &Account,
    actor: &Actor,
    id: TicketId,
    now: Timestamp,
) -> Result<Ticket, Refusal> {
    let ticket = account
        .tickets()
        .get(&id)
        .ok_or(Refusal::State(StateRefusal::TicketEnded { id }))?;
    if !account.sees_user(actor, ticket.user) {
        return Err(Refusal::NotFound { what: "ticket" });
    }
    Ok(Ticket::of(account, ticket, now))
}
