//! The table of providers. Their client secrets are sealed.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use rusqlite::{Connection, OptionalExtension, Row, params};
use usher_domain::single_sign_on::{ProviderChange, ProviderSetting};
use usher_domain::{AccountId, Timestamp};

use super::provider::{EmailDomain, InvalidProvider, Provider};
use crate::random::fill;
use crate::{CredentialChange, Identity, IdentityError, Origin, Sealer, Secret, Unrecorded, unrecorded};

const DAMAGED: IdentityError = IdentityError::Damaged {
    what: "single sign-on provider",
};

/// Why a provider was not stored.
#[derive(Debug, thiserror::Error)]
pub enum SetProviderError {
    /// It is not one that can be used.
    #[error(transparent)]
    Invalid(#[from] InvalidProvider),
    /// The store failed.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl Identity {
    /// How the account's people sign in at a provider of their own; none where they do not.
    pub async fn provider(&self, account: AccountId) -> Result<Option<Provider>, IdentityError> {
        self.store.read(move |tables| get(tables, account)).await
    }

    /// Stores an account's provider. Without a client secret it keeps the one that is known, which is good for the
    /// same issuer and client only: a new issuer would be told it. The change is to be recorded; none where nothing
    /// is new.
    pub async fn set_provider(
        &self,
        account: AccountId,
        mut provider: Provider,
        client_secret: Option<Secret>,
        origin: Origin,
        now: Timestamp,
    ) -> Result<Option<Unrecorded>, SetProviderError> {
        provider.check()?;
        let sealed = client_secret
            .map(|secret| self.sealer().seal(&context(account), secret.expose().as_bytes()))
            .transpose()
            .map_err(IdentityError::from)?;
        let stored = self.store.change(
            move |tables| {
                let known = get(tables, account)?;
                // A new application is registered with the account's own redirect URI, and nothing leads back.
                provider.own_redirect_uri |= known
                    .as_ref()
                    .is_none_or(|known| known.own_redirect_uri || !is_same_client(known, &provider));
                let change = change(known.as_ref(), &provider, sealed.is_some());
                let sealed = match (sealed, known) {
                    (Some(sealed), _) => sealed,
                    (None, Some(known)) if is_same_client(&known, &provider) => secret(tables, account)?,
                    _ => return Ok(Err(InvalidProvider::SecretNeeded)),
                };
                let Some(change) = change else { return Ok(Ok(None)) };
                put(tables, account, &provider, &sealed)?;
                let change = CredentialChange::Provider(change);
                unrecorded::put(tables, account, change, origin, now).map(|note| Ok(Some(note)))
            },
            |stored| stored,
        );
        Ok(stored.await??)
    }

    /// Forgets an account's provider. The change is to be recorded; none where there was no provider.
    pub async fn remove_provider(
        &self,
        account: AccountId,
        origin: Origin,
        now: Timestamp,
    ) -> Result<Option<Unrecorded>, IdentityError> {
        let removed = self.store.change(
            move |tables| {
                let Some(known) = get(tables, account)? else {
                    return Ok(None);
                };
                delete(tables, account)?;
                let change = CredentialChange::Provider(ProviderChange::Removed {
                    issuer: known.issuer.to_string(),
                });
                unrecorded::put(tables, account, change, origin, now).map(Some)
            },
            |removed| removed,
        );
        removed.await
    }

    /// The provider with its client secret.
    pub(super) async fn provider_and_secret(
        &self,
        account: AccountId,
    ) -> Result<Option<(Provider, Secret)>, IdentityError> {
        let found = self.store.read(move |tables| {
            let provider = get(tables, account)?;
            provider
                .map(|provider| Ok((provider, secret(tables, account)?)))
                .transpose()
        });
        let Some((provider, sealed)) = found.await? else {
            return Ok(None);
        };
        let secret = self.sealer().open_text(&context(account), &sealed)?;
        Ok(Some((provider, secret)))
    }
}

/// Seals the client secrets again that are sealed with an older secrets key. Whether there were any.
pub(crate) fn renew(tables: &Connection, sealer: &Sealer) -> Result<bool, IdentityError> {
    let mut select = tables.prepare("SELECT account, client_secret FROM identity_providers")?;
    let rows = select.query_map([], |row| {
        Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, Vec<u8>>(1)?))
    })?;
    let mut renewed = false;
    for row in rows.collect::<Result<Vec<_>, _>>()? {
        let (account, before) = row;
        let id = AccountId::from_bits(u128::from_be_bytes(account));
        if let Some(sealed) = sealer.renew(&context(id), &before)? {
            tables.execute(
                "UPDATE identity_providers SET client_secret = ?2 WHERE account = ?1",
                params![account, sealed],
            )?;
            renewed = true;
        }
    }
    Ok(renewed)
}

/// Whether every client secret opens in its place.
pub(crate) fn check_sealed(tables: &Connection, sealer: &Sealer) -> Result<(), IdentityError> {
    let mut select = tables.prepare("SELECT account, client_secret FROM identity_providers")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let account = AccountId::from_bits(u128::from_be_bytes(row.get(0)?));
        sealer.open_text(&context(account), &row.get::<_, Vec<u8>>(1)?)?;
    }
    Ok(())
}

pub(crate) fn delete(tables: &Connection, account: AccountId) -> Result<(), IdentityError> {
    let account = account.bits().to_be_bytes();
    tables.execute(
        "DELETE FROM identity_provider_domains WHERE account = ?1",
        [account],
    )?;
    tables.execute("DELETE FROM identity_providers WHERE account = ?1", [account])?;
    Ok(())
}

/// What is new; none where nothing is.
fn change(known: Option<&Provider>, provider: &Provider, has_new_secret: bool) -> Option<ProviderChange> {
    let Some(known) = known else {
        return Some(ProviderChange::Made {
            provider: provider.facts(),
        });
    };
    let provider = provider.facts();
    let mut changed = provider.differences(&known.facts());
    changed.extend(has_new_secret.then_some(ProviderSetting::ClientSecret));
    (!changed.is_empty()).then_some(ProviderChange::Changed { provider, changed })
}

/// Whether both are the same application at the same provider.
fn is_same_client(known: &Provider, provider: &Provider) -> bool {
    known.issuer == provider.issuer && known.client_id == provider.client_id
}

/// What a sealed client secret is, and whose.
fn context(account: AccountId) -> String {
    format!("sso_client_secret/{account}")
}

fn put(
    tables: &Connection,
    account: AccountId,
    provider: &Provider,
    sealed: &[u8],
) -> Result<(), IdentityError> {
    let account = account.bits().to_be_bytes();
    tables.execute(
        "INSERT OR REPLACE INTO identity_providers
             (account, issuer, client_id, client_secret, scopes, groups_claim, label, creates_users, links_by_email,
              own_redirect_uri, email_claim, trusts_addresses)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            account,
            provider.issuer.as_str(),
            provider.client_id.as_str(),
            sealed,
            provider.scopes.as_str(),
            provider.groups_claim.as_ref().map(super::ClaimName::as_str),
            provider.label.as_str(),
            provider.creates_users,
            provider.links_by_email,
            provider.own_redirect_uri,
            provider.email_claim.as_str(),
            provider.trusts_addresses,
        ],
    )?;
    put_domains(tables, account, provider)
}

/// Domains that stay keep their proof, and the form in which they were stored.
fn put_domains(tables: &Connection, account: [u8; 16], provider: &Provider) -> Result<(), IdentityError> {
    let mut select =
        tables.prepare_cached("SELECT domain FROM identity_provider_domains WHERE account = ?1")?;
    let stored = select.query_map([account], |row| row.get(0))?;
    let mut known = BTreeSet::new();
    for stored in stored.collect::<Result<Vec<String>, _>>()? {
        let domain: EmailDomain = stored.parse().map_err(|_| DAMAGED)?;
        if !provider.email_domains.contains(&domain) {
            tables.execute(
                "DELETE FROM identity_provider_domains WHERE account = ?1 AND domain = ?2",
                params![account, stored],
            )?;
        }
        known.insert(domain);
    }
    let mut insert = tables.prepare_cached(
        "INSERT INTO identity_provider_domains (domain, account, challenge) VALUES (?1, ?2, ?3)",
    )?;
    for domain in provider.email_domains.difference(&known) {
        let mut challenge = [0_u8; 16];
        fill(&mut challenge)?;
        insert.execute(params![domain.as_str(), account, HEXLOWER.encode(&challenge)])?;
    }
    Ok(())
}

fn get(tables: &Connection, account: AccountId) -> Result<Option<Provider>, IdentityError> {
    let account = account.bits().to_be_bytes();
    let mut domains =
        tables.prepare_cached("SELECT domain FROM identity_provider_domains WHERE account = ?1")?;
    let domains = domains.query_map([account], |row| row.get(0))?;
    let domains = domains.collect::<Result<Vec<String>, _>>()?;
    let mut select = tables.prepare_cached(
        "SELECT issuer, client_id, scopes, groups_claim, label, creates_users, links_by_email,
                own_redirect_uri, email_claim, trusts_addresses
         FROM identity_providers WHERE account = ?1",
    )?;
    let found = select
        .query_row([account], |row| Ok(provider(row, &domains)))
        .optional()?;
    found.transpose()
}

fn secret(tables: &Connection, account: AccountId) -> Result<Vec<u8>, IdentityError> {
    let mut select =
        tables.prepare_cached("SELECT client_secret FROM identity_providers WHERE account = ?1")?;
    Ok(select.query_row([account.bits().to_be_bytes()], |row| row.get(0))?)
}

fn provider(row: &Row<'_>, domains: &[String]) -> Result<Provider, IdentityError> {
    let domains = domains.iter().map(|domain| domain.parse());
    Ok(Provider {
        issuer: text(row, 0)?,
        client_id: text(row, 1)?,
        scopes: text(row, 2)?,
        groups_claim: row
            .get::<_, Option<String>>(3)?
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

fn text<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> Result<T, IdentityError> {
    row.get::<_, String>(column)?.parse().map_err(|_| DAMAGED)
}
