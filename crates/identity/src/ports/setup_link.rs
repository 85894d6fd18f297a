use async_trait::async_trait;

use super::StoreError;
use crate::SecretDigest;

/// The link to the page that sets the first account up: at most one.
#[async_trait]
pub trait SetupLink: Send + Sync + 'static {
    /// The digest of the link's secret.
    async fn setup_link(&self) -> Result<Option<SecretDigest>, StoreError>;

    /// Stores the link, replacing any other.
    async fn put_setup_link(&self, digest: SecretDigest) -> Result<(), StoreError>;

    /// Removes the link with this digest. Returns whether it was the stored one: of several concurrent callers, only
    /// one gets it.
    async fn take_setup_link(&self, digest: SecretDigest) -> Result<bool, StoreError>;

    /// Removes the link, whichever it is.
    async fn remove_setup_link(&self) -> Result<(), StoreError>;
}
