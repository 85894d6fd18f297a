//! What is known of a user.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::permission::{PermissionOverrides, Privilege, Role};
use crate::text::{Email, Name};

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
        by_role && (privilege != Privilege::SubscriptionManage || self.billing_contact)
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
