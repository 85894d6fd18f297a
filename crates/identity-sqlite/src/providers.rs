//! The table of providers.

use std::collections::BTreeSet;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use usher_domain::single_sign_on::{ProvedBy, ProviderChange};
use usher_domain::{AccountId, Timestamp};
use usher_identity::ports::{ChangeNote, ProviderUpdate, Providers, StoreError};
use usher_identity::single_sign_on::{ClaimName, EmailDomain, InvalidProvider, NamedDomain, Provider, Realm};
use usher_identity::{ChangeOrigin, CredentialChange, Unrecorded};

use crate::columns::delete_of_account;
use crate::domains::Proof;
use crate::store::{Failure, SqliteStore};
use crate::{domains, notes};

const DAMAGED: StoreError = StoreError::Damaged {
    what: "single sign-on provider",
};

#[async_trait]
impl Providers for SqliteStore {
    async fn provider(&self, account: AccountId) -> Result<Option<Provider>, StoreError> {
        self.read(move |tables| get(tables, account)).await
    }

    async fn provider_and_secret(
        &self,
        account: AccountId,
    ) -> Result<Option<(Provider, Vec<u8>)>, StoreError> {
        self.read(move |tables| {
            let provider = get(tables, account)?;
            provider
                .map(|provider| Ok((provider, secret(tables, account)?)))
                .transpose()
        })
        .await
    }

    async fn update_provider(
        &self,
        account: AccountId,
        update: ProviderUpdate,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Result<Option<Unrecorded>, InvalidProvider>, StoreError> {
        self.change(move |tables| {
            let stored = get(tables, account)?;
            let (provider, change) = match update.applied_to(stored.as_ref()) {
                Ok(Some(applied)) => applied,
                Ok(None) => return Ok(Ok(None)),
                Err(invalid) => return Ok(Err(invalid)),
            };
            let sealed = match update.client_secret {
                Some(sealed) => sealed,
                None => secret(tables, account)?,
            };
            put(tables, account, &provider, &sealed)?;
            domains::replace(tables, account, &provider, &update.challenges)?;
            let note = note(account, change, origin, now);
            notes::put(tables, note).map(|note| Ok(Some(note)))
        })
        .await
    }

    async fn remove_provider(
        &self,
        account: AccountId,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<Unrecorded>, StoreError> {
        self.change(move |tables| {
            let Some(stored) = get(tables, account)? else {
                return Ok(None);
            };
            delete(tables, account)?;
            let change = ProviderChange::Removed {
                issuer: stored.issuer.to_string(),
            };
            notes::put(tables, note(account, change, origin, now)).map(Some)
        })
        .await
    }

    async fn named_domains(&self, account: AccountId) -> Result<Vec<NamedDomain>, StoreError> {
        self.read(move |tables| domains::named(tables, account)).await
    }

    async fn set_domain_proof(
        &self,
        account: AccountId,
        domain: EmailDomain,
        proved_by: Option<ProvedBy>,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<Option<Unrecorded>>, StoreError> {
        self.change(
            move |tables| match domains::set_proof(tables, account, &domain, proved_by)? {
                Proof::NotNamed => Ok(None),
                Proof::Unchanged => Ok(Some(None)),
                Proof::Changed(change) => {
                    let note = note(account, change, origin, now);
                    notes::put(tables, note).map(|note| Some(Some(note)))
                }
            },
        )
        .await
    }

    async fn realms(
        &self,
        domain: EmailDomain,
        also_unproved: bool,
        limit: usize,
    ) -> Result<Vec<Realm>, StoreError> {
        self.read(move |tables| domains::realms(tables, &domain, also_unproved, limit))
            .await
    }
}

/// Deletes an account's provider and its domains.
pub(crate) fn delete(tables: &Connection, account: AccountId) -> Result<(), Failure> {
    delete_of_account(tables, domains::TABLE, account)?;
    delete_of_account(tables, "identity_providers", account)?;
    Ok(())
}

fn note(account: AccountId, change: ProviderChange, origin: ChangeOrigin, at: Timestamp) -> ChangeNote {
    ChangeNote {
        account,
        change: CredentialChange::Provider(change),
        origin,
        at,
    }
}

fn put(tables: &Connection, account: AccountId, provider: &Provider, sealed: &[u8]) -> Result<(), Failure> {
    tables.execute(
        "INSERT OR REPLACE INTO identity_providers
             (account, issuer, client_id, client_secret, scopes, groups_claim, label, creates_users, links_by_email,
              own_redirect_uri, email_claim, trusts_addresses)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            account.bits().to_be_bytes(),
            provider.issuer.as_str(),
            provider.client_id.as_str(),
            sealed,
            provider.scopes.as_str(),
            provider.groups_claim.as_ref().map(ClaimName::as_str),
            provider.label.as_str(),
            provider.creates_users,
            provider.links_by_email,
            provider.own_redirect_uri,
            provider.email_claim.as_str(),
            provider.trusts_addresses,
        ],
    )?;
    Ok(())
}

fn get(tables: &Connection, account: AccountId) -> Result<Option<Provider>, Failure> {
    let domains = domains::of_account(tables, account)?;
    let mut select = tables.prepare_cached(
        "SELECT issuer, client_id, scopes, groups_claim, label, creates_users, links_by_email,
                own_redirect_uri, email_claim, trusts_addresses
         FROM identity_providers WHERE account = ?1",
    )?;
    let found = select
        .query_row([account.bits().to_be_bytes()], |row| Ok(provider(row, &domains)))
        .optional()?;
    found.transpose()
}

fn secret(tables: &Connection, account: AccountId) -> Result<Vec<u8>, Failure> {
    let select = "SELECT client_secret FROM identity_providers WHERE account = ?1";
    let mut select = tables.prepare_cached(select)?;
    Ok(select.query_row([account.bits().to_be_bytes()], |row| row.get(0))?)
}

fn provider(row: &Row<'_>, domains: &[String]) -> Result<Provider, Failure> {
    let domains = domains.iter().map(|domain| domain.parse());
    let groups_claim: Option<String> = row.get(3)?;
    Ok(Provider {
        issuer: text(row, 0)?,
        client_id: text(row, 1)?,
        scopes: text(row, 2)?,
        groups_claim: groups_claim
            .map(|claim| claim.parse().map_err(|_| DAMAGED))
            .transpose()?,
        label: text(row, 4)?,
        creates_users: row.get(5)?,
        links_by_email: row.get(6)?,
        email_domains: domains.collect::<Result<BTreeSet<_>, _>>().map_err(|_| DAMAGED)?,
        own_redirect_uri: row.get(7)?,
        email_claim: text(row, 8)?,
        trusts_addresses: row.get(9)?,
    })
}

fn text<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> Result<T, Failure> {
    let text: String = row.get(column)?;
    Ok(text.parse().map_err(|_| DAMAGED)?)
}
