//! Secrets in their text form, and the digests that are kept of them.

use std::fmt;
use std::hash::{Hash, Hasher};

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::RandomError;
use crate::random::fill;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The bytes of a secret: 256 bits.
pub(crate) const SECRET_BYTES: usize = 32;

/// The characters that [`SECRET_BYTES`] bytes have in base 32.
pub(crate) const SECRET_CHARS: usize = 52;

/// A secret that is shown once. Its `Debug` form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub(crate) const fn new(text: String) -> Self {
        Self(text)
    }

    /// Draws a secret of 256 bits after `prefix`.
    pub(crate) fn draw(prefix: &str) -> Result<Self, RandomError> {
        let mut bytes = [0_u8; SECRET_BYTES];
        fill(&mut bytes)?;
        let mut text = String::with_capacity(prefix.len() + SECRET_CHARS);
        text.push_str(prefix);
        push_base32(&mut text, &bytes);
        Ok(Self(text))
    }

    /// The plain text, to be handed to whom it belongs.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The plain text, owned.
    #[must_use]
    pub fn into_exposed(self) -> String {
        self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The SHA-256 of a secret. Secrets have 256 random bits, so a fast hash is enough. Compared in constant time.
#[derive(Clone, Copy)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    pub(crate) fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl ConstantTimeEq for Digest {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for Digest {}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Appends `bytes` in base 32 with lower-case letters, most significant bit first, the last digit filled with zeros.
pub(crate) fn push_base32(text: &mut String, bytes: &[u8]) {
    let mut pending = 0_u16;
    let mut bits = 0_u32;
    for byte in bytes {
        pending = (pending << 8) | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(digit(pending >> bits));
        }
        pending &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(digit(pending << (5 - bits)));
    }
}

fn digit(value: u16) -> char {
    char::from(ALPHABET[usize::from(value & 31)])
}
