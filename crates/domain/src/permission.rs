//! Rights (R1, R5): roles, privileges, key scopes and session permissions.

use alloc::collections::BTreeSet;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{ApiKeyId, SessionId, SignInId, TicketId, UserId};

/// A user's role in the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// No privilege: uses the products.
    Member,
    /// Has the privileges given to them.
    Manager,
    /// Has all privileges.
    Admin,
    /// Has all privileges and cannot be removed by an admin.
    Owner,
}

/// Rights that a manager can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Privilege {
    /// Create, change, deactivate and delete users and teams.
    #[serde(rename = "users.manage")]
    UsersManage,
    /// Assign licenses, change pools, log users out, drop tickets.
    #[serde(rename = "seats.manage")]
    SeatsManage,
    /// See and change the subscription (the billing contact).
    #[serde(rename = "subscription.manage")]
    SubscriptionManage,
    /// Read refusals, reports and the audit.
    #[serde(rename = "reports.view")]
    ReportsView,
    /// Change the account's settings and API keys.
    #[serde(rename = "settings.manage")]
    SettingsManage,
}

impl Privilege {
    /// Every privilege.
    pub const ALL: [Self; 5] = [
        Self::UsersManage,
        Self::SeatsManage,
        Self::SubscriptionManage,
        Self::ReportsView,
        Self::SettingsManage,
    ];

    /// The privilege's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UsersManage => "users.manage",
            Self::SeatsManage => "seats.manage",
            Self::SubscriptionManage => "subscription.manage",
            Self::ReportsView => "reports.view",
            Self::SettingsManage => "settings.manage",
        }
    }
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Read everything that an admin sees, except reports.
    #[serde(rename = "read")]
    Read,
    /// Sign users in and out, send heartbeats, and work with sessions and tickets for them.
    #[serde(rename = "sign-ins.write")]
    SignInsWrite,
    /// Like the privilege.
    #[serde(rename = "users.manage")]
    UsersManage,
    /// Like the privilege.
    #[serde(rename = "seats.manage")]
    SeatsManage,
    /// Like the privilege.
    #[serde(rename = "subscription.manage")]
    SubscriptionManage,
    /// Like the privilege.
    #[serde(rename = "reports.view")]
    ReportsView,
    /// Like the privilege.
    #[serde(rename = "settings.manage")]
    SettingsManage,
    /// Act as a directory (SCIM): read, create, change and delete users and groups within limits, and nothing else.
    #[serde(rename = "directory.provision")]
    Directory,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::SignInsWrite,
        Self::UsersManage,
        Self::SeatsManage,
        Self::SubscriptionManage,
        Self::ReportsView,
        Self::SettingsManage,
        Self::Directory,
    ];

    /// The scope's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::SignInsWrite => "sign-ins.write",
            Self::UsersManage => "users.manage",
            Self::SeatsManage => "seats.manage",
            Self::SubscriptionManage => "subscription.manage",
            Self::ReportsView => "reports.view",
            Self::SettingsManage => "settings.manage",
            Self::Directory => "directory.provision",
        }
    }
}

impl From<Privilege> for Scope {
    fn from(privilege: Privilege) -> Self {
        match privilege {
            Privilege::UsersManage => Self::UsersManage,
            Privilege::SeatsManage => Self::SeatsManage,
            Privilege::SubscriptionManage => Self::SubscriptionManage,
            Privilege::ReportsView => Self::ReportsView,
            Privilege::SettingsManage => Self::SettingsManage,
        }
    }
}

/// A permission over sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionPermission {
    /// See your own sessions.
    ViewOwn,
    /// End your own sessions from another device than the one that runs them.
    ControlOwn,
    /// See everybody's sessions, except paused ones.
    ViewAccount,
    /// End anybody's sessions.
    ControlAccount,
}

impl SessionPermission {
    /// Every session permission.
    pub const ALL: [Self; 4] = [
        Self::ViewOwn,
        Self::ControlOwn,
        Self::ViewAccount,
        Self::ControlAccount,
    ];

    /// The permission's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ViewOwn => "view_own",
            Self::ControlOwn => "control_own",
            Self::ViewAccount => "view_account",
            Self::ControlAccount => "control_account",
        }
    }
}

/// The account-wide session permissions. Control needs view (`control-needs-view`).
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent permissions, named as in the API"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPermissions {
    /// See your own sessions.
    pub view_own: bool,
    /// End your own sessions.
    pub control_own: bool,
    /// See everybody's sessions.
    pub view_account: bool,
    /// End anybody's sessions.
    pub control_account: bool,
}

impl Default for SessionPermissions {
    /// Everybody sees and controls their own sessions.
    fn default() -> Self {
        Self {
            view_own: true,
            control_own: true,
            view_account: false,
            control_account: false,
        }
    }
}

impl SessionPermissions {
    /// The permissions of which this says that they are set.
    #[must_use]
    pub fn of(is_set: impl Fn(SessionPermission) -> bool) -> Self {
        Self {
            view_own: is_set(SessionPermission::ViewOwn),
            control_own: is_set(SessionPermission::ControlOwn),
            view_account: is_set(SessionPermission::ViewAccount),
            control_account: is_set(SessionPermission::ControlAccount),
        }
    }

    /// Whether this permission is set.
    #[must_use]
    pub const fn has(self, permission: SessionPermission) -> bool {
        match permission {
            SessionPermission::ViewOwn => self.view_own,
            SessionPermission::ControlOwn => self.control_own,
            SessionPermission::ViewAccount => self.view_account,
            SessionPermission::ControlAccount => self.control_account,
        }
    }

    /// Whether this permission is set and takes effect: control without view does not.
    #[must_use]
    pub const fn allows(self, permission: SessionPermission) -> bool {
        match permission {
            SessionPermission::ViewOwn | SessionPermission::ViewAccount => self.has(permission),
            SessionPermission::ControlOwn => self.control_own && self.view_own,
            SessionPermission::ControlAccount => self.control_account && self.view_account,
        }
    }

    /// The first control permission without its view permission.
    #[must_use]
    pub const fn control_without_view(self) -> Option<SessionPermission> {
        if self.control_own && !self.view_own {
            return Some(SessionPermission::ControlOwn);
        }
        if self.control_account && !self.view_account {
            return Some(SessionPermission::ControlAccount);
        }
        None
    }

    /// These permissions with one user's overrides applied.
    #[must_use]
    pub fn with(self, over: PermissionOverrides) -> Self {
        Self::of(|permission| over.get(permission).applied_to(self.has(permission)))
    }
}

/// One user's override of a session permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Override {
    /// The account's default applies.
    #[default]
    Inherit,
    /// Given, no matter what the account's default is.
    Allow,
    /// Denied, no matter what the account's default is.
    Deny,
}

impl Override {
    const fn applied_to(self, default: bool) -> bool {
        match self {
            Self::Inherit => default,
            Self::Allow => true,
            Self::Deny => false,
        }
    }
}

/// One user's overrides of the account's session permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PermissionOverrides {
    /// The override of `view_own`.
    pub view_own: Override,
    /// The override of `control_own`.
    pub control_own: Override,
    /// The override of `view_account`.
    pub view_account: Override,
    /// The override of `control_account`.
    pub control_account: Override,
}

impl PermissionOverrides {
    /// The overrides that this gives of each permission.
    #[must_use]
    pub fn of(over: impl Fn(SessionPermission) -> Override) -> Self {
        Self {
            view_own: over(SessionPermission::ViewOwn),
            control_own: over(SessionPermission::ControlOwn),
            view_account: over(SessionPermission::ViewAccount),
            control_account: over(SessionPermission::ControlAccount),
        }
    }

    /// The override of this permission.
    #[must_use]
    pub const fn get(self, permission: SessionPermission) -> Override {
        match permission {
            SessionPermission::ViewOwn => self.view_own,
            SessionPermission::ControlOwn => self.control_own,
            SessionPermission::ViewAccount => self.view_account,
            SessionPermission::ControlAccount => self.control_account,
        }
    }

    /// Whether this permission is denied, no matter what the account's default is.
    #[must_use]
    pub fn denies(self, permission: SessionPermission) -> bool {
        self.get(permission) == Override::Deny
    }
}

/// The caller that gives a command. An actor is authenticated, but that does not authorize it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The operator of this server.
    Operator,
    /// A program of the account, with the scopes of its key.
    ApiKey {
        /// The key's id.
        id: ApiKeyId,
        /// The key's scopes.
        scopes: BTreeSet<Scope>,
    },
    /// A user, signed in to the portal or with a user token.
    User(UserId),
    /// A device, with its sign-in's own token.
    SignIn(SignInId),
    /// A device in the queue, with its ticket's own token.
    Ticket(TicketId),
    /// A customer with a session's code.
    Customer(SessionId),
    /// An identity provider that vouches for a person: it creates users, renames them and sets their groups.
    SingleSignOn,
    /// Usher itself, when something is due.
    System,
}

impl fmt::Display for Actor {
    /// The form in the journal and the audit: the id, or `operator`, `customer`, `single_sign_on`, `system`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator => f.write_str("operator"),
            Self::ApiKey { id, .. } => id.fmt(f),
            Self::User(id) => id.fmt(f),
            Self::SignIn(id) => id.fmt(f),
            Self::Ticket(id) => id.fmt(f),
            Self::Customer(_) => f.write_str("customer"),
            Self::SingleSignOn => f.write_str("single_sign_on"),
            Self::System => f.write_str("system"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r5_an_override_beats_the_account_and_control_needs_view() {
        let account = SessionPermissions::default();
        let over = PermissionOverrides {
            view_own: Override::Deny,
            ..PermissionOverrides::default()
        };

        assert_eq!(account.control_without_view(), None);
        assert_eq!(
            account.with(over).control_without_view(),
            Some(SessionPermission::ControlOwn)
        );
        assert!(
            account
                .with(PermissionOverrides {
                    view_account: Override::Allow,
                    ..over
                })
                .view_account
        );
    }
}
