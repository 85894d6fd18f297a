//! Refusals, each with a stable code, the numbers behind it, and what can be done (Q1).

mod access;
mod capacity;
mod code;
mod seat;
mod state;
mod subscription;

use alloc::string::String;

pub use self::access::AccessRefusal;
pub use self::capacity::{CapacityRefusal, SeatKind};
pub use self::code::Code;
pub use self::seat::{Action, Attempt, HolderFigure, PoolFigures, SeatRefusal};
pub use self::state::StateRefusal;
pub use self::subscription::SubscriptionRefusal;

/// Why a command was refused. Nothing of it was executed.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No seat: the refusals that are on record (Q1).
    #[error(transparent)]
    Seat(#[from] SeatRefusal),
    /// There are not enough seats for a change, or a pool cannot be changed so (L1, L7, L8, P2, P3).
    #[error(transparent)]
    Capacity(#[from] CapacityRefusal),
    /// A change would leave people without rights that they need, or with some that mean nothing (D5, D7, R5).
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// The thing is not, or no longer, as the request takes it to be.
    #[error(transparent)]
    State(#[from] StateRefusal),
    /// A change of the subscription that is not the account's to make (L9).
    #[error(transparent)]
    Subscription(#[from] SubscriptionRefusal),
    /// A value is out of range.
    #[error("`{field}` must be {expected}.")]
    Invalid { field: &'static str, expected: String },
    /// The actor lacks a right.
    #[error("You need {needed} for that. Ask {}.", ask_whom(needed))]
    Forbidden { needed: &'static str },
    /// It does not exist, or the caller may not see it.
    #[error(
        "There is no {what} with this id, or none that you may see. Check the id, and which account your credential is for."
    )]
    NotFound { what: &'static str },
}

/// Who can grant what is needed: only the operator has operator keys.
fn ask_whom(needed: &str) -> &'static str {
    if needed.contains("operator key") {
        "the operator of this server"
    } else {
        "an owner or admin of the account"
    }
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Seat(refusal) => refusal.code(),
            Self::Capacity(refusal) => refusal.code(),
            Self::Access(refusal) => refusal.code(),
            Self::State(refusal) => refusal.code(),
            Self::Subscription(refusal) => refusal.code(),
            Self::Invalid { .. } => Code::Invalid,
            Self::Forbidden { .. } => Code::Forbidden,
            Self::NotFound { .. } => Code::NotFound,
        }
    }

    /// The refusal of a seat, which is recorded (Q1); `None` if it is about something else.
    #[must_use]
    pub const fn of_seat(&self) -> Option<&SeatRefusal> {
        match self {
            Self::Seat(refusal) => Some(refusal),
            Self::Capacity(_)
            | Self::Access(_)
            | Self::State(_)
            | Self::Subscription(_)
            | Self::Invalid { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. } => None,
        }
    }

    /// Whether a seat was refused, which is recorded (Q1).
    #[must_use]
    pub const fn is_recorded(&self) -> bool {
        self.of_seat().is_some()
    }

    /// The remedies, most useful first.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        self.of_seat().map_or(&[], SeatRefusal::actions)
    }

    /// How full the pool is, where that is the reason.
    #[must_use]
    pub fn figures(&self) -> Option<&PoolFigures> {
        self.of_seat().and_then(SeatRefusal::figures)
    }
}
