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
    /// The pool in which the user has a place afterwards, if it still exists: where they had one before, or where they go
    /// after work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_to: Option<PoolId>,
    /// Set if the license goes once the work is done (L16): `until` is when that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_work: Option<AfterWork>,
}

/// What follows a license that goes once the work is done (L16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AfterWork {
    /// The loan that goes on then, of a user who had a license that was lent. `None` if what follows is for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lent: Option<Lent>,
}

/// How long something is lent, and what its user has afterwards (L15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lent {
    /// The end, by the account's time.
    pub until: Timestamp,
    /// The pool in which the user had a place before; `None` if they had no license.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_to: Option<PoolId>,
}

impl Loan {
    /// A license that is lent until a time (L15).
    pub(crate) const fn new(until: Timestamp, back_to: Option<PoolId>) -> Self {
        Self {
            until,
            back_to,
            after_work: None,
        }
    }

    /// The loan itself; `None` for a license that was the user's for good, and goes once the work is done (L16).
    pub(crate) fn lent(&self) -> Option<Lent> {
        match self.after_work {
            Some(after_work) => after_work.lent,
            None => Some(Lent {
                until: self.until,
                back_to: self.back_to,
            }),
        }
    }

    /// The pool in which the user has a place in the end; `None` for no license.
    pub(crate) fn home(&self) -> Option<PoolId> {
        self.lent().map_or(self.back_to, |lent| lent.back_to)
    }
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
