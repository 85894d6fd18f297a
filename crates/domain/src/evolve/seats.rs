//! The books of a pool: which claims hold its seats, which are carried by minutes, who is idle, what is due.

use crate::account::Account;
use crate::event::Claim;
use crate::id::{PoolId, SessionId, SignInId, TicketId, UserId};
use crate::presence::{Funding, SessionState, TicketState};
use crate::schedule::Due;
use crate::text::DeviceId;
use crate::time::{Secs, Timestamp};

/// A claim with what is needed to book it.
pub(super) struct Booking {
    pub(super) claim: Claim,
    pub(super) pool: PoolId,
    pub(super) user: UserId,
    pub(super) device: DeviceId,
    pub(super) claimed_at: Timestamp,
}

impl Booking {
    /// The booking of a sign-in or session that the account has; none where it has no pool.
    pub(super) fn of(account: &Account, claim: Claim) -> Option<(Self, Funding)> {
        let (session, sign_in) = match claim {
            Claim::SignIn(id) => (None, account.sign_ins.get(&id)?),
            Claim::Session(id) => {
                let session = account.sessions.get(&id)?;
                (Some(session), account.sign_ins.get(&session.sign_in)?)
            }
        };
        let booking = Self {
            claim,
            pool: sign_in.pool?,
            user: sign_in.user,
            device: sign_in.device.id.clone(),
            claimed_at: session.map_or(sign_in.since, |session| session.claimed_at),
        };
        Some((
            booking,
            session.map_or(sign_in.funding, |session| session.funding),
        ))
    }
}

/// Marks a pool as one whose rules must be settled and whose occupancy is worth a record.
pub(super) fn touch(account: &mut Account, pool: PoolId) {
    account.unsettled.insert(pool);
    account.changed_pools.insert(pool);
}

/// Books a claim on what funds it.
pub(super) fn book(account: &mut Account, booking: &Booking, funding: Funding) {
    match funding {
        Funding::Seat => hold(account, booking),
        Funding::Minutes { next_at, .. } => {
            account.minute_claims.insert((next_at, booking.claim));
            account.minutes_unsettled = true;
            if let Some(pool) = account.pools.get_mut(&booking.pool) {
                pool.on_minutes.insert((booking.claimed_at, booking.claim));
            }
            touch(account, booking.pool);
        }
        Funding::Named | Funding::Free | Funding::Rides => {}
    }
}

/// Takes a claim off what funds it.
pub(super) fn unbook(account: &mut Account, booking: &Booking, funding: Funding, at: Option<Timestamp>) {
    match funding {
        Funding::Seat => release(account, booking, at),
        Funding::Minutes { next_at, .. } => {
            account.minute_claims.remove(&(next_at, booking.claim));
            account.minutes_unsettled = true;
            if let Some(pool) = account.pools.get_mut(&booking.pool) {
                pool.on_minutes.remove(&(booking.claimed_at, booking.claim));
            }
            touch(account, booking.pool);
        }
        Funding::Named | Funding::Free | Funding::Rides => {}
    }
}

fn hold(account: &mut Account, booking: &Booking) {
    let Some(pool) = account.pools.get_mut(&booking.pool) else {
        return;
    };
    let claims = pool
        .holders
        .entry(pool.holder(booking.user, &booking.device))
        .or_default();
    let is_new_holder = claims.is_empty();
    insert_sorted(claims, booking.claim);
    if is_new_holder {
        if let Some(user) = account.users.get_mut(&booking.user) {
            user.seats_held += 1;
        }
        touch(account, booking.pool);
    }
}

fn release(account: &mut Account, booking: &Booking, at: Option<Timestamp>) {
    let Some(pool) = account.pools.get_mut(&booking.pool) else {
        return;
    };
    let holder = pool.holder(booking.user, &booking.device);
    let Some(claims) = pool.holders.get_mut(&holder) else {
        return;
    };
    remove_sorted(claims, &booking.claim);
    if claims.is_empty() {
        pool.holders.remove(&holder);
        if let Some(at) = at {
            pool.note_hold(at.since(booking.claimed_at));
        }
        if let Some(user) = account.users.get_mut(&booking.user) {
            user.seats_held = user.seats_held.saturating_sub(1);
        }
        touch(account, booking.pool);
    }
}

/// Sets since when a sign-in is idle. Being busy, and starting anew, voids what the user was warned of.
pub(super) fn set_idle(account: &mut Account, id: SignInId, idle_since: Option<Timestamp>) {
    let Some(sign_in) = account.sign_ins.get_mut(&id) else {
        return;
    };
    sign_in.idle_since = idle_since;
    sign_in.log_off_at = None;
    set_reclaim(account, id, None);
    list_idle(account, id);
}

/// Sets when a warned holder loses the seat.
pub(super) fn set_reclaim(account: &mut Account, id: SignInId, at: Option<Timestamp>) {
    let Some(sign_in) = account.sign_ins.get_mut(&id) else {
        return;
    };
    sign_in.reclaim_at = at;
    let Some(pool) = sign_in.pool.and_then(|pool| account.pools.get_mut(&pool)) else {
        return;
    };
    let changed = if at.is_some() {
        pool.reclaiming.insert(id)
    } else {
        pool.reclaiming.remove(&id)
    };
    if changed {
        account.unsettled.insert(pool.id);
    }
}

/// Puts a sign-in in its place in the pool's list of idle seats, or takes it off, and renews what is due.
pub(super) fn list_idle(account: &mut Account, id: SignInId) {
    let Some(sign_in) = account.sign_ins.get_mut(&id) else {
        return;
    };
    let listed = sign_in.idle_since.filter(|_| sign_in.funding == Funding::Seat);
    let old = std::mem::replace(&mut sign_in.idle_listed, listed);
    let pool_id = sign_in.pool;
    if old != listed
        && let Some(pool) = pool_id.and_then(|pool| account.pools.get_mut(&pool))
    {
        if let Some(old) = old {
            pool.idle.remove(&(old, id));
        }
        if let Some(new) = listed {
            pool.idle.insert((new, id));
        }
        if pool.rules.reclaim_idle_after.is_some() {
            account.unsettled.insert(pool.id);
        }
    }
    schedule_sign_in(account, id);
}

/// Puts the earliest thing that is due for a sign-in on the schedule.
pub(super) fn schedule_sign_in(account: &mut Account, id: SignInId) {
    let Some(sign_in) = account.sign_ins.get_mut(&id) else {
        return;
    };
    let rules = sign_in
        .pool
        .and_then(|pool| account.pools.get(&pool))
        .map(|pool| &pool.rules);
    let warn_at = match (
        sign_in.idle_since,
        rules.and_then(crate::rules::Rules::log_off_after),
    ) {
        (Some(idle_since), Some(after)) => Some(idle_since + after.saturating_sub(log_off_notice(after))),
        _ => None,
    };
    let log_off = sign_in.log_off_at.or(warn_at);
    let minute = match sign_in.funding {
        Funding::Minutes { next_at, .. } => Some(next_at),
        _ => None,
    };
    let at = [Some(sign_in.lease_until), log_off, sign_in.reclaim_at, minute]
        .into_iter()
        .flatten()
        .min();
    account.schedule.set(Due::SignIn(id), &mut sign_in.due, at);
}

/// How long before a log-off the device is warned (2.4): 60 s, or half of the time where that is shorter.
pub(crate) fn log_off_notice(after: Secs) -> Secs {
    Secs::new((after.get() / 2).min(60))
}

/// Puts the earliest thing that is due for a session on the schedule.
pub(super) fn schedule_session(account: &mut Account, id: SessionId) {
    let Some(session) = account.sessions.get_mut(&id) else {
        return;
    };
    let state = match &session.state {
        SessionState::Standby { until } => Some(*until),
        SessionState::Ending { closes_at, .. } => Some(*closes_at),
        SessionState::Active {} | SessionState::Paused {} => None,
    };
    let minute = match session.funding {
        Funding::Minutes { next_at, .. } => Some(next_at),
        _ => None,
    };
    let at = [state, minute].into_iter().flatten().min();
    account.schedule.set(Due::Session(id), &mut session.due, at);
}

/// Puts the earliest thing that is due for a ticket on the schedule.
pub(super) fn schedule_ticket(account: &mut Account, id: TicketId) {
    let Some(ticket) = account.tickets.get_mut(&id) else {
        return;
    };
    let at = match ticket.state {
        TicketState::Waiting {} => ticket.lease_until,
        TicketState::Offered { until } => ticket.lease_until.min(until),
    };
    account.schedule.set(Due::Ticket(id), &mut ticket.due, Some(at));
}

/// Puts on the schedule when the next idle holder is to be warned (Q4): as soon as one is idle for long enough,
/// while more people wait than holders are warned already.
pub(crate) fn schedule_pool(account: &mut Account, id: PoolId) {
    let Some(pool) = account.pools.get(&id) else {
        return;
    };
    let at = next_reclaim(account, pool).map(|(at, _)| at);
    if let Some(pool) = account.pools.get_mut(&id) {
        account.schedule.set(Due::Pool(id), &mut pool.due, at);
    }
}

/// The holder who is to be warned next, and when.
pub(crate) fn next_reclaim(account: &Account, pool: &crate::pool::Pool) -> Option<(Timestamp, SignInId)> {
    let after = pool.rules.reclaim_idle_after?;
    if pool.queue.len() <= pool.reclaiming.len() {
        return None;
    }
    let mut best: Option<(Timestamp, SignInId)> = None;
    for (idle_since, id) in pool.idle.iter().filter(|(_, id)| !pool.reclaiming.contains(id)) {
        let earliest = *idle_since + after;
        if best.is_some_and(|(at, _)| at <= earliest) {
            break;
        }
        let locked_until = account.sign_ins.get(id).and_then(|sign_in| sign_in.locked_until);
        let at = locked_until.map_or(earliest, |until| until.max(earliest));
        if best.is_none_or(|(known, _)| at < known) {
            best = Some((at, *id));
        }
    }
    best
}

pub(super) fn insert_sorted<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(place) = list.binary_search(&item) {
        if list.capacity() == 0 {
            list.reserve_exact(1);
        }
        list.insert(place, item);
    }
}

pub(super) fn remove_sorted<T: Ord>(list: &mut Vec<T>, item: &T) {
    if let Ok(place) = list.binary_search(item) {
        list.remove(place);
    }
}
