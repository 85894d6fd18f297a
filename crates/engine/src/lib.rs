//! Accounts in memory: decide, commit, evolve, publish.
//!
//! Each loaded account has one owner at a time. If it has none, the caller does the work at once; otherwise the work
//! waits in the account's inbox, which a task drains: it decides command by command and hands the events of the whole
//! batch to the journal as one commit. Answers leave once that commit is durable. Memory is ahead of the journal only
//! until then: a conflict or a failure drops it and loads it again.

mod account;
mod clock;
mod engine;
mod entry;
mod failure;
mod figures;
pub mod maintenance;
mod node;
mod options;
mod outages;
pub mod records;
mod registry;
pub mod replay;
mod seats;
mod snapshot;
mod subscription;
mod time;
mod timer;
mod wheel;

pub use clock::{Clock, ManualClock};
pub use engine::{Engine, Heartbeat};
pub use entry::{Entry, InvalidEntries};
pub use failure::{Failure, Reason, StartError};
pub use figures::Figures;
pub use options::Options;
pub use seats::{SeatFigures, SeatsByProduct, SeatsInMemory};
pub use snapshot::InvalidSnapshot;
pub use subscription::{Published, Subscription};
pub use time::WallClock;
pub use usher_journal::{Cause, Way};

/// A command with its actor and cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The actor.
    pub actor: usher_domain::Actor,
    /// The cause.
    pub cause: Cause,
    /// The command.
    pub command: usher_domain::Command,
}
