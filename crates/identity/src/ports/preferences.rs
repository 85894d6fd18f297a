use async_trait::async_trait;

use super::{Owner, StoreError};
use crate::Preferences;

/// The preferences of users who have chosen any.
#[async_trait]
pub trait StoredPreferences: Send + Sync + 'static {
    /// All of them.
    async fn preferences(&self) -> Result<Vec<(Owner, Preferences)>, StoreError>;

    /// Stores a user's in place of the previous ones.
    async fn put_preferences(&self, owner: Owner, preferences: Preferences) -> Result<(), StoreError>;
}
