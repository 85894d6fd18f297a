//! The values of attributes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use usher_domain::directory::Group;
use usher_domain::user::User;
use usher_domain::{Account, GroupId, UserId};

pub(super) fn user_location(base: &str, id: UserId) -> String {
    format!("{base}/Users/{id}")
}

pub(super) fn group_location(base: &str, id: GroupId) -> String {
    format!("{base}/Groups/{id}")
}

pub(super) fn user_values(
    user: &User,
    account: &Account,
    base: &str,
    names: &BTreeSet<&'static str>,
) -> BTreeMap<&'static str, Value> {
    let entry = user.directory.as_ref();
    let value = |name: &'static str| match name {
        "id" => json!(user.id),
        "externalId" => json!(entry.and_then(|entry| entry.external_id.as_ref())),
        "userName" => entry.map_or_else(|| json!(user.profile.email), |entry| json!(entry.user_name)),
        "displayName" => json!(user.profile.name),
        "active" => json!(user.active),
        "name" => {
            let mut parts = Map::new();
            let given = entry.and_then(|entry| entry.given_name.as_ref());
            let family = entry.and_then(|entry| entry.family_name.as_ref());
            for (part, name) in [("givenName", given), ("familyName", family)] {
                parts.extend(name.map(|name| (part.to_owned(), json!(name))));
            }
            if parts.is_empty() {
                Value::Null
            } else {
                parts.into()
            }
        }
        "emails" => {
            let mut email = Map::from_iter([("value".to_owned(), json!(user.profile.email))]);
            // If no directory has said otherwise, it is the work address, and the primary one.
            let label = entry.map_or_else(Default::default, |entry| entry.email_label.clone());
            email.extend(label.kind.map(|kind| ("type".to_owned(), json!(kind))));
            email.extend(
                label
                    .primary
                    .map(|primary| ("primary".to_owned(), json!(primary))),
            );
            json!([email])
        }
        "groups" => {
            let groups = user.groups().iter().filter_map(|id| account.group(*id));
            let groups: Vec<Value> = groups
                .map(|group| {
                    json!({
                        "value": group.id, "$ref": group_location(base, group.id),
                        "display": group.name, "type": "direct",
                    })
                })
                .collect();
            if groups.is_empty() {
                Value::Null
            } else {
                groups.into()
            }
        }
        _ => Value::Null,
    };
    names.iter().map(|name| (*name, value(name))).collect()
}

pub(super) fn group_values(
    group: &Group,
    account: &Account,
    base: &str,
    names: &BTreeSet<&'static str>,
) -> BTreeMap<&'static str, Value> {
    let value = |name: &'static str| match name {
        "id" => json!(group.id),
        "externalId" => json!(group.external_id),
        "displayName" => json!(group.name),
        "members" => {
            let members = group.members.iter().filter_map(|id| account.user(*id));
            let members: Vec<Value> = members.map(|user| member(user, base).into()).collect();
            if members.is_empty() {
                Value::Null
            } else {
                members.into()
            }
        }
        _ => Value::Null,
    };
    names.iter().map(|name| (*name, value(name))).collect()
}

/// A user as a member of a group.
pub(in crate::scim) fn member(user: &User, base: &str) -> Map<String, Value> {
    let parts = [
        ("value", json!(user.id)),
        ("$ref", user_location(base, user.id).into()),
        ("type", "User".into()),
        ("display", json!(user.profile.name)),
    ];
    parts
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
