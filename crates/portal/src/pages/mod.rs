//! The pages, one topic a module: handlers in `mod.rs`, what is shown in `view.rs`.

pub(crate) mod me;
pub(crate) mod overview;
pub(crate) mod pools;
pub(crate) mod queue;
pub(crate) mod setup;
pub(crate) mod sign_in;
