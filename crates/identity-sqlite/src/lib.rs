//! The credentials in SQLite: the ports of `usher-identity`, in tables of the server's database.
//!
//! [`SqliteStore`] is the store. The operations that work on a database without a server, or on one of any version, are
//! functions on a connection: [`is_behind`], [`migrate`], [`changes`], [`check_tables`], [`sealed_secrets`] and
//! [`holds_sealed_secrets`].

#![expect(clippy::doc_markdown, reason = "SQLite is a name, not code")]

mod api_keys;
mod branding;
mod browsers;
mod columns;
mod consistency;
mod domains;
mod notes;
mod operator_grants;
mod operator_keys;
mod outbox;
mod passwords;
mod portal_sessions;
mod preferences;
mod presence;
mod providers;
mod sealed;
mod second_factors;
mod server_keys;
mod setup_link;
mod store;
mod trail;
mod user_links;
mod user_tokens;

pub use consistency::{TableFault, check_tables};
pub use sealed::{holds_sealed_secrets, sealed_secrets};
pub use store::{OpenError, SqliteStore, changes, is_behind, migrate};
