//! Help desks for tests: `HelpDesk::new().pool(2).agents(3)` is an account with two shared seats and three agents.
//!
//! [`desk`] makes the commands that tests give: a new field of a command gets its usual value there, in one place. It knows
//! the domain only. Everything else is a feature, so that a test compiles no more than it needs: `identity`, `server`,
//! `template`, and `client`, which sets a help desk up on a running server.
//!
//! The unit tests of the domain cannot use this crate: it depends on the domain, which would then be there twice, with
//! types that differ. They compile the files of [`desk`] into themselves instead, with `#[path]`
//! (`crates/domain/src/tests/mod.rs`). So do the unit tests of identity with `credentials.rs`.

#![expect(clippy::unwrap_used, reason = "a set-up that fails is a failed test")]
#![expect(clippy::missing_panics_doc, reason = "a set-up that fails is a failed test")]
#![expect(
    clippy::must_use_candidate,
    reason = "a command that is not given shows in the test"
)]

#[cfg(feature = "client")]
mod client;
#[cfg(feature = "identity")]
mod credentials;
pub mod desk;
#[cfg(feature = "server")]
mod messages;
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "template")]
mod template;

#[cfg(feature = "client")]
pub use self::client::Opened;
#[cfg(feature = "identity")]
pub use self::credentials::*;
pub use self::desk::*;
#[cfg(feature = "server")]
pub use self::messages::every_message;
#[cfg(feature = "server")]
pub use self::server::{START, Server};
#[cfg(feature = "template")]
pub use self::template::BrokenTemplate;
