use async_trait::async_trait;
use usher_domain::{AccountId, Timestamp, UserId};

use super::{Owner, StoreError};
use crate::SecretDigest;

/// A user token as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredUserToken {
    /// The digest of the token.
    pub digest: SecretDigest,
    /// The user it belongs to.
    pub owner: Owner,
    /// Until when it is valid.
    pub expires_at: Timestamp,
}

/// The tokens of users.
#[async_trait]
pub trait UserTokens: Send + Sync + 'static {
    /// All tokens, in no order.
    async fn user_tokens(&self) -> Result<Vec<StoredUserToken>, StoreError>;

    /// Stores a token. The user keeps the `max` tokens that expire last. Returns the digests of those that were removed
    /// to make room.
    async fn put_user_token(
        &self,
        token: StoredUserToken,
        max: usize,
    ) -> Result<Vec<SecretDigest>, StoreError>;

    /// Removes a token. Returns whether it existed.
    async fn remove_user_token(&self, digest: SecretDigest) -> Result<bool, StoreError>;

    /// Removes at most `limit` tokens that have expired at `now`, and returns their digests.
    async fn remove_expired_user_tokens(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<SecretDigest>, StoreError>;
}

/// Everything that users are signed in with: tokens, portal sessions and pending sign-ins together.
#[async_trait]
pub trait Presence: Send + Sync + 'static {
    /// Ends all that a user is signed in with, the user's one-time links, and those that they made for others. Returns how
    /// many tokens were removed.
    async fn end_presence_of_user(&self, owner: Owner) -> Result<usize, StoreError>;

    /// Ends all that the users of an account are signed in with. Returns how many tokens were removed.
    async fn end_presence_of_account(&self, account: AccountId) -> Result<usize, StoreError>;

    /// Removes the portal sessions `sessions`, and the tokens and pending sign-ins of all users of an account except
    /// `spared`, with the one-time links that these users made.
    async fn end_presence_by_password(
        &self,
        account: AccountId,
        sessions: Vec<SecretDigest>,
        spared: UserId,
    ) -> Result<(), StoreError>;

    /// Removes every credential of a user.
    async fn forget_user(&self, owner: Owner) -> Result<(), StoreError>;

    /// Removes every credential of an account and its users, its provider included.
    async fn forget_account(&self, account: AccountId) -> Result<(), StoreError>;
}
