//! Signing keys, the key of join codes, and every sealed value.

use async_trait::async_trait;

use super::holdings::Held;
use super::{MemoryStore, Tables};
use crate::ports::{Resealed, SealedPlace, SealedValues, ServerKeys, StoreError, StoredSigningKey};

#[async_trait]
impl ServerKeys for MemoryStore {
    async fn signing_keys(&self) -> Result<Vec<StoredSigningKey>, StoreError> {
        Ok(self.tables()?.signing_keys.iter().rev().cloned().collect())
    }

    async fn last_signing_key(&self) -> Result<i64, StoreError> {
        Ok(self.tables()?.last_signing_key)
    }

    async fn add_signing_key(&self, key: StoredSigningKey, keep: usize) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        if key.number != tables.last_signing_key + 1 {
            return Ok(false);
        }
        tables.last_signing_key = key.number;
        tables.signing_keys.push(key);
        tables.keep_newest_signing_keys(keep);
        Ok(true)
    }

    async fn keep_newest_signing_keys(&self, keep: usize) -> Result<usize, StoreError> {
        Ok(self.tables()?.keep_newest_signing_keys(keep))
    }

    async fn join_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.tables()?.join_key.clone())
    }

    async fn add_join_key(&self, secret: Vec<u8>) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        if tables.join_key.is_some() {
            return Ok(false);
        }
        tables.join_key = Some(secret);
        Ok(true)
    }
}

#[async_trait]
impl SealedValues for MemoryStore {
    async fn sealed_values(&self) -> Result<Vec<(SealedPlace, Vec<u8>)>, StoreError> {
        let tables = self.tables()?;
        let mut values = Vec::new();
        for key in &tables.signing_keys {
            values.push((SealedPlace::SigningKey(key.number), key.secret.clone()));
        }
        if let Some(key) = &tables.join_key {
            values.push((SealedPlace::JoinKey, key.clone()));
        }
        for (account, held) in &tables.providers {
            values.push((SealedPlace::ClientSecret(*account), held.client_secret.clone()));
        }
        for ((account, user), factor) in &tables.second_factors {
            values.push((SealedPlace::SecondFactor(*account, *user), factor.secret.clone()));
        }
        for held in tables.portal_sessions.all() {
            if let Some(token) = &held.id_token {
                values.push((SealedPlace::IdToken(held.digest()), token.clone()));
            }
        }
        for row in tables.outbox.rows.values() {
            if let Some(secret) = &row.entry.secret {
                values.push((row.entry.sealed_place(), secret.clone()));
            }
        }
        Ok(values)
    }

    async fn replace_sealed_values(&self, values: Vec<Resealed>) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        for Resealed { place, before, after } in values {
            let stored = tables.sealed_at(place).filter(|stored| **stored == before);
            if let Some(stored) = stored {
                *stored = after;
            }
        }
        Ok(())
    }
}

impl Tables {
    fn keep_newest_signing_keys(&mut self, keep: usize) -> usize {
        let surplus = self.signing_keys.len().saturating_sub(keep);
        self.signing_keys.drain(..surplus).count()
    }

    fn sealed_at(&mut self, place: SealedPlace) -> Option<&mut Vec<u8>> {
        match place {
            SealedPlace::SigningKey(number) => {
                let mut keys = self.signing_keys.iter_mut();
                keys.find(|key| key.number == number).map(|key| &mut key.secret)
            }
            SealedPlace::JoinKey => self.join_key.as_mut(),
            SealedPlace::ClientSecret(account) => self
                .providers
                .get_mut(&account)
                .map(|held| &mut held.client_secret),
            SealedPlace::SecondFactor(account, user) => self
                .second_factors
                .get_mut(&(account, user))
                .map(|factor| &mut factor.secret),
            SealedPlace::IdToken(digest) => self.portal_sessions.get_mut(&digest)?.id_token.as_mut(),
            SealedPlace::Outbox(id) => self.outbox.rows.get_mut(&id)?.entry.secret.as_mut(),
        }
    }
}
