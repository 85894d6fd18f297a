//! The tokens of sign-ins and tickets: derived with the server's key, stored nowhere (S6).
//!
//! `usher_sign_<id>.<key>.<mac>`: the id as everywhere, the number of the server's key, and HMAC-SHA-256 over the
//! kind, the account and the id.

use std::fmt::Write as _;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use rusqlite::Connection;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use usher_domain::{AccountId, SignInId, TicketId};

use crate::random::fill;
use crate::secret::{SECRET_BYTES, SECRET_CHARS, base32};
use crate::{Caller, Identity, IdentityError, Secret, Unauthenticated};

/// The most server keys whose tokens are good at a time: the newest signs, the others still verify.
pub const SIGNING_KEYS_MAX: u32 = 4;

/// Stands before an id's own prefix.
const PREFIX: &str = "usher_";

/// Room for `usher_sign_`, an id, two dots, a key's number and the mac.
const TOKEN_CHARS: usize = 128;

/// Whom a token names, before anything is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    SignIn(SignInId),
    Ticket(TicketId),
}

/// A token of the derived kind, taken apart.
pub(crate) struct Signed<'a> {
    subject: Subject,
    key: &'a str,
    mac: &'a str,
}

/// The server's keys.
pub(crate) struct Keyring {
    current: SigningKey,
    /// Newest first.
    former: Vec<SigningKey>,
}

struct SigningKey {
    number: i64,
    /// Keyed once: the clones that do the work start where the key has been taken in.
    keyed: Hmac<Sha256>,
}

impl Identity {
    /// The secret token of a sign-in: `usher_sign_<id>.<key>.<mac>`. The same sign-in has the same token until the
    /// server's key is rotated, so a device that signs in again gets it again (S6).
    #[must_use]
    pub fn sign_in_token(&self, account: AccountId, id: SignInId) -> Secret {
        self.memory.keyring().token(account, Subject::SignIn(id))
    }

    /// The secret token of a ticket: `usher_tick_<id>.<key>.<mac>`.
    #[must_use]
    pub fn ticket_token(&self, account: AccountId, id: TicketId) -> Secret {
        self.memory.keyring().token(account, Subject::Ticket(id))
    }

    /// Makes a new server key and signs with it from now on. Tokens signed with the newest [`SIGNING_KEYS_MAX`]
    /// keys stay good.
    pub async fn rotate_signing_key(&self) -> Result<(), IdentityError> {
        self.change_keyring(|tables| {
            create(tables)?;
            keep_newest(tables, SIGNING_KEYS_MAX)
        })
        .await
    }

    /// Drops all server keys but the newest: tokens signed with an older one are dead.
    pub async fn retire_signing_keys(&self) -> Result<(), IdentityError> {
        self.change_keyring(|tables| keep_newest(tables, 1)).await
    }

    async fn change_keyring(
        &self,
        change: fn(&Connection) -> Result<(), IdentityError>,
    ) -> Result<(), IdentityError> {
        let memory = Arc::clone(&self.memory);
        self.store
            .change(
                move |tables| {
                    change(tables)?;
                    load_or_create(tables)
                },
                move |keyring| *memory.keyring_mut() = keyring,
            )
            .await
    }
}

impl Subject {
    /// What the mac covers.
    fn message(self, account: AccountId) -> [u8; 33] {
        let (kind, id) = match self {
            Self::SignIn(id) => (b's', id.bits()),
            Self::Ticket(id) => (b't', id.bits()),
        };
        let mut message = [kind; 33];
        message[1..17].copy_from_slice(&account.bits().to_be_bytes());
        message[17..].copy_from_slice(&id.to_be_bytes());
        message
    }
}

impl<'a> Signed<'a> {
    /// Takes a token apart; none where it is of another kind.
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
    /// Who holds the token, where it was derived for this account.
    pub(crate) fn caller(&self, signed: &Signed<'_>, account: AccountId) -> Result<Caller, Unauthenticated> {
        let number: i64 = signed.key.parse().map_err(|_| Unauthenticated::Unknown)?;
        let key = std::iter::once(&self.current)
            .chain(&self.former)
            .find(|key| key.number == number)
            .ok_or(Unauthenticated::Unknown)?;
        let right = key.mac(account, signed.subject).ct_eq(signed.mac.as_bytes());
        if !bool::from(right) {
            return Err(Unauthenticated::Unknown);
        }
        Ok(match signed.subject {
            Subject::SignIn(id) => Caller::SignIn { id },
            Subject::Ticket(id) => Caller::Ticket { id },
        })
    }

    fn token(&self, account: AccountId, subject: Subject) -> Secret {
        let mut text = String::with_capacity(TOKEN_CHARS);
        text.push_str(PREFIX);
        let number = self.current.number;
        // Writing to a string does not fail.
        let _ = match subject {
            Subject::SignIn(id) => write!(text, "{id}.{number}."),
            Subject::Ticket(id) => write!(text, "{id}.{number}."),
        };
        text.extend(self.current.mac(account, subject).map(char::from));
        Secret::new(text)
    }
}

impl SigningKey {
    fn new(number: i64, secret: &[u8; SECRET_BYTES]) -> Result<Self, IdentityError> {
        let keyed =
            Hmac::new_from_slice(secret).map_err(|_| IdentityError::Damaged { what: "signing key" })?;
        Ok(Self { number, keyed })
    }

    fn mac(&self, account: AccountId, subject: Subject) -> [u8; SECRET_CHARS] {
        let mut mac = self.keyed.clone();
        mac.update(&subject.message(account));
        base32(&mac.finalize().into_bytes().into())
    }
}

pub(crate) fn load_or_create(tables: &Connection) -> Result<Keyring, IdentityError> {
    let mut keys = load(tables)?;
    if keys.is_empty() {
        create(tables)?;
        keys = load(tables)?;
    }
    let mut keys = keys.into_iter();
    let current = keys
        .next()
        .ok_or(IdentityError::Damaged { what: "signing key" })?;
    Ok(Keyring {
        current,
        former: keys.collect(),
    })
}

fn load(tables: &Connection) -> Result<Vec<SigningKey>, IdentityError> {
    let mut select = tables.prepare("SELECT id, secret FROM identity_signing_keys ORDER BY id DESC")?;
    let mut rows = select.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.push(SigningKey::new(row.get(0)?, &row.get(1)?)?);
    }
    Ok(keys)
}

fn create(tables: &Connection) -> Result<(), IdentityError> {
    let mut secret = [0_u8; SECRET_BYTES];
    fill(&mut secret)?;
    tables.execute("INSERT INTO identity_signing_keys (secret) VALUES (?1)", [secret])?;
    Ok(())
}

fn keep_newest(tables: &Connection, keys: u32) -> Result<(), IdentityError> {
    tables.execute(
        "DELETE FROM identity_signing_keys
         WHERE id NOT IN (SELECT id FROM identity_signing_keys ORDER BY id DESC LIMIT ?1)",
        [keys],
    )?;
    Ok(())
}
