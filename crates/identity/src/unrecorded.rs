//! Changes of credentials that the journal may not know of yet.
//!
//! A credential and its entry in the journal cannot be stored in one step. So a note of the change is stored with the
//! credential, in its transaction, and deleted once the entry is there: a crash in between leaves the note, and the
//! entry is made later, with the same actor and cause. The journal tells of no change that did not happen, and misses
//! none; after a crash it may tell of one twice.

use usher_domain::single_sign_on::ProviderChange;
use usher_domain::{AccountId, ApiKeyId, Secs, Timestamp, UserId};

use crate::{Identity, IdentityError};

/// After how long a note is left over: a change is normally recorded by the request that makes it.
const LEFT_OVER_AFTER: Secs = Secs::new(60);

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialChange {
    /// A password was set.
    PasswordSet {
        /// Whose.
        user: UserId,
    },
    /// A second factor was set up.
    SecondFactorSet {
        /// Whose.
        user: UserId,
    },
    /// A second factor was removed.
    SecondFactorRemoved {
        /// Whose.
        user: UserId,
    },
    /// The provider of single sign-on was made, changed or removed.
    Provider(ProviderChange),
}

/// Who makes a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedBy {
    /// A user.
    User(UserId),
    /// A program, with a key of the account.
    ApiKey(ApiKeyId),
    /// Who runs Usher.
    Operator,
    /// Usher itself.
    Usher,
}

/// Who makes a change, and how that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOrigin {
    /// Who.
    pub by: ChangedBy,
    /// How it came in, as the journal writes it.
    pub cause: String,
}

/// A change that is stored, and is to be recorded in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the change has to be recorded"]
pub struct Unrecorded {
    pub(crate) id: i64,
    /// In which account.
    pub account: AccountId,
    /// What was changed.
    pub change: CredentialChange,
    /// By whom, and how.
    pub origin: ChangeOrigin,
}

impl Identity {
    /// Removes the note of a change that the journal has recorded.
    pub async fn recorded(&self, note: &Unrecorded) -> Result<(), IdentityError> {
        Ok(self.store.remove_note(note.id).await?)
    }

    /// The changes that a crash, or an outage of the journal, left unrecorded.
    pub async fn unrecorded(&self, now: Timestamp) -> Result<Vec<Unrecorded>, IdentityError> {
        Ok(self.store.notes(now - LEFT_OVER_AFTER).await?)
    }
}
