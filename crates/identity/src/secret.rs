//! Secrets in their text form, and the digests that are stored of them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::LazyLock;

use data_encoding::{Encoding, HEXLOWER, Specification};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::RandomError;
use crate::random::fill;

/// Base 32 with digits and lower-case letters that are not easily confused, most significant bit first, without
/// padding.
#[expect(
    clippy::expect_used,
    reason = "the alphabet is a constant: every test that draws a secret builds it"
)]
pub(crate) static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut base32 = Specification::new();
    base32.symbols.push_str(usher_domain::id::ALPHABET);
    base32.encoding().expect("an alphabet of 32 different letters")
});

/// The bytes of a secret: 256 bits.
pub(crate) const SECRET_BYTES: usize = 32;

/// The characters of [`SECRET_BYTES`] bytes in base 32.
pub(crate) const SECRET_CHARS: usize = 52;

/// A secret that is shown once. Its `Debug` output hides it.
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
        BASE32.encode_append(&bytes, &mut text);
        Ok(Self(text))
    }

    /// A provider's client secret, as a person pastes it; `None` if it cannot be one: 1 to 1000 characters, without
    /// control characters.
    #[must_use]
    pub fn of_client(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = (1..=1000).contains(&text.chars().count()) && !text.contains(char::is_control);
        fits.then(|| Self(text.to_owned()))
    }

    /// The plain text, for its owner.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The plain text as an owned string.
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

/// The SHA-256 of a secret, which is all that is stored of it. Secrets have 256 random bits, so a fast hash is enough.
/// Compared in constant time.
#[derive(Clone, Copy)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// The digest of a secret's text.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// A digest that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest as it is stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretDigest({}…)", HEXLOWER.encode_display(&self.0[..2]))
    }
}

impl ConstantTimeEq for SecretDigest {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl PartialEq for SecretDigest {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for SecretDigest {}

impl Hash for SecretDigest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// The text is not an id of a session or token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a session of the portal or of a token")]
pub struct InvalidCredentialId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// Half of the digest: enough to distinguish secrets, and useless in their place.
            #[must_use]
            pub fn of(digest: &SecretDigest) -> Self {
                let mut half = [0_u8; 16];
                half.copy_from_slice(&digest.as_bytes()[..16]);
                Self(u128::from_be_bytes(half))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidCredentialId;

            fn from_str(text: &str) -> Result<Self, InvalidCredentialId> {
                let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                let bits = u128::from_str_radix(text, 16).ok().filter(|_| is_hex);
                bits.map(Self).ok_or(InvalidCredentialId)
            }
        }
    )*};
}

ids! {
    /// Identifies a portal session to its user, and is useless for signing in.
    PortalSessionId;
    /// Identifies a user token to its user, and is useless in its place.
    UserTokenId;
}

impl PortalSessionId {
    pub(crate) const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    pub(crate) const fn bits(self) -> u128 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_32_writes_five_bits_a_digit_from_the_most_significant_on() {
        let mut bytes = [0_u8; SECRET_BYTES];
        bytes[..5].copy_from_slice(&[0b0000_1000, 0b1000_0110, 0b0100_0010, 0b1001_1000, 0b1110_0100]);
        bytes[31] = 0b0000_0011;

        let text = BASE32.encode(&bytes);

        assert_eq!(text.len(), SECRET_CHARS);
        assert_eq!(&text[..8], "12345674");
        assert_eq!(&text[50..], "1g");
        assert_eq!(BASE32.encode(&[0xff; SECRET_BYTES])[..51], *"z".repeat(51));
    }

    #[test]
    fn no_two_secrets_are_the_same_and_printing_one_for_debugging_hides_it() {
        let first = Secret::draw("usher_key_").unwrap();
        let second = Secret::draw("usher_key_").unwrap();

        assert_ne!(first, second);
        assert_eq!(first.expose().len(), "usher_key_".len() + SECRET_CHARS);
        assert_eq!(format!("{first:?}"), "Secret(…)");
    }
}
