//! Time in which Usher could not act is nobody's fault (S11).

use std::collections::BTreeMap;

use super::sign_ins::{note_stored, stop_empty_flush};
use crate::account::Account;
use crate::evolve::seats;
use crate::id::{SessionId, SignInId, TicketId};
use crate::presence::{Funding, SessionState, TicketState};
use crate::time::{Millis, Outage, Timestamp};

/// After an outage, leases and offers are full from its end on, and what else was running goes on where it stopped.
/// Journals that did not keep how long an outage was have idle clocks at zero after it, and no minute paid for the time
/// away.
pub(super) fn made_up_for(account: &mut Account, outage: Option<Outage>, at: Timestamp) {
    let away = outage.map(|outage| outage.away);
    let until = outage.map_or(at, |outage| outage.until);
    let sign_ins: Vec<SignInId> = account.sign_ins.keys().copied().collect();
    for id in sign_ins {
        sign_in(account, id, away, until);
    }
    let tickets: Vec<TicketId> = account.tickets.keys().copied().collect();
    for id in tickets {
        ticket(account, id, until);
    }
    if let Some(away) = away {
        let sessions: Vec<SessionId> = account.sessions.keys().copied().collect();
        for id in sessions {
            session(account, id, away);
        }
    }
    stop_empty_flush(account);
    minutes(account, away, at);
}

/// Lets a lease run until `full` at least, in memory as in what the journal knows of it.
fn fill<Id: Ord>(
    lease_until: &mut Timestamp,
    full: Timestamp,
    renewed: &mut BTreeMap<Id, Timestamp>,
    id: Id,
) {
    *lease_until = (*lease_until).max(full);
    note_stored(renewed, id, |stored| stored.max(full), *lease_until);
}

fn sign_in(account: &mut Account, id: SignInId, away: Option<Millis>, until: Timestamp) {
    let Some(sign_in) = account.sign_ins.get_mut(&id) else {
        return;
    };
    let full = until + sign_in.lease;
    fill(&mut sign_in.lease_until, full, &mut account.renewed_sign_ins, id);
    // Within a lease, whoever is there says so at least once: after a longer outage nobody knows that they were not.
    let was_unheard = away.is_none_or(|away| away.is_at_least(sign_in.lease));
    let shift = away.unwrap_or_default();
    sign_in.locked_until = sign_in.locked_until.map(|until| until + shift);
    let idle_since = sign_in.idle_since.map(|since| {
        if was_unheard {
            since.max(until)
        } else {
            since.max(until.min(since + shift))
        }
    });
    // This voids warnings, so that whoever is still idle is warned in full again.
    seats::set_idle(account, id, idle_since);
}

fn ticket(account: &mut Account, id: TicketId, until: Timestamp) {
    let Some(ticket) = account.tickets.get_mut(&id) else {
        return;
    };
    let full = until + ticket.lease;
    fill(&mut ticket.lease_until, full, &mut account.renewed_tickets, id);
    let hold = account.pools.get(&ticket.pool).map(|pool| pool.rules.offer_hold);
    if let (TicketState::Offered { until: kept_until }, Some(hold)) = (&mut ticket.state, hold) {
        *kept_until = (*kept_until).max(until + hold);
    }
    seats::schedule_ticket(account, id);
}

/// Codes wait, and notices run, for as long as was left of them.
fn session(account: &mut Account, id: SessionId, away: Millis) {
    let Some(session) = account.sessions.get_mut(&id) else {
        return;
    };
    match &mut session.state {
        SessionState::Standby { until } => *until = *until + away,
        SessionState::Ending { closes_at, .. } => *closes_at = *closes_at + away,
        SessionState::Active {} | SessionState::Paused {} => return,
    }
    seats::schedule_session(account, id);
}

/// The minute that was running goes on where it stopped (Q3). Whoever cannot pay the next is told again, since it is
/// due later than they know.
fn minutes(account: &mut Account, away: Option<Millis>, at: Timestamp) {
    let moved = |next_at: Timestamp| match away {
        Some(away) => next_at + away,
        None => next_at.max(at),
    };
    for (next_at, claim) in account.minute_claims.clone() {
        if moved(next_at) == next_at {
            continue;
        }
        account.minute_claims.remove(&(next_at, claim));
        account.minute_claims.insert((moved(next_at), claim));
        super::minutes::set_funding(account, claim, |funding| {
            if let Funding::Minutes { next_at, warned } = funding {
                *next_at = moved(*next_at);
                *warned = *warned && away.is_none();
            }
        });
        account.minutes_unsettled = true;
    }
}
