//! A user's profile.

use alloc::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::permission::{PermissionOverrides, Privilege, Role};
use crate::personal::Personal;
use crate::text::{Email, Name};

/// A user's profile: everything about them but licenses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The user's name.
    pub name: Personal<Name>,
    /// The user's address, unique in the account.
    pub email: Personal<Email>,
    /// The role.
    pub role: Role,
    /// The privileges of a manager. Empty for other roles ([`Profile::awake`]).
    pub privileges: BTreeSet<Privilege>,
    /// Whether the user may see and change the subscription. Never set for members ([`Profile::awake`]).
    pub billing_contact: bool,
    /// How many seats the user may hold at a time (S3); `None` for no limit.
    pub seat_limit: Option<u32>,
    /// The user's overrides of the account's session permissions.
    pub session_permissions: PermissionOverrides,
}

impl Profile {
    /// Whether the user has a privilege, by role or because it was given (R1).
    #[must_use]
    pub fn has(&self, privilege: Privilege) -> bool {
        let by_role = match self.role {
            Role::Owner | Role::Admin => true,
            Role::Manager => self.privileges.contains(&privilege),
            Role::Member => false,
        };
        by_role && (privilege != Privilege::SubscriptionManage || self.billing_contact)
    }

    /// The profile without rights that have no effect in its role, so that none becomes effective with another role
    /// (R1): only managers have individual privileges, and members cannot be billing contacts.
    #[must_use]
    pub fn awake(mut self) -> Self {
        if self.role != Role::Manager {
            self.privileges.clear();
        }
        self.billing_contact &= self.role != Role::Member;
        self
    }

    /// The profile after a group gave or took a role (D3). Privileges that were given by hand belong to the role with
    /// which they were given, and a billing contact's flag stays only if it had an effect: a group makes nothing else
    /// effective.
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
