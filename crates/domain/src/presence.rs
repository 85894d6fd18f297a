//! Sign-ins, sessions and tickets: what users are doing and waiting for.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::event::By;
use crate::id::{PoolId, SessionId, SignInId, TicketId, UserId};
use crate::join_code::JoinCode;
use crate::labels::Labels;
use crate::personal::{OfCustomer, Personal};
use crate::text::{DeviceId, Name, Note, Product};
use crate::time::{Secs, Timestamp};

/// The device on which a user is signed in, identified by an id that the client keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The client's id.
    pub id: Personal<DeviceId>,
    /// Its name, as users know it: `Sven's laptop`.
    pub name: Personal<Name>,
    /// Its kind.
    pub kind: DeviceKind,
}

/// The kind of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A computer with Usher's client product installed.
    Desktop,
    /// A telephone or tablet.
    Phone,
    /// Smart glasses.
    Glasses,
    /// A browser tab.
    Browser,
}

impl DeviceKind {
    /// The kind's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
            Self::Glasses => "glasses",
            Self::Browser => "browser",
        }
    }
}

/// What pays for a sign-in or session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Funding {
    /// The user's named license.
    Named,
    /// Nothing: signing in to a pool where only sessions take seats (S2).
    Free,
    /// The sign-in that the session runs on (S2), or nothing while it is paused (S8).
    Rides,
    /// A seat of the pool.
    Seat,
    /// Prepaid minutes; the next one is due at `next_at` (Q3).
    Minutes {
        /// When the next minute is paid.
        next_at: Timestamp,
        /// Whether the device was warned that it cannot be paid.
        warned: bool,
    },
}

impl Funding {
    /// The funding's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Free | Self::Rides => "none",
            Self::Seat => "seat",
            Self::Minutes { .. } => "minutes",
        }
    }

    /// When the next minute is due, where minutes pay (Q3).
    #[must_use]
    pub const fn next_minute(&self) -> Option<Timestamp> {
        match self {
            Self::Minutes { next_at, .. } => Some(*next_at),
            Self::Named | Self::Free | Self::Rides | Self::Seat => None,
        }
    }
}

/// A user's presence on one device for one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The sign-in's id.
    pub id: SignInId,
    /// The user who is signed in.
    pub user: UserId,
    /// The product.
    pub product: Product,
    /// The device.
    pub device: Device,
    /// The pool of the user's license; `None` for a named license.
    pub pool: Option<PoolId>,
    /// What pays for it.
    pub funding: Funding,
    /// When it began.
    pub since: Timestamp,
    /// The lease: how long it lives without a heartbeat (S11).
    pub lease: Secs,
    #[serde(rename = "lease_until")]
    pub(crate) stored_until: Timestamp,
    #[serde(skip)]
    pub(crate) renewed_until: Option<Timestamp>,
    /// Since when the user is idle; `None` in a call or with a valid link (A1).
    pub idle_since: Option<Timestamp>,
    /// When the idle user will be logged off, once they were warned.
    pub log_off_at: Option<Timestamp>,
    /// When the idle holder will lose the seat, once they were warned (Q4).
    pub reclaim_at: Option<Timestamp>,
    /// Until when the holder protects the seat from being reclaimed (Q4).
    pub locked_until: Option<Timestamp>,
    #[serde(skip)]
    pub(crate) sessions: Vec<SessionId>,
    #[serde(skip)]
    pub(crate) due: Option<Timestamp>,
}

impl SignIn {
    /// The sessions that run on this sign-in.
    #[must_use]
    pub fn sessions(&self) -> &[SessionId] {
        &self.sessions
    }
}

/// The kind of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// A call.
    Call,
    /// Remote support with the customer present.
    Attended,
    /// Remote support of a machine without a person at it.
    Unattended,
}

impl SessionKind {
    /// The kind's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Attended => "attended",
            Self::Unattended => "unattended",
        }
    }
}

/// The customer of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The customer's name.
    pub name: Personal<Name, OfCustomer>,
}

/// A customer has joined with the session's code, which works for nobody else from then on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Joined {
    /// A digest of the key that the customer's program drew for its attempt, by which a repeated attempt is recognized.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// How a customer with a code proves to be the one who joined before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum JoinProof {
    /// There is no proof.
    #[default]
    None,
    /// With the digest of the key that the customer's program drew for this attempt, and repeats.
    Key(String),
    /// With the token from the answer to the first join.
    Token,
}

/// The state of a session (S7). Ended sessions are in the records, not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// The code or link waits for the customer.
    Standby {
        /// When the code expires.
        until: Timestamp,
    },
    /// The session is running.
    Active {},
    /// The agent has paused it (S8).
    Paused {},
    /// Another person has ended it (S9).
    Ending {
        /// When it closes.
        closes_at: Timestamp,
        /// Who ended it.
        by: By,
        /// Their note.
        note: Option<Personal<Note>>,
    },
}

impl SessionState {
    /// The state's name in the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Standby { .. } => "standby",
            Self::Active {} => "active",
            Self::Paused {} => "paused",
            Self::Ending { .. } => "ending",
        }
    }
}

/// A session: one piece of support work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The id.
    pub id: SessionId,
    /// The sign-in that it runs on.
    pub sign_in: SignInId,
    /// The user whose session it is.
    pub user: UserId,
    /// The product.
    pub product: Product,
    /// The pool of the sign-in; `None` for a named license.
    pub pool: Option<PoolId>,
    /// The kind of work.
    pub kind: SessionKind,
    /// The state.
    pub state: SessionState,
    /// What pays for it.
    pub funding: Funding,
    /// The customer, once known.
    pub customer: Option<Customer>,
    /// The code with which the customer joins.
    pub code: Option<JoinCode>,
    /// Whether its customer has joined with the code, and how they prove to be the same one.
    #[serde(default)]
    pub joined: Option<Joined>,
    /// The vendor's labels of the session.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// When it was created.
    pub since: Timestamp,
    /// When its current claim began: when it was created or last resumed.
    pub claimed_at: Timestamp,
    /// Since when it is active: created without waiting for a customer, connected or resumed. `None` if it is not, and
    /// for sessions that began before this was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_since: Option<Timestamp>,
    #[serde(skip)]
    pub(crate) due: Option<Timestamp>,
}

impl Session {
    /// Whether it makes the user be in a call.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        matches!(self.state, SessionState::Active {} | SessionState::Ending { .. })
    }

    /// Whether it stops the idle clock (A1): a call, or a link through which a customer may still join.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        !matches!(self.state, SessionState::Paused {})
    }
}

/// How a session begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// A code or link waits for the customer.
    Standby,
    /// At once.
    Active,
}

/// What a ticket waits for, complete, so that claiming needs nothing more (Q2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// A sign-in on this device.
    SignIn {
        /// The device.
        device: Device,
    },
    /// A session on this sign-in.
    Session {
        /// The sign-in.
        sign_in: SignInId,
        /// The kind of work.
        kind: SessionKind,
        /// How it begins.
        start: Start,
        /// The customer, where known.
        customer: Option<Customer>,
        /// The code for the customer.
        code: Option<JoinCode>,
        /// How long the code will be valid.
        valid_for: Option<Secs>,
        /// The vendor's labels of the session.
        #[serde(default, skip_serializing_if = "Labels::is_empty")]
        labels: Labels,
    },
    /// Resuming this paused session.
    Resume {
        /// The session.
        session: SessionId,
    },
}

impl Wanted {
    /// Whether it begins new work: not if a session that has begun is resumed.
    #[must_use]
    pub(crate) const fn is_new_work(&self) -> bool {
        match self {
            Self::SignIn { .. } | Self::Session { .. } => true,
            Self::Resume { .. } => false,
        }
    }

    /// The name in the records.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::SignIn { .. } => "sign_in",
            Self::Session { .. } => "session",
            Self::Resume { .. } => "resume",
        }
    }
}

/// The state of a ticket. Claimed and ended ones are in the records, not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// In the queue.
    Waiting {},
    /// A seat is held for it.
    Offered {
        /// When the offer passes on.
        until: Timestamp,
    },
}

impl TicketState {
    /// The state's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting {} => "waiting",
            Self::Offered { .. } => "offered",
        }
    }
}

/// A ticket: a place in a pool's queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The ticket's id. The sign-in or session that it becomes has the same 128 bits.
    pub id: TicketId,
    /// The user who waits.
    pub user: UserId,
    /// The product.
    pub product: Product,
    /// The pool of the queue.
    pub pool: PoolId,
    /// The order in the queue: lower comes first.
    pub place: u64,
    /// What it waits for.
    pub wanted: Wanted,
    /// When it was opened.
    pub since: Timestamp,
    /// The lease: how long it lives without a heartbeat (S11).
    pub lease: Secs,
    #[serde(rename = "lease_until")]
    pub(crate) stored_until: Timestamp,
    #[serde(skip)]
    pub(crate) renewed_until: Option<Timestamp>,
    /// The state.
    pub state: TicketState,
    #[serde(skip)]
    pub(crate) due: Option<Timestamp>,
}
