//! The operator's key.

use crate::{Identity, IdentityError, Secret};

/// The fewest characters that an operator's own key may have.
pub const OPERATOR_KEY_CHARS_MIN: usize = 32;
/// The most characters that an operator's own key may have.
pub const OPERATOR_KEY_CHARS_MAX: usize = 256;

impl Identity {
    /// Creates the operator's key where there is none yet and returns it, to be shown once.
    pub async fn create_operator_key(&self) -> Result<Option<Secret>, IdentityError> {
        unimplemented!()
    }

    /// Makes `key` the operator's only key: [`OPERATOR_KEY_CHARS_MIN`] to [`OPERATOR_KEY_CHARS_MAX`] visible ASCII
    /// characters, as drawn by a password generator. The one before it is dead.
    pub async fn set_operator_key(&self, key: &str) -> Result<(), IdentityError> {
        let _ = key;
        unimplemented!()
    }
}
