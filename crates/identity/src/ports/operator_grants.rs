use async_trait::async_trait;
use usher_domain::Timestamp;

use super::{Owner, StoreError};
use crate::{GrantChange, KeysOrigin, OperatorGrant};

/// The owners who are operators. Each change is stored together with its entry in the [`Trail`](super::Trail).
///
/// A grant's `reset_at` is set with the resets themselves: by
/// [`change_password`](super::Passwords::change_password) if somebody else than its user sets a password, and by
/// [`remove_second_factor`](super::SecondFactors::remove_second_factor).
#[async_trait]
pub trait OperatorGrants: Send + Sync + 'static {
    /// All grants, in the order of their accounts and users.
    async fn operator_grants(&self) -> Result<Vec<OperatorGrant>, StoreError>;

    /// Stores a grant; one of the same owner is replaced. Returns whether it was stored: not where there are `max` grants
    /// of others already.
    async fn put_operator_grant(
        &self,
        grant: OperatorGrant,
        max: usize,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Marks a grant as confirmed at `now`. Returns it; `None` if there is none.
    async fn confirm_operator_grant(
        &self,
        owner: Owner,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Option<OperatorGrant>, StoreError>;

    /// Removes a grant. Returns whether there was one.
    async fn remove_operator_grant(
        &self,
        owner: Owner,
        why: GrantChange,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}
