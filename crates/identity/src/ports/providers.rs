use std::collections::BTreeMap;

use async_trait::async_trait;
use usher_domain::single_sign_on::{ProvedBy, ProviderChange, ProviderSetting};
use usher_domain::{AccountId, Timestamp};

use super::StoreError;
use crate::single_sign_on::{EmailDomain, InvalidProvider, NamedDomain, Provider, Realm};
use crate::{ChangeOrigin, Unrecorded};

/// An account's new provider settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderUpdate {
    /// Its settings.
    pub provider: Provider,
    /// The client secret, sealed; `None` to keep the stored one.
    pub client_secret: Option<Vec<u8>>,
    /// The challenge for each of its domains, used if the domain is new.
    pub challenges: BTreeMap<EmailDomain, String>,
}

impl ProviderUpdate {
    /// The settings to store and the change to record, given that `stored` is the current provider; `None` if nothing
    /// is new. A stored client secret is kept for the same issuer and client only: another issuer would learn it.
    pub fn applied_to(
        &self,
        stored: Option<&Provider>,
    ) -> Result<Option<(Provider, ProviderChange)>, InvalidProvider> {
        let is_same_client = stored.is_some_and(|stored| {
            stored.issuer == self.provider.issuer && stored.client_id == self.provider.client_id
        });
        if self.client_secret.is_none() && !is_same_client {
            return Err(InvalidProvider::SecretNeeded);
        }
        let mut provider = self.provider.clone();
        // A new application is registered with the account's own redirect URI, and there is no way back from that.
        provider.own_redirect_uri |= stored.is_none_or(|stored| stored.own_redirect_uri || !is_same_client);
        let Some(stored) = stored else {
            let change = ProviderChange::Made {
                provider: provider.facts(),
            };
            return Ok(Some((provider, change)));
        };
        let facts = provider.facts();
        let mut changed = facts.differences(&stored.facts());
        changed.extend(
            self.client_secret
                .is_some()
                .then_some(ProviderSetting::ClientSecret),
        );
        if changed.is_empty() {
            return Ok(None);
        }
        let change = ProviderChange::Changed {
            provider: facts,
            changed,
        };
        Ok(Some((provider, change)))
    }
}

/// The providers of single sign-on, and the domains that accounts name as their users'.
#[async_trait]
pub trait Providers: Send + Sync + 'static {
    /// An account's provider.
    async fn provider(&self, account: AccountId) -> Result<Option<Provider>, StoreError>;

    /// An account's provider with its sealed client secret.
    async fn provider_and_secret(
        &self,
        account: AccountId,
    ) -> Result<Option<(Provider, Vec<u8>)>, StoreError>;

    /// Stores an account's provider as [`ProviderUpdate::applied_to`] says, with a note of the change; an inner `None`
    /// if nothing is new. Domains that stay keep their challenge and proof.
    async fn update_provider(
        &self,
        account: AccountId,
        update: ProviderUpdate,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Result<Option<Unrecorded>, InvalidProvider>, StoreError>;

    /// Removes an account's provider and its domains, with a note of the change; `None` if there is no provider.
    async fn remove_provider(
        &self,
        account: AccountId,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<Unrecorded>, StoreError>;

    /// The domains that an account names, in their order, each once.
    async fn named_domains(&self, account: AccountId) -> Result<Vec<NamedDomain>, StoreError>;

    /// Stores the proof of a domain of an account, or that there is none, with a note of the change. `None` if the
    /// account does not name the domain; an inner `None` if nothing is new.
    async fn set_domain_proof(
        &self,
        account: AccountId,
        domain: EmailDomain,
        proved_by: Option<ProvedBy>,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<Option<Unrecorded>>, StoreError>;

    /// The accounts with a provider that name a domain, in the order of their ids, at most `limit`; unless
    /// `also_unproved`, only those that have proved it.
    async fn realms(
        &self,
        domain: EmailDomain,
        also_unproved: bool,
        limit: usize,
    ) -> Result<Vec<Realm>, StoreError>;
}
