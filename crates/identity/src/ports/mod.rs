//! What identity stores: a small port for each topic.
//!
//! [`MemoryStore`](crate::MemoryStore) implements them, and so does the crate `usher-identity-sqlite`; both pass the
//! checks of `contract`. Changes that belong together are one method: it is carried out entirely or not at all, and
//! callers on any node see the store before or after it. A missing value is `None`. If a method depends on something
//! that the caller read before, it takes that value as an argument (`AppCode::secret`, `checked`) and does nothing if
//! another value is stored by then. Rules that a store applies inside a transaction are functions of the types here
//! ([`ProviderUpdate::applied_to`], `TrailRow::of`). No port gets a plain-text secret: callers pass digests, and sealed
//! values that the store cannot read.

mod api_keys;
mod branding;
mod browsers;
mod notes;
mod operator_grants;
mod operator_keys;
mod outbox;
mod passwords;
mod portal_sessions;
mod preferences;
mod providers;
mod second_factors;
mod server_keys;
mod setup_link;
mod user_links;
mod user_tokens;

use async_trait::async_trait;
use usher_domain::{AccountId, UserId};

pub use self::api_keys::{ApiKeys, StoredApiKey};
pub use self::branding::StoredBranding;
pub use self::browsers::{KnownBrowsers, PendingSignIn, PendingSignIns};
pub use self::notes::{ChangeNote, Notes};
pub use self::operator_grants::OperatorGrants;
pub use self::operator_keys::{FullKeys, OperatorKeys, StoredOperatorKey, Trail};
pub use self::outbox::Outbox;
pub use self::passwords::{PasswordExchange, PasswordExchanged, Passwords, StoredPassword};
pub use self::portal_sessions::{PortalSessions, StoredPortalSession};
pub use self::preferences::StoredPreferences;
pub use self::providers::{ProviderUpdate, Providers};
pub use self::second_factors::{AppCode, Confirmation, SecondFactors, StoredSecondFactor, TypedCode};
pub use self::server_keys::{Resealed, SealedPlace, SealedValues, ServerKeys, StoredSigningKey};
pub use self::setup_link::SetupLink;
pub use self::user_links::{StoredUserLink, UserLinkPut, UserLinks};
pub use self::user_tokens::{Presence, StoredUserToken, UserTokens};

/// A user and the account that the user belongs to.
pub type Owner = (AccountId, UserId);

/// Why a call to the store failed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database returned an error.
    #[error("the credential store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored value is not one that Usher writes.
    #[error("the credential store holds a damaged {what}")]
    Damaged {
        /// The kind of value.
        what: &'static str,
    },
    /// The store is closed, or the runtime is shutting down.
    #[error("the credential store is shutting down")]
    Closed,
}

impl StoreError {
    /// The database's own error.
    pub fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// Everything that identity stores, in one database.
#[async_trait]
pub trait Store:
    ApiKeys
    + KnownBrowsers
    + Notes
    + OperatorGrants
    + OperatorKeys
    + Outbox
    + Passwords
    + PendingSignIns
    + PortalSessions
    + Presence
    + Providers
    + SealedValues
    + SecondFactors
    + ServerKeys
    + SetupLink
    + StoredBranding
    + StoredPreferences
    + Trail
    + UserLinks
    + UserTokens
{
    /// Finishes running work and accepts no more: later calls fail with [`StoreError::Closed`].
    async fn close(&self);
}
