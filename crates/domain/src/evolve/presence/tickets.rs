//! Events of the queue.

use crate::account::Account;
use crate::event::Event;
use crate::evolve::seats;
use crate::id::TicketId;
use crate::leases::{self, Leased};
use crate::presence::{Ticket, TicketState};
use crate::schedule::Due;
use crate::time::Timestamp;

pub(super) fn ticket_opened(account: &mut Account, event: &Event, at: Timestamp) {
    let Event::TicketOpened {
        id,
        user,
        product,
        pool,
        wanted,
        lease,
    } = event
    else {
        return;
    };
    let Some(in_pool) = account.pools.get_mut(pool) else {
        return;
    };
    let place = in_pool.next_place;
    in_pool.next_place += 1;
    in_pool.queue.insert(place, *id);
    let ticket = Ticket {
        id: *id,
        user: *user,
        product: product.clone(),
        pool: *pool,
        place,
        wanted: wanted.clone(),
        since: at,
        lease: *lease,
        stored_until: at + *lease,
        renewed_until: None,
        state: TicketState::Waiting {},
        due: None,
    };
    account.tickets.insert(*id, ticket);
    if let Some(owner) = account.users.get_mut(user) {
        seats::insert_sorted(&mut owner.tickets, *id);
    }
    seats::schedule_ticket(account, *id);
    seats::touch(account, *pool);
}

pub(super) fn offer_made(account: &mut Account, id: TicketId, until: Timestamp) {
    let Some(ticket) = account.tickets.get_mut(&id) else {
        return;
    };
    ticket.state = TicketState::Offered { until };
    let (pool_id, place) = (ticket.pool, ticket.place);
    if let Some(pool) = account.pools.get_mut(&pool_id) {
        pool.queue.remove(place);
        pool.offers.insert(id);
    }
    seats::schedule_ticket(account, id);
    seats::touch(account, pool_id);
}

pub(super) fn remove_ticket(account: &mut Account, id: TicketId) {
    leases::ended(account, Leased::Ticket(id));
    let Some(mut ticket) = account.tickets.remove(&id) else {
        return;
    };
    account.schedule.set(Due::Ticket(id), &mut ticket.due, None);
    if let Some(user) = account.users.get_mut(&ticket.user) {
        seats::remove_sorted(&mut user.tickets, &id);
    }
    if let Some(pool) = account.pools.get_mut(&ticket.pool) {
        pool.queue.remove(ticket.place);
        pool.offers.remove(&id);
    }
    seats::touch(account, ticket.pool);
}

pub(super) fn restore_ticket(account: &mut Account, id: TicketId) {
    let Some(ticket) = account.tickets.get(&id) else {
        return;
    };
    let (user, pool, place, state) = (ticket.user, ticket.pool, ticket.place, ticket.state);
    if let Some(user) = account.users.get_mut(&user) {
        seats::insert_sorted(&mut user.tickets, id);
    }
    if let Some(pool) = account.pools.get_mut(&pool) {
        match state {
            TicketState::Waiting {} => {
                pool.queue.insert(place, id);
            }
            TicketState::Offered { .. } => {
                pool.offers.insert(id);
            }
        }
    }
    seats::schedule_ticket(account, id);
}
