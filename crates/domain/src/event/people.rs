//! Events of users, their credentials, and the teams and groups that they are in.

use alloc::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::directory::{DirectoryEntry, GroupMapping};
use crate::event::{By, Profile};
use crate::id::{GroupId, TeamId, UserId};
use crate::link::{LinkPurpose, UsedLink};
use crate::permission::Role;
use crate::personal::Personal;
use crate::seat_request::{Loan, SeatRequestAnswer};
use crate::single_sign_on::ProviderChange;
use crate::text::{ExternalId, Name, Note, Product};
use crate::user::License;

/// A change of a user, of what they may do, or of what they have a license for.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserEvent {
    /// A user was created.
    #[serde(rename = "user_created")]
    Created { id: UserId, profile: Profile },
    /// A user's profile after a change, complete.
    #[serde(rename = "user_changed")]
    Changed { id: UserId, profile: Profile },
    /// A user was activated or deactivated.
    #[serde(rename = "user_activated")]
    Activated { id: UserId, active: bool },
    /// A user was deleted.
    #[serde(rename = "user_deleted")]
    Deleted { id: UserId },
    /// A user's license for a product, after the change. `group` is the group that gave it (D3); `None` if it was given
    /// by hand.
    #[serde(rename = "license_set")]
    LicenseSet {
        user: UserId,
        product: Product,
        license: Option<License>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<GroupId>,
    },
    /// A license that was set in the same step ends (L15).
    #[serde(rename = "license_lent")]
    LicenseLent {
        user: UserId,
        product: Product,
        loan: Loan,
    },
    /// A user asked for a seat, or changed what they say about it (L14).
    #[serde(rename = "seat_requested")]
    SeatRequested {
        user: UserId,
        product: Product,
        note: Personal<Note>,
    },
    /// A user's request for a seat was answered or withdrawn (L14).
    #[serde(rename = "seat_request_answered")]
    SeatRequestAnswered {
        user: UserId,
        product: Product,
        answer: SeatRequestAnswer,
    },
    /// A user's directory entry after the change (D1).
    #[serde(rename = "directory_entry_set")]
    DirectoryEntrySet {
        user: UserId,
        entry: Option<DirectoryEntry>,
    },
    /// A group gave a user this role, or (`None`) took it away, which makes them a member (D3).
    #[serde(rename = "role_given")]
    RoleGiven {
        user: UserId,
        role: Role,
        group: Option<GroupId>,
    },
}

/// A change of a credential, which is stored elsewhere.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialEvent {
    /// A user's password was set. The hash is stored elsewhere.
    #[serde(rename = "password_set")]
    PasswordSet {
        user: UserId,
        /// The one-time link that was used for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<UsedLink<By>>,
    },
    /// A user set up a second factor. It is stored elsewhere.
    #[serde(rename = "second_factor_set")]
    SecondFactorSet { user: UserId },
    /// A user's second factor was removed.
    #[serde(rename = "second_factor_removed")]
    SecondFactorRemoved { user: UserId },
    /// A one-time link was made with which the user chooses a password. It is stored elsewhere.
    #[serde(rename = "link_made")]
    LinkMade { user: UserId, purpose: LinkPurpose },
    /// A one-time link of the user was revoked before it was used.
    #[serde(rename = "link_revoked")]
    LinkRevoked { user: UserId, purpose: LinkPurpose },
    /// The provider of single sign-on was changed. It is stored elsewhere.
    #[serde(rename = "provider_changed")]
    ProviderChanged { change: ProviderChange },
}

/// A change of a team (P4).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TeamEvent {
    /// A team was created.
    #[serde(rename = "team_created")]
    Created {
        id: TeamId,
        name: Name,
        members: BTreeSet<UserId>,
    },
    /// A team's name and members after a change, complete.
    #[serde(rename = "team_changed")]
    Changed {
        id: TeamId,
        name: Name,
        members: BTreeSet<UserId>,
    },
    /// Groups added users to a team, or removed them (D3).
    #[serde(rename = "team_filled")]
    Filled {
        id: TeamId,
        joined: BTreeSet<UserId>,
        left: BTreeSet<UserId>,
    },
    /// A team was deleted.
    #[serde(rename = "team_deleted")]
    Deleted { id: TeamId },
}

/// A change of a directory's group (D2, D3).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupEvent {
    /// A group was created (D2).
    #[serde(rename = "group_created")]
    Created {
        id: GroupId,
        name: Name,
        external_id: Option<ExternalId>,
        members: BTreeSet<UserId>,
    },
    /// A group's name and external id after a change.
    #[serde(rename = "group_changed")]
    Changed {
        id: GroupId,
        name: Name,
        external_id: Option<ExternalId>,
    },
    /// Users were added to a group, and removed from it.
    #[serde(rename = "group_members_changed")]
    MembersChanged {
        id: GroupId,
        joined: BTreeSet<UserId>,
        left: BTreeSet<UserId>,
    },
    /// A group's mapping after the change (D3).
    #[serde(rename = "group_mapped")]
    Mapped { id: GroupId, mapping: GroupMapping },
    /// A group was deleted.
    #[serde(rename = "group_deleted")]
    Deleted { id: GroupId },
}
