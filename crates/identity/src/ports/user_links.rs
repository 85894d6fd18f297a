use async_trait::async_trait;
use usher_domain::Timestamp;
use usher_domain::link::LinkPurpose;

use super::{ChangeNote, Owner, StoreError, StoredPassword};
use crate::{LinkAuthor, LinksMade, OutboxEntry, SecretDigest, Unrecorded};

/// A one-time link with which a user chooses a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredUserLink {
    /// The digest of its secret.
    pub digest: SecretDigest,
    /// The user who chooses a password with it.
    pub owner: Owner,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// The digest of the address that the user had when it was made.
    pub address: SecretDigest,
    /// Its author; `None` if the user asked for it.
    pub author: Option<LinkAuthor>,
}

/// What became of a link that was to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserLinkPut {
    /// It is stored.
    Stored(Box<Unrecorded>),
    /// Nothing is: the user has a password already, or has none yet.
    DoesNotFit,
    /// Nothing is: too many mails were sent to the user, or by the account.
    TooManyMails,
}

/// The one-time links of users: for each purpose at most one of a user.
#[async_trait]
pub trait UserLinks: Send + Sync + 'static {
    /// All of them, in no order, with those that have expired.
    async fn user_links(&self) -> Result<Vec<StoredUserLink>, StoreError>;

    /// Stores a link with a note of it and its mail, in place of the user's earlier one. An
    /// [`Invitation`](LinkPurpose::Invitation) is for a user without a password, a [`Reset`](LinkPurpose::Reset) for one
    /// who has one.
    async fn put_user_link(
        &self,
        link: StoredUserLink,
        note: ChangeNote,
        mail: Option<OutboxEntry>,
    ) -> Result<UserLinkPut, StoreError>;

    /// The link with this digest that has not expired at `now`.
    async fn user_link(
        &self,
        digest: SecretDigest,
        now: Timestamp,
    ) -> Result<Option<StoredUserLink>, StoreError>;

    /// Uses up the link of `owner` with this digest, if it has not expired at the time of the note: stores the password
    /// with the note, and removes the user's links, known browsers, tokens, portal sessions and pending sign-ins. It
    /// counts as a reset of their credentials ([`is_reset`](crate::is_reset)). `None` if there is no such link: of
    /// several concurrent callers, only one gets it.
    async fn use_user_link(
        &self,
        digest: SecretDigest,
        owner: Owner,
        password: StoredPassword,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError>;

    /// Removes a link of a user with a note of it. `None` if there is none.
    async fn remove_user_link(
        &self,
        owner: Owner,
        purpose: LinkPurpose,
        note: ChangeNote,
    ) -> Result<Option<Unrecorded>, StoreError>;

    /// Removes links that a user made for others.
    async fn remove_links_made(&self, author: Owner, made: LinksMade) -> Result<(), StoreError>;

    /// Removes the links that have expired at `until` or before.
    async fn remove_expired_user_links(&self, until: Timestamp) -> Result<(), StoreError>;
}
