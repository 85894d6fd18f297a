//! The outcome of waiting in a queue, as one word for the API and the portal.

use usher_domain::event::EndReason;
use usher_journal::{CLAIMED, TicketRow};

/// The outcome of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitOutcome {
    /// It continues.
    Waiting,
    /// A seat is reserved and not taken yet.
    Offered,
    /// They got in.
    Taken,
    /// A seat was reserved and not taken in time.
    Missed,
    /// They left the queue, or their device stopped responding.
    GivenUp,
    /// It ended otherwise: somebody removed them, or the thing they waited for was deleted.
    Ended,
}

impl WaitOutcome {
    /// Every outcome.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Offered,
        Self::Taken,
        Self::Missed,
        Self::GivenUp,
        Self::Ended,
    ];

    /// The word that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::Taken => "taken",
            Self::Missed => "missed",
            Self::GivenUp => "given_up",
            Self::Ended => "ended",
        }
    }

    /// The outcome of a ticket.
    #[must_use]
    pub fn of(row: &TicketRow) -> Self {
        let Some(end) = &row.end else {
            return match row.offered_at {
                Some(_) => Self::Offered,
                None => Self::Waiting,
            };
        };
        let is = |reason: EndReason| end.reason.as_str() == reason.as_str();
        if &*end.reason == CLAIMED {
            Self::Taken
        } else if is(EndReason::OfferExpired) {
            Self::Missed
        } else if is(EndReason::SignedOut) || is(EndReason::LeaseExpired) {
            Self::GivenUp
        } else {
            Self::Ended
        }
    }
}
