//! What may be asked of an account. Ids of new things come with the command, so that deciding needs no chance.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::account::{Plan, ProductSeats, SettingsPatch};
use crate::directory::{DirectoryEntry, GroupMapping};
use crate::event::Profile;
use crate::id::{
    AccountId, ApiKeyId, GroupId, PoolId, SessionId, SignInId, TeamId, TicketId, TopUpId, UserId,
};
use crate::join_code::JoinCode;
use crate::labels::LabelsPatch;
use crate::permission::{PermissionOverrides, Privilege, Role, Scope};
use crate::presence::{Customer, Device, JoinProof, SessionKind, Start};
use crate::rules::{Rules, RulesPatch};
use crate::single_sign_on::ProviderChange;
use crate::text::{Email, ExternalId, Name, Note, Product};
use crate::time::{Secs, Timestamp};
use crate::user::License;

/// One thing asked of an account, by topic. It is done whole or not at all.
#[expect(missing_docs, reason = "each topic is described at its own type")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Account(AccountCommand),
    ApiKey(ApiKeyCommand),
    User(UserCommand),
    License(LicenseCommand),
    Credential(CredentialCommand),
    Pool(PoolCommand),
    Team(TeamCommand),
    Group(GroupCommand),
    SignIn(SignInCommand),
    Session(SessionCommand),
    Ticket(TicketCommand),
    /// Carry out a command, and label what it makes or changes: an account, a user, a pool or a session. Both or
    /// neither.
    Labelled {
        command: Box<Self>,
        labels: LabelsPatch,
    },
}

/// Of the account itself: its name, subscription, minutes and settings.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountCommand {
    /// Make the account. The operator only, on an account that does not exist.
    Create { id: AccountId, name: Name },
    /// Give the account another name; `None` keeps the one it has.
    Change { name: Option<Name> },
    /// Close the account.
    Delete,
    /// Set what the account has bought, whole (L7, L8). `default_pools` are ids for the pools that products new to
    /// shared seats need.
    SetSubscription {
        plan: Plan,
        products: BTreeMap<Product, ProductSeats>,
        default_pools: BTreeMap<Product, PoolId>,
    },
    /// Add prepaid minutes (Q3). The same top-up twice adds once, as long as it is among the newest
    /// [`TOP_UPS_KEPT`](crate::top_up::TOP_UPS_KEPT).
    AddMinutes { id: TopUpId, minutes: u32 },
    /// Change settings.
    ChangeSettings { change: SettingsPatch },
}

/// Of an API key. The key itself is stored elsewhere, hashed.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiKeyCommand {
    /// Make an API key known. The key itself is stored before, elsewhere, hashed.
    Create {
        id: ApiKeyId,
        name: Name,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
    },
    /// Draw a new secret for an API key. The secret itself is stored after, elsewhere, hashed.
    Rotate {
        id: ApiKeyId,
        /// For how long the one before works on.
        overlap: Secs,
    },
    /// Kill an API key.
    Revoke { id: ApiKeyId },
}

/// Of a user.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserCommand {
    /// Create a user (L6).
    Create {
        id: UserId,
        profile: Profile,
        /// `None`: assign a named seat where one is free. `Some(true)`: refuse where none is. `Some(false)`: do not.
        assign_seat: Option<bool>,
        /// The product of that seat; `None`: the account's only product with named seats, where there is one.
        product: Option<Product>,
        /// The licenses that the user gets instead, whole; where there are any, `assign_seat` and `product` are none.
        licenses: BTreeMap<Product, License>,
        /// Whether a password was stored for the user.
        password_set: bool,
        /// Whether the user can do anything from the start.
        active: bool,
        /// What a directory knows the user as (D1). Who is created by a directory gets no seat of L6.
        directory: Option<DirectoryEntry>,
    },
    /// Create a user for whom an identity provider vouches, in these groups: with what they give, or not at all (D4).
    Admit {
        id: UserId,
        profile: Profile,
        directory: DirectoryEntry,
        groups: BTreeSet<GroupId>,
    },
    /// Change a user.
    Change { id: UserId, change: UserPatch },
    /// Delete a user, with all that they hold (L5).
    Delete { id: UserId },
}

/// Of who has a license for what (L3).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LicenseCommand {
    /// Give, change or (`None`) take away a user's license of a product, in one step (L3, L5).
    Set {
        user: UserId,
        product: Product,
        license: Option<License>,
    },
    /// Take the license of one user to another, as it is, in one step (L3, L5). What the other had before goes.
    Reassign {
        product: Product,
        from: UserId,
        to: UserId,
        /// The license that was seen. Where it is another by now, nothing is done.
        seen: Option<License>,
    },
    /// Move users from one pool to another of the same product, all or none (L3). `None` moves whoever is in the pool
    /// by now. Who is where they are to go already is passed over; who has gone elsewhere since they were chosen is not
    /// taken back from there.
    MoveUsers {
        from: PoolId,
        to: PoolId,
        users: Option<BTreeSet<UserId>>,
    },
}

/// What was done to a credential, which is stored elsewhere: on record from now on.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialCommand {
    /// Note that a user has another password. It is kept elsewhere, and who gave it was asked before
    /// ([`UserPatch::new_password`]): a note is refused to nobody.
    NotePassword { user: UserId },
    /// Note that a user's second factor was set up, or removed. It is kept elsewhere, and who did it was asked before
    /// ([`Account::need_to_set_second_factor`](crate::Account::need_to_set_second_factor),
    /// [`Account::need_to_remove_second_factor`](crate::Account::need_to_remove_second_factor)).
    NoteSecondFactor { user: UserId, is_set: bool },
    /// Note that the provider of single sign-on was changed. It is kept elsewhere, and who did it was asked before
    /// ([`Account::need_admin`](crate::Account::need_admin),
    /// [`Account::need_to_remove_provider`](crate::Account::need_to_remove_provider)).
    NoteProvider { change: ProviderChange },
}

/// Of a pool (P1 to P3).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolCommand {
    /// Add a pool (P1, P3). Rules that are `None` come from the settings.
    Create {
        id: PoolId,
        name: Name,
        product: Product,
        seats: u32,
        rules: Option<Rules>,
    },
    /// Rename, resize or re-rule a pool (P1, P3).
    Change { id: PoolId, change: PoolPatch },
    /// Move seats from one place to another, in one step, however many either has by now (P3).
    MoveSeats { way: SeatWay, seats: u32 },
    /// Delete a pool (P2); its users go to `move_users_to`, or lose their license with `remove_users`.
    Delete { id: PoolId, users: LeavingUsers },
}

/// Of a team (P4).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TeamCommand {
    /// Add a team (P4).
    Create {
        id: TeamId,
        name: Name,
        members: BTreeSet<UserId>,
    },
    /// Change a team.
    Change {
        id: TeamId,
        name: Option<Name>,
        members: Option<MemberChange>,
    },
    /// Delete a team.
    Delete { id: TeamId },
}

/// Of a directory's group (D2, D3).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupCommand {
    /// Add a group (D2). It gives nothing until it is mapped.
    Create {
        id: GroupId,
        name: Name,
        external_id: Option<ExternalId>,
        members: BTreeSet<UserId>,
    },
    /// Change a group, and what its members have with it (D3, D4). `Some(None)` takes the external id away.
    Change {
        id: GroupId,
        name: Option<Name>,
        external_id: Option<Option<ExternalId>>,
        members: Option<MemberChange>,
    },
    /// Delete a group. Its members leave it first (D3).
    Delete { id: GroupId },
    /// Set what a group's members get, whole (D3, D4).
    Map { id: GroupId, mapping: GroupMapping },
    /// Set the groups that a user is in, whole: what the identity provider says of who signs in (D3, D4).
    SetOfUser { user: UserId, groups: BTreeSet<GroupId> },
}

/// Of a sign-in (S2).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInCommand {
    /// Sign a user in on devices of theirs, all or none (S2). One, except where a foreign log is replayed.
    SignIn {
        user: UserId,
        product: Product,
        /// Each with the id that its sign-in gets; the first id's bits are those of the ticket, where one is made.
        devices: Vec<(SignInId, Device)>,
        /// Sign other devices out where too many are signed in (S4).
        takeover: bool,
        /// Wait where no seat is free (Q2).
        wait: bool,
    },
    /// A heartbeat (S11). `active`: the user is there, not only the device.
    Heartbeat { sign_in: SignInId, active: bool },
    /// Sign out, or evict (S10): as `acting` says, or else as the user where the actor may, and as an admin where not.
    SignOut {
        sign_in: SignInId,
        note: Option<Note>,
        acting: Option<Acting>,
    },
    /// Keep the seat from being reclaimed for this long (Q4); zero lifts it.
    LockSeat { sign_in: SignInId, hold: Secs },
}

/// Of a session (S7 to S9).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionCommand {
    /// Start a piece of work (S2, S7).
    Create {
        id: SessionId,
        sign_in: SignInId,
        kind: SessionKind,
        start: Start,
        customer: Option<Customer>,
        /// The code that the customer will type, drawn and sealed by the caller.
        code: JoinCode,
        /// How long the code waits; `None`: as the pool says.
        valid_for: Option<Secs>,
        /// Wait where no seat is free (Q2).
        wait: bool,
    },
    /// The customer came in, or the agent goes ahead.
    Connect {
        id: SessionId,
        customer: Option<Customer>,
        /// How a customer proves to be the one who joined before; without meaning for the agent's side.
        proof: JoinProof,
    },
    /// Put a session aside (S8).
    Pause { id: SessionId },
    /// Take a paused session up again (S8).
    Resume {
        id: SessionId,
        wait: bool,
        ticket: TicketId,
    },
    /// End sessions, all or none (S9): as `acting` says, or else as the user where the actor may, and as an admin where
    /// not. The note is kept either way.
    End {
        ids: Vec<SessionId>,
        note: Option<Note>,
        acting: Option<Acting>,
        /// How a customer who ends proves to be the one who joined; without meaning for others.
        proof: JoinProof,
    },
}

/// Of a place in the queue (Q2).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketCommand {
    /// Take what was waited for (Q2).
    Claim { id: TicketId },
    /// Leave the queue, or drop another's ticket.
    Drop { id: TicketId },
    /// A heartbeat of a ticket: a look at it, or its open stream (Q2).
    Renew { id: TicketId },
}

impl Command {
    /// The command without the labels around it. Whoever asks what kind of command this is asks here.
    #[must_use]
    pub fn unlabelled(&self) -> &Self {
        if let Self::Labelled { command, .. } = self {
            command.unlabelled()
        } else {
            self
        }
    }

    /// The account that the command makes, with its name and labels; none where it makes none.
    #[must_use]
    pub fn new_account(&self) -> Option<(AccountId, &Name, LabelsPatch)> {
        match self {
            Self::Account(AccountCommand::Create { id, name }) => Some((*id, name, LabelsPatch::default())),
            Self::Labelled { command, labels } => {
                let (id, name, _) = command.new_account()?;
                Some((id, name, labels.clone()))
            }
            Self::Account(_)
            | Self::ApiKey(_)
            | Self::User(_)
            | Self::License(_)
            | Self::Credential(_)
            | Self::Pool(_)
            | Self::Team(_)
            | Self::Group(_)
            | Self::SignIn(_)
            | Self::Session(_)
            | Self::Ticket(_) => None,
        }
    }
}

/// In which capacity somebody ends a sign-in or a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acting {
    /// As the user whose it is, like the user's own device: it is over at once, and nobody else did it.
    User,
    /// As an admin: the user is told who did it and why, and the pool's rules for that apply (S9, S10).
    Admin,
}

/// A change of a user: what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserPatch {
    /// Another name.
    pub name: Option<Name>,
    /// Another address.
    pub email: Option<Email>,
    /// Another role.
    pub role: Option<Role>,
    /// Other privileges, whole.
    pub privileges: Option<BTreeSet<Privilege>>,
    /// Whether they may see and change the subscription.
    pub billing_contact: Option<bool>,
    /// Another seat limit; `Some(None)` lifts it.
    pub seat_limit: Option<Option<u32>>,
    /// Other session permissions, whole.
    pub session_permissions: Option<PermissionOverrides>,
    /// Switch on or off (L5).
    pub active: Option<bool>,
    /// Whether they are about to be given another password: refused with all else that is changed where the actor may
    /// not. Nothing tells of it until it is stored ([`crate::command::CredentialCommand::NotePassword`]).
    pub new_password: bool,
    /// What a directory knows the user as (D1); `Some(None)` for nothing.
    pub directory: Option<Option<DirectoryEntry>>,
}

/// A change of who is in something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// These and no others.
    Set(BTreeSet<UserId>),
    /// These come in and those go, whoever else is in. Who is in already, or not, may be named.
    Edit {
        /// Who comes in.
        add: BTreeSet<UserId>,
        /// Who goes; nobody who also comes in.
        remove: BTreeSet<UserId>,
    },
}

impl MemberChange {
    /// The members that come of laying this change over `members`.
    #[must_use]
    pub fn over(&self, members: &BTreeSet<UserId>) -> BTreeSet<UserId> {
        match self {
            Self::Set(members) => members.clone(),
            Self::Edit { add, remove } => &(members | add) - remove,
        }
    }
}

/// From where to where seats go (P3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatWay {
    /// From one pool of a product to another; the unallocated seats stay as they are.
    Between {
        /// The pool that has fewer then.
        from: PoolId,
        /// The pool that has more.
        to: PoolId,
    },
    /// From a product's unallocated seats to this pool.
    IntoPool(PoolId),
    /// From this pool to the unallocated seats.
    OutOfPool(PoolId),
}

/// A change of a pool: what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PoolPatch {
    /// Another name.
    pub name: Option<Name>,
    /// Another number of seats.
    pub seats: Option<u32>,
    /// How many seats were seen by who chose the number. Where the pool has as many no longer, nothing is changed.
    pub seats_seen: Option<u32>,
    /// The rules that were seen by who chose others. Where the pool has other rules by now, nothing is changed.
    pub rules_seen: Option<Rules>,
    /// Other rules, whole: the caller lays single rules over those that stand.
    pub rules: Option<RulesPatch>,
}

/// What becomes of the users of a pool that is deleted (P2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeavingUsers {
    /// Refuse while there are any.
    Refuse,
    /// They go to this pool of the same product.
    MoveTo(PoolId),
    /// They lose their license.
    Remove,
}

/// What a command that was carried out came to, besides its events.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done; there is nothing more to say.
    Done,
    /// A user exists; whether a named seat was assigned (L6).
    User { id: UserId, seat_assigned: bool },
    /// The sign-ins, in the order asked; whether they are new (S6).
    SignIns { ids: Vec<SignInId>, created: bool },
    /// The user waits.
    Ticket { id: TicketId, created: bool },
    /// A session exists, or is active again.
    Session { id: SessionId },
    /// How much longer the lease runs (S11).
    Lease { remaining: Secs },
}

/// What was decided: the events to store, and the outcome to answer with once they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    /// In order.
    pub(crate) events: Vec<crate::event::Event>,
    /// For the caller.
    pub(crate) outcome: Outcome,
}

impl Decision {
    /// Events without more to say.
    #[must_use]
    pub(crate) const fn done(events: Vec<crate::event::Event>) -> Self {
        Self {
            events,
            outcome: Outcome::Done,
        }
    }
}
