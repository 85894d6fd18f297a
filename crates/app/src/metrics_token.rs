//! The token for `/metrics`, besides operator keys.

use sha2::{Digest as _, Sha256};

/// A token for `/metrics`. Only its digest is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricsToken([u8; 32]);

impl MetricsToken {
    /// The token with this text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}
