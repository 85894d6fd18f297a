//! Users and groups as SCIM shows them.

mod values;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use usher_domain::directory::Group;
use usher_domain::text::{Email, Name, UserName};
use usher_domain::user::User;
use usher_domain::{Account, Timestamp};

use super::condition::Version;
use super::filter::Test;
use super::schema::{GROUP, Schema, USER};
use super::selection::Selection;
use crate::v1::time::Time;

pub(super) use self::values::member;
use self::values::{group_location, group_values, user_location, user_values};

/// The types of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
}

/// One resource of an account.
#[derive(Clone, Copy)]
pub(super) enum Item<'a> {
    User(&'a User),
    Group(&'a Group),
}

/// A resource in the form of an answer.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) resource: Map<String, Value>,
    pub(super) location: String,
    pub(super) version: Version,
}

impl Kind {
    /// Every type.
    pub(super) const ALL: [Self; 2] = [Self::User, Self::Group];

    /// The path segment of its resources.
    pub(super) const fn endpoint(self) -> &'static str {
        match self {
            Self::User => "Users",
            Self::Group => "Groups",
        }
    }

    /// The name for one of them.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
        }
    }

    pub(super) fn schema(self) -> &'static Schema {
        match self {
            Self::User => &USER,
            Self::Group => &GROUP,
        }
    }

    /// The type with this endpoint.
    pub(super) fn at(endpoint: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.endpoint() == endpoint)
    }

    /// One resource. A malformed id is not found.
    pub(super) fn find<'a>(self, account: &'a Account, id: &str) -> Option<Item<'a>> {
        match self {
            Self::User => account.user(id.parse().ok()?).map(Item::User),
            Self::Group => account.group(id.parse().ok()?).map(Item::Group),
        }
    }

    /// The resources that can match a filter: the one in an index if the filter fixes its key, otherwise all, the
    /// oldest first.
    pub(super) fn candidates<'a>(self, account: &'a Account, test: Option<&Test>) -> Vec<Item<'a>> {
        let fixed = |name, part| test.and_then(|test| test.fixes(name, part));
        if let Some(id) = fixed("id", None) {
            return self.find(account, id).into_iter().collect();
        }
        match self {
            Self::User => {
                if let Some(name) = fixed("userName", None) {
                    return users_called(account, name);
                }
                if let Some(email) = fixed("emails", Some("value")) {
                    let email = email.parse().ok();
                    let user = email.and_then(|email: Email| account.user_by_email(&email));
                    return user.map(Item::User).into_iter().collect();
                }
                account.users().values().map(Item::User).collect()
            }
            Self::Group => {
                if let Some(name) = fixed("displayName", None) {
                    let name = name.parse().ok();
                    let group = name.and_then(|name: Name| account.group_by_name(&name));
                    return group.map(Item::Group).into_iter().collect();
                }
                if let Some(user) = fixed("members", Some("value")) {
                    let user = user.parse().ok().and_then(|id| account.user(id));
                    let groups = user.into_iter().flat_map(User::groups);
                    return groups
                        .filter_map(|id| account.group(*id))
                        .map(Item::Group)
                        .collect();
                }
                account.groups().values().map(Item::Group).collect()
            }
        }
    }
}

/// Users that no directory knows yet have their address as their user name.
fn users_called<'a>(account: &'a Account, name: &str) -> Vec<Item<'a>> {
    let known = name.parse().ok();
    let known = known.and_then(|name: UserName| account.user_by_user_name(&name));
    let unknown = name.parse().ok();
    let unknown = unknown.and_then(|email: Email| account.user_by_email(&email));
    let users = known
        .into_iter()
        .chain(unknown.filter(|user| user.directory.is_none()));
    users.map(Item::User).collect()
}

impl Item<'_> {
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::User(_) => Kind::User,
            Self::Group(_) => Kind::Group,
        }
    }

    /// The attributes of these names, in the internal form, without the version. `base` is the address of the account's
    /// SCIM.
    pub(super) fn resource(
        &self,
        account: &Account,
        base: &str,
        names: &BTreeSet<&'static str>,
    ) -> Map<String, Value> {
        let values = match self {
            Self::User(user) => user_values(user, account, base, names),
            Self::Group(group) => group_values(group, account, base, names),
        };
        let mut resource: Map<_, _> = values
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        if names.contains("schemas") {
            resource.insert("schemas".to_owned(), json!([self.kind().schema().urn]));
        }
        if names.contains("meta") {
            let (created, changed) = self.times();
            let meta = json!({
                "resourceType": self.kind().schema().name,
                "created": Time(account.shown(created)),
                "lastModified": Time(account.shown(changed)),
                "location": self.location(base),
            });
            resource.insert("meta".to_owned(), meta);
        }
        resource
    }

    /// All attributes, as the base of a change, except the members of a group.
    pub(super) fn base_of_change(&self, account: &Account) -> Map<String, Value> {
        let mut names = Selection::Default.names(self.kind().schema());
        names.remove("members");
        self.resource(account, "", &names)
    }

    /// The resource in the form of an answer.
    pub(super) fn shown(&self, account: &Account, base: &str, selection: &Selection) -> Shown {
        let schema = self.kind().schema();
        let mut names = Selection::Default.names(schema);
        names.remove("members");
        let mut resource = self.resource(account, base, &names);
        let version = self.version_of(&resource);
        if let Some(Value::Object(meta)) = resource.get_mut("meta") {
            meta.insert("version".to_owned(), version.to_string().into());
        }
        if selection.names(schema).contains("members") {
            resource.extend(self.resource(account, base, &BTreeSet::from(["members"])));
        }
        selection.cut(schema, &mut resource);
        Shown {
            resource,
            location: self.location(base),
            version,
        }
    }

    /// The version that [`shown`](Self::shown) shows, whatever it selects.
    pub(super) fn version(&self, account: &Account, base: &str) -> Version {
        let mut names = Selection::Default.names(self.kind().schema());
        names.remove("members");
        self.version_of(&self.resource(account, base, &names))
    }

    /// There may be many members, so only their ids are included.
    fn version_of(&self, resource: &Map<String, Value>) -> Version {
        let text = serde_json::to_vec(resource).unwrap_or_default();
        let mut digest = Sha256::new().chain_update(text);
        if let Self::Group(group) = self {
            for id in &group.members {
                digest.update(id.bits().to_be_bytes());
            }
        }
        Version::of(&digest.finalize())
    }

    fn location(&self, base: &str) -> String {
        match self {
            Self::User(user) => user_location(base, user.id),
            Self::Group(group) => group_location(base, group.id),
        }
    }

    fn times(&self) -> (Timestamp, Timestamp) {
        match self {
            Self::User(user) => (user.created_at, user.changed_at()),
            Self::Group(group) => (group.created_at, group.changed_at),
        }
    }
}
