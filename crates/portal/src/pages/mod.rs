//! The pages, one module per topic: handlers in `mod.rs`, data in `view.rs`.

pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod console;
mod days;
pub(crate) mod directories;
pub(crate) mod groups;
pub(crate) mod join;
pub(crate) mod me;
mod members;
pub(crate) mod minutes;
pub(crate) mod overview;
pub(crate) mod pools;
pub(crate) mod queue;
pub(crate) mod refusals;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod sign_in;
pub(crate) mod sso;
pub(crate) mod subscription;
pub(crate) mod teams;
pub(crate) mod users;
