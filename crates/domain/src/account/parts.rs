//! What an account has bought, and its settings, teams and keys.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::color::ProductColor;
use crate::directory::{SignInPatch, SignInSettings};
use crate::id::{ApiKeyId, TeamId, UserId};
use crate::permission::{Scope, SessionPermissions};
use crate::rules::Rules;
use crate::terms::{Temporary, Terms};
use crate::text::{LanguageChoice, Name, Origin, PlanName, Product, ZoneName};
use crate::time::Timestamp;

/// A plan that an account can buy.
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
    /// The number of named seats.
    pub named_seats: u32,
    /// The number of shared seats, to be distributed over pools.
    pub shared_seats: u32,
}

/// What the account bought.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Subscription {
    /// The plan; none before the first subscription.
    pub plan: Option<Plan>,
    /// Seats by product, with those that end.
    pub products: BTreeMap<Product, ProductSeats>,
    /// Which of these seats end, and when (L12).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub temporary: Temporary,
    /// From when until when it lasts (L11).
    #[serde(default, skip_serializing_if = "Terms::is_empty")]
    pub terms: Terms,
    /// How often it has been renewed under these terms.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) renewals: u32,
    /// Whether it has ended, and its days of grace are over: nobody can sign in any more.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) ended: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Subscription {
    /// When it ends or renews next; `None` for never.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.terms.end_after(self.renewals)
    }

    /// Its terms, with the end that comes next.
    #[must_use]
    pub fn current_terms(&self) -> Terms {
        Terms {
            end: self.ends_at(),
            ..self.terms
        }
    }

    /// When nobody can sign in any more: its end, with the days of grace; `None` if it renews or never ends.
    #[must_use]
    pub fn sign_ins_end(&self) -> Option<Timestamp> {
        let end = self.ends_at()?;
        self.terms
            .renewal_months
            .is_none()
            .then(|| self.terms.stops_at(end))
    }

    /// Whether it has ended, and nobody can sign in any more.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Where it is in its terms at `now`.
    #[must_use]
    pub fn phase(&self, now: Timestamp) -> Phase {
        if self.ended {
            return Phase::Ended;
        }
        match self.ends_at() {
            Some(end) if end <= now && self.terms.renewal_months.is_none() => Phase::Grace,
            Some(_) | None => Phase::Running,
        }
    }
}

/// Where a subscription is in its terms (L11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It lasts.
    Running,
    /// It has ended, and people can still sign in.
    Grace,
    /// It has ended, and nobody can sign in any more.
    Ended,
}

impl Phase {
    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Grace => "grace",
            Self::Ended => "ended",
        }
    }
}

/// The most origins in an account's settings.
pub const CORS_ORIGINS_MAX: usize = 20;

/// The most products with a display name, and with a color, in an account's settings.
pub const PRODUCT_NAMES_MAX: usize = 100;

/// Settings of the whole account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {
    /// The session permissions of users without an override.
    pub session_permissions: SessionPermissions,
    /// The rules of new pools, unless their creator sets others.
    pub pool_defaults: Rules,
    /// How people sign in (D7).
    #[serde(default)]
    pub sign_in: SignInSettings,
    /// The origins whose pages may call the API for this account in a browser.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cors_origins: BTreeSet<Origin>,
    /// What people call a product, where that is not its slug ([`State::product_name`](super::State::product_name)).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub product_names: BTreeMap<Product, Name>,
    /// The color that pages show beside a product's name, where one was chosen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub product_colors: BTreeMap<Product, ProductColor>,
    /// The zone in which days begin and end for the account's people. No rule reads it: callers convert days before
    /// they give a command.
    #[serde(default, skip_serializing_if = "ZoneName::is_utc")]
    pub time_zone: ZoneName,
    /// The language of people who have not chosen their own.
    #[serde(default, skip_serializing_if = "LanguageChoice::is_browser")]
    pub language: LanguageChoice,
}

/// A change of the settings; `None` leaves a setting unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SettingsPatch {
    /// New session permissions, complete.
    pub session_permissions: Option<SessionPermissions>,
    /// New pool defaults, complete.
    pub pool_defaults: Option<Rules>,
    /// Changes of how people sign in (D7).
    #[serde(default, skip_serializing_if = "SignInPatch::is_empty")]
    pub sign_in: SignInPatch,
    /// New origins whose pages may call the API, complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cors_origins: Option<BTreeSet<Origin>>,
    /// New display names of products, complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_names: Option<BTreeMap<Product, Name>>,
    /// New colors of products, complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_colors: Option<BTreeMap<Product, ProductColor>>,
    /// Another time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<ZoneName>,
    /// Another language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<LanguageChoice>,
}

/// Users who see each other's presence (P4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// The team's id.
    pub id: TeamId,
    /// The name, unique in the account.
    pub name: Name,
    /// The members.
    pub members: BTreeSet<UserId>,
}

/// An API key without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The key's id.
    pub id: ApiKeyId,
    /// The name.
    pub name: Name,
    /// The key's scopes.
    pub scopes: BTreeSet<Scope>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// Who drew its current secret; `None` for keys created before makers were recorded.
    #[serde(default)]
    pub maker: Option<KeyMaker>,
}

/// The maker of an API key: who created it, or rotated it last. The key can do no more than its maker (R8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyMaker {
    /// The operator of this server.
    Operator,
    /// A user, who may have lost rights since, or be deleted.
    User(UserId),
}

/// How many of a product's seats are assigned or allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Given {
    /// Users with a named license.
    pub(crate) named: u32,
    /// Seats allocated to pools.
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
