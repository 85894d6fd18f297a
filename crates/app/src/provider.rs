//! Changing the provider with which an account's users sign in. Like credentials, it is stored outside the journal,
//! which records the changes (`credentials.rs`).

use usher_domain::single_sign_on::ProvedBy;
use usher_domain::{Account, AccountId, Actor};
use usher_engine::Cause;
use usher_identity::Secret;
use usher_identity::single_sign_on::{
    EmailDomain, InvalidProvider, NotProved, Provider, ProviderError, SetProviderError,
};

use crate::app::App;
use crate::credentials::origin;
use crate::problem::Problem;

/// Why a provider was not stored.
#[derive(Debug)]
pub enum ProviderRefused {
    /// It cannot be used: a problem with the issuer.
    Issuer(ProviderError),
    /// Its settings contradict each other.
    Settings(InvalidProvider),
    /// Anything else.
    Problem(Box<Problem>),
}

impl ProviderRefused {
    /// The field with the problem, and what is wrong with it; the problem itself if it is about no field.
    pub fn field(self) -> Result<(&'static str, String), Box<Problem>> {
        match self {
            Self::Issuer(error) => Ok(("issuer", error.to_string())),
            Self::Settings(error) => {
                let field = match error {
                    InvalidProvider::LinkNeedsDomain | InvalidProvider::TooManyDomains => "email_domains",
                    InvalidProvider::ClaimNeedsTrust => "email_claim",
                    InvalidProvider::SecretNeeded => "client_secret",
                };
                Ok((field, error.to_string()))
            }
            Self::Problem(problem) => Err(problem),
        }
    }
}

impl<E: Into<Problem>> From<E> for ProviderRefused {
    fn from(error: E) -> Self {
        Self::Problem(Box::new(error.into()))
    }
}

impl App {
    /// Checks that an account's provider of single sign-on can be used, stores it, and records what is new. Without a
    /// client secret the stored one is kept, if issuer and client id stay the same.
    pub async fn set_provider(
        &self,
        account: AccountId,
        provider: Provider,
        secret: Option<Secret>,
        actor: &Actor,
        cause: Cause,
    ) -> Result<(), ProviderRefused> {
        self.ask(account, actor, Account::need_admin).await?;
        let discovered = self
            .single_sign_on()
            .discover(account, &provider.issuer, self.times());
        discovered.await.map_err(ProviderRefused::Issuer)?;
        // Contacting the provider takes a while.
        self.ask(account, actor, Account::need_admin).await?;
        let (origin, now) = (origin(actor, &cause), self.engine.now());
        let stored = self.identity.set_provider(account, provider, secret, origin, now);
        let note = stored.await.map_err(|error| match error {
            SetProviderError::Invalid(error) => ProviderRefused::Settings(error),
            SetProviderError::Identity(error) => error.into(),
        })?;
        if let Some(note) = note {
            self.record(&note).await?;
        }
        Ok(())
    }

    /// Checks in the DNS whether a domain belongs to the account that lists it, and stores the proof if so.
    pub async fn check_domain(
        &self,
        account: AccountId,
        domain: &EmailDomain,
        actor: &Actor,
        cause: Cause,
    ) -> Result<Result<(), NotProved>, Problem> {
        self.ask(account, actor, Account::need_admin).await?;
        let named = self.identity.named_domains(account).await?;
        let named = named.into_iter().find(|named| named.domain == *domain);
        let named = named.ok_or_else(|| Problem::not_found("domain"))?;
        if let Err(why) = self.single_sign_on().prove(&named).await {
            return Ok(Err(why));
        }
        // Querying the DNS takes a while.
        self.ask(account, actor, Account::need_admin).await?;
        let by = named.proved_by.unwrap_or(ProvedBy::Dns);
        self.set_domain_proof(account, domain, Some(by), actor, cause)
            .await?;
        Ok(Ok(()))
    }

    /// Stores or withdraws the operator's confirmation that a domain belongs to an account. The caller has checked that
    /// the operator is asking.
    pub async fn set_domain_proof(
        &self,
        account: AccountId,
        domain: &EmailDomain,
        proved_by: Option<ProvedBy>,
        actor: &Actor,
        cause: Cause,
    ) -> Result<(), Problem> {
        let (origin, now) = (origin(actor, &cause), self.engine.now());
        let set = self
            .identity
            .set_domain_proof(account, domain.clone(), proved_by, origin, now);
        let note = set.await?.ok_or_else(|| Problem::not_found("domain"))?;
        if let Some(note) = note {
            self.record(&note).await?;
        }
        Ok(())
    }

    /// Removes an account's provider of single sign-on. Returns whether there was one.
    pub async fn remove_provider(
        &self,
        account: AccountId,
        actor: &Actor,
        cause: Cause,
    ) -> Result<bool, Problem> {
        let _ordered = self.sso_requirement().lock().await;
        self.ask(account, actor, Account::need_to_remove_provider).await?;
        let (origin, now) = (origin(actor, &cause), self.engine.now());
        let removed = self.identity.remove_provider(account, origin, now);
        let Some(note) = removed.await? else {
            return Ok(false);
        };
        self.record(&note).await?;
        Ok(true)
    }
}
