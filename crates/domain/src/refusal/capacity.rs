//! Missing seats, and impossible changes of pools.

use alloc::string::String;

use super::Code;
use crate::id::UserId;
use crate::text::{Product, counted};

/// There are not enough seats for a change, or a pool cannot be changed so (L1, L7, L8, P2, P3).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CapacityRefusal {
    /// The plan has only named seats (L7).
    #[error("The plan {plan} has named seats only. Choose a plan with shared seats, such as `enterprise`.")]
    PlanExcludesSharedSeats { plan: String },
    /// There are fewer seats left than requested (L1, P3).
    #[error(
    "{asked} more {} {} of {product} {} needed, and {left} of {total} {} left. {}, or buy more.",
    .kind.as_str(), plural(*.asked, "seat", "seats"), plural(*.asked, "is", "are"), plural(*.left, "is", "are"),
    freeing(*.kind)
    )]
    NotEnoughSeats {
        kind: SeatKind,
        product: Product,
        asked: u32,
        left: u32,
        total: u32,
        /// The first user without a seat, if several are concerned (D4).
        user: Option<UserId>,
    },
    /// More named seats are assigned than are bought, since seats ended (L13).
    #[error(
        "The account is over its subscription: {} of {product} {} assigned and not bought any more. Take {over} from somebody, or buy more, before you assign another.",
        counted(over, "named seat", "named seats"), plural(*.over, "is", "are")
    )]
    OverSubscription { product: Product, over: u32 },
    /// Fewer than are assigned or allocated (L8).
    #[error(
    "{in_use} {} {} of {product} {} in use. Free {} of them before lowering to {asked}.",
    .kind.as_str(), plural(*.in_use, "seat", "seats"), plural(*.in_use, "is", "are"),
    .in_use.saturating_sub(*.asked)
    )]
    SeatsInUse {
        kind: SeatKind,
        product: Product,
        asked: u32,
        in_use: u32,
    },
    /// The pool has users (P2).
    #[error(
        "The pool has {}. Move or remove them first, or name a pool to move them to.",
        counted(users, "user", "users")
    )]
    PoolNotEmpty { users: u32 },
    /// The default pool (P2).
    #[error("The default pool of a product cannot be deleted. Lower its seats to 0 instead.")]
    DefaultPool,
    /// A rule that decides who holds a seat cannot change while somebody does.
    #[error(
        "`{rule}` cannot change while the pool is in use: {} taken, and {}. Change it when nobody is signed in or waits, or make another pool.",
        counted(occupied, "seat is", "seats are"),
        counted(waiting, "person waits", "people wait")
    )]
    PoolInUse {
        rule: &'static str,
        occupied: u32,
        waiting: u32,
    },
}

impl CapacityRefusal {
    pub(super) const fn code(&self) -> Code {
        match self {
            Self::PlanExcludesSharedSeats { .. } => Code::PlanExcludesSharedSeats,
            Self::NotEnoughSeats { .. } => Code::NotEnoughSeats,
            Self::OverSubscription { .. } => Code::OverSubscription,
            Self::SeatsInUse { .. } => Code::SeatsInUse,
            Self::PoolNotEmpty { .. } => Code::PoolNotEmpty,
            Self::DefaultPool => Code::DefaultPool,
            Self::PoolInUse { .. } => Code::PoolInUse,
        }
    }
}

/// A kind of seat that can run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatKind {
    /// Named seats.
    Named,
    /// Shared seats, of pools.
    Shared,
}

impl SeatKind {
    /// The kind's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Shared => "shared",
        }
    }
}

/// Where to get seats that are already bought.
const fn freeing(kind: SeatKind) -> &'static str {
    match kind {
        SeatKind::Named => "Take a named seat from somebody",
        SeatKind::Shared => "Lower another pool",
    }
}

const fn plural<'a>(count: u32, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}
