//! The providers of accounts, as Usher stores and reads them. Their client secrets are sealed.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use usher_domain::{AccountId, Timestamp};

use super::provider::{InvalidProvider, Provider};
use crate::ports::{ProviderUpdate, SealedPlace};
use crate::random::fill;
use crate::{ChangeOrigin, Identity, IdentityError, Secret, Unrecorded};

/// Why a provider was not stored.
#[derive(Debug, thiserror::Error)]
pub enum SetProviderError {
    /// Its settings are invalid.
    #[error(transparent)]
    Invalid(#[from] InvalidProvider),
    /// The store returned an error.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl Identity {
    /// The account's provider; `None` if it has none.
    pub async fn provider(&self, account: AccountId) -> Result<Option<Provider>, IdentityError> {
        Ok(self.store.provider(account).await?)
    }

    /// Stores an account's provider. Without a client secret, it keeps the known one if issuer and client stay the
    /// same: a new issuer must not get it. Returns the change to be recorded; `None` if nothing changed.
    pub async fn set_provider(
        &self,
        account: AccountId,
        provider: Provider,
        client_secret: Option<Secret>,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<Unrecorded>, SetProviderError> {
        provider.check()?;
        let context = SealedPlace::ClientSecret(account).context();
        let client_secret = client_secret
            .map(|secret| self.sealer().seal(&context, secret.expose().as_bytes()))
            .transpose()
            .map_err(IdentityError::from)?;
        let mut challenges = BTreeMap::new();
        for domain in &provider.email_domains {
            let mut challenge = [0_u8; 16];
            fill(&mut challenge).map_err(IdentityError::from)?;
            challenges.insert(domain.clone(), HEXLOWER.encode(&challenge));
        }
        let update = ProviderUpdate {
            provider,
            client_secret,
            challenges,
        };
        let updated = self.store.update_provider(account, update, origin, now).await;
        Ok(updated.map_err(IdentityError::from)??)
    }

    /// Removes an account's provider. Returns the change to be recorded; `None` if there was no provider.
    pub async fn remove_provider(
        &self,
        account: AccountId,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<Unrecorded>, IdentityError> {
        Ok(self.store.remove_provider(account, origin, now).await?)
    }

    /// The provider with its client secret.
    pub(super) async fn provider_and_secret(
        &self,
        account: AccountId,
    ) -> Result<Option<(Provider, Secret)>, IdentityError> {
        let Some((provider, sealed)) = self.store.provider_and_secret(account).await? else {
            return Ok(None);
        };
        let context = SealedPlace::ClientSecret(account).context();
        let secret = self.sealer().open_text(&context, &sealed)?;
        Ok(Some((provider, secret)))
    }
}
