//! The messages to a device.

use std::fmt::Write as _;
use usher_domain::personal::Personal;

use bytes::Bytes;
use serde::Serialize;
use usher_domain::event;
use usher_domain::text::{Name, Note};

use super::position::Position;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    name: &'static str,
    /// JSON in one line.
    data: String,
}

impl Message {
    pub(crate) fn new(name: &'static str, data: &impl Serialize) -> Self {
        Self {
            name,
            data: serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned()),
        }
    }

    /// The wire format. An event that is a fact has a position.
    pub(super) fn frame(&self, at: Option<Position>) -> Bytes {
        let mut text = String::with_capacity(self.data.len() + 64);
        if let Some(at) = at {
            // Writing to a string does not fail.
            let _ = writeln!(text, "id: {at}");
        }
        let _ = write!(text, "event: {}\ndata: {}\n\n", self.name, self.data);
        text.into()
    }
}

/// A keep-alive frame with the current position.
pub(super) fn alive(told: Position) -> Bytes {
    format!(": alive\nid: {told}\n\n").into()
}

/// The first frame of a stream: the reconnection delay and the current position.
pub(super) fn welcome(told: Position, retry_millis: u32) -> Bytes {
    format!("retry: {retry_millis}\nid: {told}\n\n").into()
}

/// The actor, as a device is told.
#[derive(Debug, Serialize)]
pub(super) struct By<'a> {
    /// An id, or `operator`, `customer`, `system`.
    actor: &'a str,
    /// The name, if it is a person.
    name: Option<&'a Name>,
    /// Their note.
    note: Option<&'a Note>,
}

impl<'a> By<'a> {
    pub(super) fn of(by: Option<&'a event::By>) -> Option<Self> {
        by.map(|by| Self {
            actor: &by.actor,
            name: by.name.as_ref().map(Personal::reveal),
            note: by.note.as_ref().map(Personal::reveal),
        })
    }
}

/// Something will expire.
#[derive(Debug, Serialize)]
pub(super) struct InSecs {
    pub(super) in_secs: u32,
}

/// A seat is reserved.
#[derive(Debug, Serialize)]
pub(super) struct Offer {
    pub(super) ticket: usher_domain::TicketId,
    pub(super) expires_in_secs: u32,
}

/// A position in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Queue {
    pub(super) ticket: usher_domain::TicketId,
    pub(super) position: u32,
    pub(super) wait_estimate_secs: Option<u32>,
}

/// Why something ended.
#[derive(Debug, Serialize)]
pub(super) struct Over<'a> {
    pub(super) reason: &'static str,
    pub(super) by: Option<By<'a>>,
}
