//! Who comes in, and what they get: entries of directories, groups, and how people sign in (D1 to D7).
//!
//! - D1 A user may carry an entry of a directory. Its user name and its subject are unique in the account.
//! - D2 A group has members, who are users of the account, and a mapping.
//! - D3 A mapping acts in the commit that brings somebody in or out of the group, or changes the mapping. Who comes in
//!   gets the team, the role and the licenses. Who leaves loses what came from the group and what no other group of
//!   theirs gives. Of two groups that give the same product the older wins, of two roles the higher. What was given by
//!   hand stays, except a license that the group's replaces. No group makes or lowers an owner.
//! - D4 A change of a group is done for all or for nobody.
//! - D5 A pool or team that a mapping names cannot be deleted.
//! - D6 Who is switched off loses in the same commit what groups gave them; a directory that switches them off also
//!   frees the named seats that they were given by hand. Who is switched on again gets what their groups give, or stays
//!   off.
//! - D7 Single sign-on can be required while an active owner is named who can still come in by password.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};

use crate::account::Account;
use crate::id::{GroupId, TeamId, UserId};
use crate::permission::Role;
use crate::text::{ExternalId, Issuer, Name, Product, UserName};
use crate::time::Timestamp;
use crate::user::{License, User};

/// What a directory knows a user as (D1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryEntry {
    /// The name by which the directory calls the user, unique in the account, whatever its case.
    pub user_name: UserName,
    /// The directory's own id.
    pub external_id: Option<ExternalId>,
    /// The given name.
    pub given_name: Option<Name>,
    /// The family name.
    pub family_name: Option<Name>,
    /// What the directory says of the user's address.
    #[serde(default)]
    pub email_label: EmailLabel,
    /// Whom an identity provider vouches for, unique in the account. Keys of a directory cannot change it.
    pub subject: Option<Subject>,
}

/// What a directory says of a user's address, besides the address itself (RFC 7643, section 2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailLabel {
    /// What it is for: `work`, `home`.
    pub kind: Option<Name>,
    /// Whether it is the preferred one.
    pub primary: Option<bool>,
}

impl Default for EmailLabel {
    /// The address at work, and the preferred one: what directories take an address for of which nothing is said.
    fn default() -> Self {
        Self {
            kind: "work".parse().ok(),
            primary: Some(true),
        }
    }
}

/// A person as an identity provider knows them (`OpenID` Connect Core 1.0, section 2: `iss` and `sub` together).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// Who vouches.
    pub issuer: Issuer,
    /// For whom: never given to another person by this issuer.
    pub sub: ExternalId,
}

/// Users whom a directory keeps together (D2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The id.
    pub id: GroupId,
    /// The name, unique in the account, whatever its case.
    pub name: Name,
    /// The directory's own id.
    pub external_id: Option<ExternalId>,
    /// The members.
    pub members: BTreeSet<UserId>,
    /// What members get (D3).
    pub mapping: GroupMapping,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its name, external id or members last changed.
    pub changed_at: Timestamp,
}

/// What the members of a group get (D3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GroupMapping {
    /// The team that they are in.
    pub team: Option<TeamId>,
    /// The role that they have at least; never owner.
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

/// What of a user's belongings groups gave them, and may take away again (D3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FromGroups {
    /// Which group each of these licenses came from.
    pub licenses: BTreeMap<Product, GroupId>,
    /// Which group the role came from.
    pub role: Option<GroupId>,
    /// The teams that the user is in because of a group.
    pub teams: BTreeSet<TeamId>,
}

/// How people sign in to the portal (D7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInSettings {
    /// Whether everybody but the break-glass owner signs in through the identity provider.
    pub sso_required: bool,
    /// The owner who can sign in with a password whatever becomes of the identity provider.
    pub break_glass: Option<UserId>,
    /// Whether admins and owners need a second factor.
    pub second_factor_for_admins: bool,
}

/// A change of [`SignInSettings`]: what is `None` stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInPatch {
    /// Require single sign-on, or no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sso_required: Option<bool>,
    /// Another break-glass owner; `Some(None)` for none.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub break_glass: Option<Option<UserId>>,
    /// Require a second factor of admins and owners, or no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_factor_for_admins: Option<bool>,
}

/// A field that is there, `null` included.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl SignInPatch {
    /// Whether it changes nothing of anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The settings that come of laying this change over `settings`.
    #[must_use]
    pub fn over(self, settings: SignInSettings) -> SignInSettings {
        SignInSettings {
            sso_required: self.sso_required.unwrap_or(settings.sso_required),
            break_glass: self.break_glass.unwrap_or(settings.break_glass),
            second_factor_for_admins: self
                .second_factor_for_admins
                .unwrap_or(settings.second_factor_for_admins),
        }
    }

    /// The part of this change that changes something.
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

impl Account {
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

    /// The group of this name, whatever its case.
    #[must_use]
    pub fn group_by_name(&self, name: &Name) -> Option<&Group> {
        let name = name.as_str().to_lowercase();
        self.groups
            .values()
            .find(|group| group.name.as_str().to_lowercase() == name)
    }

    /// The user whom a directory calls so, whatever the case (D1).
    #[must_use]
    pub fn user_by_user_name(&self, name: &UserName) -> Option<&User> {
        self.users.get(self.user_names.get(&name.folded())?)
    }

    /// The user for whom an identity provider vouches (D1).
    #[must_use]
    pub fn user_by_subject(&self, subject: &Subject) -> Option<&User> {
        self.users.get(self.subjects.get(subject)?)
    }

    /// The oldest group whose mapping names something, in order to say what holds it (D5).
    pub(crate) fn group_that_gives(&self, gives: impl Fn(&GroupMapping) -> bool) -> Option<&Group> {
        self.groups.values().find(|group| gives(&group.mapping))
    }

    /// Whether this user comes in by the account's identity provider only, and by no password (D7).
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
