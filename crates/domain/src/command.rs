//! The commands of an account. Ids of new things are part of the command, so that deciding needs no randomness.
//!
//! A command is executed for what it changes. Some also have an outcome, which only they can say: whether the user got
//! in or waits, or how long a lease is. These are types of their own, and each names the type of its outcome
//! ([`Execute`]); as a [`Command`] they are executed without it.

mod presence;
mod seat_request;
mod subscription;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

pub use self::presence::{
    ClaimOutcome, ClaimTicket, Heartbeat, OneOrMore, RenewTicket, ResumeSession, SessionCommand,
    SignInCommand, SignInOutcome, SignUserIn, StartOutcome, StartSession, TicketCommand,
};
pub use self::seat_request::SeatRequestCommand;
pub use self::subscription::{
    AddMinutes, NewRequest, PurchaseOutcome, RequestAnswer, SetSubscription, SubscriptionSeen,
};
use crate::account::SettingsPatch;
use crate::decide::Decide;
use crate::directory::{DirectoryEntry, GroupMapping};
use crate::event::Profile;
use crate::give_back::GiveBack;
use crate::id::{AccountId, ApiKeyId, GroupId, PoolId, SubscriptionRequestId, TeamId, UserId};
use crate::labels::{Labels, LabelsPatch};
use crate::link::{LinkPurpose, UsedLink};
use crate::management::Management;
use crate::permission::{Actor, PermissionOverrides, Privilege, Role, Scope};
use crate::rules::{Rules, RulesPatch};
use crate::single_sign_on::ProviderChange;
use crate::text::{Email, ExternalId, Name, Note, Product};
use crate::time::{Secs, Timestamp};
use crate::user::License;

/// Everything that can be executed on an account: a [`Command`] of any kind, or one with an outcome of its own. Only this
/// crate says how each is decided.
pub trait Execute: Decide + Send + 'static {
    /// Whether it is a heartbeat. One that waited while something came due counts before that is done (S11): execute it
    /// first, and once more in its turn.
    fn is_heartbeat(&self) -> bool {
        self.renews().is_some()
    }

    /// The account that it creates, with its name and labels, and its outcome; `None` if it creates none.
    fn new_account(&self) -> Option<(NewAccount<'_>, Self::Outcome)> {
        None
    }
}

/// The id, name and labels of a new account.
pub type NewAccount<'a> = (AccountId, &'a Name, &'a Labels);

impl Execute for Command {
    fn new_account(&self) -> Option<(NewAccount<'_>, ())> {
        if let Self::Account(AccountCommand::Create { id, name, labels }) = self {
            Some(((*id, name, labels), ()))
        } else {
            None
        }
    }
}

/// A command to an account, by topic. It is executed entirely or not at all.
#[expect(missing_docs, reason = "each topic is described at its own type")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Account(AccountCommand),
    ApiKey(ApiKeyCommand),
    User(UserCommand),
    License(LicenseCommand),
    SeatRequest(SeatRequestCommand),
    Credential(CredentialCommand),
    Pool(PoolCommand),
    Team(TeamCommand),
    Group(GroupCommand),
    SignIn(SignInCommand),
    Session(SessionCommand),
    Ticket(TicketCommand),
}

/// Commands for the account itself: its name, subscription, minutes and settings.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountCommand {
    /// Create the account. For the operator only, on an account that does not exist.
    Create {
        id: AccountId,
        name: Name,
        labels: Labels,
    },
    /// Rename and label the account; `None` keeps the name.
    Change { name: Option<Name>, labels: LabelsPatch },
    /// Close the account.
    Delete,
    /// Set everything the account has bought, or ask for it.
    SetSubscription(SetSubscription),
    /// Add prepaid minutes, or ask for them.
    AddMinutes(AddMinutes),
    /// Answer a subscription request (L10). For the operator only.
    AnswerRequest {
        id: SubscriptionRequestId,
        answer: RequestAnswer,
        note: Option<Note>,
    },
    /// Withdraw an open subscription request, or dismiss an answered one (L10).
    RemoveRequest { id: SubscriptionRequestId },
    /// Choose what is given back when seats of the product end next (L13); nothing leaves it to the proposal.
    ChooseGiveBack { product: Product, choice: GiveBack },
    /// Set how the subscription is managed (L9). For the operator only.
    SetManagement { management: Management },
    /// Change settings.
    ChangeSettings { change: SettingsPatch },
}

/// Commands for an API key. The key itself is stored elsewhere, hashed.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiKeyCommand {
    /// Create an API key. Its secret has been stored elsewhere, hashed.
    Create {
        id: ApiKeyId,
        name: Name,
        scopes: BTreeSet<Scope>,
        expires_at: Option<Timestamp>,
    },
    /// Draw a new secret for an API key. The secret is stored elsewhere after this, hashed.
    Rotate {
        id: ApiKeyId,
        /// How long the previous secret keeps working.
        overlap: Secs,
    },
    /// Revoke an API key.
    Revoke { id: ApiKeyId },
}

/// Commands for a user.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserCommand {
    /// Create a user (L6).
    Create {
        id: UserId,
        profile: Profile,
        /// `None`: assign a named seat if one is free. `Some(true)`: refuse if none is. `Some(false)`: assign none.
        assign_seat: Option<bool>,
        /// The product of that seat; `None`: the account's only product. Of several, none is guessed.
        product: Option<Product>,
        /// The licenses that the user gets instead, complete; if there are any, `assign_seat` and `product` are `None`.
        licenses: BTreeMap<Product, License>,
        /// Whether a password was stored for the user.
        password_set: bool,
        /// Whether the user is active from the start.
        active: bool,
        /// The user's data in a directory (D1). Users created by a directory get no seat of L6.
        directory: Option<DirectoryEntry>,
        labels: Labels,
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
    /// Delete a user, and everything they hold (L5).
    Delete { id: UserId },
}

/// Commands for licenses (L3).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LicenseCommand {
    /// Give, change or (`None`) remove a user's license for a product, in one step (L3, L5). With `until`, it is lent
    /// (L15).
    Set {
        user: UserId,
        product: Product,
        license: Option<License>,
        until: Option<Timestamp>,
    },
    /// Take a user's license for a product away, or (`Some`) move the user to a pool, once they are not signed in for the
    /// product (L16). Users who are not signed in now lose or change it at once.
    SetAfterWork {
        user: UserId,
        product: Product,
        pool: Option<PoolId>,
    },
    /// Move a user's license for a product to another user, unchanged, in one step (L3, L5). It replaces theirs.
    Reassign {
        product: Product,
        from: UserId,
        to: UserId,
        /// The license that the caller saw. If it is another one by now, nothing is done.
        seen: Option<License>,
    },
    /// Move users from one pool to another of the same product, all or none (L3). `None` moves everybody who is in the
    /// pool now. Users who are already in the target are skipped; users who have gone to a third pool since they were
    /// selected are not taken back from there.
    MoveUsers {
        from: PoolId,
        to: PoolId,
        users: Option<BTreeSet<UserId>>,
        /// Whether users who are signed in for the product move once they are not (L16).
        after_work: bool,
    },
}

/// Records of changes of a credential, which is stored elsewhere.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialCommand {
    /// Record that a user has a new password, set with a one-time link or otherwise. It is stored elsewhere, and the right
    /// was checked before ([`UserPatch::new_password`]), so this is refused to nobody.
    NotePassword {
        user: UserId,
        link: Option<UsedLink<Actor>>,
    },
    /// Record that a user's second factor was set up or removed. It is stored elsewhere, and the right was checked
    /// before (`need_to_set_second_factor`, `need_to_remove_second_factor`).
    NoteSecondFactor { user: UserId, is_set: bool },
    /// Record that a one-time link of a user was made or revoked. It is stored elsewhere, and the right was checked
    /// before ([`UserPatch::new_password`]).
    NoteLink {
        user: UserId,
        purpose: LinkPurpose,
        is_made: bool,
    },
    /// Record that the provider of single sign-on was changed. It is stored elsewhere, and the right was checked before
    /// (`need_admin`, `need_to_remove_provider`).
    NoteProvider { change: ProviderChange },
}

/// Commands for a pool (P1 to P3).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolCommand {
    /// Add a pool (P1, P3). `None` takes the rules from the settings.
    Create {
        id: PoolId,
        name: Name,
        product: Product,
        seats: u32,
        rules: Option<Rules>,
        labels: Labels,
    },
    /// Change a pool's name, seats or rules (P1, P3).
    Change { id: PoolId, change: PoolPatch },
    /// Move seats from one place to another in one step, relative to their current numbers (P3).
    MoveSeats { way: SeatWay, seats: u32 },
    /// Delete a pool (P2); its users go to `move_users_to`, or lose their license with `remove_users`.
    Delete { id: PoolId, users: LeavingUsers },
}

/// Commands for a team (P4).
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

/// Commands for a directory's group (D2, D3).
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
    /// Change a group, and what its members get through it (D3, D4). `Some(None)` removes the external id.
    Change {
        id: GroupId,
        name: Option<Name>,
        external_id: Option<Option<ExternalId>>,
        members: Option<MemberChange>,
    },
    /// Delete a group. All its members leave it first (D3).
    Delete { id: GroupId },
    /// Set a group's mapping, complete (D3, D4).
    Map { id: GroupId, mapping: GroupMapping },
    /// Set all groups of a user, as named by the identity provider when the user signs in (D3, D4).
    SetUserGroups { user: UserId, groups: BTreeSet<GroupId> },
}

/// The capacity in which an actor ends a sign-in or a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acting {
    /// As its user, like the user's own device: it ends at once, and counts as ended by the user.
    User,
    /// As an admin: the user is told who did it and why, and the pool's rules for that apply (S9, S10).
    Admin,
}

/// A change of a user; `None` leaves a field unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserPatch {
    /// A new name.
    pub name: Option<Name>,
    /// A new address.
    pub email: Option<Email>,
    /// A new role.
    pub role: Option<Role>,
    /// New privileges, complete.
    pub privileges: Option<BTreeSet<Privilege>>,
    /// Whether they may see and change the subscription.
    pub billing_contact: Option<bool>,
    /// A new seat limit; `Some(None)` removes it.
    pub seat_limit: Option<Option<u32>>,
    /// New session permissions, complete.
    pub session_permissions: Option<PermissionOverrides>,
    /// Activate or deactivate (L5).
    pub active: Option<bool>,
    /// Whether they are about to be given another password: refused with all else that is changed where the actor may
    /// not. Nothing tells of it until it is stored ([`crate::command::CredentialCommand::NotePassword`]).
    pub new_password: bool,
    /// The directory entry (D1); `Some(None)` for none.
    pub directory: Option<Option<DirectoryEntry>>,
    /// New labels. Only those who manage users may set them, not the users themselves.
    pub labels: LabelsPatch,
}

/// A change of the members of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// Exactly these.
    Set(BTreeSet<UserId>),
    /// Add and remove these, and keep all others. Users who are members already, or are not, may be named.
    Edit {
        /// The new members.
        add: BTreeSet<UserId>,
        /// The members to remove; none of them also in `add`.
        remove: BTreeSet<UserId>,
    },
}

impl MemberChange {
    /// The members after this change of `members`.
    #[must_use]
    pub fn applied_to(&self, members: &BTreeSet<UserId>) -> BTreeSet<UserId> {
        match self {
            Self::Set(members) => members.clone(),
            Self::Edit { add, remove } => &(members | add) - remove,
        }
    }
}

/// The source and target of a move of seats (P3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatWay {
    /// From one pool of a product to another.
    Between {
        /// The pool that loses the seats.
        from: PoolId,
        /// The pool that gets them.
        to: PoolId,
    },
    /// From a product's unallocated seats to this pool.
    IntoPool(PoolId),
    /// From this pool to the unallocated seats.
    OutOfPool(PoolId),
}

/// A change of a pool; `None` leaves a field unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PoolPatch {
    /// A new name.
    pub name: Option<Name>,
    /// A new number of seats.
    pub seats: Option<u32>,
    /// The number of seats that the caller saw. If the pool has another one by now, nothing is changed.
    pub seats_seen: Option<u32>,
    /// The rules that the caller saw. If the pool has other ones by now, nothing is changed.
    pub rules_seen: Option<Rules>,
    /// New rules.
    pub rules: Option<RulesPatch>,
    /// New labels.
    pub labels: LabelsPatch,
}

/// What happens to the users of a deleted pool (P2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeavingUsers {
    /// Refuse if there are any.
    Refuse,
    /// They move to this pool of the same product.
    MoveTo(PoolId),
    /// They lose their license.
    Remove,
}

/// A decision: the events to store, and the outcome to answer with once they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<O = ()> {
    /// In order.
    pub(crate) events: Vec<crate::event::Event>,
    /// For the caller.
    pub(crate) outcome: O,
}

impl Decision {
    /// Events with nothing more to report.
    pub(crate) const fn done(events: Vec<crate::event::Event>) -> Self {
        Self { events, outcome: () }
    }
}

impl<O> Decision<O> {
    /// Nothing changes: what was asked for is there already.
    pub(crate) const fn unchanged(outcome: O) -> Self {
        Self {
            events: Vec::new(),
            outcome,
        }
    }

    /// The same events with another outcome.
    pub(crate) fn map<P>(self, outcome: impl FnOnce(O) -> P) -> Decision<P> {
        Decision {
            events: self.events,
            outcome: outcome(self.outcome),
        }
    }

    /// The same events, for callers who need no outcome.
    pub(crate) fn without_outcome(self) -> Decision {
        Decision::done(self.events)
    }
}
