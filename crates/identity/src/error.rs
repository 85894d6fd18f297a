//! Errors of credentials.

use crate::SealError;
use crate::operator::{OPERATOR_KEY_CHARS_MAX, OPERATOR_KEY_CHARS_MIN};
use crate::password_rules::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, Weakness};
use crate::ports::StoreError;

/// The operating system returned no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no randomness")]
pub struct RandomError;

/// Why a credential was not stored, changed or read.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The store returned an error; nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret could not be sealed or opened: the secrets key is wrong, or the value was changed.
    #[error("a secret at rest cannot be used")]
    Seal(#[from] SealError),
    /// No secret could be drawn.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The operator's own key does not have the required form.
    #[error(
        "an operator key has {OPERATOR_KEY_CHARS_MIN} to {OPERATOR_KEY_CHARS_MAX} visible ASCII characters and does not \
         start with `usher_`, unless with `usher_op_`"
    )]
    OperatorKey,
    /// Too many changes of one user wait; nothing was changed.
    #[error("too many changes of this user are waiting")]
    Busy,
}

impl IdentityError {
    /// A stored value of this kind is not one that Usher writes.
    pub(crate) const fn damaged(what: &'static str) -> Self {
        Self::Store(StoreError::Damaged { what })
    }
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
    /// It is too easy to guess.
    #[error("this password would soon be guessed: {0}; use a few words that nobody would expect together")]
    Weak(Weakness),
    /// Too many passwords are being hashed, or wait for it: try again in a moment.
    #[error("too many passwords are being checked at once")]
    Overloaded,
    /// The store, or the hashing itself, failed.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}
