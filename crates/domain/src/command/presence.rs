//! Commands for sign-ins, sessions and tickets, and the outcomes of those that have one.

use alloc::vec::Vec;

use super::{Acting, Execute};
use crate::id::{SessionId, SignInId, TicketId, UserId};
use crate::join_code::JoinCode;
use crate::labels::Labels;
use crate::presence::{Customer, Device, JoinProof, SessionKind, Start};
use crate::text::{Note, Product};
use crate::time::Secs;

/// Commands for a sign-in (S2).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInCommand {
    SignIn(SignUserIn),
    Heartbeat(Heartbeat),
    /// Sign out, or evict (S10): as `acting` says; otherwise as the user if the actor may, else as an admin.
    SignOut {
        sign_in: SignInId,
        note: Option<Note>,
        acting: Option<Acting>,
    },
    /// Protect the seat from being reclaimed for this long (Q4); zero removes the lock.
    LockSeat {
        sign_in: SignInId,
        hold: Secs,
    },
}

/// Commands for a session (S7 to S9).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionCommand {
    Start(StartSession),
    /// The customer joins, or the agent continues without one.
    Connect {
        id: SessionId,
        customer: Option<Customer>,
        /// How a customer proves to be the one who joined before; ignored for the agent.
        proof: JoinProof,
    },
    /// Pause a session (S8).
    Pause {
        id: SessionId,
    },
    Resume(ResumeSession),
    /// End sessions, all or none (S9): as `acting` says; otherwise as the user if the actor may, else as an admin. The
    /// note is recorded in both cases.
    End {
        ids: Vec<SessionId>,
        note: Option<Note>,
        acting: Option<Acting>,
        /// How a customer who ends the session proves to be the one who joined; ignored for others.
        proof: JoinProof,
    },
}

/// Commands for a ticket (Q2).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketCommand {
    Claim(ClaimTicket),
    /// Leave the queue, or drop another's ticket.
    Drop {
        id: TicketId,
    },
    Renew(RenewTicket),
}

/// Sign a user in on their devices, all or none (S2). The outcome is a [`SignInOutcome`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUserIn {
    /// Who signs in.
    pub user: UserId,
    /// What they sign in to.
    pub product: Product,
    /// Just one, except when a foreign log is replayed. Each has the id of its sign-in; if a ticket is opened, it gets
    /// the bits of the first id.
    pub devices: OneOrMore<(SignInId, Device)>,
    /// If too many devices are signed in, sign others out (S4).
    pub takeover: bool,
    /// Wait if no seat is free (Q2).
    pub wait: bool,
}

/// The outcome of a [`SignUserIn`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInOutcome {
    /// The user is signed in.
    In {
        /// The sign-ins, in the order of the devices.
        ids: OneOrMore<SignInId>,
        /// Whether they are new (S6).
        created: bool,
    },
    /// The user is in the queue with this ticket.
    Waits(TicketId),
}

/// A heartbeat of a sign-in (S11). The outcome is the length of its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heartbeat {
    /// The sign-in.
    pub sign_in: SignInId,
    /// Whether the user is there, not only the device.
    pub active: bool,
}

/// Start a session (S2, S7). The outcome is a [`StartOutcome`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartSession {
    /// The id of the session; if a ticket is opened, it gets the same bits.
    pub id: SessionId,
    /// The sign-in on which it runs.
    pub sign_in: SignInId,
    /// What it is.
    pub kind: SessionKind,
    /// Whether it waits for the customer.
    pub start: Start,
    /// The customer, if known.
    pub customer: Option<Customer>,
    /// The code for the customer, drawn and sealed by the caller.
    pub code: JoinCode,
    /// How long the code is valid; `None` for the pool's default.
    pub valid_for: Option<Secs>,
    /// Wait if no seat is free (Q2).
    pub wait: bool,
    /// The vendor's labels.
    pub labels: Labels,
}

/// Resume a paused session (S8). The outcome is a [`StartOutcome`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResumeSession {
    /// The session.
    pub id: SessionId,
    /// Wait if no seat is free (Q2).
    pub wait: bool,
    /// The id of the ticket that is opened then.
    pub ticket: TicketId,
}

/// The outcome of a [`StartSession`] or [`ResumeSession`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartOutcome {
    /// The session is there, or is active again.
    Session(SessionId),
    /// The user is in the queue with this ticket.
    Waits(TicketId),
}

/// Take the offered seat, and do what the ticket waited for (Q2). The outcome is a [`ClaimOutcome`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimTicket {
    /// The ticket.
    pub id: TicketId,
}

/// The outcome of a [`ClaimTicket`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// The user is signed in.
    SignIn(SignInId),
    /// The session is there, or is active again.
    Session(SessionId),
}

/// A heartbeat of a ticket: reading it, or its open stream (Q2). The outcome is the length of its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenewTicket {
    /// The ticket.
    pub id: TicketId,
}

impl Execute for SignUserIn {}
impl Execute for Heartbeat {}
impl Execute for StartSession {}
impl Execute for ResumeSession {}
impl Execute for ClaimTicket {}
impl Execute for RenewTicket {}

/// Things of which there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrMore<T> {
    /// The first.
    pub first: T,
    /// The others, in order.
    pub others: Vec<T>,
}

impl<T> OneOrMore<T> {
    /// One alone.
    #[must_use]
    pub const fn one(first: T) -> Self {
        Self {
            first,
            others: Vec::new(),
        }
    }

    /// All of these, in order; `None` if there are none.
    pub fn all(of: impl IntoIterator<Item = T>) -> Option<Self> {
        let mut of = of.into_iter();
        let first = of.next()?;
        Some(Self {
            first,
            others: of.collect(),
        })
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        1 + self.others.len()
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        core::iter::once(&self.first).chain(&self.others)
    }

    /// What `to` makes of each, in order.
    pub(crate) fn map<U>(&self, mut to: impl FnMut(&T) -> U) -> OneOrMore<U> {
        OneOrMore {
            first: to(&self.first),
            others: self.others.iter().map(to).collect(),
        }
    }
}
