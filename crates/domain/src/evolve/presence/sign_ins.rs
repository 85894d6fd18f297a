//! Events of sign-ins, their leases and their idle clocks.

use alloc::vec::Vec;

use super::tickets;
use crate::account::State;
use crate::event::{Claim, EndReason, SignInEvent};
use crate::evolve::loans;
use crate::evolve::seats::{self, Booking};
use crate::id::{SessionId, SignInId, UserId};
use crate::leases::{self, Leased};
use crate::minutes;
use crate::presence::{Funding, Session, SignIn};
use crate::schedule::Due;
use crate::text::Product;
use crate::time::Timestamp;

pub(in crate::evolve) fn evolve(account: &mut State, event: &SignInEvent, at: Timestamp) {
    match event {
        SignInEvent::SignedIn {
            id,
            user,
            product,
            device,
            pool,
            funding,
            lease,
            ticket,
        } => {
            account.has_been_used = true;
            tickets::claimed(account, *ticket);
            let sign_in = SignIn {
                id: *id,
                user: *user,
                product: product.clone(),
                device: device.clone(),
                pool: *pool,
                funding: *funding,
                since: at,
                lease: *lease,
                stored_until: at + *lease,
                renewed_until: None,
                idle_since: None,
                log_off_at: None,
                reclaim_at: None,
                locked_until: None,
                sessions: Vec::new(),
                due: None,
            };
            signed_in(account, sign_in, at);
        }
        SignInEvent::Ended { id, reason, .. } => sign_in_ended(account, *id, *reason, at),
        SignInEvent::ActivityReported { id } => restart_idle(account, *id, at),
        SignInEvent::LogOffWarned { id, at: log_off_at } => {
            if let Some(sign_in) = account.sign_ins.get_mut(id) {
                sign_in.log_off_at = Some(*log_off_at);
            }
            seats::schedule_sign_in(account, *id);
        }
        SignInEvent::ReclaimWarned { id, at: reclaim_at } => {
            seats::set_reclaim(account, *id, Some(*reclaim_at));
        }
        SignInEvent::ReclaimCancelled { id } => seats::set_reclaim(account, *id, None),
        SignInEvent::SeatLocked { id, until } => seat_locked(account, *id, *until),
    }
}

fn signed_in(account: &mut State, sign_in: SignIn, at: Timestamp) {
    let (id, user, product) = (sign_in.id, sign_in.user, sign_in.product.clone());
    let Some(owner) = account.users.get_mut(&user) else {
        return;
    };
    seats::insert_sorted(&mut owner.sign_ins, id);
    if !matches!(sign_in.funding, Funding::Free) {
        owner.refused_since.remove(&product);
    }
    account.sign_ins.insert(id, sign_in);
    minutes::start_claim(account, Claim::SignIn(id));
    restart_idle(account, id, at);
    refresh_idle(account, user, &product, at);
    seats::schedule_sign_in(account, id);
    loans::schedule(account, user);
}

fn sign_in_ended(account: &mut State, id: SignInId, reason: EndReason, at: Timestamp) {
    let left: Vec<SessionId> = account
        .sign_ins
        .get(&id)
        .map(|s| s.sessions.clone())
        .unwrap_or_default();
    for session in left {
        super::sessions::remove_session(account, session, at);
    }
    if reason == EndReason::Evicted {
        start_cool_down(account, id, at);
    }
    if let Some((booking, funding)) = Booking::of(account, Claim::SignIn(id)) {
        seats::unbook(account, &booking, funding, Some(at));
    }
    seats::set_idle(account, id, None);
    leases::ended(account, Leased::SignIn(id));
    let Some(mut sign_in) = account.sign_ins.remove(&id) else {
        return;
    };
    account.schedule.set(Due::SignIn(id), &mut sign_in.due, None);
    if let Some(user) = account.users.get_mut(&sign_in.user) {
        seats::remove_sorted(&mut user.sign_ins, &id);
        if sign_in.funding == Funding::Named {
            user.unused_since.insert(sign_in.product, at);
        }
    }
    loans::schedule(account, sign_in.user);
}

/// Starts the time in which an evicted user cannot take a seat again (S10).
fn start_cool_down(account: &mut State, id: SignInId, at: Timestamp) {
    let Some(sign_in) = account.sign_ins.get(&id) else {
        return;
    };
    let Some(pool) = sign_in.pool.and_then(|pool| account.pools.get(&pool)) else {
        return;
    };
    let cool_down = pool.rules.eviction_cool_down;
    if cool_down.get() == 0 {
        return;
    }
    if let Some(user) = account.users.get_mut(&sign_in.user) {
        user.cooling_until.insert(sign_in.product.clone(), at + cool_down);
    }
}

/// The user is active on this device: the idle clocks of all devices on this seat restart from zero.
pub(super) fn restart_idle(account: &mut State, id: SignInId, at: Timestamp) {
    let mut concerned = seats::seat_mates(account, id);
    seats::insert_sorted(&mut concerned, id);
    for id in concerned {
        let is_idle = account.sign_ins.get(&id).is_some_and(|s| s.idle_since.is_some());
        if is_idle {
            seats::set_idle(account, id, Some(at));
        }
    }
}

fn seat_locked(account: &mut State, id: SignInId, until: Option<Timestamp>) {
    let Some(sign_in) = account.sign_ins.get_mut(&id) else {
        return;
    };
    sign_in.locked_until = until;
    seats::list_idle(account, id);
    if until.is_some() {
        for mate in seats::seat_mates(account, id) {
            seats::set_reclaim(account, mate, None);
        }
    }
}

/// Starts or stops the idle clocks of a user's sign-ins for a product: they are stopped while any session of theirs is
/// live (A1).
pub(super) fn refresh_idle(account: &mut State, user: UserId, product: &Product, at: Timestamp) {
    let Some(owner) = account.users.get(&user) else {
        return;
    };
    let busy = account.sessions_of(owner, product).any(Session::is_live);
    let changed: Vec<SignInId> = account
        .sign_ins_of(owner, product)
        .filter(|sign_in| sign_in.idle_since.is_none() != busy)
        .map(|sign_in| sign_in.id)
        .collect();
    for id in changed {
        seats::set_idle(account, id, (!busy).then_some(at));
    }
}
