//! Mails, as data: what they are about and whom they are for. The crate `usher-mail` has their texts and sends them.
//!
//! A mail is an entry of the [outbox](usher_identity::OutboxEntry), stored in the transaction of its cause. While no
//! mail is set up, none is written: pages show links to copy, and nobody gets a flood of old mails later.

mod announce;
mod message;
mod notices;
mod reminders;

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use usher_domain::personal::Personal;
use usher_domain::text::ZoneName;
use usher_domain::{Account, AccountId, OutboxId, UserId};
use usher_engine::Failure;
use usher_identity::{Channel, IdentityError, OutboxEntry, OutboxFigures, OutboxRow};

pub use self::message::{Author, Bought, Mail, Message, SecurityChange, SubscriptionAnswer};
pub use self::notices::seats_in_words;
use crate::app::App;
use crate::problem::Problem;

/// The most mails that an account's page lists.
pub const MAILS_SHOWN_MAX: usize = 50;

/// How mails leave this server, for pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSetup {
    /// The sender, such as `Help desk <desk@example.com>`.
    pub from: String,
    /// Where they go: a server such as `mail.example.com:587`, or a directory.
    pub to: String,
    /// The operator's own address, for requests that only the operator answers.
    pub operator: Option<Personal<Arc<str>>>,
}

impl App {
    /// How mails leave this server; `None` if no mail is set up.
    #[must_use]
    pub const fn mail_setup(&self) -> Option<&MailSetup> {
        self.config.mail.as_ref()
    }

    /// The mail to a user, to be stored with its cause; `None` if no mail is set up, the user is gone, or has never signed
    /// in and does not get mails of this kind.
    pub async fn mail_to(
        &self,
        account: AccountId,
        user: UserId,
        message: Message,
    ) -> Result<Option<OutboxEntry>, Problem> {
        if self.mail_setup().is_none() {
            return Ok(None);
        }
        let zone = self.preferences(account, user).time_zone;
        let signed_in_once = self.identity.users_signed_in_once(account).await?.contains(&user);
        let reader = MailReader {
            user,
            zone,
            signed_in_once,
        };
        let look = move |account: &Account, _| mail_in(account, reader.clone(), message.clone());
        let found = match self.engine.read(account, look).await {
            Ok(found) => found,
            Err(Failure::NoAccount) => None,
            Err(failure) => return Err(failure.into()),
        };
        let entry = found
            .map(|(mail, address)| self.entry(&mail, address))
            .transpose()?;
        Ok(entry.map(|entry| entry.for_user((account, user))))
    }

    /// A mail that concerns no account; `None` if no mail is set up.
    pub fn mail_of_server(
        &self,
        address: Personal<Arc<str>>,
        message: Message,
    ) -> Result<Option<OutboxEntry>, IdentityError> {
        if self.mail_setup().is_none() {
            return Ok(None);
        }
        let mail = Mail {
            name: None,
            account: None,
            zone: None,
            message,
        };
        self.entry(&mail, address).map(Some)
    }

    fn entry(&self, mail: &Mail, address: Personal<Arc<str>>) -> Result<OutboxEntry, IdentityError> {
        let now = self.engine.now();
        Ok(OutboxEntry::mail(
            mail.message.kind(),
            mail.message.budget(),
            mail.to_json(),
            address,
            now,
        )?)
    }

    /// The newest mails that concern an account, or the server itself (`None`), newest first.
    pub async fn mails_of(&self, account: Option<AccountId>) -> Result<Vec<OutboxRow>, IdentityError> {
        self.identity
            .outbox_of(account, Channel::Mail, MAILS_SHOWN_MAX)
            .await
    }

    /// How many mails were not written since the start, because there were too many for their readers or by their accounts.
    #[must_use]
    pub fn mails_refused(&self) -> u64 {
        self.identity.outbox_refused()
    }

    /// How many mails wait and have failed, of all accounts.
    pub async fn mail_figures(&self) -> Result<OutboxFigures, IdentityError> {
        self.identity.outbox_figures(Channel::Mail).await
    }
}

/// The id of a mail about `what`, which names its reader, too: the same each time, so that it is written once. It is
/// forgotten 30 days after the mail was sent.
fn id_of(kind: &str, what: &str) -> OutboxId {
    let digest = Sha256::new()
        .chain_update(format!("usher.{kind}\0"))
        .chain_update(what)
        .finalize();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    OutboxId::from_bits(u128::from_be_bytes(half))
}

/// A user who is to get a mail.
#[derive(Clone)]
struct MailReader {
    user: UserId,
    /// The zone that they chose.
    zone: Option<ZoneName>,
    /// Whether they have ever signed in. The address of anybody else may be a stranger's, to whom nobody is to write in
    /// the name of this server.
    signed_in_once: bool,
}

/// The mail to a user of an account, and the address; `None` if the user is gone, or is one who does not get mails of this
/// kind.
fn mail_in(account: &Account, reader: MailReader, message: Message) -> Option<(Mail, Personal<Arc<str>>)> {
    let profile = &account.user(reader.user)?.profile;
    if !reader.signed_in_once && !message.is_for_strangers() {
        return None;
    }
    let names_people = reader.signed_in_once || matches!(message, Message::Invitation { .. });
    let mail = Mail {
        name: Some(profile.name.map(|name| name.as_str().to_owned())),
        account: Some(account.name().as_str().to_owned()),
        zone: Some(
            reader
                .zone
                .unwrap_or_else(|| account.settings().time_zone.clone()),
        ),
        message,
    };
    let mail = if names_people { mail } else { mail.without_names() };
    Some((mail, profile.email.map(|email| email.as_str().into())))
}
