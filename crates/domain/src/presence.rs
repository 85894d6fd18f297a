//! Sign-ins, sessions and tickets: what a user is doing, and what they wait for.

use serde::{Deserialize, Serialize};

use crate::event::By;
use crate::id::{PoolId, SessionId, SignInId, TicketId, UserId};
use crate::join_code::JoinCode;
use crate::labels::Labels;
use crate::text::{DeviceId, Name, Note, Product};
use crate::time::{Secs, Timestamp};

/// Where a user is signed in, by an id that the client keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The client's id.
    pub id: DeviceId,
    /// What people call it: `Sven's laptop`.
    pub name: Name,
    /// What it is.
    pub kind: DeviceKind,
}

/// What a device is.
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
    /// The word that the API uses.
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

/// What carries a sign-in or a session.
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
    /// Prepaid minutes; the next one is due then (Q3).
    Minutes {
        /// When the next minute is paid.
        next_at: Timestamp,
        /// Whether the device was warned that it will not be.
        warned: bool,
    },
}

impl Funding {
    /// The word that the API uses.
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
    /// The id.
    pub id: SignInId,
    /// Who.
    pub user: UserId,
    /// For which product.
    pub product: Product,
    /// Where.
    pub device: Device,
    /// The pool of the user's license; none for a named license.
    pub pool: Option<PoolId>,
    /// What carries it.
    pub funding: Funding,
    /// Since when.
    pub since: Timestamp,
    /// How long it lives without a heartbeat.
    pub lease: Secs,
    #[serde(rename = "lease_until")]
    pub(crate) stored_until: Timestamp,
    #[serde(skip)]
    pub(crate) renewed_until: Option<Timestamp>,
    /// Since when the user is idle; none in a call or with a valid link (A1).
    pub idle_since: Option<Timestamp>,
    /// When the idle user will be logged off, once they were warned of it.
    pub log_off_at: Option<Timestamp>,
    /// When the idle holder will lose the seat, once they were warned of it (Q4).
    pub reclaim_at: Option<Timestamp>,
    /// Until when the holder keeps the seat from being reclaimed (Q4).
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

/// The kind of support work.
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
    /// The word that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Attended => "attended",
            Self::Unattended => "unattended",
        }
    }
}

/// The customer's side of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// What the customer is called.
    pub name: Name,
}

/// That a customer came in through the code of a session: the code answers nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Joined {
    /// A digest of the key that the customer's program drew for its attempt, so that a repeat is the same customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// How a customer with a code proves to be the one who joined before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum JoinProof {
    /// Not at all.
    #[default]
    None,
    /// By the digest of a key that the customer's program drew for this attempt, and repeats.
    Key(String),
    /// By the token that the first join was answered with.
    Token,
}

/// Where a session stands (S7). One that has ended is in the records, not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// A code or link waits for the customer until then.
    Standby {
        /// When the code stops being good.
        until: Timestamp,
    },
    /// The work goes on.
    Active {},
    /// The agent put it aside (S8).
    Paused {},
    /// Another person ended it; it closes then (S9).
    Ending {
        /// When it closes.
        closes_at: Timestamp,
        /// Who ended it.
        by: By,
        /// What they said about it.
        note: Option<Note>,
    },
}

impl SessionState {
    /// The word that the API uses.
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

/// One piece of support work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The id.
    pub id: SessionId,
    /// The sign-in that it runs on.
    pub sign_in: SignInId,
    /// Whose work it is.
    pub user: UserId,
    /// For which product.
    pub product: Product,
    /// The pool of the sign-in; none for a named license.
    pub pool: Option<PoolId>,
    /// The kind of work.
    pub kind: SessionKind,
    /// Where it stands.
    pub state: SessionState,
    /// What carries it.
    pub funding: Funding,
    /// The customer, once known.
    pub customer: Option<Customer>,
    /// What the customer types to come in.
    pub code: Option<JoinCode>,
    /// Whether its customer came in through the code, and how they prove to be the same one again.
    #[serde(default)]
    pub joined: Option<Joined>,
    /// What a vendor's systems keep with the session.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// Since when it exists.
    pub since: Timestamp,
    /// Since when it has its present claim: since it was created or last resumed.
    pub claimed_at: Timestamp,
    #[serde(skip)]
    pub(crate) due: Option<Timestamp>,
}

impl Session {
    /// Whether the user is in a call with it.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        matches!(self.state, SessionState::Active {} | SessionState::Ending { .. })
    }

    /// Whether it stops the idle clock (A1): a call, or a link through which a customer may still come.
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

/// What a ticket asks for, whole, so that claiming needs nothing more (Q2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// To be signed in on this device.
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
        /// What the customer will type.
        code: Option<JoinCode>,
        /// How long the code will wait.
        valid_for: Option<Secs>,
        /// What a vendor's systems will keep with the session.
        #[serde(default, skip_serializing_if = "Labels::is_empty")]
        labels: Labels,
    },
    /// To take up this paused session.
    Resume {
        /// The session.
        session: SessionId,
    },
}

impl Wanted {
    /// The word that the records use.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::SignIn { .. } => "sign_in",
            Self::Session { .. } => "session",
            Self::Resume { .. } => "resume",
        }
    }
}

/// Where a ticket stands. A claimed or ended one is in the records, not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// In the queue.
    Waiting {},
    /// A seat is kept for it until then.
    Offered {
        /// When the offer passes on.
        until: Timestamp,
    },
}

impl TicketState {
    /// The word that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting {} => "waiting",
            Self::Offered { .. } => "offered",
        }
    }
}

/// A place in a pool's queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The id. What it becomes has the same 128 bits.
    pub id: TicketId,
    /// Who waits.
    pub user: UserId,
    /// For which product.
    pub product: Product,
    /// In which pool's queue.
    pub pool: PoolId,
    /// The order in the queue: lower comes first.
    pub place: u64,
    /// For what.
    pub wanted: Wanted,
    /// Since when.
    pub since: Timestamp,
    /// How long it lives without a heartbeat.
    pub lease: Secs,
    #[serde(rename = "lease_until")]
    pub(crate) stored_until: Timestamp,
    #[serde(skip)]
    pub(crate) renewed_until: Option<Timestamp>,
    /// Where it stands.
    pub state: TicketState,
    #[serde(skip)]
    pub(crate) due: Option<Timestamp>,
}
