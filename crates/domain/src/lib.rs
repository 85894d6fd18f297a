//! Pure: the seat rules of one account. No I/O, no clock, no randomness, no threads.

pub mod id;
pub mod time;

pub use id::{
    AccountId, ApiKeyId, InvalidId, PoolId, RefusalId, SessionId, SignInId, TeamId, TicketId, UserId,
};
pub use time::{Secs, Timestamp};
