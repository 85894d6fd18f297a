//! The engine on the memory journal: what callers are promised when things go well, and when they do not.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod away;
mod conflicts;
mod faults;
mod following;
mod harness;
mod maintenance;
mod memory;
mod promise;
mod restarts;
mod time;
mod wall;
