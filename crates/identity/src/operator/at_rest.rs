//! The operator keys in a database, for commands that work without a server.

use std::sync::Arc;

use usher_domain::{AccountId, OperatorKeyId, Timestamp, UserId};

use super::grants::OperatorGrant;
use super::trail::{GrantChange, KeysChangedBy, KeysOrigin, TrailReport};
use super::{NewOperatorKey, OperatorKey, Revoked, draw};
use crate::ports::{FullKeys, Store, StoredOperatorKey};
use crate::{IdentityError, Secret, draw_bits};

/// The operator keys and grants in a database, for somebody who has the data but no key. Works with or without a running server,
/// which applies changes later ([`Identity::reread_operator_keys`](crate::Identity::reread_operator_keys)).
pub struct OperatorKeysAtRest(Arc<dyn Store>);

impl OperatorKeysAtRest {
    /// The keys in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(store)
    }

    /// All keys, in the order of their ids.
    pub async fn list(&self) -> Result<Vec<OperatorKey>, IdentityError> {
        let keys = self.0.operator_keys().await?;
        Ok(keys.iter().map(StoredOperatorKey::told).collect())
    }

    /// Creates a key for the user of the command line; its secret is to be shown once.
    pub async fn create(
        &self,
        new: NewOperatorKey,
        now: Timestamp,
    ) -> Result<(OperatorKeyId, Secret), IdentityError> {
        let id = OperatorKeyId::from_bits(draw_bits(now)?);
        let (key, secret) = draw(id, new, now)?;
        let origin = KeysOrigin::of(KeysChangedBy::CommandLine);
        self.0.put_operator_key(key, None, origin, now).await?;
        Ok((id, secret))
    }

    /// Revokes a key, even the last one: anybody who has the data can create another. Returns whether it existed.
    pub async fn revoke(&self, id: OperatorKeyId, now: Timestamp) -> Result<bool, IdentityError> {
        let origin = KeysOrigin::of(KeysChangedBy::CommandLine);
        let revoked = self
            .0
            .revoke_operator_key(id, FullKeys::MayGo, origin, now)
            .await?;
        Ok(revoked == Revoked::Yes)
    }

    /// All grants, in the order of their accounts and users.
    pub async fn grants(&self) -> Result<Vec<OperatorGrant>, IdentityError> {
        Ok(self.0.operator_grants().await?)
    }

    /// Confirms that a grant goes on with several accounts. Returns whether it existed.
    pub async fn confirm_grant(
        &self,
        account: AccountId,
        user: UserId,
        now: Timestamp,
    ) -> Result<bool, IdentityError> {
        let origin = KeysOrigin::of(KeysChangedBy::CommandLine);
        let confirmed = self.0.confirm_operator_grant((account, user), origin, now);
        Ok(confirmed.await?.is_some())
    }

    /// Revokes a grant. Returns whether it existed.
    pub async fn revoke_grant(
        &self,
        account: AccountId,
        user: UserId,
        now: Timestamp,
    ) -> Result<bool, IdentityError> {
        let origin = KeysOrigin::of(KeysChangedBy::CommandLine);
        let owner = (account, user);
        let revoked = self
            .0
            .remove_operator_grant(owner, GrantChange::Revoked, origin, now);
        Ok(revoked.await?)
    }

    /// Checks the trail from its first entry, and names every changed or missing one.
    pub async fn check_trail(&self) -> Result<TrailReport, IdentityError> {
        Ok(self.0.check_trail().await?)
    }

    /// The hash of an entry of the trail; `None` if the entry is missing or unreadable.
    pub async fn trail_hash(&self, seq: u64) -> Result<Option<[u8; 32]>, IdentityError> {
        Ok(self.0.trail_hash(seq).await?)
    }
}

impl std::fmt::Debug for OperatorKeysAtRest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OperatorKeysAtRest(…)")
    }
}
