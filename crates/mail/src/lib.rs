//! Mails: their texts, and the transports by which they leave the server.
//!
//! | file | contents |
//! | --- | --- |
//! | `texts/`, `templates/` | what a mail says, in one place for each text, and the one look of all mails |
//! | `letter.rs` | a rendered mail and its form on the wire (RFC 5322) |
//! | `server.rs` | the mail server that takes mails, as the operator names it |
//! | `smtp.rs` | the conversation with it (RFC 5321), and what its answers mean |
//! | `directory.rs` | a file for each mail, for tests |
//! | `post.rs` | the sender, and the transport that the operator has chosen |
//! | `sender.rs` | takes mails from the outbox, sends them, and stores what became of them |
//!
//! *Invariant:* no error that is stored or logged has an address, a text of the mail server, or a secret.

mod directory;
mod letter;
mod post;
mod sender;
mod server;
mod smtp;
mod stream;
mod texts;

pub use letter::{From, InvalidFrom, Letter, NoLetter};
pub use post::{Outcome, Post, Trouble};
pub use sender::{ATTEMPTS_MAX, Sender};
pub use server::{InvalidServer, Login, MailServer, Security};
pub use smtp::Smtp;
pub use texts::{Place, letter};
