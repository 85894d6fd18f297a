//! The API's request and response types for pools.

use serde::{Deserialize, Serialize};
use usher_domain::labels::Metadata;
use usher_domain::text::{ExternalId, Name, Product};
use usher_domain::{Account, PoolId, pool};
use usher_journal::Cursor;
use utoipa::{IntoParams, ToSchema};

use crate::extract::{Limit, nullable};
use crate::v1::rules::{Rules, RulesChoice};
use crate::v1::schema;
use crate::v1::time::Time;

/// A number of shared seats of one product, with rules.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Pool {
    /// The id.
    #[schema(value_type = schema::PoolId)]
    id: PoolId,
    /// The name, unique among the pools of the product.
    #[schema(value_type = schema::Name, example = "Support")]
    name: Name,
    /// The product.
    #[schema(value_type = schema::Product)]
    product: Product,
    /// How many seats it has.
    #[schema(example = 10)]
    seats: u32,
    /// How many of them are held, or reserved for somebody whose turn has come.
    #[schema(example = 9)]
    occupied: u32,
    /// How many of these are reserved for somebody.
    #[schema(example = 0)]
    offered: u32,
    /// How many users are waiting.
    #[schema(example = 0)]
    waiting: u32,
    /// Whether more seats are occupied than it has, because it was lowered: nobody gets in until enough are free.
    draining: bool,
    /// How many users share its seats.
    #[schema(example = 15)]
    users: u32,
    /// Whether it is the product's default pool, which cannot be deleted.
    default: bool,
    /// Its rules.
    rules: Rules,
    /// The id of the pool in a vendor's own system; null if it has none.
    #[schema(required, value_type = Option<schema::ExternalId>)]
    external_id: Option<ExternalId>,
    /// A vendor's own metadata for the pool.
    #[schema(value_type = schema::Metadata)]
    metadata: Metadata,
    /// When it was created.
    created_at: Time,
}

impl Pool {
    pub(super) fn of(account: &Account, pool: &pool::Pool) -> Self {
        Self {
            id: pool.id,
            name: pool.name.clone(),
            product: pool.product.clone(),
            seats: pool.seats,
            occupied: pool.occupied(),
            offered: pool.offered(),
            waiting: pool.waiting(),
            draining: pool.is_draining(),
            users: u32::try_from(pool.users().len()).unwrap_or(u32::MAX),
            default: pool.default,
            rules: Rules::from(&pool.rules),
            external_id: pool.labels.external_id.clone(),
            metadata: pool.labels.metadata.clone(),
            created_at: account.shown(pool.created_at).into(),
        }
    }
}

/// A pool to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Night shift", "product": "remote-support", "seats": 4,
    "rules": {"preset": "help_desk_shift", "auto_log_off_after_secs": 1800},
}))]
pub(crate) struct NewPool {
    /// The name, unique among the pools of the product.
    #[schema(value_type = schema::Name)]
    pub(crate) name: Name,
    /// The product, of which the account needs shared seats.
    #[schema(value_type = schema::Product)]
    pub(crate) product: Product,
    /// How many of the unallocated seats.
    #[schema(example = 4)]
    pub(crate) seats: u32,
    /// Its rules; omitted rules are as in the account's settings.
    pub(crate) rules: Option<RulesChoice>,
    /// The id of the pool in your own system, unique among the account's pools.
    #[serde(default)]
    #[schema(value_type = Option<schema::ExternalId>)]
    pub(crate) external_id: Option<ExternalId>,
    /// Your own metadata for the pool: at most 20 texts by name.
    #[serde(default)]
    #[schema(value_type = Option<schema::Metadata>)]
    pub(crate) metadata: Option<Metadata>,
}

/// A change of a pool. Omitted fields stay unchanged.
#[expect(clippy::option_option, reason = "absent, null and a value are three answers")]
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"seats": 6, "rules": {"when_full": ["pay_per_use", "queue"]}}))]
pub(crate) struct PoolChange {
    /// The new name.
    #[schema(value_type = Option<schema::Name>)]
    pub(crate) name: Option<Name>,
    /// The new number of seats. If that is less than the occupied seats, the pool drains: nobody is signed out.
    #[schema(example = 6)]
    pub(crate) seats: Option<u32>,
    /// How many seats the pool had when the number was chosen. If that has changed, the call answers
    /// `changed-meanwhile` and changes nothing.
    #[schema(example = 5)]
    pub(crate) seats_seen: Option<u32>,
    /// The new rules.
    pub(crate) rules: Option<RulesChoice>,
    /// The new id in your own system; null removes it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<schema::ExternalId>)]
    pub(crate) external_id: Option<Option<ExternalId>>,
    /// The new metadata, complete.
    #[schema(value_type = Option<schema::Metadata>)]
    pub(crate) metadata: Option<Metadata>,
}

/// Seats to move to another pool.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to": "pool_01h2xcejqtf2nbrexx3vqjhp41", "seats": 2}))]
pub(crate) struct SeatMove {
    /// The pool that gets them, of the same product.
    #[schema(value_type = schema::PoolId)]
    pub(crate) to: PoolId,
    /// How many; at most as many as the pool has.
    #[schema(minimum = 1)]
    pub(crate) seats: u32,
}

/// Which pools to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoolQuery {
    /// Only those of this product.
    #[param(value_type = Option<schema::Product>)]
    pub(crate) product: Option<Product>,
    /// Only the one with this id in a vendor's own system, exactly.
    #[param(value_type = Option<schema::ExternalId>)]
    pub(crate) external_id: Option<ExternalId>,
    /// The most pools on the page.
    #[serde(default)]
    #[param(inline)]
    pub(crate) limit: Limit,
    /// The `next_cursor` of the previous page.
    #[param(value_type = Option<schema::Cursor>)]
    pub(crate) cursor: Option<Cursor>,
}

/// What happens to the users of a deleted pool.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeavingQuery {
    /// They are moved to this pool of the same product.
    #[param(value_type = Option<schema::PoolId>)]
    pub(crate) move_users_to: Option<PoolId>,
    /// They lose their license.
    #[serde(default)]
    pub(crate) remove_users: bool,
}
