//! The link to the page that sets the first account up.

use crate::{Identity, IdentityError, Secret, SecretDigest};

/// What the link's secret starts with.
const PREFIX: &str = "usher_setup_";

impl Identity {
    /// Draws the secret of a set-up link, to be shown once. An older link is dead.
    pub async fn create_setup_link(&self) -> Result<Secret, IdentityError> {
        let secret = Secret::draw(PREFIX)?;
        self.store
            .put_setup_link(SecretDigest::of(secret.expose()))
            .await?;
        Ok(secret)
    }

    /// Makes the set-up link dead, if there is one: for a server that has an account.
    pub async fn remove_setup_link(&self) -> Result<(), IdentityError> {
        Ok(self.store.remove_setup_link().await?)
    }

    /// Whether the link with this secret is alive.
    pub async fn is_setup_link(&self, secret: &str) -> Result<bool, IdentityError> {
        let stored = self.store.setup_link().await?;
        Ok(stored == Some(SecretDigest::of(secret)))
    }

    /// Uses the link up. Returns whether it was alive: of many callers at once, only one is told so.
    pub async fn use_setup_link(&self, secret: &str) -> Result<bool, IdentityError> {
        Ok(self.store.take_setup_link(SecretDigest::of(secret)).await?)
    }

    /// Makes a link alive again that was used up for nothing, because the set-up failed.
    pub async fn restore_setup_link(&self, secret: &str) -> Result<(), IdentityError> {
        Ok(self.store.put_setup_link(SecretDigest::of(secret)).await?)
    }
}
