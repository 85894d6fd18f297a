//! Events of sessions.

use crate::account::Account;
use crate::event::{Claim, Event};
use crate::evolve::seats::{self, Booking};
use crate::id::{SessionId, TicketId};
use crate::labels::Labels;
use crate::minutes;
use crate::presence::{Funding, Session, SessionState};
use crate::schedule::Due;
use crate::time::Timestamp;

pub(super) fn session_created(account: &mut Account, event: &Event, at: Timestamp) {
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
        super::tickets::remove_ticket(account, *ticket);
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
        joined: None,
        labels: Labels::default(),
        since: at,
        claimed_at: at,
        due: None,
    };
    account.sessions.insert(*id, session);
    if let Some(owner) = account.users.get_mut(&user) {
        seats::insert_sorted(&mut owner.sessions, *id);
        owner.refused_since.remove(&product);
    }
    minutes::start_claim(account, Claim::Session(*id));
    super::sign_ins::refresh_idle(account, user, &product, at);
    seats::schedule_session(account, *id);
}

pub(super) fn session_paused(account: &mut Account, id: SessionId, at: Timestamp) {
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
    super::sign_ins::refresh_idle(account, user, &product, at);
    seats::schedule_session(account, id);
}

pub(super) fn session_resumed(
    account: &mut Account,
    id: SessionId,
    funding: Funding,
    ticket: Option<TicketId>,
    at: Timestamp,
) {
    if let Some(ticket) = ticket {
        super::tickets::remove_ticket(account, ticket);
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
    minutes::start_claim(account, Claim::Session(id));
    super::sign_ins::refresh_idle(account, user, &product, at);
    seats::schedule_session(account, id);
}

pub(super) fn remove_session(account: &mut Account, id: SessionId, at: Timestamp) {
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
    super::sign_ins::refresh_idle(account, session.user, &session.product, at);
}
