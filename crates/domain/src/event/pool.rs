//! Events of seat pools.

use serde::{Deserialize, Serialize};

use crate::id::PoolId;
use crate::rules::Rules;
use crate::text::{Name, Product};

/// A change of a pool (P1 to P3).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PoolEvent {
    /// A pool was created.
    #[serde(rename = "pool_created")]
    Created {
        id: PoolId,
        name: Name,
        product: Product,
        seats: u32,
        rules: Rules,
        default: bool,
    },
    /// A pool's name, seats and rules after a change, complete.
    #[serde(rename = "pool_changed")]
    Changed {
        id: PoolId,
        name: Name,
        seats: u32,
        rules: Rules,
    },
    /// A pool was deleted; its seats are unallocated.
    #[serde(rename = "pool_deleted")]
    Deleted { id: PoolId },
}
