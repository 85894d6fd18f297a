//! The tokens of sign-ins and tickets: derived with the server's key, stored nowhere (S6).
//!
//! `usher_sign_<id>.<key>.<mac>`: the id as everywhere, the number of the server's key, and HMAC-SHA-256 over the
//! kind, the account and the id.

use std::fmt::Write as _;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, params};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use usher_domain::{AccountId, SignInId, TicketId};

use crate::random::fill;
use crate::secret::{SECRET_BYTES, SECRET_CHARS, base32};
use crate::{Caller, Identity, IdentityError, Sealer, Secret, Unauthenticated};

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
        self.change_keyring(|tables, sealer| {
            create(tables, sealer)?;
            keep_newest(tables, SIGNING_KEYS_MAX)
        })
        .await
    }

    /// Drops all server keys but the newest: tokens signed with an older one are dead.
    pub async fn retire_signing_keys(&self) -> Result<(), IdentityError> {
        self.change_keyring(|tables, _| keep_newest(tables, 1)).await
    }

    async fn change_keyring(
        &self,
        change: fn(&Connection, &Sealer) -> Result<(), IdentityError>,
    ) -> Result<(), IdentityError> {
        let memory = Arc::clone(&self.memory);
        let sealer = self.sealer().clone();
        self.store
            .change(
                move |tables| {
                    change(tables, &sealer)?;
                    load_or_create(tables, &sealer)
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
    fn new(number: i64, secret: &[u8]) -> Result<Self, IdentityError> {
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

/// Whether there is a key that is sealed, in a database of any version.
pub(crate) fn are_sealed(tables: &Connection) -> Result<bool, IdentityError> {
    if !tables.table_exists(None, "identity_signing_keys")? {
        return Ok(false);
    }
    Ok(stored(tables)?
        .iter()
        .any(|(_, stored)| stored.len() != SECRET_BYTES))
}

/// Seals the keys that stand plainly, as all did once, or that are sealed with an older secrets key. Whether there
/// were any.
pub(crate) fn renew(tables: &Connection, sealer: &Sealer) -> Result<bool, IdentityError> {
    let mut renewed = false;
    for (number, stored) in stored(tables)? {
        let anew = if stored.len() == SECRET_BYTES {
            Some(sealer.seal(&context(number), &stored)?)
        } else {
            sealer.renew(&context(number), &stored)?
        };
        if let Some(sealed) = anew {
            put(tables, number, &sealed)?;
            renewed = true;
        }
    }
    Ok(renewed)
}

pub(crate) fn load_or_create(tables: &Connection, sealer: &Sealer) -> Result<Keyring, IdentityError> {
    let mut keys = load(tables, sealer)?;
    if keys.is_empty() {
        create(tables, sealer)?;
        keys = load(tables, sealer)?;
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

fn load(tables: &Connection, sealer: &Sealer) -> Result<Vec<SigningKey>, IdentityError> {
    let open =
        |(number, sealed): (i64, Vec<u8>)| SigningKey::new(number, &sealer.open(&context(number), &sealed)?);
    stored(tables)?.into_iter().map(open).collect()
}

/// What stands in the table, newest first.
fn stored(tables: &Connection) -> Result<Vec<(i64, Vec<u8>)>, IdentityError> {
    let mut select = tables.prepare("SELECT id, secret FROM identity_signing_keys ORDER BY id DESC")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn create(tables: &Connection, sealer: &Sealer) -> Result<(), IdentityError> {
    let mut secret = [0_u8; SECRET_BYTES];
    fill(&mut secret)?;
    // The number is part of what is sealed, and the table gives it.
    tables.execute("INSERT INTO identity_signing_keys (secret) VALUES (x'')", [])?;
    let number = tables.last_insert_rowid();
    put(tables, number, &sealer.seal(&context(number), &secret)?)
}

fn put(tables: &Connection, number: i64, sealed: &[u8]) -> Result<(), IdentityError> {
    tables.execute(
        "UPDATE identity_signing_keys SET secret = ?2 WHERE id = ?1",
        params![number, sealed],
    )?;
    Ok(())
}

/// What a sealed key is, and which.
fn context(number: i64) -> String {
    format!("signing key {number}")
}

fn keep_newest(tables: &Connection, keys: u32) -> Result<(), IdentityError> {
    tables.execute(
        "DELETE FROM identity_signing_keys
         WHERE id NOT IN (SELECT id FROM identity_signing_keys ORDER BY id DESC LIMIT ?1)",
        [keys],
    )?;
    Ok(())
}
