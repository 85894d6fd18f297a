//! Whether mails leave the server that starts, and what its output says about that.

use usher_app::MailSetup;
use usher_engine::Clock;
use usher_identity::{Channel, Identity};
use usher_mail::Post;

use super::mail::ChosenMail;
use crate::Failure;
use crate::words::plural;

/// The reason of mails that are given up after a loss, for admins.
const GIVEN_UP: &str = "The server was started on a backup, or after it had lost data. The mail may have been sent \
                        before that.";

/// Whether mails leave the server that starts.
pub(super) enum Mails {
    /// They do.
    Leave(ChosenMail),
    /// No mail is set up.
    NotSetUp,
    /// The operator wants none.
    Off,
    /// None leave, because the operator has accepted a loss: this may be a copy of a server that still runs. So many
    /// mails were given up: they may have been sent after the backup was made.
    AfterLoss { given_up: usize },
}

impl Mails {
    /// Mails of a server that starts without a loss, as they are set up.
    pub(super) fn chosen(mail: Option<ChosenMail>) -> Self {
        mail.map_or(Self::NotSetUp, Self::Leave)
    }

    /// The same after the operator has accepted a loss: gives up all mails that wait.
    pub(super) async fn after_loss(identity: &Identity) -> Result<Self, Failure> {
        let now = Clock::System.now();
        let given_up = identity.give_up_outbox(Channel::Mail, GIVEN_UP, now).await;
        let given_up =
            given_up.map_err(|error| Failure::because("The mails that wait cannot be given up", &error))?;
        Ok(Self::AfterLoss { given_up })
    }

    /// A line of the output of a start; empty for a sandbox without mail.
    pub(super) fn line(&self, is_sandbox: bool) -> String {
        match self {
            Self::Leave(mail) if mail.is_sent => {
                format!("Mails go to {}, from {}", mail.setup.to, mail.setup.from)
            }
            Self::Leave(mail) => format!("Mails are written to files in {}", mail.setup.to),
            Self::NotSetUp if is_sandbox => String::new(),
            Self::NotSetUp => "No mail is set up: pages show links to copy instead".to_owned(),
            Self::Off => "No mails are sent, because of `--no-mail`".to_owned(),
            Self::AfterLoss { given_up: 0 } => {
                "No mails are sent until the next start, because this one accepts a loss".to_owned()
            }
            Self::AfterLoss { given_up } => format!(
                "No mails are sent until the next start, because this one accepts a loss. {} waiting, and will not \
                 be sent: they may have left before the loss. `Settings → Mail` of each account lists them.",
                plural(
                    u64::try_from(*given_up).unwrap_or(u64::MAX),
                    "mail was",
                    "mails were"
                ),
            ),
        }
    }

    /// What pages say about mail, and the sender's connection; `None` if no mails leave.
    pub(super) fn into_parts(self) -> Option<(MailSetup, Post)> {
        match self {
            Self::Leave(mail) => Some((mail.setup, mail.post)),
            Self::NotSetUp | Self::Off | Self::AfterLoss { .. } => None,
        }
    }
}
