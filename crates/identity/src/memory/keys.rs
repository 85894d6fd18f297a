//! API keys, operator keys and their trail.

use async_trait::async_trait;
use usher_domain::{AccountId, ApiKeyId, OperatorKeyId, Timestamp};

use super::{MemoryStore, Tables};
use crate::ports::{ApiKeys, FullKeys, OperatorKeys, StoreError, StoredApiKey, StoredOperatorKey, Trail};
use crate::{
    KeyChange, KeyDigests, KeysOrigin, LastUse, Revoked, SecretDigest, TrailCheck, TrailEntry, TrailReport,
    TrailRow,
};

#[async_trait]
impl ApiKeys for MemoryStore {
    async fn api_keys(&self) -> Result<Vec<StoredApiKey>, StoreError> {
        Ok(self.tables()?.api_keys.values().cloned().collect())
    }

    async fn put_api_key(&self, key: StoredApiKey) -> Result<(), StoreError> {
        self.tables()?.api_keys.insert((key.account, key.id), key);
        Ok(())
    }

    async fn rotate_api_key(
        &self,
        account: AccountId,
        id: ApiKeyId,
        new: SecretDigest,
        former_until: Option<Timestamp>,
    ) -> Result<Option<KeyDigests>, StoreError> {
        let mut tables = self.tables()?;
        let Some(key) = tables.api_keys.get_mut(&(account, id)) else {
            return Ok(None);
        };
        key.digests = key.digests.rotated(new, former_until);
        Ok(Some(key.digests))
    }

    async fn remove_api_key(&self, account: AccountId, id: ApiKeyId) -> Result<bool, StoreError> {
        Ok(self.tables()?.api_keys.remove(&(account, id)).is_some())
    }

    async fn remove_api_keys(&self, account: AccountId) -> Result<usize, StoreError> {
        let mut tables = self.tables()?;
        let before = tables.api_keys.len();
        tables.api_keys.retain(|(of, _), _| *of != account);
        Ok(before - tables.api_keys.len())
    }

    async fn save_api_key_uses(&self, uses: Vec<((AccountId, ApiKeyId), LastUse)>) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        for (key, last) in uses {
            if let Some(key) = tables.api_keys.get_mut(&key) {
                key.last_use = Some(last);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl OperatorKeys for MemoryStore {
    async fn operator_keys(&self) -> Result<Vec<StoredOperatorKey>, StoreError> {
        Ok(self.tables()?.operator_keys.values().cloned().collect())
    }

    async fn put_operator_key(
        &self,
        key: StoredOperatorKey,
        max: Option<usize>,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        if max.is_some_and(|max| tables.operator_keys.len() >= max) {
            return Ok(false);
        }
        let replaced = tables.operator_keys.insert(key.id, key.clone());
        let change = match replaced {
            Some(_) => KeyChange::Rotated { former_until: None },
            None => KeyChange::Created,
        };
        tables.add_to_trail(&key, change, &origin, now);
        Ok(true)
    }

    async fn rotate_operator_key(
        &self,
        id: OperatorKeyId,
        new: SecretDigest,
        former_until: Option<Timestamp>,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Option<KeyDigests>, StoreError> {
        let mut tables = self.tables()?;
        let Some(key) = tables.operator_keys.get_mut(&id) else {
            return Ok(None);
        };
        key.digests = key.digests.rotated(new, former_until);
        let key = key.clone();
        tables.add_to_trail(&key, KeyChange::Rotated { former_until }, &origin, now);
        Ok(Some(key.digests))
    }

    async fn revoke_operator_key(
        &self,
        id: OperatorKeyId,
        full_keys: FullKeys,
        origin: KeysOrigin,
        now: Timestamp,
    ) -> Result<Revoked, StoreError> {
        let mut tables = self.tables()?;
        if !tables.operator_keys.contains_key(&id) {
            return Ok(Revoked::Unknown);
        }
        let mut others = tables.operator_keys.values().filter(|key| key.id != id);
        if full_keys == FullKeys::KeepOne && !others.any(|key| key.is_full(now)) {
            return Ok(Revoked::LastFull);
        }
        if let Some(key) = tables.operator_keys.remove(&id) {
            tables.add_to_trail(&key, KeyChange::Revoked, &origin, now);
        }
        Ok(Revoked::Yes)
    }

    async fn save_operator_key_uses(&self, uses: Vec<(OperatorKeyId, LastUse)>) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        for (id, last) in uses {
            if let Some(key) = tables.operator_keys.get_mut(&id) {
                key.last_use = Some(last);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Trail for MemoryStore {
    async fn trail(&self, before: Option<u64>, limit: usize) -> Result<Vec<TrailEntry>, StoreError> {
        let tables = self.tables()?;
        let rows = tables.trail.iter().rev();
        let page = rows
            .filter(|row| before.is_none_or(|before| row.seq.cast_unsigned() < before))
            .take(limit);
        Ok(page.filter_map(|row| row.clone().into_entry()).collect())
    }

    async fn trail_hash(&self, seq: u64) -> Result<Option<[u8; 32]>, StoreError> {
        let tables = self.tables()?;
        let row = tables.trail.iter().find(|row| row.seq.cast_unsigned() == seq);
        Ok(row.and_then(|row| row.hash.as_slice().try_into().ok()))
    }

    async fn check_trail(&self) -> Result<TrailReport, StoreError> {
        let tables = self.tables()?;
        let mut check = TrailCheck::default();
        for row in &tables.trail {
            check.take(row.seq, Some(row.clone()));
        }
        Ok(check.finish(tables.last_of_trail()))
    }
}

impl Tables {
    pub(super) fn last_of_trail(&self) -> i64 {
        self.trail.last().map_or(0, |row| row.seq)
    }

    fn add_to_trail(
        &mut self,
        key: &StoredOperatorKey,
        change: KeyChange,
        origin: &KeysOrigin,
        now: Timestamp,
    ) {
        let previous = self.trail.last().map(|row| row.hash.as_slice());
        let row = TrailRow::of(key, change, origin, now, (self.last_of_trail(), previous));
        self.trail.push(row);
    }
}
