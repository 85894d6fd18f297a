//! Pure: the seat rules of one account. No I/O, no clock, no randomness, no threads.
//!
//! [`step`] moves an account on: `decide` takes the account and a command and returns events or a refusal; `evolve`
//! applies each event; `settle` finds the follow-up events (a freed seat is offered to the first in the queue).
//! [`replay`] applies events that were decided before. `now` is always an argument.

// A new command, event, refusal or actor must be thought of wherever one is decided on.
#![cfg_attr(not(test), deny(clippy::wildcard_enum_match_arm))]
// Without the standard library there is no clock, no thread, no file and no hash map to reach for. Tests have it.
#![cfg_attr(not(test), no_std)]
#![deny(clippy::float_arithmetic, clippy::disallowed_types)]

extern crate alloc;
// The files of the test kit that the tests include know this crate by its name.
#[cfg(test)]
extern crate self as usher_domain;

mod access;
pub mod account;
pub mod color;
pub mod command;
mod contacts;
mod decide;
pub mod directory;
mod ends;
pub mod event;
mod evolve;
pub mod give_back;
mod hidden;
pub mod id;
mod invariants;
pub mod join_code;
pub mod labels;
mod leases;
pub mod link;
pub mod management;
mod minutes;
mod network;
pub mod permission;
pub mod personal;
pub mod pool;
pub mod presence;
mod promise;
pub mod purchase;
pub mod refusal;
pub mod repeat;
pub mod rules;
mod schedule;
pub mod seat_request;
mod settle;
pub mod single_sign_on;
mod step;
pub mod terms;
#[cfg(test)]
mod tests;
pub mod text;
pub mod time;
pub mod top_up;
pub mod user;
mod wall;

pub use account::Account;
pub use command::{Command, Execute};
pub use contacts::Presence;
pub use event::Event;
pub use hidden::Hidden;
pub use id::{
    AccountId, ApiKeyId, GroupId, InvalidId, OperatorKeyId, OutboxId, PoolId, RefusalId, SessionId, SignInId,
    SubscriptionRequestId, TeamId, TicketId, TopUpId, UserId,
};
pub use invariants::{Broken, Touched};
pub use leases::Heartbeats;
pub use network::network_of;
pub use permission::Actor;
pub use refusal::{Code, Refusal};
pub use step::{Declined, Input, Observer, create, execute, replay, step};
pub use time::{Millis, Outage, Secs, Timestamp};
pub use wall::{CATCH_UP, WallTime, WallTimes};
