use async_trait::async_trait;
use usher_domain::{AccountId, OutboxId, Timestamp, UserId};

use super::StoreError;
use crate::{PortalSessionId, SecretDigest};

/// A signing key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSigningKey {
    /// Its number, which tokens carry. Later keys have larger ones, and none is ever used again.
    pub number: i64,
    /// The key itself, sealed.
    pub secret: Vec<u8>,
    /// When it was created, where that is known.
    pub created_at: Option<Timestamp>,
}

/// The server's own keys: those that sign tokens, and the one that join codes are protected with.
#[async_trait]
pub trait ServerKeys: Send + Sync + 'static {
    /// All signing keys, newest first.
    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError>;

    /// The number of the newest signing key ever stored; 0 if there was none.
    async fn last_signing_key(&self) -> Result<i64, StoreError>;

    /// Stores a signing key and keeps the `keep` newest. Returns false, and changes nothing, where the key's number does
    /// not follow the [last one](Self::last_signing_key): another node was first.
    async fn add_signing_key(&self, key: StoredSigningKey, keep: usize) -> Result<bool, StoreError>;

    /// Removes all signing keys except the `keep` newest. Returns how many were removed.
    async fn keep_newest_signing_keys(&self, keep: usize) -> Result<usize, StoreError>;

    /// The sealed key of join codes.
    async fn join_key(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// Stores the sealed key of join codes. Returns false, and changes nothing, where there is one: another node was
    /// first.
    async fn add_join_key(&self, secret: Vec<u8>) -> Result<bool, StoreError>;
}

/// Where a sealed value is stored, which it is bound to: it can be opened nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SealedPlace {
    /// The signing key of this number. Early versions stored it in plain text.
    SigningKey(i64),
    /// The key of join codes.
    JoinKey,
    /// The client secret of an account's provider.
    ClientSecret(AccountId),
    /// The secret that a user's app shares with the server.
    SecondFactor(AccountId, UserId),
    /// The ID token of the portal session with this digest.
    IdToken(SecretDigest),
    /// The secret of a link in the outbox entry of this id.
    Outbox(OutboxId),
}

impl SealedPlace {
    /// What the value is and whose, as [`Sealer`](crate::Sealer) takes it.
    #[must_use]
    pub fn context(self) -> String {
        match self {
            Self::SigningKey(number) => format!("signing key {number}"),
            Self::JoinKey => "join code key".to_owned(),
            Self::ClientSecret(account) => format!("sso_client_secret/{account}"),
            Self::SecondFactor(account, user) => format!("second factor of {user} in {account}"),
            Self::IdToken(digest) => {
                format!("portal_session_id_token/{}", PortalSessionId::of(&digest))
            }
            Self::Outbox(id) => format!("link in {id}"),
        }
    }
}

/// A value that was sealed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    /// Where it is stored.
    pub place: SealedPlace,
    /// The value that it replaces.
    pub before: Vec<u8>,
    /// The new value.
    pub after: Vec<u8>,
}

/// Every sealed value, for sealing them again with another secrets key.
#[async_trait]
pub trait SealedValues: Send + Sync + 'static {
    /// All sealed values, in no order.
    async fn sealed_values(&self) -> Result<Vec<(SealedPlace, Vec<u8>)>, StoreError>;

    /// Replaces values by their new forms, except where another value is stored by now. The values that were replaced
    /// cannot be read from the disk afterwards.
    async fn replace_sealed_values(&self, values: Vec<Resealed>) -> Result<(), StoreError>;
}
