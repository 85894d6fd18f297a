//! Pieces of support work: starting, connecting, pausing, resuming, ending.

use std::collections::BTreeSet;

use super::capacity::{Ask, Room};
use super::presence::by;
use super::queue::check_ticket_id;
use super::sign_ins::NEEDED_TO_ACT;
use crate::account::Account;
use crate::command::{Command, Decision, Outcome};
use crate::event::{By, EndReason, Event};
use crate::id::{SessionId, TicketId};
use crate::permission::{Actor, SessionPermission};
use crate::pool::{Pool, count};
use crate::presence::{Customer, Funding, Session, SessionKind, SessionState, SignIn, Start, Ticket, Wanted};
use crate::refusal::Refusal;
use crate::rules::{Occupies, RULE_SECS_MAX, Rules, SeatPer};
use crate::text::{Code, Note};
use crate::time::{Secs, Timestamp};

pub(super) fn decide(
    account: &Account,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match command {
        Command::CreateSession {
            id,
            sign_in,
            kind,
            start,
            customer,
            code,
            valid_for,
            wait,
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
                    .ok_or(Refusal::SignInEnded { id: *sign_in })?,
                kind: *kind,
                start: *start,
                customer: customer.as_ref(),
                code: Some(code),
                valid_for: *valid_for,
            };
            new.decide(*wait, actor, now)
        }
        Command::ConnectSession { id, customer } => connect(account, *id, customer.as_ref(), actor),
        Command::PauseSession { id } => pause(account, *id, actor),
        Command::ResumeSession { id, wait, ticket } => resume(account, *id, *wait, *ticket, actor, now),
        Command::EndSessions { ids, note } => end(account, ids, note.as_ref(), actor, now),
        _ => Err(Refusal::NotFound { what: "command" }),
    }
}

/// A session that is asked for.
pub(super) struct NewSession<'a> {
    pub(super) account: &'a Account,
    pub(super) id: SessionId,
    pub(super) sign_in: &'a SignIn,
    pub(super) kind: SessionKind,
    pub(super) start: Start,
    pub(super) customer: Option<&'a Customer>,
    pub(super) code: Option<&'a Code>,
    pub(super) valid_for: Option<Secs>,
}

impl NewSession<'_> {
    pub(super) fn decide(&self, wait: bool, actor: &Actor, now: Timestamp) -> Result<Decision, Refusal> {
        check_works_on(self.account, self.sign_in, actor)?;
        if self.account.sessions.contains_key(&self.id) {
            return Err(Refusal::AlreadyExists {
                what: "session",
                field: "id",
            });
        }
        self.check_valid_for()?;
        if self.start == Start::Active {
            check_calls(self.account, self.sign_in)?;
        }
        match room(self.account, self.sign_in, wait, actor, now)? {
            Room::Funded(funding) => Ok(self.create(funding, now)),
            Room::Queue => {
                let wanted = Wanted::Session {
                    sign_in: self.sign_in.id,
                    kind: self.kind,
                    start: self.start,
                    customer: self.customer.cloned(),
                    code: self.code.cloned(),
                    valid_for: self.valid_for,
                };
                let id = TicketId::from_bits(self.id.bits());
                queue(self.account, self.sign_in, id, wanted)
            }
        }
    }

    fn check_valid_for(&self) -> Result<(), Refusal> {
        let fits = self
            .valid_for
            .is_none_or(|secs| (1..=RULE_SECS_MAX).contains(&secs.get()));
        fits.then_some(()).ok_or_else(|| Refusal::Invalid {
            field: "valid_for_secs",
            expected: format!("1 to {RULE_SECS_MAX}"),
        })
    }

    fn create(&self, funding: Funding, now: Timestamp) -> Decision {
        let pool = self.sign_in.pool.and_then(|pool| self.account.pools.get(&pool));
        let wait = self.valid_for.unwrap_or_else(|| {
            pool.map_or_else(
                || Rules::default().standby_expires,
                |pool| pool.rules.standby_expires,
            )
        });
        let in_standby = self.start == Start::Standby;
        let created = Event::SessionCreated {
            id: self.id,
            sign_in: self.sign_in.id,
            kind: self.kind,
            customer: self.customer.cloned(),
            code: self.code.filter(|_| in_standby).cloned(),
            standby_until: in_standby.then(|| now + wait),
            funding,
            ticket: fulfilled(self.account, self.sign_in, funding, |ticket| {
                ticket.id.bits() == self.id.bits()
            }),
        };
        Decision {
            events: vec![created],
            outcome: Outcome::Session { id: self.id },
        }
    }
}

/// The user's ticket for work on this sign-in, which a seat for it fulfils.
fn own_ticket<'a>(account: &'a Account, sign_in: &SignIn) -> Option<&'a Ticket> {
    let user = account.users.get(&sign_in.user)?;
    let ticket = account.ticket_of(user, &sign_in.product)?;
    (account.ticket_runs_on(ticket) == Some(sign_in.id)).then_some(ticket)
}

/// The id of that ticket, where the work is funded by a seat, or is the very work that the ticket asks for.
fn fulfilled(
    account: &Account,
    sign_in: &SignIn,
    funding: Funding,
    is_asked: impl FnOnce(&Ticket) -> bool,
) -> Option<TicketId> {
    own_ticket(account, sign_in)
        .filter(|ticket| funding == Funding::Seat || is_asked(ticket))
        .map(|ticket| ticket.id)
}

/// What carries work on a sign-in: the named license, the sign-in's seat, or a seat of the work's own (S2).
fn room(
    account: &Account,
    sign_in: &SignIn,
    wait: bool,
    actor: &Actor,
    now: Timestamp,
) -> Result<Room, Refusal> {
    let Some(pool) = sign_in.pool.and_then(|pool| account.pools.get(&pool)) else {
        return Ok(Room::Funded(Funding::Named));
    };
    if pool.rules.occupies == Occupies::SignIn {
        return Ok(Room::Funded(Funding::Rides));
    }
    let user = account
        .users
        .get(&sign_in.user)
        .ok_or(Refusal::SignInEnded { id: sign_in.id })?;
    let holders = [pool.holder(user.id, &sign_in.device.id)];
    let ticket = own_ticket(account, sign_in);
    Ask {
        account,
        pool,
        user,
        holders: &holders,
        claims: 1,
        leaving: &[],
        ticket,
        wait,
        actor,
        now,
    }
    .room()
}

fn queue(account: &Account, sign_in: &SignIn, id: TicketId, wanted: Wanted) -> Result<Decision, Refusal> {
    let existing = account
        .users
        .get(&sign_in.user)
        .and_then(|user| account.ticket_of(user, &sign_in.product));
    if let Some(ticket) = existing {
        return Ok(Decision {
            events: Vec::new(),
            outcome: Outcome::Ticket {
                id: ticket.id,
                created: false,
            },
        });
    }
    check_ticket_id(account, id)?;
    let pool = sign_in.pool.and_then(|pool| account.pools.get(&pool));
    let opened = pool.map(|pool| Event::TicketOpened {
        id,
        user: sign_in.user,
        product: sign_in.product.clone(),
        pool: pool.id,
        wanted,
        lease: pool.rules.lease,
    });
    Ok(Decision {
        events: opened.into_iter().collect(),
        outcome: Outcome::Ticket { id, created: true },
    })
}

/// Only the device itself, its user, and a program that works for users can work on a sign-in (S6).
fn check_works_on(account: &Account, sign_in: &SignIn, actor: &Actor) -> Result<(), Refusal> {
    let allowed = match actor {
        Actor::SignIn(own) => *own == sign_in.id,
        Actor::Ticket(ticket) => account
            .tickets
            .get(ticket)
            .is_some_and(|ticket| account.ticket_runs_on(ticket) == Some(sign_in.id)),
        Actor::Customer(_) => false,
        _ => account.may_act_for(actor, sign_in.user),
    };
    if allowed {
        return Ok(());
    }
    let seen =
        account.sees_user(actor, sign_in.user) && !matches!(actor, Actor::SignIn(_) | Actor::Ticket(_));
    Err(if seen {
        Refusal::Forbidden {
            needed: NEEDED_TO_ACT,
        }
    } else {
        Refusal::NotFound { what: "sign-in" }
    })
}

/// A seat takes so many active sessions at a time (S5).
fn check_calls(account: &Account, sign_in: &SignIn) -> Result<(), Refusal> {
    let Some(pool) = sign_in.pool.and_then(|pool| account.pools.get(&pool)) else {
        return Ok(());
    };
    let Some(max) = pool.rules.max_active_sessions_per_seat else {
        return Ok(());
    };
    let active = active_on_seat(account, pool, sign_in);
    if active >= max {
        return Err(Refusal::SeatInCall { active, max });
    }
    Ok(())
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

fn connect(
    account: &Account,
    id: SessionId,
    customer: Option<&Customer>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    let session = seen(account, id, actor)?;
    let is_customer = matches!(actor, Actor::Customer(own) if *own == id);
    if !is_customer && !account.is_own_session(actor, session) && !matches!(actor, Actor::Operator) {
        return Err(Refusal::NotYourSession);
    }
    let outcome = Outcome::Session { id };
    match session.state {
        SessionState::Active {} => Ok(Decision {
            events: Vec::new(),
            outcome,
        }),
        SessionState::Standby { .. } => {
            if let Some(sign_in) = account.sign_ins.get(&session.sign_in) {
                check_calls(account, sign_in)?;
            }
            let connected = Event::SessionConnected {
                id,
                customer: customer.cloned(),
            };
            Ok(Decision {
                events: vec![connected],
                outcome,
            })
        }
        SessionState::Paused {} | SessionState::Ending { .. } => Err(wrong_state(session, "standby")),
    }
}

/// Pausing is for who started the session alone; it frees the claim (S8).
fn pause(account: &Account, id: SessionId, actor: &Actor) -> Result<Decision, Refusal> {
    let session = seen(account, id, actor)?;
    if !account.is_own_session(actor, session) {
        return Err(Refusal::NotYourSession);
    }
    let outcome = Outcome::Session { id };
    match session.state {
        SessionState::Paused {} => Ok(Decision {
            events: Vec::new(),
            outcome,
        }),
        SessionState::Active {} => Ok(Decision {
            events: vec![Event::SessionPaused { id }],
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
        return Err(Refusal::NotYourSession);
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
        .ok_or(Refusal::SignInEnded { id: session.sign_in })?;
    check_calls(account, sign_in)?;
    match room(account, sign_in, wait, actor, now)? {
        Room::Funded(funding) => {
            let ticket = fulfilled(account, sign_in, funding, |ticket| {
                ticket.wanted == Wanted::Resume { session: id }
            });
            let resumed = Event::SessionResumed { id, funding, ticket };
            Ok(Decision {
                events: vec![resumed],
                outcome: Outcome::Session { id },
            })
        }
        Room::Queue => queue(account, sign_in, ticket, Wanted::Resume { session: id }),
    }
}

/// Ends sessions, all or none. Of many, those that are over already are passed over (S9).
fn end(
    account: &Account,
    ids: &[SessionId],
    note: Option<&Note>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let mut events = Vec::with_capacity(ids.len());
    for id in ids.iter().copied().collect::<BTreeSet<_>>() {
        match seen(account, id, actor) {
            Ok(session) => events.extend(end_one(account, session, note, actor, now)?),
            Err(_) if ids.len() > 1 && !account.sessions.contains_key(&id) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(Decision::done(events))
}

fn end_one(
    account: &Account,
    session: &Session,
    note: Option<&Note>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let id = session.id;
    if is_own_to_end(account, session, actor)? {
        let (reason, by) = match &session.state {
            SessionState::Ending { by, .. } => (EndReason::EndedByOther, Some(by.clone())),
            _ => (EndReason::Finished, None),
        };
        let mut events = vec![Event::SessionEnded { id, reason, by }];
        events.extend(end_resume(account, session));
        return Ok(events);
    }
    if !account.has_session_permission(actor, SessionPermission::ControlAccount) {
        return Err(Refusal::Forbidden {
            needed: SessionPermission::ControlAccount.as_str(),
        });
    }
    if matches!(session.state, SessionState::Ending { .. }) {
        return Ok(Vec::new());
    }
    let by: By = by(account, actor, note);
    let pool = session.pool.and_then(|pool| account.pools.get(&pool));
    let notice = pool.map_or(Secs::ZERO, |pool| pool.rules.end_notice);
    Ok(vec![if notice == Secs::ZERO {
        Event::SessionEnded {
            id,
            reason: EndReason::EndedByOther,
            by: Some(by),
        }
    } else {
        Event::SessionEnding {
            id,
            closes_at: now + notice,
            by,
            note: note.cloned(),
        }
    }])
}

/// The user waits no more to take up a session that is over.
fn end_resume(account: &Account, session: &Session) -> Option<Event> {
    let user = account.users.get(&session.user)?;
    let ticket = account.ticket_of(user, &session.product)?;
    (ticket.wanted == Wanted::Resume { session: session.id }).then_some(Event::TicketEnded {
        id: ticket.id,
        reason: EndReason::Finished,
        by: None,
    })
}

/// Whether the actor ends a session as its own user or customer. A user needs `control_own` for it; the device that
/// runs the session does not.
fn is_own_to_end(account: &Account, session: &Session, actor: &Actor) -> Result<bool, Refusal> {
    if matches!(actor, Actor::Customer(own) if *own == session.id) {
        return Ok(true);
    }
    if !account.is_own_session(actor, session) {
        return Ok(false);
    }
    let may = account.has_session_permission(actor, SessionPermission::ControlOwn)
        || account.has_session_permission(actor, SessionPermission::ControlAccount);
    may.then_some(true).ok_or(Refusal::Forbidden {
        needed: SessionPermission::ControlOwn.as_str(),
    })
}

/// The session as the actor sees it: not found for those who do not.
fn seen<'a>(account: &'a Account, id: SessionId, actor: &Actor) -> Result<&'a Session, Refusal> {
    let session = account.sessions.get(&id);
    session
        .filter(|session| account.sees_session(actor, session))
        .ok_or(Refusal::NotFound { what: "session" })
}

fn wrong_state(session: &Session, expected: &'static str) -> Refusal {
    Refusal::WrongState {
        what: "session",
        state: session.state.as_str(),
        expected,
    }
}

/// Creates the session of a ticket that has an offer, or resumes the one that it is for.
pub(super) fn claim(
    account: &Account,
    ticket: &Ticket,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let over = || Refusal::TicketEnded { id: ticket.id };
    match &ticket.wanted {
        Wanted::SignIn { device } => super::sign_ins::claim(account, ticket, device, actor, now),
        Wanted::Session {
            sign_in,
            kind,
            start,
            customer,
            code,
            valid_for,
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
