//! Changes of the subscription that are not the account's to make.

use alloc::format;
use alloc::string::String;

use super::{Code, SeatKind};
use crate::text::Product;

/// A change of the subscription that only the operator makes, or that is out of the account's bounds (L9).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionRefusal {
    /// More or fewer seats than the account may set.
    #[error("{}", seats_outside_bounds(*.kind, .product, *.asked, (*.min, *.max)))]
    SeatsOutsideBounds {
        kind: SeatKind,
        product: Product,
        asked: u32,
        min: u32,
        max: u32,
    },
    /// More minutes than the account may still add.
    #[error(
        "This account may add {max} minutes in 30 days, and {left} of them are left. Add no more than that, or ask the operator of this server."
    )]
    MinutesOutsideBounds { asked: u32, left: u32, max: u32 },
    /// Another plan than the account has.
    #[error("This account has the plan {plan}. Keep it, or ask the operator of this server for another.")]
    PlanOutsideBounds { plan: String },
    /// The operator manages the subscription.
    #[error("Only the operator of this server changes this account's subscription. Ask them for a change.")]
    Closed,
}

impl SubscriptionRefusal {
    pub(super) const fn code(&self) -> Code {
        match self {
            Self::SeatsOutsideBounds { .. }
            | Self::MinutesOutsideBounds { .. }
            | Self::PlanOutsideBounds { .. } => Code::OutsideBounds,
            Self::Closed => Code::SubscriptionClosed,
        }
    }
}

fn seats_outside_bounds(kind: SeatKind, product: &Product, asked: u32, (min, max): (u32, u32)) -> String {
    let kind = kind.as_str();
    if min == max {
        return format!(
            "This account cannot change its {kind} seats of {product} to {asked}: the only number that it may set is \
             {max}. Leave the number as it is, or ask the operator of this server."
        );
    }
    format!(
        "This account may have {min} to {max} {kind} seats of {product}, and not {asked}. Choose a number in between, \
         or ask the operator of this server."
    )
}
