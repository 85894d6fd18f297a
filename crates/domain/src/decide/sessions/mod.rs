//! Sessions: starting, connecting, pausing, resuming, ending (S7 to S9).

mod create;
mod end;
mod room;

use alloc::vec;
use alloc::vec::Vec;

use self::create::NewSession;
use self::end::{Asked, end};
use self::room::{check_calls, fulfilled, queue, room};
use super::capacity::Room;
use super::sign_ins;
use crate::account::Account;
use crate::command::{Decision, Outcome, SessionCommand};
use crate::event::{Event, SessionEvent};
use crate::id::{SessionId, TicketId};
use crate::permission::Actor;
use crate::presence::{Customer, JoinProof, Joined, Session, SessionState, Ticket, Wanted};
use crate::refusal::{Refusal, StateRefusal};
use crate::time::Timestamp;

pub(super) fn decide(
    account: &Account,
    command: &SessionCommand,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match command {
        SessionCommand::Create {
            id,
            sign_in,
            kind,
            start,
            customer,
            code,
            valid_for,
            wait,
            labels,
        } => {
            if let Some(session) = account
                .sessions
                .get(id)
                .filter(|session| session.sign_in == *sign_in)
            {
                return Ok(Decision {
                    events: Vec::new(),
                    outcome: Outcome::Session { id: session.id },
                });
            }
            let new = NewSession {
                account,
                id: *id,
                sign_in: account
                    .sign_ins
                    .get(sign_in)
                    .ok_or(Refusal::State(StateRefusal::SignInEnded { id: *sign_in }))?,
                kind: *kind,
                start: *start,
                customer: customer.as_ref(),
                code: Some(code),
                valid_for: *valid_for,
                labels,
            };
            new.decide(*wait, actor, now)
        }
        SessionCommand::Connect { id, customer, proof } => {
            connect(account, *id, customer.as_ref(), proof, actor)
        }
        SessionCommand::Pause { id } => pause(account, *id, actor),
        SessionCommand::Resume { id, wait, ticket } => resume(account, *id, *wait, *ticket, actor, now),
        SessionCommand::End {
            ids,
            note,
            acting,
            proof,
        } => {
            let asked = Asked {
                note: note.as_ref(),
                acting: *acting,
                proof,
            };
            end(account, ids, &asked, actor, now)
        }
    }
}

fn connect(
    account: &Account,
    id: SessionId,
    customer: Option<&Customer>,
    proof: &JoinProof,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    let session = seen(account, id, actor)?;
    let is_customer = matches!(actor, Actor::Customer(own) if *own == id);
    if !is_customer && !account.is_own_session(actor, session) && !matches!(actor, Actor::Operator) {
        return Err(Refusal::State(StateRefusal::NotYourSession));
    }
    let outcome = Outcome::Session { id };
    let joined = if is_customer {
        check_same_customer(session, proof)?;
        session.joined.is_none().then(|| joined(id, customer, proof))
    } else {
        None
    };
    match session.state {
        SessionState::Active {} => Ok(Decision {
            events: joined.into_iter().collect(),
            outcome,
        }),
        SessionState::Standby { .. } => {
            if let Some(sign_in) = account.sign_ins.get(&session.sign_in) {
                check_calls(account, sign_in)?;
            }
            let connected = Event::Session(SessionEvent::Connected {
                id,
                customer: customer.cloned(),
            });
            Ok(Decision {
                events: core::iter::once(connected).chain(joined).collect(),
                outcome,
            })
        }
        SessionState::Paused {} | SessionState::Ending { .. } => Err(wrong_state(session, "standby")),
    }
}

fn joined(id: SessionId, customer: Option<&Customer>, proof: &JoinProof) -> Event {
    let key = match proof {
        JoinProof::Key(key) => Some(key.clone()),
        JoinProof::None | JoinProof::Token => None,
    };
    Event::Session(SessionEvent::CustomerJoined {
        id,
        customer: customer.cloned(),
        joined: Joined { key },
    })
}

/// A code works only for its first customer: everybody else is refused.
fn check_same_customer(session: &Session, proof: &JoinProof) -> Result<(), Refusal> {
    let is_same = match (&session.joined, proof) {
        (None, _) | (Some(_), JoinProof::Token) => true,
        (Some(joined), JoinProof::Key(key)) => joined.key.as_ref() == Some(key),
        (Some(_), JoinProof::None) => false,
    };
    is_same
        .then_some(())
        .ok_or(Refusal::State(StateRefusal::AlreadyJoined))
}

/// Only the user who started the session can pause it; that ends the claim (S8).
fn pause(account: &Account, id: SessionId, actor: &Actor) -> Result<Decision, Refusal> {
    let session = seen(account, id, actor)?;
    if !account.is_own_session(actor, session) {
        return Err(Refusal::State(StateRefusal::NotYourSession));
    }
    let outcome = Outcome::Session { id };
    match session.state {
        SessionState::Paused {} => Ok(Decision {
            events: Vec::new(),
            outcome,
        }),
        SessionState::Active {} => Ok(Decision {
            events: vec![Event::Session(SessionEvent::Paused { id })],
            outcome,
        }),
        SessionState::Standby { .. } | SessionState::Ending { .. } => Err(wrong_state(session, "active")),
    }
}

/// Resuming takes a seat again, and may be refused or queued like any other start (S8).
fn resume(
    account: &Account,
    id: SessionId,
    wait: bool,
    ticket: TicketId,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let session = seen(account, id, actor)?;
    if !account.is_own_session(actor, session) {
        return Err(Refusal::State(StateRefusal::NotYourSession));
    }
    match session.state {
        SessionState::Active {} => {
            return Ok(Decision {
                events: Vec::new(),
                outcome: Outcome::Session { id },
            });
        }
        SessionState::Paused {} => {}
        SessionState::Standby { .. } | SessionState::Ending { .. } => {
            return Err(wrong_state(session, "paused"));
        }
    }
    let sign_in = account
        .sign_ins
        .get(&session.sign_in)
        .ok_or(Refusal::State(StateRefusal::SignInEnded { id: session.sign_in }))?;
    check_calls(account, sign_in)?;
    match room(account, sign_in, wait, actor, now)? {
        Room::Funded(funding) => {
            let ticket = fulfilled(account, sign_in, funding, |ticket| {
                ticket.wanted == Wanted::Resume { session: id }
            });
            let resumed = Event::Session(SessionEvent::Resumed { id, funding, ticket });
            Ok(Decision {
                events: vec![resumed],
                outcome: Outcome::Session { id },
            })
        }
        Room::Queue => queue(account, sign_in, ticket, Wanted::Resume { session: id }),
    }
}

/// The session as the actor sees it: not found for actors who do not.
fn seen<'a>(account: &'a Account, id: SessionId, actor: &Actor) -> Result<&'a Session, Refusal> {
    let session = account.sessions.get(&id);
    session
        .filter(|session| account.sees_session(actor, session))
        .ok_or(Refusal::NotFound { what: "session" })
}

fn wrong_state(session: &Session, expected: &'static str) -> Refusal {
    Refusal::State(StateRefusal::WrongState {
        what: "session",
        state: session.state.as_str(),
        expected,
    })
}

/// Creates the session of a ticket that has an offer, or resumes the one that the ticket is for.
pub(super) fn claim(
    account: &Account,
    ticket: &Ticket,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let over = || Refusal::State(StateRefusal::TicketEnded { id: ticket.id });
    match &ticket.wanted {
        Wanted::SignIn { device } => sign_ins::claim(account, ticket, device, actor, now),
        Wanted::Session {
            sign_in,
            kind,
            start,
            customer,
            code,
            valid_for,
            labels,
        } => {
            let new = NewSession {
                account,
                id: SessionId::from_bits(ticket.id.bits()),
                sign_in: account.sign_ins.get(sign_in).ok_or_else(over)?,
                kind: *kind,
                start: *start,
                customer: customer.as_ref(),
                code: code.as_ref(),
                valid_for: *valid_for,
                labels,
            };
            new.decide(false, actor, now)
        }
        Wanted::Resume { session } => {
            let owner = account
                .sessions
                .get(session)
                .map(|session| Actor::SignIn(session.sign_in))
                .ok_or_else(over)?;
            resume(account, *session, false, ticket.id, &owner, now)
        }
    }
}
