//! What comes due: leases (S11), minutes (Q3), reclaiming (Q4), log-off (A2), codes (S8), notices (S9), offers (Q2), ends
//! (L11 to L13) and the ends of loans (L15).

use alloc::vec;
use alloc::vec::Vec;

use super::loans;
use super::presence::end_sign_in;
use crate::account::Account;
use crate::ends;
use crate::event::{Claim, EndReason, Event, SessionEvent, SignInEvent, TicketEvent};
use crate::evolve::seats::{log_off_notice, next_reclaim};
use crate::id::{PoolId, SessionId, SignInId, TicketId};
use crate::leases::{self, Leased};
use crate::minutes;
use crate::presence::{SessionState, SignIn, TicketState};
use crate::schedule::Due;
use crate::time::{Secs, Timestamp};

/// Notice before an idle seat is reclaimed (Q4).
const RECLAIM_NOTICE: Secs = Secs::new(60);

/// The events of one due entry.
pub(crate) fn events_of(account: &Account, due: Due, now: Timestamp) -> Vec<Event> {
    match due {
        Due::SignIn(id) => sign_in(account, id, now),
        Due::Session(id) => session(account, id, now),
        Due::Ticket(id) => ticket(account, id, now),
        Due::Pool(id) => pool(account, id, now),
        Due::User(id) => account
            .user(id)
            .map_or_else(Vec::new, |user| loans::over(account, user, now)),
        Due::Renewals => leases::renewals(account),
        Due::Subscription => ends::due(account, now),
    }
}

/// What ends a sign-in comes before what keeps it: a lost device (S11) pays no minute (Q3), gets no warning (A3) and
/// holds no seat for the queue (Q4). One thing at a time: the entry comes up again until nothing is due.
fn sign_in(account: &Account, id: SignInId, now: Timestamp) -> Vec<Event> {
    let Some(sign_in) = account.sign_ins.get(&id) else {
        return Vec::new();
    };
    let passed = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
    let expired = leases::expired(account, Leased::SignIn(id), now);
    if !expired.is_empty() {
        return expired;
    }
    if let Some(next_at) = sign_in.funding.next_minute()
        && next_at <= now
    {
        return minutes::pay_or_end(account, Claim::SignIn(id), next_at);
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
        (None, _) | (_, None) => Vec::new(),
    }
}

/// Signs a holder out on every device (Q4); otherwise the seat would not become free.
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
/// A session that is over by its own time, a code that nobody used (S7) or a notice that has passed (S9), ends before it
/// could pay another minute (Q3).
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
    match session.funding.next_minute() {
        Some(next_at) if next_at <= now => minutes::pay_or_end(account, Claim::Session(id), next_at),
        Some(_) | None => Vec::new(),
    }
}

/// A missed offer (Q2) comes before a lease that is over (S11), so that the records say that a seat was offered.
fn ticket(account: &Account, id: TicketId, now: Timestamp) -> Vec<Event> {
    let Some(ticket) = account.tickets.get(&id) else {
        return Vec::new();
    };
    match ticket.state {
        TicketState::Offered { until } if until <= now => vec![Event::Ticket(TicketEvent::Ended {
            id,
            reason: EndReason::OfferExpired,
            by: None,
        })],
        TicketState::Offered { .. } | TicketState::Waiting {} => {
            leases::expired(account, Leased::Ticket(id), now)
        }
    }
}

/// Warns the longest idle holder whose seat may be reclaimed (Q4), on every device.
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
