//! Events of who is there: sign-ins, sessions, tickets, and the minutes and leases that they live by.

use serde::{Deserialize, Serialize};

use crate::event::{By, Claim, EndReason};
use crate::id::{PoolId, RefusalId, SessionId, SignInId, TicketId, UserId};
use crate::join_code::JoinCode;
use crate::presence::{Customer, Device, Funding, Joined, SessionKind, Wanted};
use crate::refusal::{Attempt, Code};
use crate::text::{Name, Note, Product};
use crate::time::{Outage, Secs, Timestamp};

/// A change of a sign-in (S2).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignInEvent {
    /// A user is present on a device (S2). `ticket` is the place in the queue that this claims.
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
    /// A user's presence on a device is over. What rode on it ended in events before this one.
    #[serde(rename = "sign_in_ended")]
    Ended {
        id: SignInId,
        reason: EndReason,
        by: Option<By>,
    },
    /// The user said that they are there: the idle clock starts from zero.
    #[serde(rename = "activity_reported")]
    ActivityReported { id: SignInId },
    /// The user will be logged off when idle for longer (A3).
    #[serde(rename = "log_off_warned")]
    LogOffWarned { id: SignInId, at: Timestamp },
    /// The idle holder will lose the seat because somebody waits (Q4).
    #[serde(rename = "reclaim_warned")]
    ReclaimWarned { id: SignInId, at: Timestamp },
    /// Nobody waits any more, or the holder is busy again: the warning is void.
    #[serde(rename = "reclaim_cancelled")]
    ReclaimCancelled { id: SignInId },
    /// The holder keeps the seat from being reclaimed until then (Q4); `None` lifts it.
    #[serde(rename = "seat_locked")]
    SeatLocked { id: SignInId, until: Option<Timestamp> },
}

/// A change of many leases at a time (S11).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LeaseEvent {
    /// Heartbeats of many, since the last such event (S11).
    #[serde(rename = "leases_renewed")]
    Renewed {
        sign_ins: Vec<(SignInId, Timestamp)>,
        tickets: Vec<(TicketId, Timestamp)>,
    },
    /// Usher could not act for a while: leases and offers are full again, and everything else that was running goes on
    /// where it stopped (S11). `outage` is none in journals that did not keep how long that was.
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
    /// A piece of work exists, waiting for its customer or at once active (S7).
    #[serde(rename = "session_created")]
    Created {
        id: SessionId,
        sign_in: SignInId,
        kind: SessionKind,
        customer: Option<Customer>,
        /// What the customer types; none for unattended work.
        code: Option<JoinCode>,
        /// Until when the code waits; `None` where the session is active at once.
        standby_until: Option<Timestamp>,
        funding: Funding,
        ticket: Option<TicketId>,
    },
    /// The customer came in, or the agent went ahead.
    #[serde(rename = "session_connected")]
    Connected {
        id: SessionId,
        customer: Option<Customer>,
    },
    /// The customer came in through the code: it answers nobody else from now on.
    #[serde(rename = "customer_joined")]
    CustomerJoined {
        id: SessionId,
        customer: Option<Customer>,
        joined: Joined,
    },
    /// The agent put the session aside; its claim is free (S8).
    #[serde(rename = "session_paused")]
    Paused { id: SessionId },
    /// The session is active again, on this funding.
    #[serde(rename = "session_resumed")]
    Resumed {
        id: SessionId,
        funding: Funding,
        ticket: Option<TicketId>,
    },
    /// Another person ended the session; it closes then (S9).
    #[serde(rename = "session_ending")]
    Ending {
        id: SessionId,
        closes_at: Timestamp,
        by: By,
        note: Option<Note>,
    },
    /// The session is over.
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
    /// Somebody waits for a seat (Q2).
    #[serde(rename = "ticket_opened")]
    Opened {
        id: TicketId,
        user: UserId,
        product: Product,
        pool: PoolId,
        wanted: Wanted,
        lease: Secs,
    },
    /// A seat is kept for the ticket until then.
    #[serde(rename = "offer_made")]
    Offered { id: TicketId, until: Timestamp },
    /// The place in the queue is gone, without a seat.
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
    /// A minute of a claim was paid; the next is due then (Q3).
    #[serde(rename = "minute_paid")]
    Paid { claim: Claim, next_at: Timestamp },
    /// The claim's next minute will not be paid for unless minutes are added (Q3).
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
    /// Somebody did not get what they asked for (Q1).
    #[serde(rename = "refused")]
    Refused {
        id: RefusalId,
        user: UserId,
        product: Product,
        pool: Option<PoolId>,
        code: Code,
        attempt: Attempt,
        device: Option<Name>,
        seats: Option<u32>,
        occupied: Option<u32>,
        waiting: Option<u32>,
    },
}
