//! Directory entries, groups, and how people sign in (D1 to D7, stated in `docs/rules/directories.md`).

use alloc::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};

use crate::account::State;
use crate::id::{GroupId, TeamId, UserId};
use crate::permission::Role;
use crate::personal::Personal;
use crate::text::{ExternalId, Issuer, Name, Product, UserName};
use crate::time::Timestamp;
use crate::user::{License, User};

/// A user's entry in a directory (D1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryEntry {
    /// The user's name in the directory, unique in the account, case-insensitive.
    pub user_name: Personal<UserName>,
    /// The directory's own id of the user.
    pub external_id: Option<Personal<ExternalId>>,
    /// The given name.
    pub given_name: Option<Personal<Name>>,
    /// The family name.
    pub family_name: Option<Personal<Name>>,
    /// The type of the user's address in the directory.
    #[serde(default)]
    pub email_label: EmailLabel,
    /// The user's login at the identity provider, unique in the account. A directory's key cannot change it.
    pub subject: Option<Personal<Subject>>,
}

/// What a directory says about a user's address, besides the address itself (RFC 7643, section 2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailLabel {
    /// Its type: `work`, `home`.
    pub kind: Option<Name>,
    /// Whether it is the primary one.
    pub primary: Option<bool>,
}

impl Default for EmailLabel {
    /// A primary address of the type `work`, which is what directories assume if nothing is said.
    fn default() -> Self {
        Self {
            kind: "work".parse().ok(),
            primary: Some(true),
        }
    }
}

/// A person at an identity provider (`OpenID` Connect Core 1.0, section 2: `iss` and `sub` together).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// The issuer.
    pub issuer: Issuer,
    /// The subject, which this issuer never gives to another person.
    pub sub: ExternalId,
}

/// A group of users, usually maintained by a directory (D2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The id.
    pub id: GroupId,
    /// The name, unique in the account, case-insensitive.
    pub name: Name,
    /// The directory's own id of the group.
    pub external_id: Option<ExternalId>,
    /// The members.
    pub members: BTreeSet<UserId>,
    /// What the members get (D3).
    pub mapping: GroupMapping,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its name, external id or members last changed.
    pub changed_at: Timestamp,
}

/// What the members of a group get (D3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GroupMapping {
    /// The team that they join.
    pub team: Option<TeamId>,
    /// The least role that they have; never owner.
    pub role: Option<Role>,
    /// Their licenses.
    pub licenses: BTreeMap<Product, License>,
}

impl GroupMapping {
    /// Whether it gives nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Which of a user's licenses, role and teams came from groups, which may take them away again (D3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FromGroups {
    /// The group that each of these licenses came from.
    pub licenses: BTreeMap<Product, GroupId>,
    /// The group that the role came from.
    pub role: Option<GroupId>,
    /// The teams that the user joined through a group.
    pub teams: BTreeSet<TeamId>,
}

/// How people sign in to the portal (D7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInSettings {
    /// Whether everybody but the break-glass owner has to sign in with the identity provider.
    pub sso_required: bool,
    /// The owner who can always sign in with a password, even if the identity provider fails.
    pub break_glass: Option<UserId>,
    /// Whether managers, admins and owners need a second factor.
    pub second_factor_for_admins: bool,
}

/// A change of [`SignInSettings`]; `None` leaves a setting unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInPatch {
    /// Whether to require single sign-on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sso_required: Option<bool>,
    /// A new break-glass owner; `Some(None)` for none.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub break_glass: Option<Option<UserId>>,
    /// Whether to require a second factor of admins and owners.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_factor_for_admins: Option<bool>,
}

/// Distinguishes a field that is present, even with `null`, from a missing one.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl SignInPatch {
    /// Whether it names no setting.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The settings after this change.
    #[must_use]
    pub fn applied_to(self, settings: SignInSettings) -> SignInSettings {
        SignInSettings {
            sso_required: self.sso_required.unwrap_or(settings.sso_required),
            break_glass: self.break_glass.unwrap_or(settings.break_glass),
            second_factor_for_admins: self
                .second_factor_for_admins
                .unwrap_or(settings.second_factor_for_admins),
        }
    }

    /// The part of this change that differs from the current settings.
    pub(crate) fn news(self, settings: SignInSettings) -> Self {
        Self {
            sso_required: self.sso_required.filter(|to| *to != settings.sso_required),
            break_glass: self.break_glass.filter(|to| *to != settings.break_glass),
            second_factor_for_admins: self
                .second_factor_for_admins
                .filter(|to| *to != settings.second_factor_for_admins),
        }
    }
}

impl State {
    /// All groups by id, which is by age.
    #[must_use]
    pub const fn groups(&self) -> &BTreeMap<GroupId, Group> {
        &self.groups
    }

    /// One group.
    #[must_use]
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.get(&id)
    }

    /// The group with this name, case-insensitive.
    #[must_use]
    pub fn group_by_name(&self, name: &Name) -> Option<&Group> {
        let name = name.as_str().to_lowercase();
        self.groups
            .values()
            .find(|group| group.name.as_str().to_lowercase() == name)
    }

    /// The user with this name in a directory, case-insensitive (D1).
    #[must_use]
    pub fn user_by_user_name(&self, name: &UserName) -> Option<&User> {
        self.users.get(self.user_names.get(&name.folded())?)
    }

    /// The user with this login at an identity provider (D1).
    #[must_use]
    pub fn user_by_subject(&self, subject: &Subject) -> Option<&User> {
        self.users.get(self.subjects.get(subject)?)
    }

    /// The oldest group whose mapping names something, to say what prevents its deletion (D5).
    pub(crate) fn group_that_gives(&self, gives: impl Fn(&GroupMapping) -> bool) -> Option<&Group> {
        self.groups.values().find(|group| gives(&group.mapping))
    }

    /// Whether this user can sign in only with the account's identity provider, and not with a password (D7).
    #[must_use]
    pub fn needs_single_sign_on(&self, user: UserId) -> bool {
        let settings = self.settings.sign_in;
        settings.sso_required && settings.break_glass != Some(user)
    }

    /// Whether this user must stay an active owner (D7).
    pub(crate) fn is_break_glass(&self, user: UserId) -> bool {
        let settings = self.settings.sign_in;
        settings.sso_required && settings.break_glass == Some(user)
    }
}
