//! The table of the domains that accounts name.
//!
//! Earlier versions stored a domain as it was typed, in Unicode or in ASCII (`xn--…`), so that one may be in two rows:
//! look-ups accept both.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use usher_domain::AccountId;
use usher_domain::single_sign_on::{ProvedBy, ProviderChange};
use usher_identity::ports::StoreError;
use usher_identity::single_sign_on::{EmailDomain, NamedDomain, Provider, Realm};

use crate::columns::limit;
use crate::store::Failure;

pub(crate) const TABLE: &str = "identity_provider_domains";

const DAMAGED: StoreError = StoreError::Damaged { what: "domain" };

/// The domains of an account as they are stored.
pub(crate) fn of_account(tables: &Connection, account: AccountId) -> Result<Vec<String>, Failure> {
    let mut select =
        tables.prepare_cached("SELECT domain FROM identity_provider_domains WHERE account = ?1")?;
    let domains = select.query_map([account.bits().to_be_bytes()], |row| row.get(0))?;
    Ok(domains.collect::<Result<_, _>>()?)
}

/// Stores the domains of a provider. Those that stay keep their challenge and proof, and the form in which they were
/// stored.
pub(crate) fn replace(
    tables: &Connection,
    account: AccountId,
    provider: &Provider,
    challenges: &BTreeMap<EmailDomain, String>,
) -> Result<(), Failure> {
    let account_id = account.bits().to_be_bytes();
    let mut known = BTreeSet::new();
    for stored in of_account(tables, account)? {
        let domain: EmailDomain = stored.parse().map_err(|_| DAMAGED)?;
        if !provider.email_domains.contains(&domain) {
            tables.execute(
                "DELETE FROM identity_provider_domains WHERE account = ?1 AND domain = ?2",
                params![account_id, stored],
            )?;
        }
        known.insert(domain);
    }
    let mut insert = tables.prepare_cached(
        "INSERT INTO identity_provider_domains (domain, account, challenge) VALUES (?1, ?2, ?3)",
    )?;
    for domain in provider.email_domains.difference(&known) {
        let challenge = challenges.get(domain).map_or("", String::as_str);
        insert.execute(params![domain.as_str(), account_id, challenge])?;
    }
    Ok(())
}

/// The domains of an account in order, each once; if one is in two rows, the proved row counts.
pub(crate) fn named(tables: &Connection, account: AccountId) -> Result<Vec<NamedDomain>, Failure> {
    let mut select = tables.prepare_cached(
        "SELECT domain, challenge, proved_by FROM identity_provider_domains WHERE account = ?1 ORDER BY domain",
    )?;
    let mut rows = select.query([account.bits().to_be_bytes()])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (domain, proved_by): (String, Option<String>) = (row.get(0)?, row.get(2)?);
        all.push(NamedDomain {
            domain: domain.parse().map_err(|_| DAMAGED)?,
            challenge: row.get(1)?,
            proved_by: proved_by.as_deref().map(proof).transpose()?,
        });
    }
    all.sort_by(|one, other| {
        (&one.domain, one.proved_by.is_none()).cmp(&(&other.domain, other.proved_by.is_none()))
    });
    all.dedup_by(|later, earlier| later.domain == earlier.domain);
    Ok(all)
}

/// The result of storing a proof.
pub(crate) enum Proof {
    /// The account does not name the domain.
    NotNamed,
    /// Nothing changed.
    Unchanged,
    /// It was stored; this change is to be recorded.
    Changed(ProviderChange),
}

/// Stores the proof of a domain.
pub(crate) fn set_proof(
    tables: &Connection,
    account: AccountId,
    domain: &EmailDomain,
    proved_by: Option<ProvedBy>,
) -> Result<Proof, Failure> {
    let (account, ascii) = (account.bits().to_be_bytes(), domain.ascii());
    let select = "SELECT proved_by FROM identity_provider_domains
         WHERE account = ?1 AND domain IN (?2, ?3) ORDER BY proved_by IS NULL, domain LIMIT 1";
    let key = params![account, domain.as_str(), ascii];
    let stored: Option<Option<String>> = tables.query_row(select, key, |row| row.get(0)).optional()?;
    let Some(before) = stored else {
        return Ok(Proof::NotNamed);
    };
    let after = proved_by.map(word);
    if before.as_deref() == after {
        return Ok(Proof::Unchanged);
    }
    tables.execute(
        "UPDATE identity_provider_domains SET proved_by = ?4 WHERE account = ?1 AND domain IN (?2, ?3)",
        params![account, domain.as_str(), ascii, after],
    )?;
    let domain = domain.to_string();
    Ok(Proof::Changed(match proved_by {
        Some(by) => ProviderChange::DomainProved { domain, by },
        None => ProviderChange::DomainProofWithdrawn { domain },
    }))
}

/// The accounts with a provider that name a domain.
pub(crate) fn realms(
    tables: &Connection,
    domain: &EmailDomain,
    also_unproved: bool,
    rows: usize,
) -> Result<Vec<Realm>, Failure> {
    let mut select = tables.prepare_cached(
        "SELECT DISTINCT account, label, issuer FROM identity_provider_domains
         JOIN identity_providers USING (account)
         WHERE domain IN (?1, ?2) AND (?3 OR proved_by IS NOT NULL) ORDER BY account LIMIT ?4",
    )?;
    let of = params![domain.as_str(), domain.ascii(), also_unproved, limit(rows)];
    let mut rows = select.query(of)?;
    let mut realms = Vec::new();
    while let Some(row) = rows.next()? {
        let label: String = row.get(1)?;
        realms.push(Realm {
            account: AccountId::from_bits(u128::from_be_bytes(row.get(0)?)),
            label: label.parse().map_err(|_| DAMAGED)?,
            issuer: row.get(2)?,
        });
    }
    Ok(realms)
}

fn proof(word: &str) -> Result<ProvedBy, StoreError> {
    match word {
        "dns" => Ok(ProvedBy::Dns),
        "operator" => Ok(ProvedBy::Operator),
        _ => Err(DAMAGED),
    }
}

const fn word(by: ProvedBy) -> &'static str {
    match by {
        ProvedBy::Dns => "dns",
        ProvedBy::Operator => "operator",
    }
}
