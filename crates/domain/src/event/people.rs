//! Events of users, their credentials, and the teams and groups that they are in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::directory::{DirectoryEntry, GroupMapping};
use crate::event::Profile;
use crate::id::{GroupId, TeamId, UserId};
use crate::permission::Role;
use crate::single_sign_on::ProviderChange;
use crate::text::{ExternalId, Name, Product};
use crate::user::License;

/// A change of a user, of what they may do, or of what they have a license for.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserEvent {
    /// A person joined the account.
    #[serde(rename = "user_created")]
    Created { id: UserId, profile: Profile },
    /// A person's fields after a change, whole.
    #[serde(rename = "user_changed")]
    Changed { id: UserId, profile: Profile },
    /// A person was switched on or off.
    #[serde(rename = "user_activated")]
    Activated { id: UserId, active: bool },
    /// A person is gone.
    #[serde(rename = "user_deleted")]
    Deleted { id: UserId },
    /// A user's right to a product, after the change. `group` is the one that gave it (D3); none where it was given by
    /// hand.
    #[serde(rename = "license_set")]
    LicenseSet {
        user: UserId,
        product: Product,
        license: Option<License>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<GroupId>,
    },
    /// What a directory knows a user as, after the change (D1).
    #[serde(rename = "directory_entry_set")]
    DirectoryEntrySet {
        user: UserId,
        entry: Option<DirectoryEntry>,
    },
    /// A group gave a user this role, or (`None`) took it away, which leaves a member (D3).
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
    /// Somebody set a person's password. The hash is stored elsewhere.
    #[serde(rename = "password_set")]
    PasswordSet { user: UserId },
    /// A person set up a second factor. It is stored elsewhere.
    #[serde(rename = "second_factor_set")]
    SecondFactorSet { user: UserId },
    /// Somebody removed a person's second factor.
    #[serde(rename = "second_factor_removed")]
    SecondFactorRemoved { user: UserId },
    /// Somebody changed the provider of single sign-on. It is stored elsewhere.
    #[serde(rename = "provider_changed")]
    ProviderChanged { change: ProviderChange },
}

/// A change of a team (P4).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TeamEvent {
    /// A team exists.
    #[serde(rename = "team_created")]
    Created {
        id: TeamId,
        name: Name,
        members: BTreeSet<UserId>,
    },
    /// A team's name and members after a change, whole.
    #[serde(rename = "team_changed")]
    Changed {
        id: TeamId,
        name: Name,
        members: BTreeSet<UserId>,
    },
    /// Groups brought users into a team, or out of it (D3).
    #[serde(rename = "team_filled")]
    Filled {
        id: TeamId,
        joined: BTreeSet<UserId>,
        left: BTreeSet<UserId>,
    },
    /// A team is gone.
    #[serde(rename = "team_deleted")]
    Deleted { id: TeamId },
}

/// A change of a directory's group (D2, D3).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupEvent {
    /// A group exists (D2).
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
    /// Who came into a group, and who left it.
    #[serde(rename = "group_members_changed")]
    MembersChanged {
        id: GroupId,
        joined: BTreeSet<UserId>,
        left: BTreeSet<UserId>,
    },
    /// What a group's members get, after the change (D3).
    #[serde(rename = "group_mapped")]
    Mapped { id: GroupId, mapping: GroupMapping },
    /// A group is gone.
    #[serde(rename = "group_deleted")]
    Deleted { id: GroupId },
}
