//! The token that opens `/metrics` besides operator keys.

use sha2::{Digest as _, Sha256};

/// A token that opens `/metrics`. Only its digest is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricsToken([u8; 32]);

impl MetricsToken {
    /// The token that is given as text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}
