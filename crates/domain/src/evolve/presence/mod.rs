//! Events of sign-ins, sessions, tickets and minutes.

pub(super) mod sessions;
pub(super) mod sign_ins;
pub(super) mod tickets;

use alloc::vec::Vec;

use crate::account::State;
use crate::event::{Claim, RefusalEvent};
use crate::evolve::seats::{self, Booking};
use crate::id::{PoolId, SessionId, SignInId, TicketId, UserId};
use crate::leases;
use crate::rules::Rules;
use crate::time::Timestamp;

/// Since when a user is refused a product counts from the first refusal on.
pub(super) fn refusal(account: &mut State, event: &RefusalEvent, at: Timestamp) {
    let RefusalEvent::Refused { user, product, .. } = event;
    if let Some(user) = account.users.get_mut(user) {
        user.refused_since.entry(product.clone()).or_insert(at);
    }
}

/// A pool has a new size or new rules. Idle clocks continue; a warning that a new rule invalidates is given again.
pub(super) fn pool_changed(account: &mut State, id: PoolId, before: &Rules, at: Timestamp) {
    seats::touch(account, id);
    let Some(pool) = account.pools.get(&id) else {
        return;
    };
    let log_off_changed = pool.rules.log_off_after() != before.log_off_after();
    let reclaim_changed = pool.rules.reclaim_idle_after != before.reclaim_idle_after;
    let lease = pool.rules.lease;
    let lease_changed = lease != before.lease;
    if !log_off_changed && !reclaim_changed && !lease_changed {
        return;
    }
    let users = pool.users.iter().filter_map(|user| account.users.get(user));
    let concerned: Vec<SignInId> = users
        .flat_map(|user| account.sign_ins_of(user, &pool.product))
        .map(|sign_in| sign_in.id)
        .collect();
    if lease_changed {
        leases::length_changed(account, id, &concerned, lease, at);
    }
    for id in concerned {
        if let Some(sign_in) = account.sign_ins.get_mut(&id)
            && log_off_changed
        {
            sign_in.log_off_at = None;
        }
        let reclaim_at = account.sign_ins.get(&id).and_then(|sign_in| sign_in.reclaim_at);
        seats::set_reclaim(account, id, reclaim_at.filter(|_| !reclaim_changed));
    }
}

/// Rebuilds what is derived from sign-ins, sessions, tickets and pools.
pub(super) fn restore(account: &mut State) {
    let sign_ins: Vec<(SignInId, UserId)> = account.sign_ins.values().map(|s| (s.id, s.user)).collect();
    for (id, user) in &sign_ins {
        if let Some(user) = account.users.get_mut(user) {
            seats::insert_sorted(&mut user.sign_ins, *id);
        }
        rebook(account, Claim::SignIn(*id));
    }
    let sessions: Vec<(SessionId, SignInId, UserId)> = account
        .sessions
        .values()
        .map(|s| (s.id, s.sign_in, s.user))
        .collect();
    for (id, sign_in, user) in sessions {
        if let Some(user) = account.users.get_mut(&user) {
            seats::insert_sorted(&mut user.sessions, id);
        }
        if let Some(sign_in) = account.sign_ins.get_mut(&sign_in) {
            seats::insert_sorted(&mut sign_in.sessions, id);
        }
        rebook(account, Claim::Session(id));
        seats::schedule_session(account, id);
    }
    let tickets: Vec<TicketId> = account.tickets.keys().copied().collect();
    for id in tickets {
        tickets::restore_ticket(account, id);
    }
    for (id, _) in sign_ins {
        seats::list_idle(account, id);
        seats::schedule_sign_in(account, id);
    }
    let pools: Vec<PoolId> = account.pools.keys().copied().collect();
    for pool in pools {
        seats::touch(account, pool);
    }
    account.changed_pools.clear();
    account.minutes_unsettled = true;
}

fn rebook(account: &mut State, claim: Claim) {
    if let Some((booking, funding)) = Booking::of(account, claim) {
        seats::book(account, &booking, funding);
    }
}
