//! Commands for requests for a seat.

use crate::id::UserId;
use crate::text::{Note, Product};
use crate::time::Timestamp;
use crate::user::License;

/// Commands for a user's request for a seat of a product (L14).
#[expect(missing_docs, reason = "each variant's sentence speaks of its fields")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeatRequestCommand {
    /// Ask for a seat. If the user asks already, the note replaces the previous one.
    Send {
        user: UserId,
        product: Product,
        note: Note,
    },
    /// Withdraw the request, or put away the answer that it was declined. No effect if there is none.
    Withdraw { user: UserId, product: Product },
    /// Give the user who asks a license, for good or until a time (L15).
    Grant {
        user: UserId,
        product: Product,
        license: License,
        until: Option<Timestamp>,
    },
    /// Decline the request, with a reason.
    Decline {
        user: UserId,
        product: Product,
        note: Option<Note>,
    },
}
