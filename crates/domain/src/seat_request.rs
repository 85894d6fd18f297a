//! Seats that users ask for (L14), and seats that are lent (L15).

use serde::{Deserialize, Serialize};

use crate::event::By;
use crate::id::PoolId;
use crate::personal::Personal;
use crate::text::Note;
use crate::time::Timestamp;

/// A user's request for a seat of a product (L14): open, or declined and not yet withdrawn by its user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatRequest {
    /// Why the user needs the seat, in their own words.
    pub note: Personal<Note>,
    /// When it was sent, or its note was changed.
    pub sent_at: Timestamp,
    /// Who declined it and when; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<DeclinedRequest>,
}

impl SeatRequest {
    /// Whether it waits for an answer.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.declined.is_none()
    }
}

/// The answer to a request that was declined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclinedRequest {
    /// When.
    pub at: Timestamp,
    /// By whom, with the reason if one was given.
    pub by: By,
}

/// A license that ends (L15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loan {
    /// When the user gives it back, or, if they are signed in then, the earliest time at which they can.
    pub until: Timestamp,
    /// The pool in which the user had a place before, and has one again afterwards, if the pool still exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_to: Option<PoolId>,
}

/// How a request for a seat ended, or was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum SeatRequestAnswer {
    /// Its user withdrew it, or has read that it was declined.
    Withdrawn,
    /// The user got a license. The event of the license follows.
    Granted,
    /// Somebody who manages seats declined it.
    Declined {
        /// Who, with the reason if one was given.
        by: By,
    },
}
