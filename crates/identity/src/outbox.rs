//! What is to leave the server: mails, and other kinds later.
//!
//! An [entry](OutboxEntry) is data about something that has happened, never a rendered text. It is stored in the
//! transaction of its cause, so that no cause is without its mail and no mail without its cause. A sender *claims* it,
//! sends it and stores the outcome; a claim that runs out, because the server was killed, is claimed again. So an entry
//! leaves at most once for each claim, and every copy of it has the same id.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;
use usher_domain::personal::Personal;
use usher_domain::{AccountId, OutboxId, Secs, Timestamp, UserId};

use crate::outbox_budget::OUTBOX_USE_KEPT;
use crate::ports::{Owner, SealedPlace};
use crate::random::draw_bits;
use crate::{Identity, IdentityError, OutboxBudget, RandomError, Secret, SecretDigest};

/// How long an entry is stored after it was sent or given up.
pub const OUTBOX_KEPT: Secs = Secs::new(30 * 24 * 3_600);

/// How an entry leaves the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// By mail: the recipient is a mail address.
    Mail,
}

impl Channel {
    /// The word that is stored.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
        }
    }

    /// The channel of a word; `None` if there is no such channel.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        (word == Self::Mail.word()).then_some(Self::Mail)
    }
}

/// Something that is to leave the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// The same for every copy that leaves.
    pub id: OutboxId,
    /// How it leaves.
    pub channel: Channel,
    /// What it says, as a word of the channel.
    pub kind: Arc<str>,
    /// What it is about, as a JSON object; an empty one once the entry has been sent or given up.
    pub about: Personal<Arc<str>>,
    /// The account that it concerns, and whose admins see it; `None` for the server itself and its operator.
    pub account: Option<AccountId>,
    /// The user whom it is for. It is removed with the user.
    pub user: Option<UserId>,
    /// The account that causes it, whomever it concerns; `None` if no account does. It is removed with the account.
    pub caused_by: Option<AccountId>,
    /// The user of that account who asks for something with it, and whose name and words are in it. It is removed with
    /// them.
    pub asked_by: Option<UserId>,
    /// With which entries it is counted.
    pub budget: OutboxBudget,
    /// The address.
    pub recipient: Personal<Arc<str>>,
    /// The secret of a link in it, sealed in [`SealedPlace::Outbox`].
    pub secret: Option<Vec<u8>>,
    /// When it was written.
    pub written_at: Timestamp,
    /// When it may be claimed first, or next after a failure.
    pub due_at: Timestamp,
}

impl OutboxEntry {
    /// A mail of this kind about `about`, a JSON object, that is due at once and concerns nobody yet.
    pub fn mail(
        kind: &'static str,
        budget: OutboxBudget,
        about: String,
        recipient: Personal<Arc<str>>,
        now: Timestamp,
    ) -> Result<Self, RandomError> {
        Ok(Self {
            id: OutboxId::from_bits(draw_bits(now)?),
            channel: Channel::Mail,
            kind: kind.into(),
            about: Personal::new(about.into()),
            account: None,
            user: None,
            caused_by: None,
            asked_by: None,
            budget,
            recipient,
            secret: None,
            written_at: now,
            due_at: now,
        })
    }

    /// The same, for a user.
    #[must_use]
    pub fn for_user(self, (account, user): Owner) -> Self {
        Self {
            account: Some(account),
            user: Some(user),
            caused_by: Some(account),
            ..self
        }
    }

    /// The same, caused by an account that it does not concern: its admins do not see it.
    #[must_use]
    pub fn caused_by(self, account: AccountId) -> Self {
        Self {
            caused_by: Some(account),
            ..self
        }
    }

    /// What is remembered of the recipient, to count what was written for them.
    #[must_use]
    pub fn recipient_digest(&self) -> SecretDigest {
        SecretDigest::of(self.recipient.reveal())
    }

    /// Where the secret is sealed.
    #[must_use]
    pub const fn sealed_place(&self) -> SealedPlace {
        SealedPlace::Outbox(self.id)
    }
}

/// The entries that were not stored, because there are too many in their [budget](OutboxBudget) already.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "somebody may wait for what is not sent"]
pub struct OutboxRefused(pub Vec<(OutboxId, OutboxBudget)>);

/// What the outbox of one server tells those who wait.
#[derive(Debug, Default)]
pub(crate) struct OutboxSignals {
    /// Notified after something was written.
    written: Notify,
    /// How many entries were refused since the start.
    refused: AtomicU64,
}

/// A claimed entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxClaim {
    /// The entry, which no other claim has until this one runs out or is settled.
    pub entry: OutboxEntry,
    /// Which claim of the entry this is, from 1.
    pub attempt: u32,
    /// Whether a copy may have left by an earlier claim.
    pub may_have_left: bool,
}

/// The outcome of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It has left.
    Sent,
    /// It is to be tried again.
    Again {
        /// When it may be claimed again.
        due_at: Timestamp,
        /// A sentence why it failed, without addresses and secrets.
        error: Arc<str>,
        /// Whether it may have left all the same.
        may_have_left: bool,
    },
    /// It is given up.
    Failed {
        /// A sentence why, without addresses and secrets.
        error: Arc<str>,
        /// Whether it may have left all the same.
        may_have_left: bool,
    },
}

/// What has become of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxState {
    /// It waits until it is due.
    Waiting,
    /// A sender has it.
    Claimed {
        /// Nobody else gets it before.
        until: Timestamp,
    },
    /// It has left.
    Sent {
        /// When its claim was settled, shortly after it left.
        at: Timestamp,
    },
    /// It was given up.
    Failed {
        /// When it was given up.
        at: Timestamp,
    },
}

/// An entry, and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// The entry; what it is about and its secret are gone once it has been sent or given up.
    pub entry: OutboxEntry,
    /// What has become of it.
    pub state: OutboxState,
    /// How often it was claimed.
    pub attempts: u32,
    /// Whether an attempt ended without a word about its outcome.
    pub may_have_left: bool,
    /// Why the last attempt failed.
    pub error: Option<Arc<str>>,
}

impl OutboxRow {
    /// An entry that was just stored.
    pub(crate) const fn of(entry: OutboxEntry) -> Self {
        Self {
            entry,
            state: OutboxState::Waiting,
            attempts: 0,
            may_have_left: false,
            error: None,
        }
    }

    /// The row after its claim was settled at `now`.
    pub fn settle(&mut self, settled: Settled, now: Timestamp) {
        match settled {
            Settled::Sent => {
                self.state = OutboxState::Sent { at: now };
                self.error = None;
            }
            Settled::Again {
                due_at,
                error,
                may_have_left,
            } => {
                self.state = OutboxState::Waiting;
                self.entry.due_at = due_at;
                self.error = Some(error);
                self.may_have_left |= may_have_left;
            }
            Settled::Failed { error, may_have_left } => {
                self.state = OutboxState::Failed { at: now };
                self.error = Some(error);
                self.may_have_left |= may_have_left;
            }
        }
        if self.ended_at().is_some() {
            self.entry.about = Personal::new("{}".into());
            self.entry.secret = None;
        }
    }

    /// When it was sent or given up.
    #[must_use]
    pub const fn ended_at(&self) -> Option<Timestamp> {
        match self.state {
            OutboxState::Sent { at } | OutboxState::Failed { at } => Some(at),
            OutboxState::Waiting | OutboxState::Claimed { .. } => None,
        }
    }
}

/// How many entries wait and have failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxFigures {
    /// Those that have not left and are not given up.
    pub waiting: u64,
    /// When the oldest of them was written.
    pub oldest_waiting: Option<Timestamp>,
    /// Those that were given up within [`OUTBOX_KEPT`].
    pub failed: u64,
    /// When the last one left.
    pub last_sent: Option<Timestamp>,
}

impl Identity {
    /// The entry with the secret of a link in it.
    pub fn with_link_secret(
        &self,
        entry: OutboxEntry,
        secret: &Secret,
    ) -> Result<OutboxEntry, IdentityError> {
        let context = entry.sealed_place().context();
        let sealed = self.sealer().seal(&context, secret.expose().as_bytes())?;
        Ok(OutboxEntry {
            secret: Some(sealed),
            ..entry
        })
    }

    /// The secret of the link in an entry; `None` if there is none.
    pub fn link_secret(&self, entry: &OutboxEntry) -> Result<Option<Secret>, IdentityError> {
        let context = entry.sealed_place().context();
        let sealed = entry.secret.as_ref();
        Ok(sealed
            .map(|sealed| self.sealer().open_text(&context, sealed))
            .transpose()?)
    }

    /// Stores entries whose cause is stored elsewhere, and wakes their sender. See
    /// [`Outbox::put_in_outbox`](crate::ports::Outbox::put_in_outbox).
    pub async fn put_in_outbox(
        &self,
        entries: Vec<OutboxEntry>,
        followed: Option<(AccountId, u64)>,
    ) -> Result<OutboxRefused, IdentityError> {
        let refused = self.store.put_in_outbox(entries, followed).await?;
        self.outbox_written();
        self.note_refused(&refused);
        Ok(refused)
    }

    /// Logs and counts entries that were not stored.
    pub(crate) fn note_refused(&self, refused: &OutboxRefused) {
        for (id, budget) in &refused.0 {
            self.outbox.refused.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(
                %id,
                kind = &*budget.kind,
                "a mail is not sent: there are too many of this kind for its reader, or by its account"
            );
        }
    }

    /// How many entries were not stored since the start, because there were too many.
    #[must_use]
    pub fn outbox_refused(&self) -> u64 {
        self.outbox.refused.load(Ordering::Relaxed)
    }

    /// Since when mails are written. See [`Outbox::outbox_since`](crate::ports::Outbox::outbox_since).
    pub async fn outbox_since(&self, now: Timestamp) -> Result<Timestamp, IdentityError> {
        Ok(self.store.outbox_since(now).await?)
    }

    /// The commits up to which journals were read, in the order of their accounts.
    pub async fn followed(&self) -> Result<Vec<(AccountId, u64)>, IdentityError> {
        Ok(self.store.followed().await?)
    }

    /// Up to which commit an account's journal was read; 0 if it was not.
    pub async fn followed_until(&self, account: AccountId) -> Result<u64, IdentityError> {
        Ok(self.store.followed_until(account).await?.unwrap_or(0))
    }

    /// Wakes the senders: something may be due.
    pub(crate) fn outbox_written(&self) {
        self.outbox.written.notify_one();
    }

    /// Resolves after something was written since the last call. For one sender.
    pub async fn until_outbox_is_written(&self) {
        self.outbox.written.notified().await;
    }

    /// Claims entries that are due. See [`Outbox::claim_from_outbox`](crate::ports::Outbox::claim_from_outbox).
    pub async fn claim_from_outbox(
        &self,
        channel: Channel,
        after: Option<AccountId>,
        now: Timestamp,
        until: Timestamp,
        max: usize,
    ) -> Result<Vec<OutboxClaim>, IdentityError> {
        let claimed = self.store.claim_from_outbox(channel, after, now, until, max);
        Ok(claimed.await?)
    }

    /// Ends the claims of an earlier run of the only server. See
    /// [`Outbox::end_claims`](crate::ports::Outbox::end_claims).
    pub async fn end_claims(&self, channel: Channel, now: Timestamp) -> Result<(), IdentityError> {
        Ok(self.store.end_claims(channel, now).await?)
    }

    /// Gives up all entries that have not been sent. See [`Outbox::give_up_outbox`](crate::ports::Outbox::give_up_outbox).
    pub async fn give_up_outbox(
        &self,
        channel: Channel,
        error: &str,
        now: Timestamp,
    ) -> Result<usize, IdentityError> {
        Ok(self.store.give_up_outbox(channel, error.into(), now).await?)
    }

    /// Stores the outcome of a claim. See [`Outbox::settle_in_outbox`](crate::ports::Outbox::settle_in_outbox).
    pub async fn settle_in_outbox(
        &self,
        claim: &OutboxClaim,
        settled: Settled,
        now: Timestamp,
    ) -> Result<bool, IdentityError> {
        let (id, attempt) = (claim.entry.id, claim.attempt);
        Ok(self.store.settle_in_outbox(id, attempt, settled, now).await?)
    }

    /// The newest entries that concern an account, or the server itself (`None`), newest first.
    pub async fn outbox_of(
        &self,
        account: Option<AccountId>,
        channel: Channel,
        max: usize,
    ) -> Result<Vec<OutboxRow>, IdentityError> {
        Ok(self.store.outbox_of(account, channel, max).await?)
    }

    /// How many entries of a channel wait and have failed.
    pub async fn outbox_figures(&self, channel: Channel) -> Result<OutboxFigures, IdentityError> {
        Ok(self.store.outbox_figures(channel).await?)
    }

    /// Removes entries that were sent or given up long ago, and what was remembered to count them.
    pub(crate) async fn maintain_outbox(&self, now: Timestamp) -> Result<(), IdentityError> {
        self.store.forget_outbox_use(now - OUTBOX_USE_KEPT).await?;
        Ok(self.store.remove_ended_from_outbox(now - OUTBOX_KEPT).await?)
    }
}
