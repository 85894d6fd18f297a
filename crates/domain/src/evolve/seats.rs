//! The bookkeeping of a pool: which claims hold its seats, which are on minutes, who is idle, and deadlines.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::account::State;
use crate::event::Claim;
use crate::id::{PoolId, SessionId, SignInId, TicketId, UserId};
use crate::minutes;
use crate::pool::{Holder, Pool, Standing};
use crate::presence::{Funding, SessionState, TicketState};
use crate::schedule::Due;
use crate::text::DeviceId;
use crate::time::{Secs, Timestamp};
use crate::user::License;

/// A claim with everything needed to book it.
pub(crate) struct Booking {
    pub(crate) claim: Claim,
    pub(crate) pool: PoolId,
    pub(crate) user: UserId,
    pub(crate) device: DeviceId,
    pub(crate) claimed_at: Timestamp,
}

impl Booking {
    /// The booking of an existing sign-in or session; `None` if it has no pool.
    pub(crate) fn of(account: &State, claim: Claim) -> Option<(Self, Funding)> {
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
            device: sign_in.device.id.reveal().clone(),
            claimed_at: session.map_or(sign_in.since, |session| session.claimed_at),
        };
        Some((
            booking,
            session.map_or(sign_in.funding, |session| session.funding),
        ))
    }
}

/// Marks a pool for follow-up events and for a record of its occupancy. Call it after the change.
pub(crate) fn touch(account: &mut State, pool: PoolId) {
    account.unsettled.insert(pool);
    account.changed_pools.insert(pool);
    schedule_pool(account, pool);
}

/// Books a claim on its funding.
pub(crate) fn book(account: &mut State, booking: &Booking, funding: Funding) {
    match funding {
        Funding::Seat => hold(account, booking),
        Funding::Minutes { next_at, .. } => minutes::book(account, booking, next_at),
        Funding::Named | Funding::Free | Funding::Rides => {}
    }
}

/// Removes a claim from its funding.
pub(crate) fn unbook(account: &mut State, booking: &Booking, funding: Funding, at: Option<Timestamp>) {
    match funding {
        Funding::Seat => release(account, booking, at),
        Funding::Minutes { next_at, .. } => minutes::unbook(account, booking, next_at),
        Funding::Named | Funding::Free | Funding::Rides => {}
    }
}

fn hold(account: &mut State, booking: &Booking) {
    let Some(pool) = account.pools.get_mut(&booking.pool) else {
        return;
    };
    let holder = pool.holder(booking.user, &booking.device);
    let claims = pool.holders.entry(holder.clone()).or_default();
    let is_new_holder = claims.is_empty();
    insert_sorted(claims, booking.claim);
    if is_new_holder {
        pool.list_paying(&holder);
        if let Some(user) = account.users.get_mut(&booking.user) {
            user.seats_held += 1;
        }
        touch(account, booking.pool);
    }
}

fn release(account: &mut State, booking: &Booking, at: Option<Timestamp>) {
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
        pool.list_paying(&holder);
        if let Some(at) = at {
            pool.note_hold(at.since(booking.claimed_at));
        }
        touch(account, booking.pool);
        give_back(account, booking.user);
    }
}

/// One seat less: a user at their limit may now move from minutes onto another one (S3).
fn give_back(account: &mut State, user: UserId) {
    let Some(owner) = account.users.get_mut(&user) else {
        return;
    };
    owner.seats_held = owner.seats_held.saturating_sub(1);
    if owner.profile.seat_limit.is_some() {
        unsettle_pools_of(account, user);
    }
}

/// Marks the pools of a user for follow-up events.
pub(crate) fn unsettle_pools_of(account: &mut State, user: UserId) {
    let licenses = account.users.get(&user).map(|user| &user.licenses);
    for license in licenses.into_iter().flat_map(BTreeMap::values) {
        if let License::Shared(pool) = license {
            account.unsettled.insert(*pool);
        }
    }
}

/// Sets since when a sign-in is idle. Being busy, or restarting, cancels the user's warnings.
pub(crate) fn set_idle(account: &mut State, id: SignInId, idle_since: Option<Timestamp>) {
    let Some(sign_in) = account.sign_ins.get_mut(&id) else {
        return;
    };
    sign_in.idle_since = idle_since;
    sign_in.log_off_at = None;
    sign_in.reclaim_at = None;
    list_idle(account, id);
    schedule_sign_in(account, id);
}

/// Sets when a warned holder loses the seat.
pub(crate) fn set_reclaim(account: &mut State, id: SignInId, at: Option<Timestamp>) {
    if let Some(sign_in) = account.sign_ins.get_mut(&id) {
        sign_in.reclaim_at = at;
    }
    list_idle(account, id);
    schedule_sign_in(account, id);
}

/// The sign-ins that share a seat with this one, including itself.
pub(crate) fn seat_mates(account: &State, id: SignInId) -> Vec<SignInId> {
    let seat = account.sign_ins.get(&id).and_then(|sign_in| {
        let pool = account.pools.get(&sign_in.pool?)?;
        Some((pool, pool.holder(sign_in.user, sign_in.device.id.reveal())))
    });
    let Some((pool, holder)) = seat else {
        return Vec::new();
    };
    account
        .sign_ins_on(pool, &holder)
        .map(|sign_in| sign_in.id)
        .collect()
}

/// Updates the entry of a sign-in's holder among the pool's idle holders.
pub(crate) fn list_idle(account: &mut State, id: SignInId) {
    let Some(sign_in) = account.sign_ins.get(&id) else {
        return;
    };
    let Some(pool) = sign_in.pool.and_then(|pool| account.pools.get(&pool)) else {
        return;
    };
    let pool_id = pool.id;
    let holder = pool.holder(sign_in.user, sign_in.device.id.reveal());
    let standing = standing(account, pool, &holder);
    if let Some(pool) = account.pools.get_mut(&pool_id)
        && pool.idle.set(&holder, standing)
    {
        account.unsettled.insert(pool_id);
        schedule_pool(account, pool_id);
    }
}

/// The state of an idle holder: idle for as long as the device on which they were last active, and spared while they
/// lock the seat on any device (Q4).
fn standing(account: &State, pool: &Pool, holder: &Holder) -> Option<Standing> {
    let after = pool.rules.reclaim_idle_after?;
    let mut idle_since = None;
    let mut locked_until = None;
    let mut is_warned = false;
    for sign_in in account.sign_ins_on(pool, holder) {
        idle_since = idle_since.max(Some(sign_in.idle_since?));
        locked_until = locked_until.max(sign_in.locked_until);
        is_warned |= sign_in.reclaim_at.is_some();
    }
    let idle_since: Timestamp = idle_since?;
    if is_warned {
        return Some(Standing::Warned(idle_since));
    }
    let from = idle_since + after;
    Some(Standing::Quiet(
        locked_until.map_or(from, |until| from.max(until)),
    ))
}

/// Schedules the earliest deadline of a sign-in.
pub(crate) fn schedule_sign_in(account: &mut State, id: SignInId) {
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
    let minute = sign_in.funding.next_minute();
    let at = [Some(sign_in.lease_until()), log_off, sign_in.reclaim_at, minute]
        .into_iter()
        .flatten()
        .min();
    account.schedule.set(Due::SignIn(id), &mut sign_in.due, at);
}

/// How long before a log-off the device is warned (A3): 60 s, or half of the time where that is shorter.
pub(crate) fn log_off_notice(after: Secs) -> Secs {
    Secs::new((after.get() / 2).min(60))
}

/// Schedules the earliest deadline of a session.
pub(crate) fn schedule_session(account: &mut State, id: SessionId) {
    let Some(session) = account.sessions.get_mut(&id) else {
        return;
    };
    let state = match &session.state {
        SessionState::Standby { until } => Some(*until),
        SessionState::Ending { closes_at, .. } => Some(*closes_at),
        SessionState::Active {} | SessionState::Paused {} => None,
    };
    let minute = session.funding.next_minute();
    let at = [state, minute].into_iter().flatten().min();
    account.schedule.set(Due::Session(id), &mut session.due, at);
}

/// Schedules the earliest deadline of a ticket.
pub(crate) fn schedule_ticket(account: &mut State, id: TicketId) {
    let Some(ticket) = account.tickets.get_mut(&id) else {
        return;
    };
    let at = match ticket.state {
        TicketState::Waiting {} => ticket.lease_until(),
        TicketState::Offered { until } => ticket.lease_until().min(until),
    };
    account.schedule.set(Due::Ticket(id), &mut ticket.due, Some(at));
}

/// Schedules the warning of the next idle holder (Q4): as soon as one has been idle for long enough, while more users
/// wait than holders are warned.
fn schedule_pool(account: &mut State, id: PoolId) {
    let Some(pool) = account.pools.get_mut(&id) else {
        return;
    };
    let at = next_reclaim(pool).map(|(at, _)| at);
    account.schedule.set(Due::Pool(id), &mut pool.due, at);
}

/// The holder who is to be warned next, and when.
pub(crate) fn next_reclaim(pool: &Pool) -> Option<(Timestamp, &Holder)> {
    if pool.queue.len() <= pool.idle.warned() {
        return None;
    }
    pool.idle.next()
}

pub(crate) fn insert_sorted<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(place) = list.binary_search(&item) {
        if list.capacity() == 0 {
            list.reserve_exact(1);
        }
        list.insert(place, item);
    }
}

pub(crate) fn remove_sorted<T: Ord>(list: &mut Vec<T>, item: &T) {
    if let Ok(place) = list.binary_search(item) {
        list.remove(place);
    }
}
