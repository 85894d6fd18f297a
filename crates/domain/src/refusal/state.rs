//! Things in another state than a request assumes.

use alloc::string::String;

use super::Code;
use crate::id::{SignInId, TicketId};

/// The thing is not, or no longer, as the request takes it to be.
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateRefusal {
    /// The caller's choice was based on an older state. `now` is a clause.
    #[error("This was changed in the meantime: {now} now. Check it, and choose again.")]
    ChangedMeanwhile { field: &'static str, now: String },
    /// The name or address is taken.
    #[error("Another {what} has this {field} already. Choose another.")]
    AlreadyExists { what: &'static str, field: &'static str },
    /// The sign-in has ended. If the account does not know the reason, the records do.
    #[error("This sign-in has ended. Sign in again.")]
    SignInEnded { id: SignInId },
    /// The ticket has ended.
    #[error("This ticket has ended. Get a new one.")]
    TicketEnded { id: TicketId },
    /// Only its user may do that (S8).
    #[error("Only the user who started this session can do that. Ask them, or end the session if you may.")]
    NotYourSession,
    /// The code has been used by its first customer.
    #[error("Another customer has already joined with this code. Ask your agent for a new one.")]
    AlreadyJoined,
    /// The key was used for another request.
    #[error("This `Idempotency-Key` was already used for another request. Use a new key for each request.")]
    IdempotencyKeyReused,
    /// Not allowed in this state.
    #[error(
        "The {what} is {state}. For that, it must be {expected}: check its state, and continue from there."
    )]
    WrongState {
        what: &'static str,
        state: &'static str,
        expected: &'static str,
    },
}

impl StateRefusal {
    pub(super) const fn code(&self) -> Code {
        match self {
            Self::ChangedMeanwhile { .. } => Code::ChangedMeanwhile,
            Self::AlreadyExists { .. } => Code::AlreadyExists,
            Self::SignInEnded { .. } => Code::SignInEnded,
            Self::TicketEnded { .. } => Code::TicketEnded,
            Self::NotYourSession => Code::NotYourSession,
            Self::AlreadyJoined => Code::AlreadyJoined,
            Self::IdempotencyKeyReused => Code::IdempotencyKeyReused,
            Self::WrongState { .. } => Code::WrongState,
        }
    }
}
