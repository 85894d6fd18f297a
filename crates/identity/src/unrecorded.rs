//! Changes of credentials that may be missing in the journal.
//!
//! A credential and its entry in the journal cannot be stored in one step. So a note of the change is stored together
//! with the credential, in one transaction, and deleted once the entry exists. A crash in between leaves the note, and
//! the entry is made later, with the same actor and cause. The journal never records a change that did not happen, and
//! misses none; after a crash it may record one twice.

use usher_domain::link::{LinkPurpose, UsedLink};
use usher_domain::personal::Personal;
use usher_domain::single_sign_on::ProviderChange;
use usher_domain::{AccountId, ApiKeyId, Secs, Timestamp, UserId};

use crate::{Identity, IdentityError};

/// The age at which a note counts as left over: a change is normally recorded by the same request.
const LEFT_OVER_AFTER: Secs = Secs::new(60);

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialChange {
    /// A user's password was set.
    PasswordSet {
        /// The user it belongs to.
        user: UserId,
        /// The one-time link that was used for it.
        link: Option<UsedLink<ChangedBy>>,
    },
    /// A user's second factor was set up.
    SecondFactorSet {
        /// The user it belongs to.
        user: UserId,
    },
    /// A user's second factor was removed.
    SecondFactorRemoved {
        /// The user it belongs to.
        user: UserId,
    },
    /// A one-time link was made with which a user chooses a password.
    LinkMade {
        /// The user.
        user: UserId,
        /// What the link is for.
        purpose: LinkPurpose,
    },
    /// A one-time link was revoked before it was used.
    LinkRevoked {
        /// The user.
        user: UserId,
        /// What the link was for.
        purpose: LinkPurpose,
    },
    /// The provider of single sign-on was added, changed or removed.
    Provider(ProviderChange),
}

/// The author of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedBy {
    /// A user.
    User(UserId),
    /// A program, with an API key of the account.
    ApiKey(ApiKeyId),
    /// The operator of this server.
    Operator,
    /// Usher itself.
    Usher,
}

/// The author of a change, and its cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOrigin {
    /// The author.
    pub by: ChangedBy,
    /// The cause, in the journal's text form.
    pub cause: Personal<String>,
}

/// A stored change that has to be recorded in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the change has to be recorded"]
pub struct Unrecorded {
    pub(crate) id: i64,
    /// The account.
    pub account: AccountId,
    /// The change.
    pub change: CredentialChange,
    /// The author and the cause.
    pub origin: ChangeOrigin,
}

impl Identity {
    /// Removes the note of a change that the journal has recorded.
    pub async fn recorded(&self, note: &Unrecorded) -> Result<(), IdentityError> {
        Ok(self.store.remove_note(note.id).await?)
    }

    /// The changes left unrecorded by a crash or an outage of the journal.
    pub async fn unrecorded(&self, now: Timestamp) -> Result<Vec<Unrecorded>, IdentityError> {
        Ok(self.store.notes(now - LEFT_OVER_AFTER).await?)
    }
}
