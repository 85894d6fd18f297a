//! How mails leave: the transport that the operator has chosen.

use usher_domain::{OutboxId, Timestamp};

use crate::directory::Directory;
use crate::letter::{Destination, From, Letter, NoLetter, Wire};
use crate::server::MailServer;
use crate::smtp::Smtp;

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server, or the directory, has it.
    Sent,
    /// It is known not to have left.
    NotSent(Trouble),
    /// It may have left: the conversation ended after the mail and before an answer to it.
    Unknown(Trouble),
}

/// Why a mail was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Trouble {
    /// A sentence without addresses, texts of the mail server and secrets.
    pub why: String,
    /// Whether another attempt cannot do better.
    pub is_final: bool,
}

impl Trouble {
    pub(crate) fn passing(why: impl Into<String>) -> Self {
        let why = why.into();
        Self { why, is_final: false }
    }

    pub(crate) fn lasting(why: impl Into<String>) -> Self {
        let why = why.into();
        Self { why, is_final: true }
    }
}

/// Sends mails from one sender over one transport, one at a time.
#[derive(Debug)]
pub struct Post {
    from: From,
    transport: Transport,
}

#[derive(Debug)]
enum Transport {
    Server(Box<Smtp>),
    Directory(Directory),
}

impl Post {
    /// Mails go to a mail server.
    pub fn to_server(from: From, server: MailServer) -> Result<Self, Trouble> {
        let smtp = Smtp::new(server, from.domain())?;
        Ok(Self {
            from,
            transport: Transport::Server(Box::new(smtp)),
        })
    }

    /// Each mail becomes a file in this directory.
    #[must_use]
    pub const fn to_directory(from: From, directory: std::path::PathBuf) -> Self {
        Self {
            from,
            transport: Transport::Directory(Directory(directory)),
        }
    }

    /// Sends a letter.
    pub async fn send(&mut self, id: OutboxId, letter: &Letter, to: &str, at: Timestamp) -> Outcome {
        let destination = match self.transport {
            Transport::Server(_) => Destination::Server,
            Transport::Directory(_) => Destination::File,
        };
        let wire = match letter.wire(id, &self.from, to, at, destination) {
            Ok(wire) => wire,
            Err(error @ (NoLetter::Recipient | NoLetter::Form)) => {
                return Outcome::NotSent(Trouble::lasting(format!("{error}.")));
            }
        };
        self.hand_over(id, &wire).await
    }

    async fn hand_over(&mut self, id: OutboxId, wire: &Wire) -> Outcome {
        match &mut self.transport {
            Transport::Server(smtp) => smtp.send(wire).await,
            Transport::Directory(directory) => directory.write(id, wire).await,
        }
    }

    /// Ends the conversation with the mail server, if there is one: nothing more is due.
    pub async fn rest(&mut self) {
        match &mut self.transport {
            Transport::Server(smtp) => smtp.quit().await,
            Transport::Directory(_) => {}
        }
    }
}
