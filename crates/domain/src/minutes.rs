//! Prepaid minutes (Q3): they pay for work while every seat is taken. The rule is in `docs/rules/minutes.md`.
//!
//! Everything about them is decided here: whether they pay, each further minute, the end of work that cannot pay, moves
//! onto a free seat, warnings, and the balance. Only the order in which a full pool tries minutes and the queue is that of
//! its rules (`decide/capacity.rs`).

mod index;

use alloc::vec;
use alloc::vec::Vec;

pub(crate) use self::index::OnMinutes;
use crate::account::{Account, State};
use crate::decide::presence::end_sign_in;
use crate::event::{Claim, EndReason, Event, MinutesEvent, SessionEvent};
use crate::evolve::seats::{self, Booking};
use crate::id::SignInId;
use crate::pool::Pool;
use crate::presence::Funding;
use crate::time::{Millis, Secs, Timestamp};

/// How long a minute lasts.
const MINUTE: Secs = Secs::new(60);

/// What pays for a request that begins this many claims: minutes, if one is left for the first of them. `None` if they
/// do not pay. They pay for a single claim only, so that one request never starts work that the balance cannot cover.
pub(crate) fn first(account: &Account, claims: usize, now: Timestamp) -> Option<Funding> {
    (account.minutes > 0 && claims == 1).then(|| Funding::Minutes {
        next_at: now + MINUTE,
        warned: false,
    })
}

/// A claim whose next minute was due at `due_at` pays it, or ends if none is left.
pub(crate) fn pay_or_end(account: &Account, claim: Claim, due_at: Timestamp) -> Vec<Event> {
    if account.minutes > 0 {
        return vec![Event::Minutes(MinutesEvent::Paid {
            claim,
            next_at: due_at + MINUTE,
        })];
    }
    let reason = EndReason::MinutesExhausted;
    match claim {
        Claim::SignIn(id) => end_sign_in(account, id, reason, None),
        Claim::Session(id) => vec![Event::Session(SessionEvent::Ended { id, reason, by: None })],
    }
}

/// The next claim of a pool to move from minutes onto a seat: one whose holder has a seat already, otherwise the oldest
/// if a seat is free and nobody waits.
pub(crate) fn next_move(account: &Account, pool: &Pool) -> Option<Event> {
    let claim = beside_a_seat(pool).or_else(|| {
        let is_free = pool.occupied() < pool.seats && pool.queue.is_empty();
        is_free.then(|| oldest(account, pool)).flatten()
    })?;
    Some(Event::Minutes(MinutesEvent::ClaimMoved { claim }))
}

/// A claim on minutes whose holder has a seat: it need not pay, and takes no further seat (S2).
fn beside_a_seat(pool: &Pool) -> Option<Claim> {
    pool.on_minutes.of(pool.paying_holders.first()?)
}

/// The oldest claim on minutes, of those whose user may hold another seat (S3). Skips as many as belong to users at
/// their own limit.
pub(crate) fn oldest(account: &Account, pool: &Pool) -> Option<Claim> {
    pool.on_minutes.oldest_first().find(|claim| {
        let sign_in = sign_in_of(account, *claim).and_then(|id| account.sign_ins.get(&id));
        let user = sign_in.and_then(|sign_in| account.users.get(&sign_in.user));
        user.is_some_and(|user| {
            user.profile
                .seat_limit
                .is_none_or(|limit| user.seats_held < limit)
        })
    })
}

fn sign_in_of(account: &Account, claim: Claim) -> Option<SignInId> {
    match claim {
        Claim::SignIn(id) => Some(id),
        Claim::Session(id) => account.sessions.get(&id).map(|session| session.sign_in),
    }
}

/// Warns those who cannot pay their next minute. Every claim pays once before any pays twice, in the order in which they
/// are due; so these are the claims behind the balance in that order.
pub(crate) fn low(account: &Account) -> Vec<Event> {
    let payable = usize::try_from(account.minutes).unwrap_or(usize::MAX);
    let unpayable = account.minute_claims.len().saturating_sub(payable);
    let is_new = |claim: &Claim| {
        let funding = match claim {
            Claim::SignIn(id) => account.sign_ins.get(id).map(|sign_in| sign_in.funding),
            Claim::Session(id) => account.sessions.get(id).map(|session| session.funding),
        };
        matches!(funding, Some(Funding::Minutes { warned: false, .. }))
    };
    let low = account.minute_claims.iter().rev().take(unpayable);
    let mut events: Vec<Event> = low
        .filter(|(_, claim)| is_new(claim))
        .map(|(ends_at, claim)| {
            Event::Minutes(MinutesEvent::Low {
                claim: *claim,
                ends_at: *ends_at,
            })
        })
        .collect();
    events.reverse();
    events
}

/// Books a new claim on what funds it, and pays its first minute if it begins on minutes.
pub(crate) fn start_claim(account: &mut State, claim: Claim) {
    let Some((booking, funding)) = Booking::of(account, claim) else {
        return;
    };
    if let Funding::Minutes { .. } = funding {
        spend(account);
    }
    seats::book(account, &booking, funding);
}

/// Books a claim on minutes.
pub(crate) fn book(account: &mut State, booking: &Booking, next_at: Timestamp) {
    account.minute_claims.insert((next_at, booking.claim));
    account.minutes_unsettled = true;
    if let Some(pool) = account.pools.get_mut(&booking.pool) {
        let holder = pool.holder(booking.user, &booking.device);
        pool.on_minutes.insert(&holder, booking.claimed_at, booking.claim);
        pool.list_paying(&holder);
    }
    seats::touch(account, booking.pool);
}

/// Takes a claim off minutes.
pub(crate) fn unbook(account: &mut State, booking: &Booking, next_at: Timestamp) {
    account.minute_claims.remove(&(next_at, booking.claim));
    account.minutes_unsettled = true;
    if let Some(pool) = account.pools.get_mut(&booking.pool) {
        let holder = pool.holder(booking.user, &booking.device);
        pool.on_minutes.remove(&holder, booking.claimed_at, booking.claim);
        pool.list_paying(&holder);
    }
    seats::touch(account, booking.pool);
}

/// Applies an event of minutes.
pub(crate) fn evolve(account: &mut State, event: &MinutesEvent) {
    match event {
        MinutesEvent::Paid { claim, next_at } => paid(account, *claim, *next_at),
        MinutesEvent::Low { claim, .. } => set_funding(account, *claim, |funding| {
            if let Funding::Minutes { warned, .. } = funding {
                *warned = true;
            }
        }),
        MinutesEvent::ClaimMoved { claim } => claim_moved(account, *claim),
    }
}

fn paid(account: &mut State, claim: Claim, next_at: Timestamp) {
    let Some((_, Funding::Minutes { next_at: paid, .. })) = Booking::of(account, claim) else {
        return;
    };
    spend(account);
    account.minutes_unsettled = true;
    account.minute_claims.remove(&(paid, claim));
    account.minute_claims.insert((next_at, claim));
    set_funding(account, claim, |funding| {
        *funding = Funding::Minutes {
            next_at,
            warned: false,
        }
    });
}

fn claim_moved(account: &mut State, claim: Claim) {
    let Some((booking, funding)) = Booking::of(account, claim) else {
        return;
    };
    seats::unbook(account, &booking, funding, None);
    seats::book(account, &booking, Funding::Seat);
    set_funding(account, claim, |funding| *funding = Funding::Seat);
}

/// More minutes, and when they end (L12). Users who were warned are warned again if they do not suffice.
pub(crate) fn add(account: &mut State, minutes: u32, until: Option<Timestamp>) {
    let minutes = u64::from(minutes);
    account.minutes = account.minutes.saturating_add(minutes);
    if let Some(until) = until {
        let ending = account.minutes_until.entry(until).or_default();
        *ending = ending.saturating_add(minutes);
    }
    account.minutes_unsettled = true;
    let claims: Vec<Claim> = account.minute_claims.iter().map(|(_, claim)| *claim).collect();
    for claim in claims {
        set_funding(account, claim, |funding| {
            if let Funding::Minutes { warned, .. } = funding {
                *warned = false;
            }
        });
    }
}

/// What is left of the minutes that end at `until` is gone (L12).
pub(crate) fn ended(account: &mut State, until: Timestamp) {
    let ended = account.minutes_until.remove(&until).unwrap_or_default();
    account.minutes = account.minutes.saturating_sub(ended);
    account.minutes_unsettled = true;
}

/// Pays a minute: one of those that end next (L12).
fn spend(account: &mut State) {
    account.minutes = account.minutes.saturating_sub(1);
    if let Some(mut ending) = account.minutes_until.first_entry() {
        let left = ending.get().saturating_sub(1);
        ending.insert(left);
        if left == 0 {
            ending.remove();
        }
    }
}

/// After an outage, the minute that was running continues where it stopped. Users who cannot pay the next are warned
/// again, since it is due later than they know. Without a known length, no minute is paid for the time away.
pub(crate) fn resumed(account: &mut State, away: Option<Millis>, at: Timestamp) {
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
        set_funding(account, claim, |funding| {
            if let Funding::Minutes { next_at, warned } = funding {
                *next_at = moved(*next_at);
                *warned = *warned && away.is_none();
            }
        });
        account.minutes_unsettled = true;
    }
}

/// Changes what pays for a claim.
pub(crate) fn set_funding(account: &mut State, claim: Claim, change: impl FnOnce(&mut Funding)) {
    match claim {
        Claim::SignIn(id) => {
            if let Some(sign_in) = account.sign_ins.get_mut(&id) {
                change(&mut sign_in.funding);
            }
            seats::list_idle(account, id);
            seats::schedule_sign_in(account, id);
        }
        Claim::Session(id) => {
            if let Some(session) = account.sessions.get_mut(&id) {
                change(&mut session.funding);
            }
            seats::schedule_session(account, id);
        }
    }
}
