//! The API's request and response types for groups.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use usher_domain::command::MemberChange;
use usher_domain::permission::Role;
use usher_domain::text::{ExternalId, Name, Product};
use usher_domain::{Account, GroupId, TeamId, UserId, directory};
use utoipa::ToSchema;

use crate::extract::nullable;
use crate::problem::Problem;
use crate::v1::members;
use crate::v1::schema;
use crate::v1::time::Time;
use crate::v1::users::rights::License;

/// Users that a directory groups together. Its members get what it is mapped to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Group {
    /// The id. Older groups have smaller ones.
    #[schema(value_type = schema::GroupId)]
    id: GroupId,
    /// The name, unique in the account, ignoring case.
    #[schema(value_type = schema::Name)]
    name: Name,
    /// The directory's own id of the group; null if it has none.
    #[schema(required, value_type = Option<schema::ExternalId>)]
    external_id: Option<ExternalId>,
    /// The users in it.
    #[schema(value_type = Vec<schema::UserId>)]
    members: BTreeSet<UserId>,
    /// What its members get.
    mapping: GroupMapping,
    /// When the group was created.
    created_at: Time,
    /// When its name, external id or members last changed.
    changed_at: Time,
}

impl Group {
    pub(super) fn of(account: &Account, group: &directory::Group) -> Self {
        Self {
            id: group.id,
            name: group.name.clone(),
            external_id: group.external_id.clone(),
            members: group.members.clone(),
            mapping: GroupMapping::from(&group.mapping),
            created_at: account.shown(group.created_at).into(),
            changed_at: account.shown(group.changed_at).into(),
        }
    }
}

/// What the members of a group get. Omitted parts give nothing.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({
    "team": null,
    "role": "manager",
    "licenses": {"remote-support": {"kind": "shared", "pool": "pool_01h2xcejqtf2nbrexx3vqjhp41"}}
}))]
pub(crate) struct GroupMapping {
    /// The team that they are in.
    #[schema(value_type = Option<schema::TeamId>)]
    team: Option<TeamId>,
    /// The role that they have at least; `owner` is only given by hand.
    #[schema(value_type = Option<schema::Role>)]
    role: Option<Role>,
    /// Their license of each product.
    #[schema(value_type = BTreeMap<String, License>)]
    licenses: BTreeMap<Product, License>,
}

impl From<&directory::GroupMapping> for GroupMapping {
    fn from(mapping: &directory::GroupMapping) -> Self {
        let licenses = mapping.licenses.iter();
        Self {
            team: mapping.team,
            role: mapping.role,
            licenses: licenses
                .map(|(product, license)| (product.clone(), License::from(*license)))
                .collect(),
        }
    }
}

impl From<GroupMapping> for directory::GroupMapping {
    fn from(mapping: GroupMapping) -> Self {
        let licenses = mapping.licenses.into_iter();
        Self {
            team: mapping.team,
            role: mapping.role,
            licenses: licenses
                .map(|(product, license)| (product, license.into()))
                .collect(),
        }
    }
}

/// A group to create. It gives nothing until it is mapped.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Support crew", "members": ["user_01h2xcejqtf2nbrexx3vqjhp41"]}))]
pub(crate) struct NewGroup {
    /// The name, unique in the account, ignoring case.
    #[schema(value_type = schema::Name, example = "Support crew")]
    pub(crate) name: Name,
    /// The directory's own id of the group.
    #[schema(value_type = Option<schema::ExternalId>)]
    pub(crate) external_id: Option<ExternalId>,
    /// The users in it.
    #[serde(default)]
    #[schema(value_type = Vec<schema::UserId>)]
    pub(crate) members: BTreeSet<UserId>,
}

/// A change of a group. Omitted fields stay unchanged.
#[expect(clippy::option_option, reason = "absent, null and a value are three answers")]
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add_members": ["user_01h2xcejqtf2nbrexx3vqjhp41"]}))]
pub(crate) struct GroupChange {
    /// The new name.
    #[schema(value_type = Option<schema::Name>)]
    pub(crate) name: Option<Name>,
    /// The new external id; null for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<schema::ExternalId>)]
    pub(crate) external_id: Option<Option<ExternalId>>,
    /// The complete list of users. Not together with the next two.
    #[schema(value_type = Option<Vec<schema::UserId>>)]
    members: Option<BTreeSet<UserId>>,
    /// Users to add; some may already be members.
    #[schema(value_type = Option<Vec<schema::UserId>>)]
    add_members: Option<BTreeSet<UserId>>,
    /// Users to remove; some may not be members.
    #[schema(value_type = Option<Vec<schema::UserId>>)]
    remove_members: Option<BTreeSet<UserId>>,
}

impl GroupChange {
    /// The change of the members; `None` if they stay.
    pub(crate) fn take_members(&mut self) -> Result<Option<MemberChange>, Problem> {
        members::change(
            self.members.take(),
            self.add_members.take(),
            self.remove_members.take(),
        )
    }
}
