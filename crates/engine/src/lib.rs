//! Accounts in memory: decide, commit, evolve, publish.
//!
//! Each loaded account has one owner at a time. If it has none, the caller does the work at once; otherwise the work
//! waits in the account's inbox, which a task drains: it decides command by command and hands the events of the whole
//! batch to the journal as one commit. Answers leave once that commit is durable. Memory is ahead of the journal only
//! until then: a conflict, a failure or a panic drops it and loads it again, so nobody ever sees a state that is half
//! changed.
//!
//! - A job that has begun is finished even if its caller goes away: a task takes over.
//! - A command that the domain's `step` declines because it would break the promise (S1) fails as
//!   [`Failure::Invariant`]. Of follow-up events and due events, only the offending event is left out. The other
//!   invariants are checked for what a commit touched, and for the whole account when it is loaded and with every
//!   fourth snapshot. A broken one is logged by name and counted ([`Figures::invariants_broken`]).
//! - A pool that an earlier version oversold drains, without an event of its own.
//! - While nothing can be stored, queries are answered from the stored state, as it was when storing began to fail.
//! - Heartbeats renew leases in memory, and reach the journal in batches, at most a third of a lease later. Heartbeats
//!   that wait are processed before anything that is due.
//! - A subscriber that cannot keep up is dropped, and resumes from the journal.

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
mod watch;
mod wheel;

pub use clock::{Clock, ManualClock};
pub use engine::Engine;
pub use entry::{Entry, InvalidEntries};
pub use failure::{Failure, Reason, StartError};
pub use figures::Figures;
pub use options::Options;
pub use seats::{SeatFigures, SeatsByProduct, SeatsInMemory};
pub use snapshot::InvalidSnapshot;
pub use subscription::{Published, Subscription};
pub use time::WallClock;
use usher_domain::Command;
pub use usher_journal::{Cause, Channel};

/// A command with its actor and cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<C = Command> {
    /// The actor.
    pub actor: usher_domain::Actor,
    /// The cause.
    pub cause: Cause,
    /// The command.
    pub command: C,
}
