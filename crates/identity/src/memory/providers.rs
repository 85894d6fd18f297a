//! Providers of single sign-on, and the domains that accounts name.

use std::collections::BTreeMap;

use async_trait::async_trait;
use usher_domain::single_sign_on::{ProvedBy, ProviderChange};
use usher_domain::{AccountId, Timestamp};

use super::MemoryStore;
use crate::ports::{ChangeNote, ProviderUpdate, Providers, StoreError};
use crate::single_sign_on::{EmailDomain, InvalidProvider, NamedDomain, Provider, Realm};
use crate::{ChangeOrigin, CredentialChange, Unrecorded};

pub(super) struct MemoryProvider {
    provider: Provider,
    pub(super) client_secret: Vec<u8>,
    domains: BTreeMap<EmailDomain, NamedDomain>,
}

#[async_trait]
impl Providers for MemoryStore {
    async fn provider(&self, account: AccountId) -> Result<Option<Provider>, StoreError> {
        let tables = self.tables()?;
        Ok(tables.providers.get(&account).map(|held| held.provider.clone()))
    }

    async fn provider_and_secret(
        &self,
        account: AccountId,
    ) -> Result<Option<(Provider, Vec<u8>)>, StoreError> {
        let tables = self.tables()?;
        let held = tables.providers.get(&account);
        Ok(held.map(|held| (held.provider.clone(), held.client_secret.clone())))
    }

    async fn update_provider(
        &self,
        account: AccountId,
        update: ProviderUpdate,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Result<Option<Unrecorded>, InvalidProvider>, StoreError> {
        let mut tables = self.tables()?;
        let stored = tables.providers.get(&account);
        let (provider, change) = match update.applied_to(stored.map(|held| &held.provider)) {
            Ok(Some(applied)) => applied,
            Ok(None) => return Ok(Ok(None)),
            Err(invalid) => return Ok(Err(invalid)),
        };
        let (mut client_secret, mut domains) = match tables.providers.remove(&account) {
            Some(held) => (held.client_secret, held.domains),
            None => Default::default(),
        };
        if let Some(sealed) = update.client_secret {
            client_secret = sealed;
        }
        domains.retain(|domain, _| provider.email_domains.contains(domain));
        for domain in &provider.email_domains {
            let challenge = update.challenges.get(domain).cloned().unwrap_or_default();
            domains.entry(domain.clone()).or_insert_with(|| NamedDomain {
                domain: domain.clone(),
                challenge,
                proved_by: None,
            });
        }
        let held = MemoryProvider {
            provider,
            client_secret,
            domains,
        };
        tables.providers.insert(account, held);
        Ok(Ok(Some(tables.put_note(note(account, change, origin, now)))))
    }

    async fn remove_provider(
        &self,
        account: AccountId,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<Unrecorded>, StoreError> {
        let mut tables = self.tables()?;
        let Some(held) = tables.providers.remove(&account) else {
            return Ok(None);
        };
        let change = ProviderChange::Removed {
            issuer: held.provider.issuer.to_string(),
        };
        Ok(Some(tables.put_note(note(account, change, origin, now))))
    }

    async fn named_domains(&self, account: AccountId) -> Result<Vec<NamedDomain>, StoreError> {
        let tables = self.tables()?;
        let named = tables.providers.get(&account).map(|held| held.domains.values());
        Ok(named.into_iter().flatten().cloned().collect())
    }

    async fn set_domain_proof(
        &self,
        account: AccountId,
        domain: EmailDomain,
        proved_by: Option<ProvedBy>,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<Option<Unrecorded>>, StoreError> {
        let mut tables = self.tables()?;
        let held = tables.providers.get_mut(&account);
        let Some(named) = held.and_then(|held| held.domains.get_mut(&domain)) else {
            return Ok(None);
        };
        if named.proved_by == proved_by {
            return Ok(Some(None));
        }
        named.proved_by = proved_by;
        let change = match proved_by {
            Some(by) => ProviderChange::DomainProved {
                domain: domain.to_string(),
                by,
            },
            None => ProviderChange::DomainProofWithdrawn {
                domain: domain.to_string(),
            },
        };
        Ok(Some(Some(tables.put_note(note(account, change, origin, now)))))
    }

    async fn realms(
        &self,
        domain: EmailDomain,
        also_unproved: bool,
        limit: usize,
    ) -> Result<Vec<Realm>, StoreError> {
        let tables = self.tables()?;
        let naming = tables.providers.iter().filter(|(_, held)| {
            let named = held.domains.get(&domain);
            named.is_some_and(|named| also_unproved || named.proved_by.is_some())
        });
        let realms = naming.map(|(account, held)| Realm {
            account: *account,
            label: held.provider.label.clone(),
            issuer: held.provider.issuer.to_string(),
        });
        Ok(realms.take(limit).collect())
    }
}

fn note(account: AccountId, change: ProviderChange, origin: ChangeOrigin, at: Timestamp) -> ChangeNote {
    ChangeNote {
        account,
        change: CredentialChange::Provider(change),
        origin,
        at,
    }
}

#[cfg(test)]
impl MemoryStore {
    /// Makes an account's provider look like one from before accounts had their own redirect URI.
    pub(crate) fn forget_own_redirect_uri(&self, account: AccountId) {
        let mut tables = self.tables().unwrap();
        let held = tables.providers.get_mut(&account).unwrap();
        held.provider.own_redirect_uri = false;
    }
}
