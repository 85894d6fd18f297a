//! Ending sessions.

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use super::{check_same_customer, seen};
use crate::account::Account;
use crate::command::{Acting, Decision};
use crate::decide::presence::by;
use crate::decide::sign_ins::NEEDED_TO_ACT;
use crate::event::{By, EndReason, Event, SessionEvent, TicketEvent};
use crate::id::SessionId;
use crate::permission::{Actor, SessionPermission};
use crate::presence::{JoinProof, Session, SessionState, Wanted};
use crate::refusal::Refusal;
use crate::text::Note;
use crate::time::{Secs, Timestamp};

/// The parameters of ending sessions.
pub(super) struct EndParameters<'a> {
    pub(super) note: Option<&'a Note>,
    pub(super) acting: Option<Acting>,
    pub(super) proof: &'a JoinProof,
}

/// Ends sessions, all or none. If several are named, those that have already ended are skipped (S9).
pub(super) fn end(
    account: &Account,
    ids: &[SessionId],
    asked: &EndParameters<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let mut events = Vec::with_capacity(ids.len());
    for id in ids.iter().copied().collect::<BTreeSet<_>>() {
        match seen(account, id, actor) {
            Ok(session) => events.extend(end_one(account, session, asked, actor, now)?),
            Err(_) if ids.len() > 1 && !account.sessions.contains_key(&id) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(Decision::done(events))
}

fn end_one(
    account: &Account,
    session: &Session,
    asked: &EndParameters<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    let id = session.id;
    if is_own_to_end(account, session, asked, actor)? {
        let is_customer = matches!(actor, Actor::Customer(_));
        let says_who = is_customer || asked.note.is_some();
        let (reason, by) = match &session.state {
            SessionState::Ending { by, .. } => (EndReason::EndedByOther, Some(by.clone())),
            SessionState::Standby { .. } | SessionState::Active {} | SessionState::Paused {} => (
                EndReason::Finished,
                says_who.then(|| by(account, actor, asked.note)),
            ),
        };
        let mut events = vec![Event::Session(SessionEvent::Ended { id, reason, by })];
        events.extend(end_resume(account, session));
        return Ok(events);
    }
    let is_as_user = asked.acting == Some(Acting::User);
    if is_as_user || !account.has_session_permission(actor, SessionPermission::ControlAccount) {
        return Err(Refusal::Forbidden {
            needed: if is_as_user {
                NEEDED_TO_ACT
            } else {
                SessionPermission::ControlAccount.as_str()
            },
        });
    }
    if matches!(session.state, SessionState::Ending { .. }) {
        return Ok(Vec::new());
    }
    let by: By = by(account, actor, asked.note);
    let pool = session.pool.and_then(|pool| account.pools.get(&pool));
    let notice = pool
        .filter(|_| has_somebody_to_tell(session))
        .map_or(Secs::ZERO, |pool| pool.rules.end_notice);
    Ok(vec![if notice == Secs::ZERO {
        Event::Session(SessionEvent::Ended {
            id,
            reason: EndReason::EndedByOther,
            by: Some(by),
        })
    } else {
        Event::Session(SessionEvent::Ending {
            id,
            closes_at: now + notice,
            by,
            note: asked.note.cloned().map(Into::into),
        })
    }])
}

/// Whether work goes on that the notice lets finish: a link that no customer has used has none.
const fn has_somebody_to_tell(session: &Session) -> bool {
    !matches!(session.state, SessionState::Standby { .. }) || session.joined.is_some()
}

/// Ends the user's wait to resume a session that has ended.
fn end_resume(account: &Account, session: &Session) -> Option<Event> {
    let user = account.users.get(&session.user)?;
    let ticket = account.ticket_of(user, &session.product)?;
    (ticket.wanted == Wanted::Resume { session: session.id }).then_some(Event::Ticket(TicketEvent::Ended {
        id: ticket.id,
        reason: EndReason::Finished,
        by: None,
    }))
}

/// Whether the actor ends a session as its own user or customer. A user needs `control_own` for that; the device that
/// runs the session does not.
fn is_own_to_end(
    account: &Account,
    session: &Session,
    asked: &EndParameters<'_>,
    actor: &Actor,
) -> Result<bool, Refusal> {
    if matches!(actor, Actor::Customer(own) if *own == session.id) {
        check_same_customer(session, asked.proof)?;
        return Ok(true);
    }
    if asked.acting == Some(Acting::Admin) || !account.is_own_session(actor, session) {
        return Ok(false);
    }
    let may = account.has_session_permission(actor, SessionPermission::ControlOwn)
        || account.has_session_permission(actor, SessionPermission::ControlAccount);
    may.then_some(true).ok_or(Refusal::Forbidden {
        needed: SessionPermission::ControlOwn.as_str(),
    })
}
