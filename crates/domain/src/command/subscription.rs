//! Commands for what an account buys (L7 to L10).

use alloc::collections::BTreeMap;

use super::Execute;
use crate::account::{Plan, ProductSeats};
use crate::id::{PoolId, SubscriptionRequestId, TopUpId};
use crate::purchase::Purchase;
use crate::terms::{Temporary, Terms};
use crate::text::{Note, PlanName, Product};
use crate::time::Timestamp;

/// Set everything the account has bought (L7, L8, L9), or ask the operator for it (L10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetSubscription {
    /// The plan.
    pub plan: Plan,
    /// The seats of each product, with those that end; products that are left out have none.
    pub products: BTreeMap<Product, ProductSeats>,
    /// Ids for the default pools that it creates.
    pub default_pools: BTreeMap<Product, PoolId>,
    /// Which of these seats end, and when by the wall clock (L12); products that are left out keep the ends that they have.
    /// For the operator only.
    pub temporary: Temporary,
    /// From when until when it lasts, by the wall clock (L11); `None` leaves that as it is. For the operator only.
    pub terms: Option<Terms>,
    /// What the account has bought so far, if the change is only for that.
    pub seen: Option<SubscriptionSeen>,
    /// What becomes a request.
    pub request: NewRequest,
}

/// The subscription that a change of it was based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionSeen {
    /// The plan; `None` before the first subscription.
    pub plan: Option<PlanName>,
    /// Seats by product. A product without seats may be missing.
    pub products: BTreeMap<Product, ProductSeats>,
}

/// Add prepaid minutes (Q3, L9), or ask the operator for them (L10). Repeating one of the newest `TOP_UPS_KEPT` has no
/// effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddMinutes {
    /// The top-up.
    pub id: TopUpId,
    /// How many; at least 1.
    pub minutes: u32,
    /// When those that are left end, by the wall clock (L12); `None` for never. For the operator only.
    pub until: Option<Timestamp>,
    /// What becomes a request.
    pub request: NewRequest,
}

/// What a purchase needs where it becomes a request (L10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRequest {
    /// The id of the request: a new one each time.
    pub id: SubscriptionRequestId,
    /// A note for the operator. Ignored where the purchase is made at once.
    pub note: Option<Note>,
}

/// The outcome of a [`SetSubscription`] or [`AddMinutes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurchaseOutcome {
    /// It is bought.
    Done,
    /// The operator is asked with this request.
    Requested(SubscriptionRequestId),
}

/// The operator's answer to a subscription request (L10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestAnswer {
    /// Buy what was asked for, or this instead.
    Approve {
        /// Of the same kind as what was asked for; the id of a top-up is ignored.
        instead: Option<Purchase>,
        /// What the account has bought so far, if `instead` is only for that.
        seen: Option<SubscriptionSeen>,
        /// Ids for the default pools that it creates.
        default_pools: BTreeMap<Product, PoolId>,
    },
    /// Buy nothing.
    Decline,
}

impl Execute for SetSubscription {}
impl Execute for AddMinutes {}
