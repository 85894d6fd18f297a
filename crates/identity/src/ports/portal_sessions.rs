use async_trait::async_trait;
use usher_domain::Timestamp;

use super::{Owner, StoreError};
use crate::{PortalSession, PortalSessionId, SecretDigest};

/// A portal session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPortalSession {
    /// The digest of the secret in the browser's cookie.
    pub digest: SecretDigest,
    /// What is known of it.
    pub session: PortalSession,
}

/// A browser that is signed in to the portal, and its user.
#[async_trait]
pub trait PortalSessions: Send + Sync + 'static {
    /// All sessions, oldest first.
    async fn portal_sessions(&self) -> Result<Vec<StoredPortalSession>, StoreError>;

    /// Stores a session, with the sealed ID token of the provider where one signed the user in. The user keeps the `max`
    /// newest sessions. Returns the digests of those that were removed to make room.
    async fn put_portal_session(
        &self,
        session: StoredPortalSession,
        id_token: Option<Vec<u8>>,
        max: usize,
    ) -> Result<Vec<SecretDigest>, StoreError>;

    /// Gives the session with the digest `old` another secret and other rights, and replaces its sealed ID token.
    /// The links that were made with it follow. Returns false where no session has the digest `old`, any more.
    async fn rotate_portal_session(
        &self,
        old: SecretDigest,
        new: SecretDigest,
        rights: i64,
        id_token: Option<Vec<u8>>,
    ) -> Result<bool, StoreError>;

    /// The sealed ID token of a user's session, with the digest that it is sealed for; `None` if a password began the
    /// session.
    async fn id_token(
        &self,
        owner: Owner,
        id: PortalSessionId,
    ) -> Result<Option<(SecretDigest, Vec<u8>)>, StoreError>;

    /// Removes the sessions `ended`, and saves when others were last used.
    async fn maintain_portal_sessions(
        &self,
        ended: Vec<SecretDigest>,
        used: Vec<(SecretDigest, Timestamp)>,
    ) -> Result<(), StoreError>;
}
