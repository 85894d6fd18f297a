//! Mails on their way: conversations with a mail server of the tests' own, files, and what the outbox says afterwards.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod announcing;
mod conversation;
mod delivery;
mod desk;
mod notices;
mod server;
mod stored;
