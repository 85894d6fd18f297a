//! What became of somebody who queued, in one word for the API and the portal.

use usher_domain::event::EndReason;
use usher_journal::{CLAIMED, TicketRow};

/// What became of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitOutcome {
    /// It goes on.
    Waiting,
    /// A seat is kept, and not taken yet.
    Offered,
    /// They got in.
    Taken,
    /// A seat was kept, and not taken in time.
    Missed,
    /// They left the queue, or their device went silent.
    GivenUp,
    /// It ended otherwise: somebody took them out, or what they wanted is gone.
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

    /// What became of a ticket.
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
