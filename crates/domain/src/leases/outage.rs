//! Time in which Usher could not act counts against nobody (S11).

use alloc::vec;
use alloc::vec::Vec;

use super::{Leased, change};
use crate::account::{Account, State};
use crate::event::{Event, LeaseEvent};
use crate::evolve::seats;
use crate::id::{SessionId, SignInId, TicketId};
use crate::minutes;
use crate::presence::{SessionState, TicketState};
use crate::time::{Millis, Outage, Timestamp};

/// Makes up for an outage, if anybody could lose something by it.
pub(crate) fn resume(account: &Account, outage: Outage) -> Vec<Event> {
    if account.sign_ins.is_empty() && account.tickets.is_empty() {
        return Vec::new();
    }
    vec![Event::Lease(LeaseEvent::Restarted { outage: Some(outage) })]
}

/// Applies [`crate::event::LeaseEvent::Restarted`]: leases and offers run in full from the end of the outage on, and everything else
/// continues where it stopped. Journals that do not say how long an outage was have idle clocks at zero after it, and no
/// minute paid for the time away.
pub(crate) fn resumed(account: &mut State, outage: Option<Outage>, at: Timestamp) {
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
    minutes::resumed(account, away, at);
}

/// Lets a lease run in full from the end of the outage on.
fn fill(account: &mut State, of: Leased, end: Timestamp) {
    change(account, of, |lease| {
        let full = end + *lease.length;
        lease.move_end(|until| until.max(full));
    });
}

fn sign_in(account: &mut State, id: SignInId, away: Option<Millis>, until: Timestamp) {
    fill(account, Leased::SignIn(id), until);
    let Some(sign_in) = account.sign_ins.get_mut(&id) else {
        return;
    };
    // A user who is there says so at least once in a lease: after a longer outage nobody knows that they were not.
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
    // This voids warnings, so that users who are still idle are warned in full again.
    seats::set_idle(account, id, idle_since);
}

fn ticket(account: &mut State, id: TicketId, until: Timestamp) {
    fill(account, Leased::Ticket(id), until);
    let Some(ticket) = account.tickets.get_mut(&id) else {
        return;
    };
    let hold = account.pools.get(&ticket.pool).map(|pool| pool.rules.offer_hold);
    if let (TicketState::Offered { until: kept_until }, Some(hold)) = (&mut ticket.state, hold) {
        *kept_until = (*kept_until).max(until + hold);
    }
    seats::schedule_ticket(account, id);
}

/// Codes wait, and notices run, for as long as was left of them.
fn session(account: &mut State, id: SessionId, away: Millis) {
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
