//! The one-time links of users.

use async_trait::async_trait;
use usher_domain::Timestamp;
use usher_domain::link::LinkPurpose;

use super::MemoryStore;
use crate::ports::{ChangeNote, Owner, StoreError, StoredPassword, StoredUserLink, UserLinkPut, UserLinks};
use crate::{LinksMade, OutboxEntry, SecretDigest, Unrecorded};

#[async_trait]
impl UserLinks for MemoryStore {
    async fn user_links(&self) -> Result<Vec<StoredUserLink>, StoreError> {
        Ok(self.tables()?.user_links.values().copied().collect())
    }

    async fn put_user_link(
        &self,
        link: StoredUserLink,
        note: ChangeNote,
        mail: Option<OutboxEntry>,
    ) -> Result<UserLinkPut, StoreError> {
        let mut tables = self.tables()?;
        let has_password = tables.passwords.contains_key(&link.owner);
        if has_password != (link.purpose == LinkPurpose::Reset) {
            return Ok(UserLinkPut::DoesNotFit);
        }
        if !tables.put_in_outbox(mail.into_iter().collect()).0.is_empty() {
            return Ok(UserLinkPut::TooManyMails);
        }
        tables.user_links.insert((link.owner, link.purpose), link);
        Ok(UserLinkPut::Stored(Box::new(tables.put_note(note))))
    }

    async fn user_link(
        &self,
        digest: SecretDigest,
        now: Timestamp,
    ) -> Result<Option<StoredUserLink>, StoreError> {
        let tables = self.tables()?;
        let mut links = tables.user_links.values();
        let found = links.find(|link| link.digest == digest && now < link.expires_at);
        Ok(found.copied())
    }

    async fn use_user_link(
        &self,
        digest: SecretDigest,
        owner: Owner,
        password: StoredPassword,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError> {
        let mut tables = self.tables()?;
        let mut links = tables.user_links.values();
        let is_meant =
            |link: &StoredUserLink| link.digest == digest && link.owner == owner && note.at < link.expires_at;
        if !links.any(is_meant) {
            return Ok(None);
        }
        tables.set_password(owner, password);
        tables.note_reset(owner, note.at);
        Ok(Some(tables.put_note(note)))
    }

    async fn remove_user_link(
        &self,
        owner: Owner,
        purpose: LinkPurpose,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError> {
        let mut tables = self.tables()?;
        if tables.user_links.remove(&(owner, purpose)).is_none() {
            return Ok(None);
        }
        Ok(Some(tables.put_note(note)))
    }

    async fn remove_links_made(&self, author: Owner, made: LinksMade) -> Result<(), StoreError> {
        self.tables()?.end_links_made(author, made);
        Ok(())
    }

    async fn remove_expired_user_links(&self, until: Timestamp) -> Result<(), StoreError> {
        self.tables()?
            .user_links
            .retain(|_, link| link.expires_at > until);
        Ok(())
    }
}
