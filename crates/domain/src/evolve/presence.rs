//! Events of sign-ins, sessions, tickets and minutes.

use super::seats::{self, Booking};
use crate::account::Account;
use crate::event::{Claim, EndReason, Event};
use crate::id::{PoolId, SessionId, SignInId, TicketId, UserId};
use crate::presence::{Funding, Session, SessionState, SignIn, Ticket, TicketState};
use crate::rules::Rules;
use crate::schedule::Due;
use crate::text::Product;
use crate::time::Timestamp;

pub(super) fn evolve(account: &mut Account, event: &Event, at: Timestamp) {
    match event {
        Event::SignedIn { .. } => signed_in(account, event, at),
        Event::SignInEnded { id, reason, .. } => sign_in_ended(account, *id, *reason, at),
        Event::LeasesRenewed { sign_ins, tickets } => leases_renewed(account, sign_ins, tickets),
        Event::LeasesRestarted {} => leases_restarted(account, at),
        Event::ActivityReported { id } => restart_idle(account, *id, at),
        Event::LogOffWarned { id, at: log_off_at } => {
            if let Some(sign_in) = account.sign_ins.get_mut(id) {
                sign_in.log_off_at = Some(*log_off_at);
            }
            seats::schedule_sign_in(account, *id);
        }
        Event::ReclaimWarned { id, at: reclaim_at } => seats::set_reclaim(account, *id, Some(*reclaim_at)),
        Event::ReclaimCancelled { id } => seats::set_reclaim(account, *id, None),
        Event::SeatLocked { id, until } => seat_locked(account, *id, *until),
        Event::SessionCreated { .. } => session_created(account, event, at),
        Event::SessionConnected { id, customer } => {
            if let Some(session) = account.sessions.get_mut(id) {
                session.state = SessionState::Active {};
                session.customer = customer.clone().or_else(|| session.customer.take());
            }
            seats::schedule_session(account, *id);
        }
        Event::SessionPaused { id } => session_paused(account, *id, at),
        Event::SessionResumed { id, funding, ticket } => session_resumed(account, *id, *funding, *ticket, at),
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
        Event::SessionEnded { id, .. } => remove_session(account, *id, at),
        Event::TicketOpened { .. } => ticket_opened(account, event, at),
        Event::OfferMade { id, until } => offer_made(account, *id, *until),
        Event::TicketEnded { id, .. } => remove_ticket(account, *id),
        Event::MinutePaid { claim, next_at } => minute_paid(account, *claim, *next_at),
        Event::MinutesLow { claim, .. } => set_funding(account, *claim, |funding| {
            if let Funding::Minutes { warned, .. } = funding {
                *warned = true;
            }
        }),
        Event::ClaimMoved { claim } => claim_moved(account, *claim),
        Event::MinutesAdded { .. } => minutes_added(account),
        Event::Refused { user, product, .. } => {
            if let Some(user) = account.users.get_mut(user) {
                user.refused_since.entry(product.clone()).or_insert(at);
            }
        }
        _ => {}
    }
}

fn signed_in(account: &mut Account, event: &Event, at: Timestamp) {
    let Event::SignedIn {
        id,
        user,
        product,
        device,
        pool,
        funding,
        lease,
        ticket,
    } = event
    else {
        return;
    };
    if let Some(ticket) = ticket {
        remove_ticket(account, *ticket);
    }
    let Some(owner) = account.users.get_mut(user) else {
        return;
    };
    seats::insert_sorted(&mut owner.sign_ins, *id);
    if !matches!(funding, Funding::Free) {
        owner.refused_since.remove(product);
    }
    let sign_in = SignIn {
        id: *id,
        user: *user,
        product: product.clone(),
        device: device.clone(),
        pool: *pool,
        funding: *funding,
        since: at,
        lease: *lease,
        lease_until: at + *lease,
        idle_since: None,
        log_off_at: None,
        reclaim_at: None,
        locked_until: None,
        sessions: Vec::new(),
        due: None,
    };
    account.sign_ins.insert(*id, sign_in);
    start_claim(account, Claim::SignIn(*id));
    restart_idle(account, *id, at);
    refresh_idle(account, *user, product, at);
    seats::schedule_sign_in(account, *id);
}

fn sign_in_ended(account: &mut Account, id: SignInId, reason: EndReason, at: Timestamp) {
    let left: Vec<SessionId> = account
        .sign_ins
        .get(&id)
        .map(|s| s.sessions.clone())
        .unwrap_or_default();
    for session in left {
        remove_session(account, session, at);
    }
    if reason == EndReason::Evicted {
        start_cool_down(account, id, at);
    }
    if let Some((booking, funding)) = Booking::of(account, Claim::SignIn(id)) {
        seats::unbook(account, &booking, funding, Some(at));
    }
    seats::set_idle(account, id, None);
    account.renewed_sign_ins.remove(&id);
    stop_empty_flush(account);
    let Some(mut sign_in) = account.sign_ins.remove(&id) else {
        return;
    };
    account.schedule.set(Due::SignIn(id), &mut sign_in.due, None);
    if let Some(user) = account.users.get_mut(&sign_in.user) {
        seats::remove_sorted(&mut user.sign_ins, &id);
    }
}

fn start_cool_down(account: &mut Account, id: SignInId, at: Timestamp) {
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

fn leases_renewed(
    account: &mut Account,
    sign_ins: &[(SignInId, Timestamp)],
    tickets: &[(TicketId, Timestamp)],
) {
    for (id, until) in sign_ins {
        account.renewed_sign_ins.remove(id);
        if let Some(sign_in) = account.sign_ins.get_mut(id) {
            sign_in.lease_until = sign_in.lease_until.max(*until);
        }
        seats::schedule_sign_in(account, *id);
    }
    for (id, until) in tickets {
        account.renewed_tickets.remove(id);
        if let Some(ticket) = account.tickets.get_mut(id) {
            ticket.lease_until = ticket.lease_until.max(*until);
        }
        seats::schedule_ticket(account, *id);
    }
    stop_empty_flush(account);
}

/// Without renewals in memory there is nothing to bring to the journal.
fn stop_empty_flush(account: &mut Account) {
    if !account.has_unsaved_renewals() {
        account.schedule.set_renewals(None);
    }
}

/// After an outage: full leases, full offers, idle clocks from zero, and no minute for the time away.
fn leases_restarted(account: &mut Account, at: Timestamp) {
    let sign_ins: Vec<SignInId> = account.sign_ins.keys().copied().collect();
    for id in sign_ins {
        if let Some(sign_in) = account.sign_ins.get_mut(&id) {
            sign_in.lease_until = sign_in.lease_until.max(at + sign_in.lease);
            let idle_since = sign_in.idle_since.map(|_| at);
            seats::set_idle(account, id, idle_since);
        }
    }
    let tickets: Vec<TicketId> = account.tickets.keys().copied().collect();
    for id in tickets {
        if let Some(ticket) = account.tickets.get_mut(&id) {
            ticket.lease_until = ticket.lease_until.max(at + ticket.lease);
            let hold = account.pools.get(&ticket.pool).map(|pool| pool.rules.offer_hold);
            if let (TicketState::Offered { until }, Some(hold)) = (&mut ticket.state, hold) {
                *until = (*until).max(at + hold);
            }
        }
        seats::schedule_ticket(account, id);
    }
    let claims: Vec<(Timestamp, Claim)> = account.minute_claims.iter().copied().collect();
    for (next_at, claim) in claims.into_iter().filter(|(next_at, _)| *next_at < at) {
        account.minute_claims.remove(&(next_at, claim));
        account.minute_claims.insert((at, claim));
        set_funding(account, claim, |funding| {
            if let Funding::Minutes { next_at, .. } = funding {
                *next_at = at;
            }
        });
        account.minutes_unsettled = true;
    }
}

/// The user is there, at this device: the idle clocks of all devices on this seat start from zero.
fn restart_idle(account: &mut Account, id: SignInId, at: Timestamp) {
    let mut concerned = seats::seat_mates(account, id);
    seats::insert_sorted(&mut concerned, id);
    for id in concerned {
        let is_idle = account.sign_ins.get(&id).is_some_and(|s| s.idle_since.is_some());
        if is_idle {
            seats::set_idle(account, id, Some(at));
        }
    }
}

fn seat_locked(account: &mut Account, id: SignInId, until: Option<Timestamp>) {
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

fn session_created(account: &mut Account, event: &Event, at: Timestamp) {
    let Event::SessionCreated {
        id,
        sign_in,
        kind,
        customer,
        code,
        standby_until,
        funding,
        ticket,
    } = event
    else {
        return;
    };
    if let Some(ticket) = ticket {
        remove_ticket(account, *ticket);
    }
    let Some(host) = account.sign_ins.get_mut(sign_in) else {
        return;
    };
    seats::insert_sorted(&mut host.sessions, *id);
    let (user, product, pool) = (host.user, host.product.clone(), host.pool);
    let state = match standby_until {
        Some(until) => SessionState::Standby { until: *until },
        None => SessionState::Active {},
    };
    let session = Session {
        id: *id,
        sign_in: *sign_in,
        user,
        product: product.clone(),
        pool,
        kind: *kind,
        state,
        funding: *funding,
        customer: customer.clone(),
        code: code.clone(),
        since: at,
        claimed_at: at,
        due: None,
    };
    account.sessions.insert(*id, session);
    if let Some(owner) = account.users.get_mut(&user) {
        seats::insert_sorted(&mut owner.sessions, *id);
        owner.refused_since.remove(&product);
    }
    start_claim(account, Claim::Session(*id));
    refresh_idle(account, user, &product, at);
    seats::schedule_session(account, *id);
}

fn session_paused(account: &mut Account, id: SessionId, at: Timestamp) {
    if let Some((booking, funding)) = Booking::of(account, Claim::Session(id)) {
        seats::unbook(account, &booking, funding, Some(at));
    }
    let Some(session) = account.sessions.get_mut(&id) else {
        return;
    };
    session.state = SessionState::Paused {};
    if session.funding != Funding::Named {
        session.funding = Funding::Rides;
    }
    let (user, product) = (session.user, session.product.clone());
    refresh_idle(account, user, &product, at);
    seats::schedule_session(account, id);
}

fn session_resumed(
    account: &mut Account,
    id: SessionId,
    funding: Funding,
    ticket: Option<TicketId>,
    at: Timestamp,
) {
    if let Some(ticket) = ticket {
        remove_ticket(account, ticket);
    }
    let Some(session) = account.sessions.get_mut(&id) else {
        return;
    };
    session.state = SessionState::Active {};
    session.funding = funding;
    session.claimed_at = at;
    let (user, product) = (session.user, session.product.clone());
    if let Some(owner) = account.users.get_mut(&user) {
        owner.refused_since.remove(&product);
    }
    start_claim(account, Claim::Session(id));
    refresh_idle(account, user, &product, at);
    seats::schedule_session(account, id);
}

fn remove_session(account: &mut Account, id: SessionId, at: Timestamp) {
    if let Some((booking, funding)) = Booking::of(account, Claim::Session(id)) {
        seats::unbook(account, &booking, funding, Some(at));
    }
    let Some(mut session) = account.sessions.remove(&id) else {
        return;
    };
    account.schedule.set(Due::Session(id), &mut session.due, None);
    if let Some(sign_in) = account.sign_ins.get_mut(&session.sign_in) {
        seats::remove_sorted(&mut sign_in.sessions, &id);
    }
    if let Some(user) = account.users.get_mut(&session.user) {
        seats::remove_sorted(&mut user.sessions, &id);
    }
    refresh_idle(account, session.user, &session.product, at);
}

fn ticket_opened(account: &mut Account, event: &Event, at: Timestamp) {
    let Event::TicketOpened {
        id,
        user,
        product,
        pool,
        wanted,
        lease,
    } = event
    else {
        return;
    };
    let Some(in_pool) = account.pools.get_mut(pool) else {
        return;
    };
    let place = in_pool.next_place;
    in_pool.next_place += 1;
    in_pool.queue.insert(place, *id);
    let ticket = Ticket {
        id: *id,
        user: *user,
        product: product.clone(),
        pool: *pool,
        place,
        wanted: wanted.clone(),
        since: at,
        lease: *lease,
        lease_until: at + *lease,
        state: TicketState::Waiting {},
        due: None,
    };
    account.tickets.insert(*id, ticket);
    if let Some(owner) = account.users.get_mut(user) {
        seats::insert_sorted(&mut owner.tickets, *id);
    }
    seats::schedule_ticket(account, *id);
    seats::touch(account, *pool);
}

fn offer_made(account: &mut Account, id: TicketId, until: Timestamp) {
    let Some(ticket) = account.tickets.get_mut(&id) else {
        return;
    };
    ticket.state = TicketState::Offered { until };
    let (pool_id, place) = (ticket.pool, ticket.place);
    if let Some(pool) = account.pools.get_mut(&pool_id) {
        pool.queue.remove(place);
        pool.offers.insert(id);
    }
    seats::schedule_ticket(account, id);
    seats::touch(account, pool_id);
}

fn remove_ticket(account: &mut Account, id: TicketId) {
    account.renewed_tickets.remove(&id);
    stop_empty_flush(account);
    let Some(mut ticket) = account.tickets.remove(&id) else {
        return;
    };
    account.schedule.set(Due::Ticket(id), &mut ticket.due, None);
    if let Some(user) = account.users.get_mut(&ticket.user) {
        seats::remove_sorted(&mut user.tickets, &id);
    }
    if let Some(pool) = account.pools.get_mut(&ticket.pool) {
        pool.queue.remove(ticket.place);
        pool.offers.remove(&id);
    }
    seats::touch(account, ticket.pool);
}

/// Books a new claim; minutes pay for their first minute at once (Q3).
fn start_claim(account: &mut Account, claim: Claim) {
    let Some((booking, funding)) = Booking::of(account, claim) else {
        return;
    };
    if let Funding::Minutes { .. } = funding {
        account.minutes = account.minutes.saturating_sub(1);
    }
    seats::book(account, &booking, funding);
}

fn minute_paid(account: &mut Account, claim: Claim, next_at: Timestamp) {
    let Some((_, Funding::Minutes { next_at: paid, .. })) = Booking::of(account, claim) else {
        return;
    };
    account.minutes = account.minutes.saturating_sub(1);
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

fn claim_moved(account: &mut Account, claim: Claim) {
    let Some((booking, funding)) = Booking::of(account, claim) else {
        return;
    };
    seats::unbook(account, &booking, funding, None);
    seats::book(account, &booking, Funding::Seat);
    set_funding(account, claim, |funding| *funding = Funding::Seat);
}

/// More minutes: who was warned is warned again should they not suffice.
fn minutes_added(account: &mut Account) {
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

fn set_funding(account: &mut Account, claim: Claim, change: impl FnOnce(&mut Funding)) {
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

/// A pool has another size or other rules. Idle clocks go on; what a new rule makes void is warned of anew.
pub(super) fn pool_changed(account: &mut Account, id: PoolId, before: &Rules) {
    seats::touch(account, id);
    let Some(pool) = account.pools.get(&id) else {
        return;
    };
    let log_off_changed = pool.rules.log_off_after() != before.log_off_after();
    let reclaim_changed = pool.rules.reclaim_idle_after != before.reclaim_idle_after;
    if !log_off_changed && !reclaim_changed {
        return;
    }
    let users = pool.users.iter().filter_map(|user| account.users.get(user));
    let concerned: Vec<SignInId> = users
        .flat_map(|user| account.sign_ins_of(user, &pool.product))
        .map(|sign_in| sign_in.id)
        .collect();
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

/// Starts or stops the idle clocks of a user's sign-ins to a product: stopped while any session of theirs is live
/// (2.4).
fn refresh_idle(account: &mut Account, user: UserId, product: &Product, at: Timestamp) {
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
        restore_ticket(account, id);
    }
    for (id, _) in sign_ins {
        seats::list_idle(account, id);
        seats::schedule_sign_in(account, id);
    }
    let pools: Vec<PoolId> = account.pools.keys().copied().collect();
    for pool in pools {
        seats::schedule_pool(account, pool);
    }
    account.unsettled.clear();
    account.seated.clear();
    account.changed_pools.clear();
    account.minutes_unsettled = false;
}

fn rebook(account: &mut Account, claim: Claim) {
    if let Some((booking, funding)) = Booking::of(account, claim) {
        seats::book(account, &booking, funding);
    }
}

fn restore_ticket(account: &mut Account, id: TicketId) {
    let Some(ticket) = account.tickets.get(&id) else {
        return;
    };
    let (user, pool, place, state) = (ticket.user, ticket.pool, ticket.place, ticket.state);
    if let Some(user) = account.users.get_mut(&user) {
        seats::insert_sorted(&mut user.tickets, id);
    }
    if let Some(pool) = account.pools.get_mut(&pool) {
        match state {
            TicketState::Waiting {} => {
                pool.queue.insert(place, id);
            }
            TicketState::Offered { .. } => {
                pool.offers.insert(id);
            }
        }
    }
    seats::schedule_ticket(account, id);
}
