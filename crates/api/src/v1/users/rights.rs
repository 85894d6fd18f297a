//! A user's license and permissions.

use serde::{Deserialize, Serialize};
use usher_domain::permission::{Override, PermissionOverrides};
use usher_domain::{PoolId, Timestamp, user};
use utoipa::ToSchema;

use crate::v1::schema;
use crate::v1::time::Time;

/// A user's right to one product: a named seat, or a share of a pool's seats.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum License {
    /// A named seat.
    #[schema(title = "NamedLicense")]
    Named {},
    /// A share of a pool's seats.
    #[schema(title = "SharedLicense")]
    Shared {
        /// The pool.
        #[schema(value_type = schema::PoolId)]
        pool: PoolId,
    },
}

/// A license that a user is given.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum NewLicense {
    /// A named seat.
    #[schema(title = "NewNamedLicense")]
    Named {
        /// When it ends. Without it, the license is for good.
        #[serde(default)]
        until: Option<Time>,
    },
    /// A share of a pool's seats.
    #[schema(title = "NewSharedLicense")]
    Shared {
        /// The pool.
        #[schema(value_type = schema::PoolId)]
        pool: PoolId,
        /// When it ends. Without it, the license is for good.
        #[serde(default)]
        until: Option<Time>,
    },
}

impl NewLicense {
    /// The license, and when it ends.
    pub(super) fn parts(self) -> (user::License, Option<Timestamp>) {
        let (license, until) = match self {
            Self::Named { until } => (user::License::Named, until),
            Self::Shared { pool, until } => (user::License::Shared(pool), until),
        };
        (license, until.map(|until| until.0.get()))
    }
}

impl From<user::License> for License {
    fn from(license: user::License) -> Self {
        match license {
            user::License::Named => Self::Named {},
            user::License::Shared(pool) => Self::Shared { pool },
        }
    }
}

impl From<License> for user::License {
    fn from(license: License) -> Self {
        match license {
            License::Named {} => Self::Named,
            License::Shared { pool } => Self::Shared(pool),
        }
    }
}

/// A user's own session permissions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Overrides {
    /// For `view_own`.
    #[schema(value_type = schema::Override)]
    view_own: Override,
    /// For `control_own`.
    #[schema(value_type = schema::Override)]
    control_own: Override,
    /// For `view_account`.
    #[schema(value_type = schema::Override)]
    view_account: Override,
    /// For `control_account`.
    #[schema(value_type = schema::Override)]
    control_account: Override,
}

impl From<PermissionOverrides> for Overrides {
    fn from(over: PermissionOverrides) -> Self {
        Self {
            view_own: over.view_own,
            control_own: over.control_own,
            view_account: over.view_account,
            control_account: over.control_account,
        }
    }
}

/// A user's own session permissions, complete: omitted permissions are inherited.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOverrides {
    /// For `view_own`.
    #[schema(value_type = Option<schema::Override>)]
    view_own: Option<Override>,
    /// For `control_own`.
    #[schema(value_type = Option<schema::Override>)]
    control_own: Option<Override>,
    /// For `view_account`.
    #[schema(value_type = Option<schema::Override>)]
    view_account: Option<Override>,
    /// For `control_account`.
    #[schema(value_type = Option<schema::Override>)]
    control_account: Option<Override>,
}

impl From<NewOverrides> for PermissionOverrides {
    fn from(over: NewOverrides) -> Self {
        Self {
            view_own: over.view_own.unwrap_or_default(),
            control_own: over.control_own.unwrap_or_default(),
            view_account: over.view_account.unwrap_or_default(),
            control_account: over.control_account.unwrap_or_default(),
        }
    }
}
