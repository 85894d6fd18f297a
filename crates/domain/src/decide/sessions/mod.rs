//! Sessions: starting, connecting, pausing, resuming, ending (S7 to S9).

mod create;
mod end;
mod room;

use alloc::vec;
use alloc::vec::Vec;

use self::create::NewSession;
use self::end::{EndParameters, end};
use self::room::{check_calls, fulfilled, queue, room};
use super::capacity::Room;
use super::{Decide, sign_ins, texts};
use crate::account::Account;
use crate::command::{ClaimOutcome, Decision, ResumeSession, SessionCommand, StartOutcome, StartSession};
use crate::event::{Event, SessionEvent};
use crate::id::SessionId;
use crate::leases::Leased;
use crate::permission::Actor;
use crate::presence::{Customer, Funding, JoinProof, Joined, Session, SessionState, SignIn, Ticket, Wanted};
use crate::refusal::{Attempt, Refusal, StateRefusal};
use crate::repeat;
use crate::settle::Attempted;
use crate::time::Timestamp;

pub(super) fn decide(
    account: &Account,
    command: &SessionCommand,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match command {
        SessionCommand::Start(command) => command.decide(account, actor, now).map(Decision::without_outcome),
        SessionCommand::Connect { id, customer, proof } => {
            connect(account, *id, customer.as_ref(), proof, actor)
        }
        SessionCommand::Pause { id } => pause(account, *id, actor),
        SessionCommand::Resume(command) => command.decide(account, actor, now).map(Decision::without_outcome),
        SessionCommand::End {
            ids,
            note,
            acting,
            proof,
        } => {
            let asked = EndParameters {
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
    let joined = if is_customer {
        check_same_customer(session, proof)?;
        session.joined.is_none().then(|| joined(id, customer, proof))
    } else {
        None
    };
    match session.state {
        SessionState::Active {} => Ok(Decision::done(joined.into_iter().collect())),
        SessionState::Standby { .. } => {
            if let Some(sign_in) = account.sign_ins.get(&session.sign_in) {
                check_calls(account, sign_in)?;
            }
            let connected = Event::Session(SessionEvent::Connected {
                id,
                customer: customer.cloned(),
            });
            Ok(Decision::done(
                core::iter::once(connected).chain(joined).collect(),
            ))
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
    match session.state {
        SessionState::Paused {} => Ok(Decision::done(Vec::new())),
        SessionState::Active {} => Ok(Decision::done(vec![Event::Session(SessionEvent::Paused { id })])),
        SessionState::Standby { .. } | SessionState::Ending { .. } => Err(wrong_state(session, "active")),
    }
}

impl Decide for StartSession {
    type Outcome = StartOutcome;

    fn decide(
        &self,
        account: &Account,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Decision<StartOutcome>, Refusal> {
        texts::check_customer(self.customer.as_ref())?;
        repeat::check_key(account, self.id.bits())?;
        let existing = account.sessions.get(&self.id);
        if existing.is_some_and(|session| session.sign_in == self.sign_in) {
            return Ok(Decision::unchanged(StartOutcome::Session(self.id)));
        }
        let sign_in = account.sign_ins.get(&self.sign_in);
        let new = NewSession {
            account,
            id: self.id,
            sign_in: sign_in.ok_or(Refusal::State(StateRefusal::SignInEnded { id: self.sign_in }))?,
            kind: self.kind,
            start: self.start,
            customer: self.customer.as_ref(),
            code: Some(&self.code),
            valid_for: self.valid_for,
            labels: &self.labels,
        };
        new.decide(self.wait, actor, now)
    }

    fn attempted(&self, account: &Account) -> Option<Attempted> {
        Attempted::on(account, Attempt::Session, self.sign_in)
    }

    fn renews(&self) -> Option<Leased> {
        None
    }
}

/// Resuming takes a seat again, and may be refused or queued like any other start (S8).
impl Decide for ResumeSession {
    type Outcome = StartOutcome;

    fn decide(
        &self,
        account: &Account,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Decision<StartOutcome>, Refusal> {
        let id = self.id;
        let Some(sign_in) = paused_on(account, id, actor)? else {
            return Ok(Decision::unchanged(StartOutcome::Session(id)));
        };
        match room(account, sign_in, actor, now, self.wait.then_some(Room::Queue))? {
            Room::Funded(funding) => Ok(resumed(account, id, sign_in, funding).map(StartOutcome::Session)),
            Room::Queue => queue(account, sign_in, self.ticket, Wanted::Resume { session: id }),
        }
    }

    fn attempted(&self, account: &Account) -> Option<Attempted> {
        Attempted::on_session(account, Attempt::Resume, self.id)
    }

    fn renews(&self) -> Option<Leased> {
        None
    }
}

/// The sign-in on which a paused session can be resumed; `None` if the session is active already.
fn paused_on<'a>(account: &'a Account, id: SessionId, actor: &Actor) -> Result<Option<&'a SignIn>, Refusal> {
    let session = seen(account, id, actor)?;
    if !account.is_own_session(actor, session) {
        return Err(Refusal::State(StateRefusal::NotYourSession));
    }
    match session.state {
        SessionState::Active {} => return Ok(None),
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
    Ok(Some(sign_in))
}

fn resumed(account: &Account, id: SessionId, sign_in: &SignIn, funding: Funding) -> Decision<SessionId> {
    let ticket = fulfilled(account, sign_in, funding, |ticket| {
        ticket.wanted == Wanted::Resume { session: id }
    });
    Decision {
        events: vec![Event::Session(SessionEvent::Resumed { id, funding, ticket })],
        outcome: id,
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

/// Does what a ticket with an offer is for.
pub(super) fn claim(
    account: &Account,
    ticket: &Ticket,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision<ClaimOutcome>, Refusal> {
    let over = || Refusal::State(StateRefusal::TicketEnded { id: ticket.id });
    match &ticket.wanted {
        Wanted::SignIn { device } => {
            let decision = sign_ins::claim(account, ticket, device, actor, now)?;
            Ok(decision.map(ClaimOutcome::SignIn))
        }
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
            Ok(new.claim(actor, now)?.map(ClaimOutcome::Session))
        }
        Wanted::Resume { session } => {
            let owner = account
                .sessions
                .get(session)
                .map(|session| Actor::SignIn(session.sign_in))
                .ok_or_else(over)?;
            let decision = match paused_on(account, *session, &owner)? {
                Some(sign_in) => {
                    let funding = room(account, sign_in, &owner, now, None)?;
                    resumed(account, *session, sign_in, funding)
                }
                None => Decision::unchanged(*session),
            };
            Ok(decision.map(ClaimOutcome::Session))
        }
    }
}
