//! Events of sign-ins, sessions, tickets and minutes.

mod sessions;
mod sign_ins;
mod tickets;

use crate::account::Account;
use crate::event::{Claim, Event};
use crate::evolve::seats::{self, Booking};
use crate::id::{PoolId, SessionId, SignInId, TicketId, UserId};
use crate::presence::{Funding, SessionState};
use crate::rules::Rules;
use crate::time::Timestamp;
use crate::{leases, minutes};

pub(super) fn evolve(account: &mut Account, event: &Event, at: Timestamp) {
    match event {
        Event::SignedIn { .. } => sign_ins::signed_in(account, event, at),
        Event::SignInEnded { id, reason, .. } => sign_ins::sign_in_ended(account, *id, *reason, at),
        Event::LeasesRenewed { sign_ins, tickets } => leases::renewals_stored(account, sign_ins, tickets),
        Event::LeasesRestarted { outage } => leases::resumed(account, *outage, at),
        Event::ActivityReported { id } => sign_ins::restart_idle(account, *id, at),
        Event::LogOffWarned { id, at: log_off_at } => {
            if let Some(sign_in) = account.sign_ins.get_mut(id) {
                sign_in.log_off_at = Some(*log_off_at);
            }
            seats::schedule_sign_in(account, *id);
        }
        Event::ReclaimWarned { id, at: reclaim_at } => seats::set_reclaim(account, *id, Some(*reclaim_at)),
        Event::ReclaimCancelled { id } => seats::set_reclaim(account, *id, None),
        Event::SeatLocked { id, until } => sign_ins::seat_locked(account, *id, *until),
        Event::SessionCreated { .. } => sessions::session_created(account, event, at),
        Event::SessionConnected { id, customer } => {
            if let Some(session) = account.sessions.get_mut(id) {
                session.state = SessionState::Active {};
                session.customer = customer.clone().or_else(|| session.customer.take());
            }
            seats::schedule_session(account, *id);
        }
        Event::CustomerJoined { id, customer, joined } => {
            if let Some(session) = account.sessions.get_mut(id) {
                session.customer = customer.clone().or_else(|| session.customer.take());
                session.joined = Some(joined.clone());
            }
        }
        Event::SessionPaused { id } => sessions::session_paused(account, *id, at),
        Event::SessionResumed { id, funding, ticket } => {
            sessions::session_resumed(account, *id, *funding, *ticket, at);
        }
        Event::SessionEnding {
            id,
            closes_at,
            by,
            note,
        } => {
            if let Some(session) = account.sessions.get_mut(id) {
                session.state = SessionState::Ending {
                    closes_at: *closes_at,
                    by: by.clone(),
                    note: note.clone(),
                };
            }
            seats::schedule_session(account, *id);
        }
        Event::SessionEnded { id, .. } => sessions::remove_session(account, *id, at),
        Event::TicketOpened { .. } => tickets::ticket_opened(account, event, at),
        Event::OfferMade { id, until } => tickets::offer_made(account, *id, *until),
        Event::TicketEnded { id, .. } => tickets::remove_ticket(account, *id),
        Event::MinutePaid { claim, next_at } => minutes::minute_paid(account, *claim, *next_at),
        Event::MinutesLow { claim, .. } => minutes::set_funding(account, *claim, |funding| {
            if let Funding::Minutes { warned, .. } = funding {
                *warned = true;
            }
        }),
        Event::ClaimMoved { claim } => minutes::claim_moved(account, *claim),
        Event::MinutesAdded { .. } => minutes::minutes_added(account),
        Event::Refused { user, product, .. } => {
            if let Some(user) = account.users.get_mut(user) {
                user.refused_since.entry(product.clone()).or_insert(at);
            }
        }
        _ => {}
    }
}

/// A pool has another size or other rules. Idle clocks go on; a warning that a new rule voids is given again.
pub(super) fn pool_changed(account: &mut Account, id: PoolId, before: &Rules, at: Timestamp) {
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

/// Puts in place what is derived from sign-ins, sessions, tickets and pools.
pub(super) fn restore(account: &mut Account) {
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

fn rebook(account: &mut Account, claim: Claim) {
    if let Some((booking, funding)) = Booking::of(account, claim) {
        seats::book(account, &booking, funding);
    }
}
