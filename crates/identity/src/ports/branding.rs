use async_trait::async_trait;

use super::StoreError;
use crate::{BrandLook, Branding, LogoChange};

/// How the customer's page looks: one for the server.
#[async_trait]
pub trait StoredBranding: Send + Sync + 'static {
    /// The present one.
    async fn branding(&self) -> Result<Branding, StoreError>;

    /// Stores this look, and changes the logo ([`Branding::changed`]). Returns what is stored then.
    async fn put_branding(&self, look: BrandLook, logo: LogoChange) -> Result<Branding, StoreError>;
}
