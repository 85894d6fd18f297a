//! How much may be written to the outbox. What somebody causes must not flood a mailbox, and must not use up what others
//! need: least of all a notice about a password that was stolen.

use std::sync::Arc;

use usher_domain::Secs;

/// The most entries of one kind that one account causes for one recipient in [`OUTBOX_RECIPIENT_SPAN`].
pub const OUTBOX_PER_RECIPIENT_MAX: usize = 20;

/// The most [notices](OutboxBounds::Notice) of one kind for one recipient in [`OUTBOX_RECIPIENT_SPAN`], from all accounts
/// together.
pub const OUTBOX_PER_MAILBOX_MAX: usize = 60;

/// See [`OUTBOX_PER_RECIPIENT_MAX`].
pub const OUTBOX_RECIPIENT_SPAN: Secs = Secs::new(3_600);

/// The most notices, or invitations, of one kind that one account causes in [`OUTBOX_ACCOUNT_SPAN`].
pub const OUTBOX_PER_ACCOUNT_MAX: usize = 1_000;

/// See [`OUTBOX_PER_ACCOUNT_MAX`].
pub const OUTBOX_ACCOUNT_SPAN: Secs = Secs::new(24 * 3_600);

/// How long it is remembered what was written, however soon the entries themselves are gone.
pub(crate) const OUTBOX_USE_KEPT: Secs = OUTBOX_ACCOUNT_SPAN;

/// Which bounds entries have besides [`OUTBOX_PER_RECIPIENT_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxBounds {
    /// News: [`OUTBOX_PER_MAILBOX_MAX`] and [`OUTBOX_PER_ACCOUNT_MAX`].
    Notice,
    /// To people who may be strangers to the server, chosen by the account: [`OUTBOX_PER_ACCOUNT_MAX`].
    Invitation,
    /// None: nobody but the account can use up what the recipient needs, such as a notice of security.
    Certain,
}

impl OutboxBounds {
    const ALL: [Self; 3] = [Self::Notice, Self::Invitation, Self::Certain];

    const fn word(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Invitation => "invitation",
            Self::Certain => "certain",
        }
    }
}

/// The entries that are counted together: those of one kind, so that many of one kind keep none of another from leaving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxBudget {
    /// How they are bounded.
    pub bounds: OutboxBounds,
    /// Their kind, as a word.
    pub kind: Arc<str>,
}

/// How many entries of a budget were written before another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxUse {
    /// By the same account for the same recipient, in [`OUTBOX_RECIPIENT_SPAN`].
    pub by_account_for_recipient: usize,
    /// By all accounts for the same recipient, in [`OUTBOX_RECIPIENT_SPAN`].
    pub for_recipient: usize,
    /// By the same account for all recipients, in [`OUTBOX_ACCOUNT_SPAN`]; 0 if no account causes them.
    pub by_account: usize,
}

impl OutboxBudget {
    /// The budget of a kind.
    #[must_use]
    pub fn new(bounds: OutboxBounds, kind: &str) -> Self {
        let kind = kind.into();
        Self { bounds, kind }
    }

    /// The word that is stored.
    #[must_use]
    pub fn word(&self) -> String {
        format!("{}/{}", self.bounds.word(), self.kind)
    }

    /// The budget of a word; `None` if there is no such budget.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let (bounds, kind) = word.split_once('/')?;
        let mut all = OutboxBounds::ALL.into_iter();
        let bounds = all.find(|it| it.word() == bounds)?;
        Some(Self::new(bounds, kind))
    }

    /// Whether there is room for another entry after these.
    #[must_use]
    pub const fn has_room(&self, used: OutboxUse) -> bool {
        let for_mailbox = used.for_recipient < OUTBOX_PER_MAILBOX_MAX;
        let for_account = used.by_account < OUTBOX_PER_ACCOUNT_MAX;
        used.by_account_for_recipient < OUTBOX_PER_RECIPIENT_MAX
            && match self.bounds {
                OutboxBounds::Notice => for_mailbox && for_account,
                OutboxBounds::Invitation => for_account,
                OutboxBounds::Certain => true,
            }
    }
}
