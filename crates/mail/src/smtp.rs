//! The conversation with a mail server, command by command, so that it is known at each moment whether the mail may have
//! left.
//!
//! Texts of the server are not repeated: they may hold addresses. What is told is the reply's code, with the more exact
//! one (RFC 3463) where the server gives it.

use std::time::Duration;
use std::{fmt, io};

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::{Code, Response};
use tokio::time::{Instant, timeout_at};

use crate::letter::Wire;
use crate::post::{Outcome, Trouble};
use crate::server::{MailServer, Security};
use crate::stream::{NoStartTls, Stream, Tls, TooMuch};

/// How long everything up to the mail itself may take.
const UNTIL_DATA_MAX: Duration = Duration::from_mins(1);

/// How long the server may take to accept a mail that it has. Servers check mails meanwhile.
const ACCEPT_MAX: Duration = Duration::from_mins(2);

/// How long a conversation may end politely.
const QUIT_MAX: Duration = Duration::from_secs(2);

/// One mail server, with at most one conversation.
pub struct Smtp {
    server: MailServer,
    protection: Protection,
    /// What this server calls itself.
    name: ClientId,
    open: Option<AsyncSmtpConnection>,
}

/// How the conversation is protected, with what that needs.
enum Protection {
    None,
    Tls(Tls),
    StartTls(Tls),
}

/// A step of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Connect,
    SignIn,
    Sender,
    Recipient,
    Data,
    Accept,
}

impl Smtp {
    /// No conversation yet. `name` is what this server calls itself.
    pub fn new(server: MailServer, name: &str) -> Result<Self, Trouble> {
        let tls = || {
            let unusable =
                |_| Trouble::lasting("The certificates of the authorities for mail cannot be used.");
            Tls::with(&server).map_err(unusable)
        };
        let protection = match server.security {
            Security::Plain => Protection::None,
            Security::Tls => Protection::Tls(tls()?),
            Security::StartTls => Protection::StartTls(tls()?),
        };
        Ok(Self {
            server,
            protection,
            name: ClientId::Domain(name.to_owned()),
            open: None,
        })
    }

    /// Sends a mail in the conversation that is open, or in a new one. Takes at most [`UNTIL_DATA_MAX`] until the mail
    /// itself; after that, no answer is [`Outcome::Unknown`].
    pub(crate) async fn send(&mut self, wire: &Wire) -> Outcome {
        let deadline = Instant::now() + UNTIL_DATA_MAX;
        let mut open = match timeout_at(deadline, self.prepared(wire)).await {
            Ok(Ok(open)) => open,
            Ok(Err(trouble)) => return Outcome::NotSent(trouble),
            Err(_) => return Outcome::NotSent(self.too_slow()),
        };
        let deadline = Instant::now() + ACCEPT_MAX;
        match timeout_at(deadline, open.message(&wire.bytes)).await {
            Ok(Ok(accepted)) if accepted.has_code(250) => {
                self.open = Some(open);
                Outcome::Sent
            }
            // A server that answers something else has not understood, and may have the mail all the same.
            Ok(Ok(_)) => Outcome::Unknown(self.confused()),
            Ok(Err(error)) if error.status().is_some() => {
                Outcome::NotSent(self.refused(Step::Accept, &error))
            }
            Ok(Err(_)) => Outcome::Unknown(Trouble::passing(format!(
                "{} ended the conversation after the mail and before accepting it: it may have arrived.",
                self.server
            ))),
            Err(_) => Outcome::Unknown(Trouble::passing(format!(
                "{} did not answer within {} seconds after the mail: it may have arrived.",
                self.server,
                ACCEPT_MAX.as_secs()
            ))),
        }
    }

    /// Everything up to the mail itself: after that, the server expects it.
    async fn prepared(&mut self, wire: &Wire) -> Result<AsyncSmtpConnection, Trouble> {
        let mut open = match self.reusable().await {
            Some(open) => open,
            None => self.connected().await?,
        };
        let mut options = Vec::new();
        if !wire.to.to_string().is_ascii() {
            if !open.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Trouble::lasting(format!(
                    "The address has letters that {} cannot send to (SMTPUTF8).",
                    self.server
                )));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        let sender = Mail::new(Some(wire.from.clone()), options);
        self.say(&mut open, Step::Sender, sender, 250).await?;
        let recipient = Rcpt::new(wire.to.clone(), Vec::new());
        self.say(&mut open, Step::Recipient, recipient, 250).await?;
        self.say(&mut open, Step::Data, Data, 354).await?;
        Ok(open)
    }

    /// The conversation that is open, if the server still answers.
    async fn reusable(&mut self) -> Option<AsyncSmtpConnection> {
        let mut open = self.open.take()?;
        let answer = open.command(Noop).await.ok()?;
        answer.has_code(250).then_some(open)
    }

    async fn connected(&self) -> Result<AsyncSmtpConnection, Trouble> {
        let stream = self.stream().await?;
        let connected = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.name).await;
        let mut open = connected.map_err(|error| self.refused(Step::Connect, &error))?;
        if let Some(login) = &self.server.login {
            let credentials = Credentials::new(login.user.clone(), login.password.expose().to_owned());
            let signed_in = open.auth(DEFAULT_MECHANISMS, &credentials).await;
            let signed_in = signed_in.map_err(|error| self.refused(Step::SignIn, &error))?;
            if !signed_in.has_code(235) {
                return Err(self.confused());
            }
        }
        Ok(open)
    }

    async fn stream(&self) -> Result<Stream, Trouble> {
        let server = &self.server;
        let no_connection = |error| self.no_answer(&error);
        match &self.protection {
            Protection::None => Stream::plain(server).await.map_err(no_connection),
            Protection::Tls(tls) => Stream::tls(server, tls).await.map_err(no_connection),
            Protection::StartTls(tls) => {
                let started = Stream::start_tls(server, tls, &self.name.to_string()).await;
                started.map_err(|failed| match failed {
                    NoStartTls::Failed(error) => self.no_answer(&error),
                    NoStartTls::Refused(reply) => {
                        let exact = reply.first_word().and_then(exact_code);
                        Trouble::passing(self.refusal(Step::Connect, reply.code(), exact))
                    }
                    NoStartTls::NotOffered => Trouble::passing(format!(
                        "{server} does not offer STARTTLS, and mails are not sent in clear text."
                    )),
                    NoStartTls::Confused => self.confused(),
                })
            }
        }
    }

    /// Says a command, to which the answer has to be `expected`: any other would belong to another command.
    async fn say(
        &self,
        open: &mut AsyncSmtpConnection,
        step: Step,
        command: impl fmt::Display,
        expected: u16,
    ) -> Result<(), Trouble> {
        let answer: Result<Response, Error> = open.command(command).await;
        let answer = answer.map_err(|error| self.refused(step, &error))?;
        // 251 says that the recipient has moved, and that the mail goes there.
        if answer.has_code(expected) || (step == Step::Recipient && answer.has_code(251)) {
            Ok(())
        } else {
            Err(self.confused())
        }
    }

    /// Ends the conversation politely.
    pub(crate) async fn quit(&mut self) {
        if let Some(mut open) = self.open.take() {
            // The mails are accepted: it does not matter what the server says.
            let _ = tokio::time::timeout(QUIT_MAX, open.quit()).await;
        }
    }

    fn too_slow(&self) -> Trouble {
        Trouble::passing(format!(
            "{} took longer than {} seconds.",
            self.server,
            UNTIL_DATA_MAX.as_secs()
        ))
    }

    fn confused(&self) -> Trouble {
        Trouble::passing(format!(
            "{} gave an answer that does not belong here.",
            self.server
        ))
    }

    /// What an error in this step means.
    fn refused(&self, step: Step, error: &Error) -> Trouble {
        let Some(code) = error.status() else {
            if error.is_client() {
                return Trouble::passing(format!(
                    "{} does not offer what is needed to send mail through it.",
                    self.server
                ));
            }
            return self.no_answer(error);
        };
        let text = std::error::Error::source(error).map(ToString::to_string);
        let exact = text
            .as_deref()
            .and_then(|text| exact_code(text.split_ascii_whitespace().next()?));
        let why = self.refusal(step, code, exact);
        // What concerns this server's own settings is no fault of the mail: the operator may correct them in time.
        let concerns_mail = matches!(step, Step::Recipient | Step::Data | Step::Accept);
        if concerns_mail && error.is_permanent() {
            Trouble::lasting(why)
        } else {
            Trouble::passing(why)
        }
    }

    fn refusal(&self, step: Step, code: Code, exact: Option<&str>) -> String {
        let code = match exact {
            Some(exact) => format!("{code} {exact}"),
            None => code.to_string(),
        };
        let what = match step {
            Step::Connect => "this server",
            Step::SignIn => "the user or the password for mail",
            Step::Sender => "the sender",
            Step::Recipient => "the recipient",
            Step::Data | Step::Accept => "the mail",
        };
        format!("{} refused {what} ({code}).", self.server)
    }

    /// What it means that the connection, or TLS on it, failed.
    fn no_answer(&self, error: &(dyn std::error::Error + 'static)) -> Trouble {
        let server = &self.server;
        let has = |is_meant: fn(&io::Error) -> bool| io_causes(error).any(is_meant);
        let why = if has(|io| {
            io.get_ref()
                .is_some_and(<dyn std::error::Error + Send + Sync>::is::<TooMuch>)
        }) {
            format!("{server} sent more than belongs to a reply.")
        } else if has(|io| io.kind() == io::ErrorKind::InvalidData) {
            format!("{server} has no certificate that this server trusts, or speaks no TLS that it knows.")
        } else if has(|io| io.kind() == io::ErrorKind::TimedOut) {
            return self.too_slow();
        } else {
            format!("{server} could not be reached, or ended the conversation.")
        };
        Trouble::passing(why)
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({})", self.server)
    }
}

/// The errors of the network behind an error, itself included.
fn io_causes<'a>(error: &'a (dyn std::error::Error + 'static)) -> impl Iterator<Item = &'a io::Error> {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.filter_map(|cause| cause.downcast_ref::<io::Error>())
}

/// The word if it is an exact code (RFC 3463), as at the beginning of a reply's text: `5.1.1`.
fn exact_code(word: &str) -> Option<&str> {
    let mut parts = word.split('.');
    let mut number = || {
        parts
            .next()
            .is_some_and(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let has_three = number() && number() && number();
    (has_three && parts.next().is_none()).then_some(word)
}
