//! What an account has bought, and what is set and made in it, apart from its people and pools.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::directory::{SignInPatch, SignInSettings};
use crate::id::{ApiKeyId, TeamId, UserId};
use crate::permission::{Scope, SessionPermissions};
use crate::rules::Rules;
use crate::text::{Name, Origin, PlanName, Product};
use crate::time::Timestamp;

/// What an account may buy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The name.
    pub name: PlanName,
    /// Whether it includes shared seats (L7).
    pub shared_seats: bool,
}

/// Seats of one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductSeats {
    /// Seats for users who have one of their own.
    pub named_seats: u32,
    /// Seats to distribute over pools.
    pub shared_seats: u32,
}

/// What the account bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The plan; none before the first subscription.
    pub plan: Option<Plan>,
    /// Seats by product.
    pub products: BTreeMap<Product, ProductSeats>,
}

/// The most origins that an account lists.
pub const CORS_ORIGINS_MAX: usize = 20;

/// What holds for the whole account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {
    /// The session permissions of users without an override.
    pub session_permissions: SessionPermissions,
    /// The rules that a new pool gets where its creator says nothing.
    pub pool_defaults: Rules,
    /// How people sign in (D7).
    #[serde(default)]
    pub sign_in: SignInSettings,
    /// The origins whose pages may call the API for this account in a browser.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cors_origins: BTreeSet<Origin>,
}

/// A change of the settings: what is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SettingsPatch {
    /// New session permissions, whole.
    pub session_permissions: Option<SessionPermissions>,
    /// New pool defaults, whole.
    pub pool_defaults: Option<Rules>,
    /// What changes of how people sign in (D7).
    #[serde(default, skip_serializing_if = "SignInPatch::is_empty")]
    pub sign_in: SignInPatch,
    /// Other origins whose pages may call the API, whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cors_origins: Option<BTreeSet<Origin>>,
}

/// Users who see each other's presence (P4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// The id.
    pub id: TeamId,
    /// The name, unique in the account.
    pub name: Name,
    /// The members.
    pub members: BTreeSet<UserId>,
}

/// What is known of an API key, apart from the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The id.
    pub id: ApiKeyId,
    /// The name.
    pub name: Name,
    /// What it is good for.
    pub scopes: BTreeSet<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good; none for always.
    pub expires_at: Option<Timestamp>,
    /// Who drew its present secret; none for keys from before makers were recorded.
    #[serde(default)]
    pub maker: Option<KeyMaker>,
}

/// Who made an API key, or rotated it last. The key may do what its maker may, and no more (R8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyMaker {
    /// Whoever runs Usher.
    Operator,
    /// A user, who may have lost rights since, or be gone.
    User(UserId),
}

/// How many of a product's seats are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Given {
    /// Users with a named license.
    pub(crate) named: u32,
    /// Seats in pools.
    pub(crate) distributed: u32,
}

impl Plan {
    /// The plans that Usher knows without configuration (L7).
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        [("team", false), ("enterprise", true)]
            .into_iter()
            .filter_map(|(name, shared_seats)| {
                Some(Self {
                    name: name.parse::<PlanName>().ok()?,
                    shared_seats,
                })
            })
            .collect()
    }
}
