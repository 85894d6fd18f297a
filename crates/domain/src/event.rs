//! What happened. Events are facts: [`crate::evolve`] takes every one of them without a question.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::{KeyMaker, Plan, ProductSeats, SettingsPatch};
use crate::directory::{DirectoryEntry, GroupMapping};
use crate::id::{
    AccountId, ApiKeyId, GroupId, PoolId, RefusalId, SessionId, SignInId, TeamId, TicketId, TopUpId, UserId,
};
use crate::join_code::JoinCode;
use crate::labels::{Labelled, Labels};
use crate::permission::{PermissionOverrides, Privilege, Role, Scope};
use crate::presence::{Customer, Device, Funding, Joined, SessionKind, Wanted};
use crate::refusal::{Attempt, Code};
use crate::rules::Rules;
use crate::single_sign_on::ProviderChange;
use crate::text::{Email, ExternalId, Name, Note, PlanName, Product};
use crate::time::{Millis, Outage, Secs, Timestamp};
use crate::user::License;

/// A change of one account. The time and the actor of an event stand once, at its entry in the commit.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The account's first event.
    AccountCreated { id: AccountId, name: Name },
    /// The account has another name.
    AccountRenamed { name: Name },
    /// The account is closed: everything in it is gone.
    AccountDeleted {},
    /// What the account has bought, whole.
    SubscriptionSet {
        plan: Plan,
        products: BTreeMap<Product, ProductSeats>,
    },
    /// Minutes were bought. `id` is none for what was bought before top-ups had ids.
    MinutesAdded {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<TopUpId>,
        minutes: u32,
    },
    /// How far the account's time is ahead of the wall clock, where that does not follow from the last such event
    /// ([`WallTimes`](crate::WallTimes)).
    WallClockRead { ahead: Millis },
    /// What a vendor's systems keep with a thing, after the change.
    Labelled { subject: Labelled, labels: Labels },
    /// The account's settings changed.
    SettingsChanged { change: SettingsPatch },
    /// A program may call in the account's name. The key itself is stored elsewhere, hashed. `maker` is none in
    /// journals from before makers were recorded.
    ApiKeyCreated {
        id: ApiKeyId,
        name: Name,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maker: Option<KeyMaker>,
    },
    /// The key has a new secret, and a new maker: whoever drew the secret. The previous secret works on for a while.
    ApiKeyRotated {
        id: ApiKeyId,
        overlap: Secs,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maker: Option<KeyMaker>,
    },
    /// The key is dead.
    ApiKeyRevoked { id: ApiKeyId },

    /// A person joined the account.
    UserCreated { id: UserId, profile: Profile },
    /// A person's fields after a change, whole.
    UserChanged { id: UserId, profile: Profile },
    /// A person was switched on or off.
    UserActivated { id: UserId, active: bool },
    /// A person is gone.
    UserDeleted { id: UserId },
    /// Somebody set a person's password. The hash is stored elsewhere.
    PasswordSet { user: UserId },
    /// A person set up a second factor. It is stored elsewhere.
    SecondFactorSet { user: UserId },
    /// Somebody removed a person's second factor.
    SecondFactorRemoved { user: UserId },
    /// Somebody changed the provider of single sign-on. It is stored elsewhere.
    ProviderChanged { change: ProviderChange },
    /// A user's right to a product, after the change. `group` is the one that gave it (D3); none where it was given by
    /// hand.
    LicenseSet {
        user: UserId,
        product: Product,
        license: Option<License>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<GroupId>,
    },

    /// A pool exists.
    PoolCreated {
        id: PoolId,
        name: Name,
        product: Product,
        seats: u32,
        rules: Rules,
        default: bool,
    },
    /// A pool's name, seats and rules after a change, whole.
    PoolChanged {
        id: PoolId,
        name: Name,
        seats: u32,
        rules: Rules,
    },
    /// A pool is gone; its seats are unallocated.
    PoolDeleted { id: PoolId },

    /// A team exists.
    TeamCreated {
        id: TeamId,
        name: Name,
        members: BTreeSet<UserId>,
    },
    /// A team's name and members after a change, whole.
    TeamChanged {
        id: TeamId,
        name: Name,
        members: BTreeSet<UserId>,
    },
    /// A team is gone.
    TeamDeleted { id: TeamId },

    /// What a directory knows a user as, after the change (D1).
    DirectoryEntrySet {
        user: UserId,
        entry: Option<DirectoryEntry>,
    },
    /// A group gave a user this role, or (`None`) took it away, which leaves a member (D3).
    RoleGiven {
        user: UserId,
        role: Role,
        group: Option<GroupId>,
    },
    /// Groups brought users into a team, or out of it (D3).
    TeamFilled {
        id: TeamId,
        joined: BTreeSet<UserId>,
        left: BTreeSet<UserId>,
    },
    /// A group exists (D2).
    GroupCreated {
        id: GroupId,
        name: Name,
        external_id: Option<ExternalId>,
        members: BTreeSet<UserId>,
    },
    /// A group's name and external id after a change.
    GroupChanged {
        id: GroupId,
        name: Name,
        external_id: Option<ExternalId>,
    },
    /// Who came into a group, and who left it.
    GroupMembersChanged {
        id: GroupId,
        joined: BTreeSet<UserId>,
        left: BTreeSet<UserId>,
    },
    /// What a group's members get, after the change (D3).
    GroupMapped { id: GroupId, mapping: GroupMapping },
    /// A group is gone.
    GroupDeleted { id: GroupId },

    /// A user is present on a device (S2). `ticket` is the place in the queue that this claims.
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
    SignInEnded {
        id: SignInId,
        reason: EndReason,
        by: Option<By>,
    },
    /// Heartbeats of many, since the last such event (S11).
    LeasesRenewed {
        sign_ins: Vec<(SignInId, Timestamp)>,
        tickets: Vec<(TicketId, Timestamp)>,
    },
    /// Usher could not act for a while: leases and offers are full again, and everything else that was running goes on
    /// where it stopped (S11). `outage` is none in journals that did not keep how long that was.
    LeasesRestarted {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outage: Option<Outage>,
    },
    /// The user said that they are there: the idle clock starts from zero.
    ActivityReported { id: SignInId },
    /// The user will be logged off when idle for longer (A3).
    LogOffWarned { id: SignInId, at: Timestamp },
    /// The idle holder will lose the seat because somebody waits (Q4).
    ReclaimWarned { id: SignInId, at: Timestamp },
    /// Nobody waits any more, or the holder is busy again: the warning is void.
    ReclaimCancelled { id: SignInId },
    /// The holder keeps the seat from being reclaimed until then (Q4); `None` lifts it.
    SeatLocked { id: SignInId, until: Option<Timestamp> },

    /// A piece of work exists, waiting for its customer or at once active (S7).
    SessionCreated {
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
    SessionConnected {
        id: SessionId,
        customer: Option<Customer>,
    },
    /// The customer came in through the code: it answers nobody else from now on.
    CustomerJoined {
        id: SessionId,
        customer: Option<Customer>,
        joined: Joined,
    },
    /// The agent put the session aside; its claim is free (S8).
    SessionPaused { id: SessionId },
    /// The session is active again, on this funding.
    SessionResumed {
        id: SessionId,
        funding: Funding,
        ticket: Option<TicketId>,
    },
    /// Another person ended the session; it closes then (S9).
    SessionEnding {
        id: SessionId,
        closes_at: Timestamp,
        by: By,
        note: Option<Note>,
    },
    /// The session is over.
    SessionEnded {
        id: SessionId,
        reason: EndReason,
        by: Option<By>,
    },

    /// Somebody waits for a seat (Q2).
    TicketOpened {
        id: TicketId,
        user: UserId,
        product: Product,
        pool: PoolId,
        wanted: Wanted,
        lease: Secs,
    },
    /// A seat is kept for the ticket until then.
    OfferMade { id: TicketId, until: Timestamp },
    /// The place in the queue is gone, without a seat.
    TicketEnded {
        id: TicketId,
        reason: EndReason,
        by: Option<By>,
    },

    /// A minute of a claim was paid; the next is due then (Q3).
    MinutePaid { claim: Claim, next_at: Timestamp },
    /// The claim's next minute will not be paid for unless minutes are added (Q3).
    MinutesLow { claim: Claim, ends_at: Timestamp },
    /// A claim on minutes moved onto a seat that became free (Q3).
    ClaimMoved { claim: Claim },

    /// Somebody did not get what they asked for (Q1).
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

/// What is known of a user, apart from licenses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The person's name.
    pub name: Name,
    /// The person's address, unique in the account.
    pub email: Email,
    /// The role.
    pub role: Role,
    /// What a manager may do. Empty for other roles ([`Profile::awake`]).
    pub privileges: BTreeSet<Privilege>,
    /// Whether the person may see and change the subscription. Never set for members ([`Profile::awake`]).
    pub billing_contact: bool,
    /// Seats that the person may hold at a time (S3); `None` for no limit.
    pub seat_limit: Option<u32>,
    /// The person's overrides of the account's session permissions.
    pub session_permissions: PermissionOverrides,
}

impl Profile {
    /// Whether the person has a privilege, by role or because it was given (R1).
    #[must_use]
    pub fn has(&self, privilege: Privilege) -> bool {
        let by_role = match self.role {
            Role::Owner | Role::Admin => true,
            Role::Manager => self.privileges.contains(&privilege),
            Role::Member => false,
        };
        match privilege {
            Privilege::SubscriptionManage => by_role && self.billing_contact,
            _ => by_role,
        }
    }

    /// The profile without rights that have no effect in its role, so that none sleeps until another role wakes it
    /// (R1): only managers have privileges of their own, and members are no billing contacts.
    #[must_use]
    pub fn awake(mut self) -> Self {
        if self.role != Role::Manager {
            self.privileges.clear();
        }
        self.billing_contact &= self.role != Role::Member;
        self
    }

    /// The profile after a group gave or took a role (D3). Privileges that were given by hand belong to the role that
    /// they were given with, and the flag of a billing contact stays only where it had an effect: a group wakes
    /// nothing.
    #[must_use]
    pub(crate) fn with_role_of_group(mut self, role: Role) -> Self {
        if role != self.role {
            self.billing_contact = self.has(Privilege::SubscriptionManage);
            self.privileges.clear();
            self.role = role;
        }
        self.awake()
    }
}

/// What keeps a seat, or is paid by the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// A sign-in, in a pool where signing in takes the seat.
    SignIn(SignInId),
    /// A session, in a pool where a session does.
    Session(SessionId),
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn(id) => id.fmt(f),
            Self::Session(id) => id.fmt(f),
        }
    }
}

/// Who ended something that was not theirs, as the device is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The journal's word for the actor: an id, or `operator`, `customer`, `system`.
    pub actor: String,
    /// The person's name, where it is a person.
    pub name: Option<Name>,
    /// What they said about it.
    pub note: Option<Note>,
}

/// Why a sign-in, a session or a ticket is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// The user signed out, or ended the session, or left the queue.
    SignedOut,
    /// The session was ended by its user or its customer.
    Finished,
    /// Logged out by another person (S10).
    Evicted,
    /// The same user signed in on another device (S4).
    Takeover,
    /// No heartbeat (S11).
    LeaseExpired,
    /// Idle for longer than the pool allows (A2).
    Inactive,
    /// Idle while somebody waited (Q4).
    Reclaimed,
    /// The user's license was taken away or changed (L5).
    LicenseChanged,
    /// The user was deactivated or deleted (L5).
    UserInactive,
    /// The user got another password: whoever signed in with the old one is out.
    PasswordChanged,
    /// The pool was deleted, or the account closed.
    Closed,
    /// No minutes were left (Q3).
    MinutesExhausted,
    /// The session was ended by another person (S9).
    EndedByOther,
    /// Nobody came in before the code expired.
    Expired,
    /// The sign-in that it ran on is over.
    SignInEnded,
    /// The offered seat was not taken in time.
    OfferExpired,
}

impl EndReason {
    /// Every reason.
    pub const ALL: [Self; 16] = [
        Self::SignedOut,
        Self::Finished,
        Self::Evicted,
        Self::Takeover,
        Self::LeaseExpired,
        Self::Inactive,
        Self::Reclaimed,
        Self::LicenseChanged,
        Self::UserInactive,
        Self::Closed,
        Self::MinutesExhausted,
        Self::EndedByOther,
        Self::Expired,
        Self::SignInEnded,
        Self::OfferExpired,
        Self::PasswordChanged,
    ];

    /// The word that the API uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::Finished => "finished",
            Self::Evicted => "evicted",
            Self::Takeover => "takeover",
            Self::LeaseExpired => "lease-expired",
            Self::Inactive => "inactive",
            Self::Reclaimed => "reclaimed",
            Self::LicenseChanged => "license-changed",
            Self::UserInactive => "user-inactive",
            Self::PasswordChanged => "password-changed",
            Self::Closed => "closed",
            Self::MinutesExhausted => "minutes-exhausted",
            Self::EndedByOther => "ended-by-other",
            Self::Expired => "expired",
            Self::SignInEnded => "sign-in-ended",
            Self::OfferExpired => "offer-expired",
        }
    }
}

impl Plan {
    /// The plans that Usher knows without configuration (L7).
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        [("team", false), ("enterprise", true)]
            .into_iter()
            .filter_map(|(name, shared_seats)| {
                Some(Self {
                    name: name.parse::<PlanName>().ok()?,
                    shared_seats,
                })
            })
            .collect()
    }
}
