//! Owners who are operators.

use async_trait::async_trait;
use usher_domain::Timestamp;

use super::{MemoryStore, Tables};
use crate::ports::{OperatorGrants, Owner, StoreError};
use crate::{GrantChange, KeysOrigin, OperatorGrant, TrailRow};

#[async_trait]
impl OperatorGrants for MemoryStore {
    async fn operator_grants(&self) -> Result<Vec<OperatorGrant>, StoreError> {
        Ok(self.tables()?.operator_grants.values().cloned().collect())
    }

    async fn put_operator_grant(
        &self,
        grant: OperatorGrant,
        max: usize,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        let others = tables.operator_grants.keys().filter(|of| **of != grant.owner());
        if others.count() >= max {
            return Ok(false);
        }
        let made = GrantChange::Made {
            is_confirmed: grant.confirmed_at.is_some(),
        };
        tables.add_grant_to_trail(&grant, made, &origin, now);
        tables.operator_grants.insert(grant.owner(), grant);
        Ok(true)
    }

    async fn confirm_operator_grant(
        &self,
        owner: Owner,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Option<OperatorGrant>, StoreError> {
        let mut tables = self.tables()?;
        let Some(grant) = tables.operator_grants.get_mut(&owner) else {
            return Ok(None);
        };
        grant.confirmed_at = Some(now);
        let grant = grant.clone();
        tables.add_grant_to_trail(&grant, GrantChange::Confirmed, &origin, now);
        Ok(Some(grant))
    }

    async fn remove_operator_grant(
        &self,
        owner: Owner,
        why: GrantChange,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        let Some(grant) = tables.operator_grants.remove(&owner) else {
            return Ok(false);
        };
        tables.add_grant_to_trail(&grant, why, &origin, now);
        Ok(true)
    }
}

impl Tables {
    pub(super) fn note_reset(&mut self, owner: Owner, at: Timestamp) {
        if let Some(grant) = self.operator_grants.get_mut(&owner) {
            grant.reset_at = grant.reset_at.max(Some(at));
        }
    }

    fn add_grant_to_trail(
        &mut self,
        grant: &OperatorGrant,
        change: GrantChange,
        origin: &KeysOrigin,
        now: Timestamp,
    ) {
        let previous = self.trail.last().map(|row| row.hash.as_slice());
        let after = (self.last_of_trail(), previous);
        let row = TrailRow::of_grant(grant, change, origin, now, after);
        self.trail.push(row);
    }
}
