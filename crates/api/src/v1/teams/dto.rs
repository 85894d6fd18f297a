//! What the API takes and shows of teams.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use usher_domain::account;
use usher_domain::text::Name;
use usher_domain::{TeamId, UserId};
use utoipa::ToSchema;

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

/// A change of a team. What is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"members": ["user_01h2xcejqtf2nbrexx3vqjhp41"]}))]
pub(crate) struct TeamChange {
    /// Another name.
    #[schema(value_type = Option<schema::Name>)]
    pub(crate) name: Option<Name>,
    /// The users in it, whole.
    #[schema(value_type = Option<Vec<schema::UserId>>)]
    pub(crate) members: Option<BTreeSet<UserId>>,
}
