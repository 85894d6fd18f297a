//! The messages to a device about its sessions.

use serde::Serialize;
use usher_domain::event::{Claim, MinutesEvent, SessionEvent};
use usher_domain::join_code::JoinCode;
use usher_domain::personal::Personal;
use usher_domain::presence::SessionKind;
use usher_domain::text::{Code, Name};
use usher_domain::{Event, SessionId, Timestamp};

use super::message::{By, Message, Over};

#[derive(Serialize)]
struct SessionStarted<'a> {
    pub(super) session: SessionId,
    pub(super) kind: Option<SessionKind>,
    pub(super) customer: Option<&'a Name>,
}

#[derive(Serialize)]
struct SessionStandby {
    pub(super) session: SessionId,
    pub(super) kind: SessionKind,
    pub(super) code: Option<Code>,
    pub(super) expires_in_secs: u32,
}

#[derive(Serialize)]
pub(super) struct SessionEnding<'a> {
    pub(super) session: SessionId,
    pub(super) in_secs: u32,
    pub(super) by: Option<By<'a>>,
}

#[derive(Serialize)]
pub(super) struct SessionOver<'a> {
    pub(super) session: SessionId,
    #[serde(flatten)]
    pub(super) over: Over<'a>,
}

#[derive(Serialize)]
pub(super) struct OfSession {
    pub(super) session: SessionId,
}

#[derive(Serialize)]
pub(super) struct MinutesLow {
    pub(super) in_secs: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<SessionId>,
}

/// The session of an event that contains only its id.
pub(super) const fn session_of(event: &Event) -> Option<SessionId> {
    match event {
        Event::Session(
            SessionEvent::Connected { id, .. }
            | SessionEvent::Paused { id }
            | SessionEvent::Resumed { id, .. }
            | SessionEvent::Ending { id, .. }
            | SessionEvent::Ended { id, .. },
        )
        | Event::Minutes(MinutesEvent::Low {
            claim: Claim::Session(id),
            ..
        }) => Some(*id),
        _ => None,
    }
}

/// The message about a new session.
///
/// The code is included if the device may see it, according to `open`.
pub(super) fn tell_of_new_session(
    event: &Event,
    now: Timestamp,
    open: impl FnOnce(&JoinCode) -> Option<Code>,
) -> Option<Message> {
    let Event::Session(SessionEvent::Created {
        id,
        kind,
        customer,
        code,
        standby_until,
        ..
    }) = event
    else {
        return None;
    };
    let Some(until) = standby_until else {
        let started = SessionStarted {
            session: *id,
            kind: Some(*kind),
            customer: customer
                .as_ref()
                .map(|customer| &customer.name)
                .map(Personal::reveal),
        };
        return Some(Message::new("session_started", &started));
    };
    let standby = SessionStandby {
        session: *id,
        kind: *kind,
        code: code.as_ref().and_then(open),
        expires_in_secs: until.remaining(now).get(),
    };
    Some(Message::new("session_standby", &standby))
}

/// The message about an event of a session.
pub(super) fn tell_of_session(id: SessionId, event: &Event, now: Timestamp) -> Option<Message> {
    Some(match event {
        Event::Session(SessionEvent::Connected { customer, .. }) => {
            let started = SessionStarted {
                session: id,
                kind: None,
                customer: customer
                    .as_ref()
                    .map(|customer| &customer.name)
                    .map(Personal::reveal),
            };
            Message::new("session_started", &started)
        }
        Event::Session(SessionEvent::Paused { .. }) => {
            Message::new("session_paused", &OfSession { session: id })
        }
        Event::Session(SessionEvent::Resumed { .. }) => {
            Message::new("session_resumed", &OfSession { session: id })
        }
        Event::Session(SessionEvent::Ending { closes_at, by, .. }) => {
            let ending = SessionEnding {
                session: id,
                in_secs: closes_at.remaining(now).get(),
                by: By::of(Some(by)),
            };
            Message::new("session_ending", &ending)
        }
        Event::Session(SessionEvent::Ended { reason, by, .. }) => {
            let over = SessionOver {
                session: id,
                over: Over {
                    reason: reason.as_str(),
                    by: By::of(by.as_ref()),
                },
            };
            Message::new("session_ended", &over)
        }
        Event::Minutes(MinutesEvent::Low { ends_at, .. }) => {
            let low = MinutesLow {
                in_secs: ends_at.remaining(now).get(),
                session: Some(id),
            };
            Message::new("minutes_low", &low)
        }
        _ => return None,
    })
}
