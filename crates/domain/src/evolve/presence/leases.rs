//! A pool's lease changes while sign-ins and tickets live by the previous one (S11).

use super::sign_ins::{note_stored, stop_empty_flush};
use crate::account::Account;
use crate::evolve::seats;
use crate::id::{PoolId, SignInId, TicketId};
use crate::time::{Secs, Timestamp};

/// Gives the sign-ins and tickets of a pool another lease. It counts in full from their next heartbeat on.
pub(super) fn changed(
    account: &mut Account,
    pool: PoolId,
    sign_ins: &[SignInId],
    lease: Secs,
    at: Timestamp,
) {
    for id in sign_ins {
        let Some(sign_in) = account.sign_ins.get_mut(id) else {
            continue;
        };
        let previous = std::mem::replace(&mut sign_in.lease, lease);
        sign_in.lease_until = present_until(sign_in.lease_until, previous, lease, at);
        let stored = |until| present_until(until, previous, lease, at);
        note_stored(&mut account.renewed_sign_ins, *id, stored, sign_in.lease_until);
        seats::schedule_sign_in(account, *id);
    }
    let tickets: Vec<TicketId> = account.pools.get(&pool).map_or_else(Vec::new, |pool| {
        pool.queue.iter().chain(pool.offers.iter().copied()).collect()
    });
    for id in tickets {
        let Some(ticket) = account.tickets.get_mut(&id) else {
            continue;
        };
        let previous = std::mem::replace(&mut ticket.lease, lease);
        ticket.lease_until = present_until(ticket.lease_until, previous, lease, at);
        let stored = |until| present_until(until, previous, lease, at);
        note_stored(&mut account.renewed_tickets, id, stored, ticket.lease_until);
        seats::schedule_ticket(account, id);
    }
    stop_empty_flush(account);
}

/// When a lease that is running ends where it is `lowered`. Devices send a heartbeat every third of the lease that they
/// were told last, so whoever is alive is heard within half of it, and hears of the new one then.
fn present_until(until: Timestamp, lease: Secs, lowered: Secs, at: Timestamp) -> Timestamp {
    if lowered >= lease {
        return until;
    }
    let heard_by = (until - lease) + Secs::new(lease.get() / 2);
    until.min(heard_by.max(at + lowered))
}
