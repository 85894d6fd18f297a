//! Events of presence: sign-ins, sessions, tickets, and their minutes and leases.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::event::{By, Claim, EndReason};
use crate::id::{PoolId, RefusalId, SessionId, SignInId, TicketId, UserId};
use crate::join_code::JoinCode;
use crate::personal::Personal;
use crate::presence::{Customer, Device, Funding, Joined, SessionKind, Wanted};
use crate::refusal::{Attempt, Code};
use crate::text::{Name, Note, Product};
use crate::time::{Outage, Secs, Timestamp};

/// A change of a sign-in (S2).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignInEvent {
    /// A user signed in on a device (S2). `ticket` is the ticket that this claims.
    #[serde(rename = "signed_in")]
    SignedIn {
        id: SignInId,
        user: UserId,
        product: Product,
        device: Device,
        pool: Option<PoolId>,
        funding: Funding,
        lease: Secs,
        ticket: Option<TicketId>,
    },
    /// A user's sign-in ended. Its sessions ended in earlier events.
    #[serde(rename = "sign_in_ended")]
    Ended {
        id: SignInId,
        reason: EndReason,
        by: Option<By>,
    },
    /// The user was active: the idle clock restarts from zero.
    #[serde(rename = "activity_reported")]
    ActivityReported { id: SignInId },
    /// The user is warned that they will be logged off for being idle (A3).
    #[serde(rename = "log_off_warned")]
    LogOffWarned { id: SignInId, at: Timestamp },
    /// The idle holder is warned that they will lose the seat because somebody waits (Q4).
    #[serde(rename = "reclaim_warned")]
    ReclaimWarned { id: SignInId, at: Timestamp },
    /// Nobody waits any more, or the holder is busy again: the warning no longer applies.
    #[serde(rename = "reclaim_cancelled")]
    ReclaimCancelled { id: SignInId },
    /// The holder protects the seat from being reclaimed until then (Q4); `None` removes the lock.
    #[serde(rename = "seat_locked")]
    SeatLocked { id: SignInId, until: Option<Timestamp> },
}

/// A change of many leases at a time (S11).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeaseEvent {
    /// Renewed leases since the last such event (S11).
    #[serde(rename = "leases_renewed")]
    Renewed {
        sign_ins: Vec<(SignInId, Timestamp)>,
        tickets: Vec<(TicketId, Timestamp)>,
    },
    /// The end of an outage of Usher: leases and offers run in full again, and everything else continues where it
    /// stopped (S11). `outage` is `None` in journals that did not record its length.
    #[serde(rename = "leases_restarted")]
    Restarted {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outage: Option<Outage>,
    },
}

/// A change of a session (S7 to S9).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionEvent {
    /// A session was created, in standby or active (S7).
    #[serde(rename = "session_created")]
    Created {
        id: SessionId,
        sign_in: SignInId,
        kind: SessionKind,
        customer: Option<Customer>,
        /// The code for the customer; `None` for unattended work.
        code: Option<JoinCode>,
        /// When the code expires; `None` if the session is active at once.
        standby_until: Option<Timestamp>,
        funding: Funding,
        ticket: Option<TicketId>,
    },
    /// The session became active: a customer joined without proof, or the agent continued without one.
    #[serde(rename = "session_connected")]
    Connected {
        id: SessionId,
        customer: Option<Customer>,
    },
    /// A customer proved the code. It works for nobody else from now on.
    #[serde(rename = "customer_joined")]
    CustomerJoined {
        id: SessionId,
        customer: Option<Customer>,
        joined: Joined,
    },
    /// The agent paused the session (S8). Where sessions take seats, that ended its claim.
    #[serde(rename = "session_paused")]
    Paused { id: SessionId },
    /// The session is active again, with this funding.
    #[serde(rename = "session_resumed")]
    Resumed {
        id: SessionId,
        funding: Funding,
        ticket: Option<TicketId>,
    },
    /// Another person ended the session; it closes at `closes_at` (S9).
    #[serde(rename = "session_ending")]
    Ending {
        id: SessionId,
        closes_at: Timestamp,
        by: By,
        note: Option<Personal<Note>>,
    },
    /// The session ended.
    #[serde(rename = "session_ended")]
    Ended {
        id: SessionId,
        reason: EndReason,
        by: Option<By>,
    },
}

/// A change of a place in the queue (Q2).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TicketEvent {
    /// A user joined the queue for a seat (Q2).
    #[serde(rename = "ticket_opened")]
    Opened {
        id: TicketId,
        user: UserId,
        product: Product,
        pool: PoolId,
        wanted: Wanted,
        lease: Secs,
    },
    /// A seat is held for the ticket until then.
    #[serde(rename = "offer_made")]
    Offered { id: TicketId, until: Timestamp },
    /// The ticket ended without a seat.
    #[serde(rename = "ticket_ended")]
    Ended {
        id: TicketId,
        reason: EndReason,
        by: Option<By>,
    },
}

/// A change of what prepaid minutes pay for (Q3).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MinutesEvent {
    /// A minute of a claim was paid; the next one is due at `next_at` (Q3).
    #[serde(rename = "minute_paid")]
    Paid { claim: Claim, next_at: Timestamp },
    /// The claim's next minute cannot be paid unless minutes are added (Q3).
    #[serde(rename = "minutes_low")]
    Low { claim: Claim, ends_at: Timestamp },
    /// A claim on minutes moved onto a seat that became free (Q3).
    #[serde(rename = "claim_moved")]
    ClaimMoved { claim: Claim },
}

impl MinutesEvent {
    /// The claim that minutes pay for, or paid for until now.
    #[must_use]
    pub const fn claim(&self) -> Claim {
        match self {
            Self::Paid { claim, .. } | Self::Low { claim, .. } | Self::ClaimMoved { claim } => *claim,
        }
    }
}

/// A refusal on record (Q1).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefusalEvent {
    /// A user was refused a seat (Q1).
    #[serde(rename = "refused")]
    Refused {
        id: RefusalId,
        user: UserId,
        product: Product,
        pool: Option<PoolId>,
        code: Code,
        attempt: Attempt,
        device: Option<Personal<Name>>,
        seats: Option<u32>,
        occupied: Option<u32>,
        waiting: Option<u32>,
    },
}
