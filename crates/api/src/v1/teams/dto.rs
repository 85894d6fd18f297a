//! The API's request and response types for teams.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use usher_domain::account;
use usher_domain::command::MemberChange;
use usher_domain::text::Name;
use usher_domain::{TeamId, UserId};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::v1::schema;

/// Users who see each other's presence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Team {
    /// The id.
    #[schema(value_type = schema::TeamId)]
    id: TeamId,
    /// The name, unique in the account.
    #[schema(value_type = schema::Name)]
    name: Name,
    /// The users in it.
    #[schema(value_type = Vec<schema::UserId>)]
    members: BTreeSet<UserId>,
}

impl From<&account::Team> for Team {
    fn from(team: &account::Team) -> Self {
        Self {
            id: team.id,
            name: team.name.clone(),
            members: team.members.clone(),
        }
    }
}

/// A team to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Night shift", "members": ["user_01h2xcejqtf2nbrexx3vqjhp41"]}))]
pub(crate) struct NewTeam {
    /// The name, unique in the account.
    #[schema(value_type = schema::Name, example = "Night shift")]
    pub(crate) name: Name,
    /// The users in it.
    #[serde(default)]
    #[schema(value_type = Vec<schema::UserId>)]
    pub(crate) members: BTreeSet<UserId>,
}

/// A change of a team. Omitted fields stay unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add_members": ["user_01h2xcejqtf2nbrexx3vqjhp41"]}))]
pub(crate) struct TeamChange {
    /// The new name.
    #[schema(value_type = Option<schema::Name>)]
    pub(crate) name: Option<Name>,
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

impl TeamChange {
    /// The change of the members; `None` if they stay.
    pub(crate) fn members(&self) -> Result<Option<MemberChange>, Problem> {
        match (&self.members, &self.add_members, &self.remove_members) {
            (None, None, None) => Ok(None),
            (Some(members), None, None) => Ok(Some(MemberChange::Set(members.clone()))),
            (None, add, remove) => Ok(Some(MemberChange::Edit {
                add: add.clone().unwrap_or_default(),
                remove: remove.clone().unwrap_or_default(),
            })),
            (Some(_), ..) => Err(Problem::invalid(
                "members",
                "cannot be given together with `add_members` or `remove_members`",
            )),
        }
    }
}
