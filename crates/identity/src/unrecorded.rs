//! Changes of credentials that the journal may not know of yet.
//!
//! A credential and its entry in the journal cannot be stored in one step. So a note of the change is stored with the
//! credential, in its transaction, and deleted once the entry is there: a crash in between leaves the note, and the
//! entry is made later, with the same actor and cause. The journal tells of no change that did not happen, and misses
//! none; after a crash it may tell of one twice.

use rusqlite::{Connection, Row, params};
use usher_domain::single_sign_on::ProviderChange;
use usher_domain::{AccountId, ApiKeyId, Secs, Timestamp, UserId};

use crate::{Identity, IdentityError};

/// After how long a note is left over: whoever makes a change records it in the same request.
const LEFT_OVER_AFTER: Secs = Secs::new(60);

const DAMAGED: IdentityError = IdentityError::Damaged { what: "note" };

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialChange {
    /// A password was set.
    PasswordSet {
        /// Whose.
        user: UserId,
    },
    /// A second factor was set up.
    SecondFactorSet {
        /// Whose.
        user: UserId,
    },
    /// A second factor was removed.
    SecondFactorRemoved {
        /// Whose.
        user: UserId,
    },
    /// The provider of single sign-on was made, changed or removed.
    Provider(ProviderChange),
}

/// Who makes a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A user.
    User(UserId),
    /// A program, with a key of the account.
    ApiKey(ApiKeyId),
    /// Who runs Usher.
    Operator,
    /// Usher itself.
    Usher,
}

/// Who makes a change, and how that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Who.
    pub by: By,
    /// How it came in, as the journal writes it.
    pub cause: String,
}

/// A change that is stored, and is to be recorded in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the change has to be recorded"]
pub struct Unrecorded {
    id: i64,
    /// In which account.
    pub account: AccountId,
    /// What was changed.
    pub change: CredentialChange,
    /// By whom, and how.
    pub origin: Origin,
}

impl Identity {
    /// Notes that a change stands in the journal.
    pub async fn recorded(&self, note: &Unrecorded) -> Result<(), IdentityError> {
        let (delete, id) = ("DELETE FROM identity_unrecorded WHERE id = ?1", note.id);
        self.store
            .change(move |tables| Ok(tables.execute(delete, [id])?), |_| ())
            .await
    }

    /// The changes that a crash, or an outage of the journal, left unrecorded.
    pub async fn unrecorded(&self, now: Timestamp) -> Result<Vec<Unrecorded>, IdentityError> {
        self.store.read(move |tables| left_over(tables, now)).await
    }
}

/// Stores a note with the change that it is about.
pub(crate) fn put(
    tables: &Connection,
    account: AccountId,
    change: CredentialChange,
    origin: Origin,
    now: Timestamp,
) -> Result<Unrecorded, IdentityError> {
    let (by_kind, by_id) = origin.by.parts();
    tables.execute(
        "INSERT INTO identity_unrecorded (account, user, change, detail, by_kind, by_id, cause, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            account.bits().to_be_bytes(),
            change.user().map(|user| user.bits().to_be_bytes()),
            change.as_str(),
            change.detail()?,
            by_kind,
            by_id.map(u128::to_be_bytes),
            origin.cause,
            now.millis(),
        ],
    )?;
    Ok(Unrecorded {
        id: tables.last_insert_rowid(),
        account,
        change,
        origin,
    })
}

pub(crate) fn left_over(tables: &Connection, now: Timestamp) -> Result<Vec<Unrecorded>, IdentityError> {
    let mut select = tables.prepare(
        "SELECT id, account, user, change, detail, by_kind, by_id, cause FROM identity_unrecorded
         WHERE at <= ?1 ORDER BY id",
    )?;
    let mut rows = select.query([(now - LEFT_OVER_AFTER).millis()])?;
    let mut notes = Vec::new();
    while let Some(row) = rows.next()? {
        notes.push(Unrecorded {
            id: row.get(0)?,
            account: AccountId::from_bits(u128::from_be_bytes(row.get(1)?)),
            change: CredentialChange::read(row)?,
            origin: Origin {
                by: By::read(row)?,
                cause: row.get(7)?,
            },
        });
    }
    Ok(notes)
}

fn id(row: &Row<'_>, column: usize) -> Result<Option<u128>, IdentityError> {
    let id: Option<[u8; 16]> = row.get(column)?;
    Ok(id.map(u128::from_be_bytes))
}

impl CredentialChange {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::PasswordSet { .. } => "password-set",
            Self::SecondFactorSet { .. } => "second-factor-set",
            Self::SecondFactorRemoved { .. } => "second-factor-removed",
            Self::Provider(_) => "provider",
        }
    }

    const fn user(&self) -> Option<UserId> {
        match self {
            Self::PasswordSet { user }
            | Self::SecondFactorSet { user }
            | Self::SecondFactorRemoved { user } => Some(*user),
            Self::Provider(_) => None,
        }
    }

    fn detail(&self) -> Result<Option<String>, IdentityError> {
        match self {
            Self::Provider(change) => serde_json::to_string(change).map(Some).map_err(|_| DAMAGED),
            _ => Ok(None),
        }
    }

    fn read(row: &Row<'_>) -> Result<Self, IdentityError> {
        let (change, detail): (String, Option<String>) = (row.get(3)?, row.get(4)?);
        let user = id(row, 2)?.map(UserId::from_bits);
        Ok(match (change.as_str(), user, detail) {
            ("password-set", Some(user), _) => Self::PasswordSet { user },
            ("second-factor-set", Some(user), _) => Self::SecondFactorSet { user },
            ("second-factor-removed", Some(user), _) => Self::SecondFactorRemoved { user },
            ("provider", _, Some(detail)) => {
                Self::Provider(serde_json::from_str(&detail).map_err(|_| DAMAGED)?)
            }
            _ => return Err(DAMAGED),
        })
    }
}

impl By {
    const fn parts(self) -> (&'static str, Option<u128>) {
        match self {
            Self::User(id) => ("user", Some(id.bits())),
            Self::ApiKey(id) => ("api-key", Some(id.bits())),
            Self::Operator => ("operator", None),
            Self::Usher => ("usher", None),
        }
    }

    fn read(row: &Row<'_>) -> Result<Self, IdentityError> {
        let kind: String = row.get(5)?;
        Ok(match (kind.as_str(), id(row, 6)?) {
            ("user", Some(id)) => Self::User(UserId::from_bits(id)),
            ("api-key", Some(id)) => Self::ApiKey(ApiKeyId::from_bits(id)),
            ("operator", _) => Self::Operator,
            ("usher", _) => Self::Usher,
            _ => return Err(DAMAGED),
        })
    }
}
