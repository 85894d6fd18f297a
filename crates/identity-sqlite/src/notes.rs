//! The table of notes: changes that the journal may not have recorded yet.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};
use usher_domain::link::{LinkPurpose, UsedLink};
use usher_domain::{AccountId, ApiKeyId, Timestamp, UserId};
use usher_identity::ports::{ChangeNote, Notes, StoreError};
use usher_identity::{ChangeOrigin, ChangedBy, CredentialChange, Unrecorded};

use crate::columns::id;
use crate::store::{Failure, SqliteStore};

/// The detail of a password that was set with a link for which its user asked.
const ASKED_FOR: &str = "asked-for";

const DAMAGED: StoreError = StoreError::Damaged { what: "note" };

#[async_trait]
impl Notes for SqliteStore {
    async fn notes(&self, until: Timestamp) -> Result<Vec<Unrecorded>, StoreError> {
        self.read(move |tables| {
            let mut select = tables.prepare(
                "SELECT id, account, user, change, detail, by_kind, by_id, cause, at FROM identity_unrecorded
                 WHERE at <= ?1 ORDER BY id",
            )?;
            let mut rows = select.query([until.millis()])?;
            let mut notes = Vec::new();
            while let Some(row) = rows.next()? {
                notes.push(read(row)?);
            }
            Ok(notes)
        })
        .await
    }

    async fn remove_note(&self, id: i64) -> Result<(), StoreError> {
        self.change(move |tables| {
            tables.execute("DELETE FROM identity_unrecorded WHERE id = ?1", [id])?;
            Ok(())
        })
        .await
    }
}

/// Stores a note, in the transaction of the change that it is about.
pub(crate) fn put(tables: &Connection, note: ChangeNote) -> Result<Unrecorded, Failure> {
    let (by_kind, by_id) = by_columns(note.origin.by);
    let (change, user, detail) = change_columns(&note.change)?;
    tables.execute(
        "INSERT INTO identity_unrecorded (account, user, change, detail, by_kind, by_id, cause, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            note.account.bits().to_be_bytes(),
            user.map(|user| user.bits().to_be_bytes()),
            change,
            detail,
            by_kind,
            by_id.map(u128::to_be_bytes),
            note.origin.cause.reveal(),
            note.at.millis(),
        ],
    )?;
    Ok(note.stored(tables.last_insert_rowid()))
}

fn read(row: &Row<'_>) -> Result<Unrecorded, Failure> {
    let note = ChangeNote {
        account: AccountId::from_bits(id(row, 1)?),
        change: read_change(row)?,
        origin: ChangeOrigin {
            by: read_by(&row.get::<_, String>(5)?, row, 6)?,
            cause: row.get::<_, String>(7)?.into(),
        },
        at: Timestamp::from_millis(row.get(8)?),
    };
    Ok(note.stored(row.get(0)?))
}

fn optional_id(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u128>> {
    let id: Option<[u8; 16]> = row.get(column)?;
    Ok(id.map(u128::from_be_bytes))
}

/// A change's name, the owner of its credential, and its details.
fn change_columns(
    change: &CredentialChange,
) -> Result<(&'static str, Option<UserId>, Option<String>), StoreError> {
    Ok(match change {
        CredentialChange::PasswordSet { user, link } => {
            ("password-set", Some(*user), link.as_ref().map(link_words))
        }
        CredentialChange::SecondFactorSet { user } => ("second-factor-set", Some(*user), None),
        CredentialChange::SecondFactorRemoved { user } => ("second-factor-removed", Some(*user), None),
        CredentialChange::LinkMade { user, purpose } => ("link-made", Some(*user), Some(purpose.to_string())),
        CredentialChange::LinkRevoked { user, purpose } => {
            ("link-revoked", Some(*user), Some(purpose.to_string()))
        }
        CredentialChange::Provider(change) => {
            let detail = serde_json::to_string(change).map_err(|_| DAMAGED)?;
            ("provider", None, Some(detail))
        }
    })
}

fn read_change(row: &Row<'_>) -> Result<CredentialChange, Failure> {
    let (change, detail): (String, Option<String>) = (row.get(3)?, row.get(4)?);
    let user = optional_id(row, 2)?.map(UserId::from_bits);
    Ok(match (change.as_str(), user, detail) {
        ("password-set", Some(user), link) => CredentialChange::PasswordSet {
            user,
            link: link.as_deref().map(read_link).transpose()?,
        },
        ("second-factor-set", Some(user), _) => CredentialChange::SecondFactorSet { user },
        ("second-factor-removed", Some(user), _) => CredentialChange::SecondFactorRemoved { user },
        ("link-made", Some(user), Some(purpose)) => CredentialChange::LinkMade {
            user,
            purpose: read_purpose(&purpose)?,
        },
        ("link-revoked", Some(user), Some(purpose)) => CredentialChange::LinkRevoked {
            user,
            purpose: read_purpose(&purpose)?,
        },
        ("provider", _, Some(detail)) => {
            CredentialChange::Provider(serde_json::from_str(&detail).map_err(|_| DAMAGED)?)
        }
        _ => return Err(DAMAGED.into()),
    })
}

pub(crate) fn read_purpose(word: &str) -> Result<LinkPurpose, StoreError> {
    let mut purposes = LinkPurpose::ALL.into_iter();
    purposes.find(|known| known.as_str() == word).ok_or(DAMAGED)
}

/// The link that was used: a kind, and of an author the id.
fn link_words(link: &UsedLink<ChangedBy>) -> String {
    match link {
        UsedLink::AskedFor => ASKED_FOR.to_owned(),
        UsedLink::MadeBy(author) => {
            let (kind, id) = by_columns(*author);
            format!("{kind} {:032x}", id.unwrap_or_default())
        }
    }
}

fn read_link(words: &str) -> Result<UsedLink<ChangedBy>, Failure> {
    if words == ASKED_FOR {
        return Ok(UsedLink::AskedFor);
    }
    let (kind, id) = words.split_once(' ').ok_or(DAMAGED)?;
    let id = u128::from_str_radix(id, 16).map_err(|_| DAMAGED)?;
    Ok(UsedLink::MadeBy(by_of(kind, Some(id))?))
}

pub(crate) const fn by_columns(by: ChangedBy) -> (&'static str, Option<u128>) {
    match by {
        ChangedBy::User(id) => ("user", Some(id.bits())),
        ChangedBy::ApiKey(id) => ("api-key", Some(id.bits())),
        ChangedBy::Operator => ("operator", None),
        ChangedBy::Usher => ("usher", None),
    }
}

/// The author of this kind whose id is in a column.
pub(crate) fn read_by(kind: &str, row: &Row<'_>, column: usize) -> Result<ChangedBy, Failure> {
    by_of(kind, optional_id(row, column)?)
}

fn by_of(kind: &str, id: Option<u128>) -> Result<ChangedBy, Failure> {
    Ok(match (kind, id) {
        ("user", Some(id)) => ChangedBy::User(UserId::from_bits(id)),
        ("api-key", Some(id)) => ChangedBy::ApiKey(ApiKeyId::from_bits(id)),
        ("operator", _) => ChangedBy::Operator,
        ("usher", _) => ChangedBy::Usher,
        _ => return Err(DAMAGED.into()),
    })
}
