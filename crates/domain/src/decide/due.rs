//! Deadlines: leases, idle clocks, codes, notices, offers and minutes.

use alloc::vec;
use alloc::vec::Vec;

use super::presence::end_sign_in;
use crate::account::Account;
use crate::event::{Claim, EndReason, Event, SessionEvent, SignInEvent, TicketEvent};
use crate::evolve::seats::{log_off_notice, next_reclaim};
use crate::id::{PoolId, SessionId, SignInId, TicketId};
use crate::presence::{SessionState, SignIn, TicketState};
use crate::schedule::Due;
use crate::time::{Secs, Timestamp};
use crate::{leases, minutes};

/// Notice before an idle seat is reclaimed (Q4).
const RECLAIM_NOTICE: Secs = Secs::new(60);

/// The events of one due entry.
pub(crate) fn events_of(account: &Account, due: Due, now: Timestamp) -> Vec<Event> {
    match due {
        Due::SignIn(id) => sign_in(account, id, now),
        Due::Session(id) => session(account, id, now),
        Due::Ticket(id) => ticket(account, id, now),
        Due::Pool(id) => pool(account, id, now),
        Due::Renewals => leases::renewals(account),
    }
}

fn sign_in(account: &Account, id: SignInId, now: Timestamp) -> Vec<Event> {
    let Some(sign_in) = account.sign_ins.get(&id) else {
        return Vec::new();
    };
    let passed = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
    if sign_in.lease_until() <= now {
        return end_sign_in(account, id, EndReason::LeaseExpired, None);
    }
    if let Some(next_at) = sign_in.funding.next_minute()
        && next_at <= now
    {
        return minutes::pay(account, Claim::SignIn(id), next_at).map_or_else(
            || end_sign_in(account, id, EndReason::MinutesExhausted, None),
            |paid| vec![paid],
        );
    }
    let pool = sign_in.pool.and_then(|pool| account.pools.get(&pool));
    if passed(sign_in.reclaim_at) {
        let somebody_waits = pool.is_some_and(|pool| pool.waiting() > 0);
        return if somebody_waits {
            reclaim(account, sign_in)
        } else {
            vec![Event::SignIn(SignInEvent::ReclaimCancelled { id })]
        };
    }
    if passed(sign_in.log_off_at) {
        // A2.
        return end_sign_in(account, id, EndReason::Inactive, None);
    }
    let after = pool.and_then(|pool| pool.rules.log_off_after());
    match (sign_in.idle_since.filter(|_| sign_in.log_off_at.is_none()), after) {
        // A late warning still gives the full notice.
        (Some(since), Some(after)) => {
            vec![Event::SignIn(SignInEvent::LogOffWarned {
                id,
                at: (since + after).max(now + log_off_notice(after)),
            })]
        }
        _ => Vec::new(),
    }
}

/// Signs a holder out on every device; otherwise the seat would not become free.
fn reclaim(account: &Account, sign_in: &SignIn) -> Vec<Event> {
    let pool = sign_in.pool.and_then(|pool| account.pools.get(&pool));
    let holder = pool.map(|pool| (pool, pool.holder(sign_in.user, sign_in.device.id.reveal())));
    let sign_ins = holder
        .iter()
        .flat_map(|(pool, holder)| account.sign_ins_on(pool, holder));
    sign_ins
        .flat_map(|sign_in| end_sign_in(account, sign_in.id, EndReason::Reclaimed, None))
        .collect()
}

/// A code that expires (S7), the end of a notice (S9), or the next minute (Q3).
fn session(account: &Account, id: SessionId, now: Timestamp) -> Vec<Event> {
    let Some(session) = account.sessions.get(&id) else {
        return Vec::new();
    };
    match &session.state {
        SessionState::Standby { until } if *until <= now => {
            return vec![Event::Session(SessionEvent::Ended {
                id,
                reason: EndReason::Expired,
                by: None,
            })];
        }
        SessionState::Ending { closes_at, by, .. } if *closes_at <= now => {
            return vec![Event::Session(SessionEvent::Ended {
                id,
                reason: EndReason::EndedByOther,
                by: Some(by.clone()),
            })];
        }
        SessionState::Standby { .. }
        | SessionState::Active {}
        | SessionState::Paused {}
        | SessionState::Ending { .. } => {}
    }
    let Some(next_at) = session.funding.next_minute().filter(|at| *at <= now) else {
        return Vec::new();
    };
    let ended = || {
        Event::Session(SessionEvent::Ended {
            id,
            reason: EndReason::MinutesExhausted,
            by: None,
        })
    };
    vec![minutes::pay(account, Claim::Session(id), next_at).unwrap_or_else(ended)]
}

fn ticket(account: &Account, id: TicketId, now: Timestamp) -> Vec<Event> {
    let Some(ticket) = account.tickets.get(&id) else {
        return Vec::new();
    };
    let is_missed = match ticket.state {
        TicketState::Offered { until } => until <= now,
        TicketState::Waiting {} => false,
    };
    let reason = if is_missed {
        EndReason::OfferExpired
    } else if ticket.lease_until() <= now {
        EndReason::LeaseExpired
    } else {
        return Vec::new();
    };
    vec![Event::Ticket(TicketEvent::Ended { id, reason, by: None })]
}

fn pool(account: &Account, id: PoolId, now: Timestamp) -> Vec<Event> {
    let Some(pool) = account.pools.get(&id) else {
        return Vec::new();
    };
    let holder = next_reclaim(pool).filter(|(at, _)| *at <= now);
    let sign_ins = holder
        .into_iter()
        .flat_map(|(_, holder)| account.sign_ins_on(pool, holder));
    sign_ins
        .map(|sign_in| {
            Event::SignIn(SignInEvent::ReclaimWarned {
                id: sign_in.id,
                at: now + RECLAIM_NOTICE,
            })
        })
        .collect()
}
