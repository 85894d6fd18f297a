//! What can go wrong with credentials.

use crate::SealError;
use crate::operator::{OPERATOR_KEY_CHARS_MAX, OPERATOR_KEY_CHARS_MIN};
use crate::password_rules::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, Weakness};

/// The operating system gave no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no randomness")]
pub struct RandomError;

/// Why a credential was not stored, changed or read.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The database could not do it; nothing was changed.
    #[error("the credential store failed")]
    Store(#[from] rusqlite::Error),
    /// The tables could not be brought up to date.
    #[error("the credential tables could not be migrated")]
    Migration(#[from] usher_sqlite::MigrationError),
    /// A stored credential is not what was written.
    #[error("the credential store holds a damaged {what}")]
    Damaged {
        /// The kind of credential.
        what: &'static str,
    },
    /// A secret could not be sealed or opened: the wrong secrets key was given, or the value was changed.
    #[error("a secret at rest cannot be used")]
    Seal(#[from] SealError),
    /// No secret could be drawn.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The operator's own key has not the form that is asked for.
    #[error(
        "an operator key has {OPERATOR_KEY_CHARS_MIN} to {OPERATOR_KEY_CHARS_MAX} visible ASCII characters and does not \
         start with `usher_`, unless with `usher_op_`"
    )]
    OperatorKey,
    /// The runtime is shutting down.
    #[error("the credential store is shutting down")]
    Stopped,
}

/// Why a password was not hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than [`PASSWORD_CHARS_MIN`] characters.
    #[error("a password needs at least {PASSWORD_CHARS_MIN} characters")]
    TooShort,
    /// More than [`PASSWORD_CHARS_MAX`] characters.
    #[error("a password has at most {PASSWORD_CHARS_MAX} characters")]
    TooLong,
    /// It would soon be guessed.
    #[error("this password would soon be guessed: {0}; use a few words that nobody would expect together")]
    Weak(Weakness),
    /// As many passwords are being hashed, or wait for it, as may: try again in a moment.
    #[error("too many passwords are being checked at once")]
    Overloaded,
    /// The store, or the hashing itself, failed.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}
