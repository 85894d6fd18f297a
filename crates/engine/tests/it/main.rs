//! The engine on the memory journal: its guarantees to callers, in normal operation and with faults.

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
