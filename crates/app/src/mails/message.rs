//! What mails are about.

use serde::{Deserialize, Serialize};
use usher_domain::Timestamp;
use usher_domain::permission::Role;
use usher_domain::personal::Personal;
use usher_domain::text::ZoneName;
use usher_identity::{OutboxBounds, OutboxBudget};

/// A mail to somebody. Stored as JSON, so a later version must read what this one wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The reader's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal<String>>,
    /// The name of the account that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The zone in which the reader reads times; UTC if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneName>,
    /// What it says.
    #[serde(flatten)]
    pub message: Message,
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// Mail works.
    Test,
    /// The reader is invited to choose a password.
    Invitation {
        /// Who invites, where that is a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Personal<String>>,
        /// Until when the link works.
        until: Timestamp,
    },
    /// Somebody asked for a link to choose another password.
    PasswordReset {
        /// Until when the link works.
        until: Timestamp,
    },
    /// A user asks for a seat (L14): to those who can give it.
    SeatRequested {
        /// Who asks.
        user: Personal<String>,
        /// For which product, as people call it.
        product: String,
        /// Why, in their own words.
        note: Personal<String>,
    },
    /// The reader's request for a seat was granted (L14).
    SeatGranted {
        /// For which product.
        product: String,
        /// When the seat is given back, if it is lent (L15).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// The reader's request for a seat was declined (L14).
    SeatDeclined {
        /// For which product.
        product: String,
        /// By whom, and why.
        #[serde(flatten)]
        by: Author,
    },
    /// An account asks the operator for a purchase (L10): to the operator.
    SubscriptionRequested {
        /// What for, in words.
        asked: String,
        /// Who asks, and why.
        #[serde(flatten)]
        by: Author,
    },
    /// The operator answered the reader's request for a purchase (L10).
    SubscriptionAnswered {
        /// What for, in words.
        asked: String,
        /// The answer.
        answer: SubscriptionAnswer,
        /// What the operator wrote.
        #[serde(flatten)]
        by: Author,
    },
    /// Something that the account has bought ends soon (L11, L12): to those who manage the subscription.
    Ending {
        /// What ends.
        what: Bought,
        /// The wall clock's time of the end.
        at: Timestamp,
    },
    /// Something about how the reader, or a program of the account, signs in has changed.
    Security {
        /// The change, in its own words.
        change: SecurityChange,
        /// Whether the reader did it.
        by_reader: bool,
        /// Who did it, if it was somebody else.
        #[serde(flatten)]
        by: Author,
        /// The wall clock's time of the change.
        at: Timestamp,
    },
}

/// What an account has bought and what has an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bought {
    /// The subscription, on trial.
    Trial,
    /// The subscription.
    Subscription,
    /// Temporary seats.
    Seats {
        /// Of which product, as people call it.
        product: String,
        /// How many are named seats.
        named: u32,
        /// How many are shared seats.
        shared: u32,
    },
    /// What is left of pay-per-use minutes.
    Minutes(u64),
}

/// Who did something, and what they wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The name, where it is a person of the account.
    #[serde(default, rename = "by", skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal<String>>,
    /// Their note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Personal<String>>,
}

/// The operator's answer to a request for a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionAnswer {
    /// It was bought as asked.
    Approved,
    /// Something else was bought.
    Changed,
    /// Nothing was bought.
    Declined,
}

/// A change about signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityChange {
    /// The reader's password was set.
    Password,
    /// The reader's password was set with a link that somebody made for them.
    PasswordByLink,
    /// Somebody made a link with which the reader's password can be set.
    PasswordLink,
    /// The reader's second factor was set up.
    SecondFactorSet,
    /// The reader's second factor was removed.
    SecondFactorRemoved,
    /// The reader has this role now.
    Role(Role),
    /// The account has a new API key of this name: to its owners.
    ApiKey(String),
    /// The API key of this name has a new secret: to the owners.
    ApiKeySecret(String),
    /// The reader has another address: to both.
    Address,
    /// Somebody signed in as the reader with a browser of this name, which the reader has not used before.
    Browser(Personal<String>),
}

impl SecurityChange {
    /// A word for changes of this kind: they are counted together.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Password | Self::PasswordByLink => "security.password",
            Self::PasswordLink => "security.password_link",
            Self::SecondFactorSet | Self::SecondFactorRemoved => "security.second_factor",
            Self::Role(_) => "security.role",
            Self::ApiKey(_) | Self::ApiKeySecret(_) => "security.api_key",
            Self::Address => "security.address",
            Self::Browser(_) => "security.browser",
        }
    }
}

impl Message {
    /// The word that the outbox stores.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Invitation { .. } => "invitation",
            Self::PasswordReset { .. } => "password_reset",
            Self::SeatRequested { .. } => "seat_requested",
            Self::SeatGranted { .. } => "seat_granted",
            Self::SeatDeclined { .. } => "seat_declined",
            Self::SubscriptionRequested { .. } => "subscription_requested",
            Self::SubscriptionAnswered { .. } => "subscription_answered",
            Self::Ending { .. } => "ending",
            Self::Security { .. } => "security",
        }
    }

    /// From when on nobody needs it any more, and a sentence why; `None` if it is always worth reading.
    #[must_use]
    pub const fn useless_from(&self) -> Option<(Timestamp, &'static str)> {
        match self {
            Self::Invitation { until, .. } | Self::PasswordReset { until } => {
                Some((*until, "The link in it had ended before it could be sent."))
            }
            Self::Ending { at, .. } => Some((*at, "What it announces had ended before it could be sent.")),
            Self::Test
            | Self::SeatRequested { .. }
            | Self::SeatGranted { .. }
            | Self::SeatDeclined { .. }
            | Self::SubscriptionRequested { .. }
            | Self::SubscriptionAnswered { .. }
            | Self::Security { .. } => None,
        }
    }

    /// With which other mails it is counted, so that many of one kind keep none of another from being sent.
    #[must_use]
    pub fn budget(&self) -> OutboxBudget {
        let (bounds, kind) = match self {
            Self::Invitation { .. } => (OutboxBounds::Invitation, self.kind()),
            Self::Security { change, .. } => (OutboxBounds::Certain, change.kind()),
            // Asked for by the reader, or by one account of an operator who answers for all.
            Self::PasswordReset { .. } | Self::SubscriptionRequested { .. } => {
                (OutboxBounds::Certain, self.kind())
            }
            Self::Test
            | Self::SeatRequested { .. }
            | Self::SeatGranted { .. }
            | Self::SeatDeclined { .. }
            | Self::SubscriptionAnswered { .. }
            | Self::Ending { .. } => (OutboxBounds::Notice, self.kind()),
        };
        OutboxBudget::new(bounds, kind)
    }

    /// Whether it goes also to users who have never signed in, whose addresses may be those of strangers: the invitation,
    /// and what nobody else can put a text into.
    #[must_use]
    pub const fn is_for_strangers(&self) -> bool {
        match self {
            Self::Test
            | Self::Invitation { .. }
            | Self::PasswordReset { .. }
            | Self::SeatGranted { .. }
            | Self::SeatDeclined { .. } => true,
            Self::SeatRequested { .. }
            | Self::SubscriptionRequested { .. }
            | Self::SubscriptionAnswered { .. }
            | Self::Ending { .. }
            | Self::Security { .. } => false,
        }
    }

    /// Whether it tells of a change about signing in.
    #[must_use]
    pub const fn is_about_security(&self) -> bool {
        matches!(self, Self::Security { .. })
    }

    /// Whether it is for the operator of the server, not for a user of the account.
    #[must_use]
    pub const fn is_for_operator(&self) -> bool {
        matches!(self, Self::SubscriptionRequested { .. })
    }
}

impl Mail {
    /// Without what people of the account have written or chosen: names and notes.
    #[must_use]
    pub(super) fn without_names(self) -> Self {
        let mut message = self.message;
        if let Message::SeatDeclined { by, .. } | Message::Security { by, .. } = &mut message {
            *by = Author::default();
        }
        Self {
            name: None,
            account: None,
            zone: self.zone,
            message,
        }
    }

    /// As the outbox stores it.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts and numbers under texts: there is nothing that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads it again; `None` if another version wrote a message that this one does not know.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
