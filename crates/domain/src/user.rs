//! Users and their licenses.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::directory::{DirectoryEntry, FromGroups};
use crate::event::Profile;
use crate::id::{GroupId, PoolId, SessionId, SignInId, TeamId, TicketId, UserId};
use crate::labels::Labels;
use crate::permission::Privilege;
use crate::seat_request::{Loan, SeatRequest};
use crate::text::Product;
use crate::time::Timestamp;

/// A user's license for one product (L3): never both kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "pool")]
pub enum License {
    /// A named seat.
    Named,
    /// A place in this pool.
    Shared(PoolId),
}

/// A user of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// Name, address, role and so on.
    pub profile: Profile,
    /// An inactive user can use nothing; their licenses are kept for them.
    pub active: bool,
    /// When the user was created.
    pub created_at: Timestamp,
    /// The user's licenses. No entry means no license.
    pub licenses: BTreeMap<Product, License>,
    /// The user's directory entry (D1).
    #[serde(default)]
    pub directory: Option<DirectoryEntry>,
    /// The vendor's labels of the user.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// Which of these came from groups (D3).
    #[serde(default)]
    pub from_groups: FromGroups,
    /// When the user's name, address, role, state or directory entry last changed; `None` if that was before it was
    /// recorded.
    #[serde(default)]
    pub(crate) changed_at: Option<Timestamp>,
    /// Since when the user has not worked with a product of which they have a named seat (L13). No entry if they have
    /// not since before it was recorded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) unused_since: BTreeMap<Product, Timestamp>,
    /// Until when the evicted user cannot take a seat (S10).
    pub(crate) cooling_until: BTreeMap<Product, Timestamp>,
    /// Since when the user has been refused a product without having got in since.
    pub(crate) refused_since: BTreeMap<Product, Timestamp>,

    /// The licenses that end (L15).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) loans: BTreeMap<Product, Loan>,
    /// The seats that the user asks for, or was declined (L14).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) seat_requests: BTreeMap<Product, SeatRequest>,

    /// When the next loan ends, as the schedule has it.
    #[serde(skip)]
    pub(crate) due: Option<Timestamp>,
    #[serde(skip)]
    pub(crate) sign_ins: Vec<SignInId>,
    #[serde(skip)]
    pub(crate) sessions: Vec<SessionId>,
    #[serde(skip)]
    pub(crate) tickets: Vec<TicketId>,
    #[serde(skip)]
    pub(crate) teams: Vec<TeamId>,
    #[serde(skip)]
    pub(crate) groups: Vec<GroupId>,
    #[serde(skip)]
    pub(crate) seats_held: u32,
}

impl User {
    pub(crate) fn new(id: UserId, profile: Profile, created_at: Timestamp) -> Self {
        Self {
            id,
            profile,
            active: true,
            created_at,
            licenses: BTreeMap::new(),
            directory: None,
            labels: Labels::default(),
            from_groups: FromGroups::default(),
            changed_at: None,
            unused_since: BTreeMap::new(),
            cooling_until: BTreeMap::new(),
            refused_since: BTreeMap::new(),
            loans: BTreeMap::new(),
            seat_requests: BTreeMap::new(),
            due: None,
            sign_ins: Vec::new(),
            sessions: Vec::new(),
            tickets: Vec::new(),
            teams: Vec::new(),
            groups: Vec::new(),
            seats_held: 0,
        }
    }

    /// Whether the user has a privilege, by role or because it was given (R1).
    #[must_use]
    pub fn has(&self, privilege: Privilege) -> bool {
        self.profile.has(privilege)
    }

    /// Since when the user has been refused a product without having got in since (Q1).
    #[must_use]
    pub fn refused_since(&self, product: &Product) -> Option<Timestamp> {
        self.refused_since.get(product).copied()
    }

    /// Since when the user has not worked with a product of which they have a named seat (L13): when they got the seat or
    /// signed out last. `None` if they have not since before it was recorded.
    #[must_use]
    pub fn unused_since(&self, product: &Product) -> Option<Timestamp> {
        self.unused_since.get(product).copied()
    }

    /// When the user's license for a product ends (L15); `None` if it does not.
    #[must_use]
    pub fn loan(&self, product: &Product) -> Option<&Loan> {
        self.loans.get(product)
    }

    /// The user's licenses that end, by product (L15).
    #[must_use]
    pub const fn loans(&self) -> &BTreeMap<Product, Loan> {
        &self.loans
    }

    /// The user's request for a seat of a product (L14), open or declined.
    #[must_use]
    pub fn seat_request(&self, product: &Product) -> Option<&SeatRequest> {
        self.seat_requests.get(product)
    }

    /// The user's requests for seats, open or declined, by product.
    #[must_use]
    pub const fn seat_requests(&self) -> &BTreeMap<Product, SeatRequest> {
        &self.seat_requests
    }

    /// The teams that the user is in.
    #[must_use]
    pub fn teams(&self) -> &[TeamId] {
        &self.teams
    }

    /// The groups of the user, oldest first (D2).
    #[must_use]
    pub fn groups(&self) -> &[GroupId] {
        &self.groups
    }

    /// When the user's name, address, role, state or directory entry last changed.
    #[must_use]
    pub fn changed_at(&self) -> Timestamp {
        self.changed_at.unwrap_or(self.created_at)
    }

    /// The devices on which the user is signed in.
    #[must_use]
    pub fn sign_ins(&self) -> &[SignInId] {
        &self.sign_ins
    }

    /// The user's current sessions.
    #[must_use]
    pub fn sessions(&self) -> &[SessionId] {
        &self.sessions
    }

    /// The user's tickets.
    #[must_use]
    pub fn tickets(&self) -> &[TicketId] {
        &self.tickets
    }

    /// How many shared seats the user holds.
    #[must_use]
    pub const fn seats_held(&self) -> u32 {
        self.seats_held
    }
}
