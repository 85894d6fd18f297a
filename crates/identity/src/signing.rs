//! The tokens of sign-ins and tickets: derived with the server's key, stored nowhere (S6).
//!
//! `usher_sign_<id>.<key>.<mac>`: the id as everywhere, the number of the server's key, and HMAC-SHA-256 over the kind,
//! the account and the id. The same keys sign the ids of known browsers ([`KnownBrowser`](crate::KnownBrowser)). They
//! are stored sealed, because checking a token needs the key itself; the first version stored them in plain text.
//!
//! A key is rotated by a call or by [`SigningKeysAtRest`], with or without a running server: new tokens are signed with
//! the newest key, and tokens of the [`SIGNING_KEYS_MAX`] newest keys are valid.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use usher_domain::{AccountId, SignInId, TicketId, Timestamp};

use crate::ports::{SealedPlace, Store, StoredSigningKey};
use crate::random::fill;
use crate::secret::{BASE32, SECRET_BYTES, SECRET_CHARS};
use crate::{Caller, Identity, IdentityError, Sealer, Secret, SecretsKeys, Unauthenticated};

const DAMAGED: IdentityError = IdentityError::damaged("signing key");

/// The most server keys at a time whose tokens are valid: the newest signs, the others only verify.
pub const SIGNING_KEYS_MAX: usize = 4;

/// Comes before an id's own prefix.
const PREFIX: &str = "usher_";

/// Room for `usher_sign_`, an id, two dots, a key's number and the MAC.
const TOKEN_CHARS: usize = 128;

/// The subject of a token, before anything is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    SignIn(SignInId),
    Ticket(TicketId),
}

/// The account in the MAC's input for a browser's id: browsers belong to no account.
const NO_ACCOUNT: AccountId = AccountId::from_bits(0);

/// A parsed token of the derived kind.
pub(crate) struct Signed<'a> {
    subject: Subject,
    key: &'a str,
    mac: &'a str,
}

/// The server's keys.
pub(crate) struct Keyring {
    current: SigningKey,
    /// The newest first.
    former: Vec<SigningKey>,
}

struct SigningKey {
    number: i64,
    /// Keyed once: clones start after the key has been processed.
    keyed: Hmac<Sha256>,
}

impl Identity {
    /// The secret token of a sign-in: `usher_sign_<id>.<key>.<mac>`. It stays the same until the server's key is
    /// rotated, so a device that signs in again gets the same one (S6).
    #[must_use]
    pub fn sign_in_token(&self, account: AccountId, id: SignInId) -> Secret {
        self.cache.keyring().token(account, Subject::SignIn(id))
    }

    /// The secret token of a ticket: `usher_tick_<id>.<key>.<mac>`.
    #[must_use]
    pub fn ticket_token(&self, account: AccountId, id: TicketId) -> Secret {
        self.cache.keyring().token(account, Subject::Ticket(id))
    }

    /// Creates a new server key that signs from now on. Tokens signed with the newest [`SIGNING_KEYS_MAX`] keys stay
    /// valid.
    pub async fn rotate_signing_key(&self, now: Timestamp) -> Result<(), IdentityError> {
        rotate(&*self.store, self.sealer(), now).await?;
        self.reread_signing_keys().await
    }

    /// Drops all server keys except the newest: tokens signed with an older one become invalid.
    pub async fn retire_signing_keys(&self) -> Result<(), IdentityError> {
        self.store.keep_newest_signing_keys(1).await?;
        self.reread_signing_keys().await
    }

    /// Takes over what [`SigningKeysAtRest`], or another node, did to the stored keys. Call it every few seconds.
    pub async fn reread_signing_keys(&self) -> Result<(), IdentityError> {
        let sealer = self.sealer().clone();
        self.change(
            |store| async move { store.signing_keys().await },
            move |cache, stored| {
                let numbers = stored.iter().map(|key| key.number);
                if !cache.keyring().numbers().eq(numbers) {
                    *cache.keyring_mut() = Keyring::of(&stored, &sealer)?;
                }
                Ok(())
            },
        )
        .await?
    }
}

impl Subject {
    /// The MAC's input.
    fn message(self, account: AccountId) -> [u8; 33] {
        let (kind, id) = self.parts();
        message(kind, account, id)
    }

    /// Identifies a subject: its kind and the bits of its id.
    pub(crate) const fn parts(self) -> (u8, u128) {
        match self {
            Self::SignIn(id) => (b's', id.bits()),
            Self::Ticket(id) => (b't', id.bits()),
        }
    }

    pub(crate) const fn caller(self) -> Caller {
        match self {
            Self::SignIn(id) => Caller::SignIn { id },
            Self::Ticket(id) => Caller::Ticket { id },
        }
    }
}

fn message(kind: u8, account: AccountId, id: u128) -> [u8; 33] {
    let mut message = [kind; 33];
    message[1..17].copy_from_slice(&account.bits().to_be_bytes());
    message[17..].copy_from_slice(&id.to_be_bytes());
    message
}

impl<'a> Signed<'a> {
    /// Parses a token; `None` if it is of another kind.
    pub(crate) fn parse(bearer: &'a str) -> Option<Self> {
        let (id, proof) = bearer.strip_prefix(PREFIX)?.split_once('.')?;
        let subject = id
            .parse()
            .map(Subject::SignIn)
            .or_else(|_| id.parse().map(Subject::Ticket))
            .ok()?;
        let (key, mac) = proof.split_once('.')?;
        Some(Self { subject, key, mac })
    }
}

impl Keyring {
    /// Opens the stored keys, newest first.
    pub(crate) fn of(stored: &[StoredSigningKey], sealer: &Sealer) -> Result<Self, IdentityError> {
        let mut keys = opened(stored, sealer)?.into_iter();
        Ok(Self {
            current: keys.next().ok_or(DAMAGED)?,
            former: keys.collect(),
        })
    }

    /// The subject of the token and the number of its key, if it was derived for this account.
    pub(crate) fn proved(
        &self,
        signed: &Signed<'_>,
        account: AccountId,
    ) -> Result<(Subject, i64), Unauthenticated> {
        let key = self.key(signed.key).ok_or(Unauthenticated::Unknown)?;
        let right = key.mac(account, signed.subject).ct_eq(signed.mac.as_bytes());
        if !bool::from(right) {
            return Err(Unauthenticated::Unknown);
        }
        Ok((signed.subject, key.number))
    }

    /// Whether the key with this number is still valid.
    pub(crate) fn has(&self, number: i64) -> bool {
        self.numbers().any(|known| known == number)
    }

    /// A MAC over a message of another length than those of tokens, with the number of its key.
    pub(crate) fn sign(&self, message: &[u8]) -> (i64, String) {
        let mac = self.current.mac_over(message);
        (self.current.number, mac.map(char::from).iter().collect())
    }

    /// The bytes of a MAC over a message that begins with its purpose.
    pub(crate) fn digest(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = self.current.keyed.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// Whether a MAC was made over a message with the key of this number.
    pub(crate) fn is_signed(&self, message: &[u8], number: &str, mac: &str) -> bool {
        let key = self.key(number);
        key.is_some_and(|key| key.mac_over(message).ct_eq(mac.as_bytes()).into())
    }

    /// A browser's id, signed: `<id>.<key>.<mac>`.
    pub(crate) fn signed_browser(&self, browser: u128) -> Secret {
        let mac = self.current.mac_over(&message(b'b', NO_ACCOUNT, browser));
        let mac: String = mac.map(char::from).iter().collect();
        Secret::new(format!("{browser:032x}.{}.{mac}", self.current.number))
    }

    /// A browser's id, if one of the keys signed it.
    pub(crate) fn browser(&self, signed: &str) -> Option<u128> {
        let mut parts = signed.split('.');
        let (id, number, mac) = (parts.next()?, parts.next()?, parts.next()?);
        let browser = u128::from_str_radix(id, 16).ok()?;
        let key = self.key(number)?;
        let right = key
            .mac_over(&message(b'b', NO_ACCOUNT, browser))
            .ct_eq(mac.as_bytes());
        // Only in canonical form: one browser has one text.
        let is_whole =
            parts.next().is_none() && format!("{browser:032x}.{}", key.number) == format!("{id}.{number}");
        (bool::from(right) && is_whole).then_some(browser)
    }

    /// The key with this number, if it is valid.
    fn key(&self, number: &str) -> Option<&SigningKey> {
        let number: i64 = number.parse().ok()?;
        std::iter::once(&self.current)
            .chain(&self.former)
            .find(|key| key.number == number)
    }

    /// The numbers of the keys, newest first.
    fn numbers(&self) -> impl Iterator<Item = i64> {
        std::iter::once(&self.current)
            .chain(&self.former)
            .map(|key| key.number)
    }

    fn token(&self, account: AccountId, subject: Subject) -> Secret {
        let mut text = String::with_capacity(TOKEN_CHARS);
        text.push_str(PREFIX);
        let number = self.current.number;
        // Writing to a string cannot fail.
        let _ = match subject {
            Subject::SignIn(id) => write!(text, "{id}.{number}."),
            Subject::Ticket(id) => write!(text, "{id}.{number}."),
        };
        text.extend(self.current.mac(account, subject).map(char::from));
        Secret::new(text)
    }
}

impl SigningKey {
    fn new(number: i64, secret: &[u8]) -> Result<Self, IdentityError> {
        let keyed = Hmac::new_from_slice(secret).map_err(|_| DAMAGED)?;
        Ok(Self { number, keyed })
    }

    fn mac(&self, account: AccountId, subject: Subject) -> [u8; SECRET_CHARS] {
        self.mac_over(&subject.message(account))
    }

    fn mac_over(&self, message: &[u8]) -> [u8; SECRET_CHARS] {
        let mut mac = self.keyed.clone();
        mac.update(message);
        let mut text = [0; SECRET_CHARS];
        BASE32.encode_mut(&mac.finalize().into_bytes(), &mut text);
        text
    }
}

/// The signing keys in a database, for somebody who has the data and the secrets key. Works with or without a running
/// server, which applies changes later ([`Identity::reread_signing_keys`]).
pub struct SigningKeysAtRest {
    store: Arc<dyn Store>,
    sealer: Sealer,
}

/// A signing key without its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigningKeyInfo {
    /// Its number, which tokens contain. Later keys have larger numbers.
    pub number: i64,
    /// When it was created, if known.
    pub created_at: Option<Timestamp>,
}

impl SigningKeysAtRest {
    /// The keys in this store, which are sealed with one of `keys`.
    pub async fn open(store: Arc<dyn Store>, keys: &SecretsKeys) -> Result<Self, IdentityError> {
        let sealer = Sealer::new(keys);
        // A wrong secrets key is noticed here, not by a server that starts on a key that it cannot open.
        opened(&store.signing_keys().await?, &sealer)?;
        Ok(Self { store, sealer })
    }

    /// All valid keys, newest first: the newest one signs.
    pub async fn list(&self) -> Result<Vec<SigningKeyInfo>, IdentityError> {
        let stored = self.store.signing_keys().await?.into_iter();
        let told = stored.map(|key| SigningKeyInfo {
            number: key.number,
            created_at: key.created_at,
        });
        Ok(told.collect())
    }

    /// Creates a new key that signs from now on. Tokens of the [`SIGNING_KEYS_MAX`] newest stay valid.
    pub async fn rotate(&self, now: Timestamp) -> Result<(), IdentityError> {
        rotate(&*self.store, &self.sealer, now).await
    }

    /// Drops all keys except the newest: tokens signed by an older one become invalid. Returns how many were dropped.
    pub async fn retire(&self) -> Result<usize, IdentityError> {
        Ok(self.store.keep_newest_signing_keys(1).await?)
    }
}

impl fmt::Debug for SigningKeysAtRest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeysAtRest(…)")
    }
}

/// The server's keys. If there is none yet, the first is created.
pub(crate) async fn load_or_create(store: &dyn Store, sealer: &Sealer) -> Result<Keyring, IdentityError> {
    let mut keys = store.signing_keys().await?;
    if keys.is_empty() {
        // A key that is created before the clock is known has no time. If another node is quicker, its key is used.
        add(store, sealer, store.last_signing_key().await? + 1, None).await?;
        keys = store.signing_keys().await?;
    }
    Keyring::of(&keys, sealer)
}

fn opened(stored: &[StoredSigningKey], sealer: &Sealer) -> Result<Vec<SigningKey>, IdentityError> {
    let open = |key: &StoredSigningKey| {
        let context = SealedPlace::SigningKey(key.number).context();
        SigningKey::new(key.number, &sealer.open(&context, &key.secret)?)
    };
    stored.iter().map(open).collect()
}

async fn rotate(store: &dyn Store, sealer: &Sealer, now: Timestamp) -> Result<(), IdentityError> {
    // The number is part of what is sealed. Where another node takes it first, the next one is tried.
    loop {
        let number = store.last_signing_key().await? + 1;
        if add(store, sealer, number, Some(now)).await? {
            return Ok(());
        }
    }
}

async fn add(
    store: &dyn Store,
    sealer: &Sealer,
    number: i64,
    created_at: Option<Timestamp>,
) -> Result<bool, IdentityError> {
    let mut secret = [0_u8; SECRET_BYTES];
    fill(&mut secret)?;
    let key = StoredSigningKey {
        number,
        secret: sealer.seal(&SealedPlace::SigningKey(number).context(), &secret)?,
        created_at,
    };
    Ok(store.add_signing_key(key, SIGNING_KEYS_MAX).await?)
}
