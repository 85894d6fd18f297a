//! What pays for work on a sign-in, and how many sessions it may have.

use crate::account::Account;
use crate::command::{Decision, StartOutcome};
use crate::decide::capacity::Ask;
use crate::decide::queue::check_ticket_id;
use crate::event::{Event, TicketEvent};
use crate::id::TicketId;
use crate::permission::Actor;
use crate::pool::{Pool, count};
use crate::presence::{Funding, Session, SessionState, SignIn, Ticket, Wanted};
use crate::refusal::{Refusal, SeatRefusal, StateRefusal};
use crate::rules::{Occupies, SeatPer};
use crate::time::Timestamp;

/// The user's ticket for work on this sign-in, which a seat for it fulfils.
fn own_ticket<'a>(account: &'a Account, sign_in: &SignIn) -> Option<&'a Ticket> {
    let user = account.users.get(&sign_in.user)?;
    let ticket = account.ticket_of(user, &sign_in.product)?;
    (account.ticket_runs_on(ticket) == Some(sign_in.id)).then_some(ticket)
}

/// The id of that ticket, if the work is funded by a seat, or is exactly what the ticket asks for.
pub(super) fn fulfilled(
    account: &Account,
    sign_in: &SignIn,
    funding: Funding,
    is_asked: impl FnOnce(&Ticket) -> bool,
) -> Option<TicketId> {
    own_ticket(account, sign_in)
        .filter(|ticket| funding == Funding::Seat || is_asked(ticket))
        .map(|ticket| ticket.id)
}

/// What pays for work on a sign-in: the named license, the sign-in's seat, or a seat of the session's own (S2). `queue` is
/// as in [`Ask::room`].
pub(super) fn room<R: From<Funding> + Copy>(
    account: &Account,
    sign_in: &SignIn,
    actor: &Actor,
    now: Timestamp,
    queue: Option<R>,
) -> Result<R, Refusal> {
    let Some(pool) = sign_in.pool.and_then(|pool| account.pools.get(&pool)) else {
        return Ok(Funding::Named.into());
    };
    if pool.rules.occupies == Occupies::SignIn {
        return Ok(Funding::Rides.into());
    }
    let user = account
        .users
        .get(&sign_in.user)
        .ok_or(Refusal::State(StateRefusal::SignInEnded { id: sign_in.id }))?;
    let holders = [pool.holder(user.id, sign_in.device.id.reveal())];
    let ticket = own_ticket(account, sign_in);
    Ask {
        account,
        pool,
        user,
        holders: &holders,
        claims: 1,
        leaving: &[],
        ticket,
        actor,
        now,
    }
    .room(queue)
}

pub(super) fn queue(
    account: &Account,
    sign_in: &SignIn,
    id: TicketId,
    wanted: Wanted,
) -> Result<Decision<StartOutcome>, Refusal> {
    let existing = account
        .users
        .get(&sign_in.user)
        .and_then(|user| account.ticket_of(user, &sign_in.product));
    if let Some(ticket) = existing {
        return Ok(Decision::unchanged(StartOutcome::Waits(ticket.id)));
    }
    check_ticket_id(account, id)?;
    let pool = sign_in.pool.and_then(|pool| account.pools.get(&pool));
    let opened = pool.map(|pool| {
        Event::Ticket(TicketEvent::Opened {
            id,
            user: sign_in.user,
            product: sign_in.product.clone(),
            pool: pool.id,
            wanted,
            lease: pool.rules.lease,
        })
    });
    Ok(Decision {
        events: opened.into_iter().collect(),
        outcome: StartOutcome::Waits(id),
    })
}

/// A seat has a limited number of active sessions at a time (S5).
pub(super) fn check_calls(account: &Account, sign_in: &SignIn) -> Result<(), Refusal> {
    let Some(pool) = sign_in.pool.and_then(|pool| account.pools.get(&pool)) else {
        return Ok(());
    };
    let Some(max) = pool.rules.max_active_sessions_per_seat else {
        return Ok(());
    };
    let active = active_on_seat(account, pool, sign_in);
    if active >= max {
        return Err(Refusal::Seat(SeatRefusal::SeatInCall { active, max }));
    }
    Ok(())
}

/// The most codes and links of one sign-in that wait for customers at a time.
const LINKS_MAX: usize = 100;

/// A sign-in has a limited number of codes and links that wait (S7): no seat limits them where signing in takes it.
pub(super) fn check_links(account: &Account, sign_in: &SignIn) -> Result<(), Refusal> {
    let sessions = sign_in.sessions().iter();
    let sessions = sessions.filter_map(|id| account.sessions.get(id));
    let waiting = sessions.filter(|session| matches!(session.state, SessionState::Standby { .. }));
    if waiting.count() < LINKS_MAX {
        return Ok(());
    }
    Err(Refusal::State(StateRefusal::WrongState {
        what: "sign-in",
        state: "at its limit of 100 codes and links that wait for customers",
        expected: "below it, so end those that nobody needs",
    }))
}

fn active_on_seat(account: &Account, pool: &Pool, sign_in: &SignIn) -> u32 {
    let Some(user) = account.users.get(&sign_in.user) else {
        return 0;
    };
    let on_seat = |session: &&Session| match pool.rules.seat_per {
        SeatPer::User => true,
        SeatPer::Device => session.sign_in == sign_in.id,
    };
    let sessions = account.sessions_of(user, &sign_in.product);
    count(
        sessions
            .filter(|session| session.is_active())
            .filter(on_seat)
            .count(),
    )
}
