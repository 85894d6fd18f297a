//! Sealing: how secrets that must be readable again are stored.
//!
//! A sealed value is `version (1) | key id (4) | nonce (24) | ciphertext and tag`, by XChaCha20-Poly1305. The
//! associated data are the header and a *context*, which names the value's kind and owner: a sealed value that was
//! moved to another row cannot be opened there.

use std::fmt;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, Mac};
use sha2::{Digest as _, Sha256};

use crate::random::fill;
use crate::{RandomError, Secret};

/// The first byte of values sealed in the format described above.
const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;
/// The authentication tag is at the end.
const TAG_BYTES: usize = 16;

/// The most secrets keys at a time: the current one, and earlier ones that have not been dropped yet.
pub const SECRETS_KEYS_MAX: usize = 8;

/// Identifies a secrets key without revealing it: the beginning of its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyId([u8; KEY_ID_BYTES]);

/// The keys that secrets at rest are sealed with: the first one seals, all of them open.
#[derive(Clone)]
pub struct SecretsKeys(Vec<[u8; KEY_BYTES]>);

/// The text is not a list of secrets keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecretsKeys {
    /// It is empty.
    #[error("there is no key in it")]
    Empty,
    /// One of the keys is not 32 bytes.
    #[error("key {number} in it is not 32 bytes as 64 hexadecimal digits or in base 64")]
    Form {
        /// Which one, from 1.
        number: usize,
    },
    /// More than [`SECRETS_KEYS_MAX`].
    #[error("there are more than {SECRETS_KEYS_MAX} keys in it")]
    TooMany,
}

/// Why a value could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was sealed with a key that was not given.
    #[error("it was sealed with the secrets key {id}, which was not given")]
    UnknownKey {
        /// The id of the key.
        id: String,
    },
    /// It was changed, cut off, or moved from elsewhere.
    #[error("the sealed {context} was changed or moved")]
    Damaged {
        /// The context in which it was to be opened.
        context: String,
    },
    /// No nonce could be drawn.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// Seals and opens secrets. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    /// The first is the current one.
    keys: Arc<[SealingKey]>,
}

struct SealingKey {
    id: KeyId,
    cipher: XChaCha20Poly1305,
}

impl SecretsKeys {
    /// Parses keys of 32 bytes each, as 64 hexadecimal digits or in base 64, separated by commas or white space: the
    /// current one first.
    pub fn parse(text: &str) -> Result<Self, InvalidSecretsKeys> {
        let words = text.split([',', ' ', '\t', '\r', '\n']);
        let keys = words
            .filter(|word| !word.is_empty())
            .zip(1..)
            .map(|(word, number)| key(word).ok_or(InvalidSecretsKeys::Form { number }))
            .collect::<Result<Vec<_>, _>>()?;
        match keys.len() {
            0 => Err(InvalidSecretsKeys::Empty),
            1..=SECRETS_KEYS_MAX => Ok(Self(keys)),
            _ => Err(InvalidSecretsKeys::TooMany),
        }
    }

    /// Whether one of them has this id.
    pub(crate) fn have(&self, id: KeyId) -> bool {
        self.0.iter().any(|key| KeyId::of(key) == id)
    }

    /// A derived key.
    pub(crate) fn of_one(key: [u8; KEY_BYTES]) -> Self {
        Self(vec![key])
    }

    /// A new key.
    pub fn draw() -> Result<Self, RandomError> {
        let mut key = [0; KEY_BYTES];
        fill(&mut key)?;
        Ok(Self(vec![key]))
    }

    /// Derives a key for `purpose` from each of the keys, in their order. Nothing made with it reveals the key, or can
    /// be taken for something made for another purpose.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Vec<[u8; KEY_BYTES]> {
        let derived = self.0.iter().map(|key| {
            // A key shorter than a block is padded with zeros (RFC 2104). Padding it here makes this infallible.
            let mut block = [0; 64];
            block[..KEY_BYTES].copy_from_slice(key);
            let mut mac = Hmac::<Sha256>::new(&block.into());
            mac.update(b"usher.derived-key.v1\0");
            mac.update(purpose.as_bytes());
            mac.finalize().into_bytes().into()
        });
        derived.collect()
    }

    /// The keys in the format of [`SecretsKeys::parse`], to be stored where only the server can read them.
    #[must_use]
    pub fn expose(&self) -> Secret {
        let keys: Vec<_> = self.0.iter().map(|key| BASE64_NOPAD.encode(key)).collect();
        Secret::new(keys.join(","))
    }
}

impl fmt::Debug for SecretsKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretsKeys(…)")
    }
}

fn key(word: &str) -> Option<[u8; KEY_BYTES]> {
    let word = word.trim_end_matches('=').as_bytes();
    let bytes = match word.len() {
        64 => HEXLOWER_PERMISSIVE.decode(word),
        _ => BASE64_NOPAD
            .decode(word)
            .or_else(|_| BASE64URL_NOPAD.decode(word)),
    };
    bytes.ok()?.try_into().ok()
}

impl Sealer {
    /// A sealer with these keys.
    #[must_use]
    pub fn new(keys: &SecretsKeys) -> Self {
        let keys = keys.0.iter().map(|key| SealingKey {
            id: KeyId::of(key),
            cipher: XChaCha20Poly1305::new(key.into()),
        });
        Self { keys: keys.collect() }
    }

    /// Seals `plain`. `context` says what it is and whose, such as `totp_secret/acct_…/user_…`; the same context is
    /// needed to open it.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let current = &self.keys[0];
        let mut sealed = Vec::with_capacity(HEADER_BYTES + plain.len() + TAG_BYTES);
        sealed.push(VERSION);
        sealed.extend(current.id.0);
        let mut nonce = [0; NONCE_BYTES];
        fill(&mut nonce)?;
        sealed.extend(nonce);
        let aad = aad(&sealed, context);
        let text = current.cipher.encrypt(
            &XNonce::from(nonce),
            Payload {
                msg: plain,
                aad: &aad,
            },
        );
        sealed.extend(text.map_err(|_| damaged(context))?);
        Ok(sealed)
    }

    /// Opens a value sealed in the same `context`.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let key = self.key_of(sealed).ok_or_else(|| damaged(context))??;
        let (header, text) = sealed.split_at(HEADER_BYTES);
        let nonce = XNonce::try_from(&header[1 + KEY_ID_BYTES..]).map_err(|_| damaged(context))?;
        let aad = aad(header, context);
        key.cipher
            .decrypt(&nonce, Payload { msg: text, aad: &aad })
            .map_err(|_| damaged(context))
    }

    /// Opens a sealed text.
    pub fn open_text(&self, context: &str, sealed: &[u8]) -> Result<Secret, SealError> {
        let text = String::from_utf8(self.open(context, sealed)?).map_err(|_| damaged(context))?;
        Ok(Secret::new(text))
    }

    /// The value sealed with the current key, if it was sealed with another; otherwise `None`. Once every value was
    /// renewed, older keys can be dropped; owners of sealed values renew them when they load them at the start.
    pub fn renew(&self, context: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, SealError> {
        let key = self.key_of(sealed).ok_or_else(|| damaged(context))??;
        if key.id == self.keys[0].id {
            return Ok(None);
        }
        let plain = self.open(context, sealed)?;
        self.seal(context, &plain).map(Some)
    }

    /// The key that a value was sealed with; `None` if that is unknown.
    fn key_of(&self, sealed: &[u8]) -> Option<Result<&SealingKey, SealError>> {
        if sealed.len() < HEADER_BYTES || sealed[0] != VERSION {
            return None;
        }
        let id = KeyId(sealed[1..=KEY_ID_BYTES].try_into().ok()?);
        let key = self.keys.iter().find(|key| key.id == id);
        Some(key.ok_or_else(|| SealError::UnknownKey { id: id.to_string() }))
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl KeyId {
    /// The id of the key that a value was sealed with; `None` if the value is not sealed.
    pub(crate) fn of_sealed(value: &[u8]) -> Option<Self> {
        if value.len() < HEADER_BYTES + TAG_BYTES || value[0] != VERSION {
            return None;
        }
        value[1..=KEY_ID_BYTES].try_into().ok().map(Self)
    }

    fn of(key: &[u8; KEY_BYTES]) -> Self {
        let digest = Sha256::new()
            .chain_update("usher secrets key")
            .chain_update(key)
            .finalize();
        let mut id = [0; KEY_ID_BYTES];
        id.copy_from_slice(&digest[..KEY_ID_BYTES]);
        Self(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

/// The associated data of a sealed value.
fn aad(header: &[u8], context: &str) -> Vec<u8> {
    [header, context.as_bytes()].concat()
}

fn damaged(context: &str) -> SealError {
    SealError::Damaged {
        context: context.to_owned(),
    }
}
