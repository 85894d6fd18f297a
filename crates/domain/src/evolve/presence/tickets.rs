//! Events of the queue.

use crate::account::State;
use crate::event::TicketEvent;
use crate::evolve::loans;
use crate::evolve::seats;
use crate::id::TicketId;
use crate::leases::{self, Leased};
use crate::presence::{Ticket, TicketState};
use crate::schedule::Due;
use crate::time::Timestamp;

pub(in crate::evolve) fn evolve(account: &mut State, event: &TicketEvent, at: Timestamp) {
    match event {
        TicketEvent::Opened {
            id,
            user,
            product,
            pool,
            wanted,
            lease,
        } => {
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
            opened(account, ticket);
        }
        TicketEvent::Offered { id, until } => offered(account, *id, *until),
        TicketEvent::Ended { id, .. } => remove_ticket(account, *id),
    }
}

/// The ticket that was claimed, where one was, has done its work.
pub(super) fn claimed(account: &mut State, ticket: Option<TicketId>) {
    if let Some(ticket) = ticket {
        remove_ticket(account, ticket);
    }
}

fn opened(account: &mut State, ticket: Ticket) {
    let (id, user, pool) = (ticket.id, ticket.user, ticket.pool);
    account.tickets.insert(id, ticket);
    if let Some(owner) = account.users.get_mut(&user) {
        seats::insert_sorted(&mut owner.tickets, id);
    }
    seats::schedule_ticket(account, id);
    loans::schedule(account, user);
    seats::touch(account, pool);
}

fn offered(account: &mut State, id: TicketId, until: Timestamp) {
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

fn remove_ticket(account: &mut State, id: TicketId) {
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
    loans::schedule(account, ticket.user);
    seats::touch(account, ticket.pool);
}

pub(super) fn restore_ticket(account: &mut State, id: TicketId) {
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
