//! The table of one-time links of users.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};
use usher_domain::Timestamp;
use usher_domain::link::LinkPurpose;
use usher_identity::ports::{
    ChangeNote, Owner, StoreError, StoredPassword, StoredUserLink, UserLinkPut, UserLinks,
};
use usher_identity::{AuthorCredential, LinkAuthor, LinksMade, OutboxEntry, SecretDigest, Unrecorded};

use crate::columns::{digest, key_of, owner};
use crate::store::{Failure, SqliteStore};
use crate::{notes, operator_grants, outbox, passwords};

const DAMAGED: StoreError = StoreError::Damaged { what: "link" };

pub(crate) const TABLE: &str = "identity_user_links";

const SELECT: &str = "SELECT account, user, purpose, digest, expires_at, author_kind, author_id, address, author_credential FROM identity_user_links";

#[async_trait]
impl UserLinks for SqliteStore {
    async fn user_links(&self) -> Result<Vec<StoredUserLink>, StoreError> {
        self.read(|tables| {
            let mut select = tables.prepare(SELECT)?;
            let mut rows = select.query([])?;
            let mut links = Vec::new();
            while let Some(row) = rows.next()? {
                links.push(stored(row)?);
            }
            Ok(links)
        })
        .await
    }

    async fn put_user_link(
        &self,
        link: StoredUserLink,
        note: ChangeNote,
        mail: Option<OutboxEntry>,
    ) -> Result<UserLinkPut, StoreError> {
        self.change(move |tables| {
            let has_password = passwords::get(tables, link.owner)?.is_some();
            if has_password != (link.purpose == LinkPurpose::Reset) {
                return Ok(UserLinkPut::DoesNotFit);
            }
            if !outbox::put(tables, mail.into_iter().collect())?.0.is_empty() {
                return Ok(UserLinkPut::TooManyMails);
            }
            put(tables, &link)?;
            notes::put(tables, note).map(|note| UserLinkPut::Stored(Box::new(note)))
        })
        .await
    }

    async fn user_link(
        &self,
        digest: SecretDigest,
        now: Timestamp,
    ) -> Result<Option<StoredUserLink>, StoreError> {
        self.read(move |tables| find(tables, digest, now)).await
    }

    async fn use_user_link(
        &self,
        digest: SecretDigest,
        owner: Owner,
        password: StoredPassword,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError> {
        self.change(move |tables| {
            let found = find(tables, digest, note.at)?;
            if found.is_none_or(|link| link.owner != owner) {
                return Ok(None);
            }
            passwords::set(tables, owner, &password)?;
            operator_grants::note_reset(tables, owner, note.at)?;
            notes::put(tables, note).map(Some)
        })
        .await
    }

    async fn remove_user_link(
        &self,
        owner: Owner,
        purpose: LinkPurpose,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError> {
        self.change(move |tables| {
            let [account, user] = key_of(owner);
            let delete = "DELETE FROM identity_user_links WHERE account = ?1 AND user = ?2 AND purpose = ?3";
            if tables.execute(delete, params![account, user, purpose.as_str()])? == 0 {
                return Ok(None);
            }
            notes::put(tables, note).map(Some)
        })
        .await
    }

    async fn remove_links_made(&self, author: Owner, made: LinksMade) -> Result<(), StoreError> {
        self.change(move |tables| end_made(tables, author, made)).await
    }

    async fn remove_expired_user_links(&self, until: Timestamp) -> Result<(), StoreError> {
        self.change(move |tables| {
            let delete = "DELETE FROM identity_user_links WHERE expires_at <= ?1";
            tables.execute(delete, [until.millis()])?;
            Ok(())
        })
        .await
    }
}

fn put(tables: &Connection, link: &StoredUserLink) -> Result<(), Failure> {
    let [account, user] = key_of(link.owner);
    let (kind, id) = link.author.map(|author| notes::by_columns(author.by)).unzip();
    let credential = link.author.and_then(|author| author.credential);
    tables.execute(
        "INSERT OR REPLACE INTO identity_user_links
             (account, user, purpose, digest, expires_at, author_kind, author_id, address, author_credential)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            account,
            user,
            link.purpose.as_str(),
            link.digest.as_bytes(),
            link.expires_at.millis(),
            kind,
            id.flatten().map(u128::to_be_bytes),
            link.address.as_bytes(),
            credential.map(AuthorCredential::to_bytes),
        ],
    )?;
    Ok(())
}

/// Removes links that a user made for others.
pub(crate) fn end_made(tables: &Connection, author: Owner, made: LinksMade) -> Result<(), Failure> {
    let [account, user] = key_of(author);
    let mut delete =
        "DELETE FROM identity_user_links WHERE account = ?1 AND author_kind = 'user' AND author_id = ?2"
            .to_owned();
    let credential = match made {
        LinksMade::All => {
            tables.execute(&delete, params![account, user])?;
            return Ok(());
        }
        LinksMade::With(ended) => {
            delete += " AND author_credential IS ?3";
            ended
        }
        LinksMade::WithAnother(kept) => {
            delete += " AND author_credential IS NOT ?3";
            kept
        }
    };
    tables.execute(&delete, params![account, user, credential.to_bytes()])?;
    Ok(())
}

/// The links that were made with one credential are those of another from now on.
pub(crate) fn follow(
    tables: &Connection,
    old: AuthorCredential,
    new: AuthorCredential,
) -> Result<(), Failure> {
    let update = "UPDATE identity_user_links SET author_credential = ?2 WHERE author_credential = ?1";
    tables.execute(update, params![old.to_bytes(), new.to_bytes()])?;
    Ok(())
}

fn find(
    tables: &Connection,
    digest: SecretDigest,
    now: Timestamp,
) -> Result<Option<StoredUserLink>, Failure> {
    let mut select = tables.prepare_cached(&format!("{SELECT} WHERE digest = ?1 AND expires_at > ?2"))?;
    let mut rows = select.query(params![digest.as_bytes(), now.millis()])?;
    rows.next()?.map(stored).transpose()
}

fn stored(row: &Row<'_>) -> Result<StoredUserLink, Failure> {
    let (purpose, kind): (String, Option<String>) = (row.get(2)?, row.get(5)?);
    let credential: Option<Vec<u8>> = row.get(8)?;
    let read = |bytes: Vec<u8>| AuthorCredential::from_bytes(&bytes).ok_or(DAMAGED);
    let credential = credential.map(read).transpose()?;
    let by = kind.map(|kind| notes::read_by(&kind, row, 6)).transpose()?;
    let author = by.map(|by| LinkAuthor { by, credential });
    Ok(StoredUserLink {
        digest: digest(row, 3)?,
        owner: owner(row, 0)?,
        purpose: notes::read_purpose(&purpose)?,
        expires_at: Timestamp::from_millis(row.get(4)?),
        address: digest(row, 7)?,
        author,
    })
}
