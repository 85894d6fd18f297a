//! The link to the page that creates the first account.

use crate::{Identity, IdentityError, Secret, SecretDigest};

/// The prefix of the link's secret.
const PREFIX: &str = "usher_setup_";

impl Identity {
    /// Draws the secret of a setup link, to be shown once. An older link becomes invalid.
    pub async fn create_setup_link(&self) -> Result<Secret, IdentityError> {
        let secret = Secret::draw(PREFIX)?;
        self.store
            .put_setup_link(SecretDigest::of(secret.expose()))
            .await?;
        Ok(secret)
    }

    /// Invalidates the setup link, if there is one: for a server that has an account.
    pub async fn remove_setup_link(&self) -> Result<(), IdentityError> {
        Ok(self.store.remove_setup_link().await?)
    }

    /// Whether the link with this secret is valid.
    pub async fn is_setup_link(&self, secret: &str) -> Result<bool, IdentityError> {
        let stored = self.store.setup_link().await?;
        Ok(stored == Some(SecretDigest::of(secret)))
    }

    /// Uses the link up. Returns whether it was valid: of several concurrent callers, only one gets it.
    pub async fn use_setup_link(&self, secret: &str) -> Result<bool, IdentityError> {
        Ok(self.store.take_setup_link(SecretDigest::of(secret)).await?)
    }

    /// Makes a used link valid again, because the setup failed.
    pub async fn restore_setup_link(&self, secret: &str) -> Result<(), IdentityError> {
        Ok(self.store.put_setup_link(SecretDigest::of(secret)).await?)
    }
}
