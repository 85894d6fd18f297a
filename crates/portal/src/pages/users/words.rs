//! Labels for the properties of users.

use usher_domain::permission::{Override, Privilege, Role};
use usher_domain::text::counted;
use usher_domain::user::License;
use usher_domain::{Account, Actor};

use crate::linked::{Linked, pool_page};

/// An entry of a selection list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) is_chosen: bool,
    /// Whether it is shown and cannot be chosen; its label says why.
    pub(crate) is_disabled: bool,
}

impl Choice {
    pub(crate) fn new(value: impl Into<String>, label: impl Into<String>, chosen: &str) -> Self {
        let value = value.into();
        Self {
            is_chosen: value == chosen,
            is_disabled: false,
            label: label.into(),
            value,
        }
    }

    /// The same, but it cannot be chosen. A choice that is chosen already stays one: a browser sends nothing for it
    /// otherwise.
    pub(crate) fn unavailable(self) -> Self {
        Self {
            is_disabled: !self.is_chosen,
            ..self
        }
    }

    /// The same, which can be chosen even if nothing is left now.
    pub(crate) fn available(self) -> Self {
        Self {
            is_disabled: false,
            ..self
        }
    }
}

/// Every role with its form value and its label.
pub(super) const ROLES: [(Role, &str, &str); 4] = [
    (Role::Member, "member", "Member"),
    (Role::Manager, "manager", "Manager"),
    (Role::Admin, "admin", "Admin"),
    (Role::Owner, "owner", "Owner"),
];

pub(crate) fn role_of(word: &str) -> Option<Role> {
    let found = ROLES.iter().find(|(_, other, _)| *other == word);
    found.map(|(role, _, _)| *role)
}

pub(crate) fn role_word(role: Role) -> &'static str {
    let found = ROLES.iter().find(|(other, _, _)| *other == role);
    found.map_or("", |(_, word, _)| word)
}

pub(crate) fn role_label(role: Role) -> &'static str {
    let found = ROLES.iter().find(|(other, _, _)| *other == role);
    found.map_or("", |(_, _, label)| label)
}

/// Every privilege with what it allows a manager to do.
pub(super) const PRIVILEGES: [(Privilege, &str); 5] = [
    (Privilege::UsersManage, "Manage users and teams"),
    (
        Privilege::SeatsManage,
        "Manage seats: licenses, pools, signing users out",
    ),
    (Privilege::ReportsView, "See reports, refusals and the audit"),
    (Privilege::SettingsManage, "Change settings and API keys"),
    (
        Privilege::SubscriptionManage,
        "Change the subscription (with the billing contact)",
    ),
];

pub(super) fn override_of(word: &str) -> Option<Override> {
    match word {
        "" | "inherit" => Some(Override::Inherit),
        "allow" => Some(Override::Allow),
        "deny" => Some(Override::Deny),
        _ => None,
    }
}

pub(super) const fn override_word(over: Override) -> &'static str {
    match over {
        Override::Inherit => "inherit",
        Override::Allow => "allow",
        Override::Deny => "deny",
    }
}

/// A license as a phrase: `named seat`, `pool Day shift`.
pub(crate) fn license(account: &Account, license: Option<&License>) -> String {
    match license {
        None => "none".to_owned(),
        Some(License::Named) => "named seat".to_owned(),
        Some(License::Shared(pool)) => account
            .pool(*pool)
            .map_or_else(|| "pool".to_owned(), |pool| format!("pool {}", pool.name)),
    }
}

/// A license as a phrase that leads to its pool.
pub(crate) fn license_link(account: &Account, actor: &Actor, license: Option<&License>) -> Linked {
    let href = match license {
        Some(License::Shared(pool)) => pool_page(account, actor, *pool),
        Some(License::Named) | None => None,
    };
    Linked {
        name: self::license(account, license),
        href,
    }
}

/// `1 person`, `2 people`.
pub(crate) fn people(count: usize) -> String {
    counted(count, "person", "people")
}
