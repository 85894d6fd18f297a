//! The portal from outside: requests into the router, pages out of it. The clock is moved; nothing sleeps.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "helpers of tests fail by panicking, and belong to no library"
)]

mod app;
mod desk;
mod live;
mod overview;
mod pool_changes;
mod pools;
mod queue;
mod setup;
mod signing_in;
