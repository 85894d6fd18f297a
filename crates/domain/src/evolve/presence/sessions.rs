//! Events of sessions.

use super::tickets;
use crate::account::State;
use crate::event::{Claim, SessionEvent};
use crate::evolve::seats::{self, Booking};
use crate::id::SessionId;
use crate::labels::Labels;
use crate::minutes;
use crate::presence::{Customer, Funding, Session, SessionState};
use crate::schedule::Due;
use crate::time::Timestamp;

pub(in crate::evolve) fn evolve(account: &mut State, event: &SessionEvent, at: Timestamp) {
    match event {
        SessionEvent::Created {
            id,
            sign_in,
            kind,
            customer,
            code,
            standby_until,
            funding,
            ticket,
        } => {
            tickets::claimed(account, *ticket);
            let Some(host) = account.sign_ins.get(sign_in) else {
                return;
            };
            let session = Session {
                id: *id,
                sign_in: *sign_in,
                user: host.user,
                product: host.product.clone(),
                pool: host.pool,
                kind: *kind,
                state: match standby_until {
                    Some(until) => SessionState::Standby { until: *until },
                    None => SessionState::Active {},
                },
                funding: *funding,
                customer: customer.clone(),
                code: code.clone(),
                joined: None,
                labels: Labels::default(),
                since: at,
                claimed_at: at,
                active_since: standby_until.is_none().then_some(at),
                due: None,
            };
            created(account, session, at);
        }
        SessionEvent::Connected { id, customer } => connected(account, *id, customer.as_ref(), at),
        SessionEvent::CustomerJoined { id, customer, joined } => {
            if let Some(session) = account.sessions.get_mut(id) {
                session.customer = customer.clone().or_else(|| session.customer.take());
                session.joined = Some(joined.clone());
            }
        }
        SessionEvent::Paused { id } => paused(account, *id, at),
        SessionEvent::Resumed { id, funding, ticket } => {
            tickets::claimed(account, *ticket);
            resumed(account, *id, *funding, at);
        }
        SessionEvent::Ending {
            id,
            closes_at,
            by,
            note,
        } => {
            let ending = SessionState::Ending {
                closes_at: *closes_at,
                by: by.clone(),
                note: note.clone(),
            };
            if let Some(session) = account.sessions.get_mut(id) {
                session.state = ending;
            }
            seats::schedule_session(account, *id);
        }
        SessionEvent::Ended { id, .. } => remove_session(account, *id, at),
    }
}

fn created(account: &mut State, session: Session, at: Timestamp) {
    let (id, user, product) = (session.id, session.user, session.product.clone());
    if let Some(host) = account.sign_ins.get_mut(&session.sign_in) {
        seats::insert_sorted(&mut host.sessions, id);
    }
    account.sessions.insert(id, session);
    if let Some(owner) = account.users.get_mut(&user) {
        seats::insert_sorted(&mut owner.sessions, id);
        owner.refused_since.remove(&product);
    }
    minutes::start_claim(account, Claim::Session(id));
    super::sign_ins::refresh_idle(account, user, &product, at);
    seats::schedule_session(account, id);
}

fn connected(account: &mut State, id: SessionId, customer: Option<&Customer>, at: Timestamp) {
    if let Some(session) = account.sessions.get_mut(&id) {
        session.state = SessionState::Active {};
        session.active_since = Some(at);
        session.customer = customer.cloned().or_else(|| session.customer.take());
    }
    seats::schedule_session(account, id);
}

fn paused(account: &mut State, id: SessionId, at: Timestamp) {
    if let Some((booking, funding)) = Booking::of(account, Claim::Session(id)) {
        seats::unbook(account, &booking, funding, Some(at));
    }
    let Some(session) = account.sessions.get_mut(&id) else {
        return;
    };
    session.state = SessionState::Paused {};
    session.active_since = None;
    if session.funding != Funding::Named {
        session.funding = Funding::Rides;
    }
    let (user, product) = (session.user, session.product.clone());
    super::sign_ins::refresh_idle(account, user, &product, at);
    seats::schedule_session(account, id);
}

fn resumed(account: &mut State, id: SessionId, funding: Funding, at: Timestamp) {
    let Some(session) = account.sessions.get_mut(&id) else {
        return;
    };
    session.state = SessionState::Active {};
    session.funding = funding;
    session.claimed_at = at;
    session.active_since = Some(at);
    let (user, product) = (session.user, session.product.clone());
    if let Some(owner) = account.users.get_mut(&user) {
        owner.refused_since.remove(&product);
    }
    minutes::start_claim(account, Claim::Session(id));
    super::sign_ins::refresh_idle(account, user, &product, at);
    seats::schedule_session(account, id);
}

pub(super) fn remove_session(account: &mut State, id: SessionId, at: Timestamp) {
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
