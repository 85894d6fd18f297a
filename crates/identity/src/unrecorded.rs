//! Changes of credentials that the journal may not know of yet.
//!
//! A credential and its entry in the journal cannot be stored in one step. So a note of the change is stored with the
//! credential, in its transaction, and deleted once the entry is there: a crash in between leaves the note, and the
//! entry is made later. The journal tells of no change that did not happen, and misses none; after a crash it may
//! tell of one twice.

use rusqlite::{Connection, params};
use usher_domain::{AccountId, Secs, Timestamp, UserId};

use crate::{Identity, IdentityError};

/// After how long a note is left over: whoever makes a change records it in the same request.
const LEFT_OVER_AFTER: Secs = Secs::new(60);

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialChange {
    /// A password was set.
    PasswordSet,
    /// A second factor was set up.
    SecondFactorSet,
    /// A second factor was removed.
    SecondFactorRemoved,
}

/// A change that is stored, and is to be recorded in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the change has to be recorded"]
pub struct Unrecorded {
    id: i64,
    /// In which account.
    pub account: AccountId,
    /// Whose credential.
    pub user: UserId,
    /// What was changed.
    pub change: CredentialChange,
    /// By whom; none where it was no user.
    pub by: Option<UserId>,
}

impl Identity {
    /// Notes that a change stands in the journal.
    pub async fn recorded(&self, note: Unrecorded) -> Result<(), IdentityError> {
        let delete = "DELETE FROM identity_unrecorded WHERE id = ?1";
        self.store
            .change(move |tables| Ok(tables.execute(delete, [note.id])?), |_| ())
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
    user: UserId,
    change: CredentialChange,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<Unrecorded, IdentityError> {
    tables.execute(
        "INSERT INTO identity_unrecorded (account, user, change, by_user, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            account.bits().to_be_bytes(),
            user.bits().to_be_bytes(),
            change.as_str(),
            by.map(|by| by.bits().to_be_bytes()),
            now.millis(),
        ],
    )?;
    Ok(Unrecorded {
        id: tables.last_insert_rowid(),
        account,
        user,
        change,
        by,
    })
}

fn left_over(tables: &Connection, now: Timestamp) -> Result<Vec<Unrecorded>, IdentityError> {
    let mut select = tables.prepare(
        "SELECT id, account, user, change, by_user FROM identity_unrecorded WHERE at <= ?1 ORDER BY id",
    )?;
    let mut rows = select.query([(now - LEFT_OVER_AFTER).millis()])?;
    let mut notes = Vec::new();
    while let Some(row) = rows.next()? {
        let change: String = row.get(3)?;
        let by: Option<[u8; 16]> = row.get(4)?;
        notes.push(Unrecorded {
            id: row.get(0)?,
            account: AccountId::from_bits(u128::from_be_bytes(row.get(1)?)),
            user: UserId::from_bits(u128::from_be_bytes(row.get(2)?)),
            change: CredentialChange::of(&change).ok_or(IdentityError::Damaged { what: "note" })?,
            by: by.map(|by| UserId::from_bits(u128::from_be_bytes(by))),
        });
    }
    Ok(notes)
}

impl CredentialChange {
    const ALL: [Self; 3] = [
        Self::PasswordSet,
        Self::SecondFactorSet,
        Self::SecondFactorRemoved,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordSet => "password-set",
            Self::SecondFactorSet => "second-factor-set",
            Self::SecondFactorRemoved => "second-factor-removed",
        }
    }

    fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == text)
    }
}
