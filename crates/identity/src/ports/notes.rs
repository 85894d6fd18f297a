use async_trait::async_trait;
use usher_domain::{AccountId, Timestamp};

use super::StoreError;
use crate::{ChangeOrigin, CredentialChange, Unrecorded};

/// A note of a change, stored together with the change itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeNote {
    /// The account whose journal is to record the change.
    pub account: AccountId,
    /// What was changed.
    pub change: CredentialChange,
    /// By whom, and how the request came in.
    pub origin: ChangeOrigin,
    /// When.
    pub at: Timestamp,
}

impl ChangeNote {
    /// The note as it is stored under this id.
    pub fn stored(self, id: i64) -> Unrecorded {
        Unrecorded {
            id,
            account: self.account,
            change: self.change,
            origin: self.origin,
        }
    }
}

/// Notes of changes that the journal may not have recorded yet. They are stored by the methods that make the changes.
#[async_trait]
pub trait Notes: Send + Sync + 'static {
    /// The notes of changes made at `until` or before, oldest first.
    async fn notes(&self, until: Timestamp) -> Result<Vec<Unrecorded>, StoreError>;

    /// Removes a note. A missing one is no error.
    async fn remove_note(&self, id: i64) -> Result<(), StoreError>;
}
