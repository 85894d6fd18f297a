//! Which domains of e-mail addresses an account has proved to be its own. By an address of such a domain, people are
//! led to the account's provider; without proof, anybody could name anybody's domain and ask its people for their
//! passwords.
//!
//! Earlier versions stored a domain as it was typed, in Unicode or in ASCII (`xn--…`), so that one may stand in two rows:
//! look-ups take either.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use usher_domain::single_sign_on::{ProvedBy, ProviderChange};
use usher_domain::text::{Email, Name};
use usher_domain::{AccountId, Timestamp};

use super::provider::EmailDomain;
use crate::{CredentialChange, Identity, IdentityError, Origin, Unrecorded, unrecorded};

const DAMAGED: IdentityError = IdentityError::Damaged { what: "domain" };

/// The label below which a domain's DNS says whose it is.
const RECORD_LABEL: &str = "_usher-challenge";

/// A domain that an account names as its people's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDomain {
    /// The domain.
    pub domain: EmailDomain,
    /// What its DNS has to say; drawn for this account and domain.
    challenge: String,
    /// By whose word it is the account's; none while it is not proved.
    pub proved_by: Option<ProvedBy>,
}

impl NamedDomain {
    /// The name of the TXT record that proves the domain.
    #[must_use]
    pub fn record_name(&self) -> String {
        format!("{RECORD_LABEL}.{}", self.domain.ascii())
    }

    /// The text of that record.
    #[must_use]
    pub fn record_value(&self) -> String {
        format!("usher-domain={}", self.challenge)
    }
}

/// An account whose people an e-mail address's domain belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Realm {
    /// The account.
    pub account: AccountId,
    /// What the button says.
    pub label: Name,
    /// Who the provider is.
    pub issuer: String,
}

impl Identity {
    /// The domains that an account names as its people's, in their order, each once.
    pub async fn named_domains(&self, account: AccountId) -> Result<Vec<NamedDomain>, IdentityError> {
        let read = move |tables: &Connection| {
            let mut select = tables.prepare_cached(
                "SELECT domain, challenge, proved_by FROM identity_provider_domains
                 WHERE account = ?1 ORDER BY domain",
            )?;
            let rows = select.query_map([account.bits().to_be_bytes()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
            let mut all = rows.map(|row| named(row?)).collect::<Result<Vec<_>, _>>()?;
            all.sort_by(|one, other| {
                (&one.domain, one.proved_by.is_none()).cmp(&(&other.domain, other.proved_by.is_none()))
            });
            all.dedup_by(|later, earlier| later.domain == earlier.domain);
            Ok(all)
        };
        self.store.read(read).await
    }

    /// Notes by whose word a domain is an account's, or with none that it is nobody's word any more. The change is to
    /// be recorded. None where the account does not name the domain; an inner none where nothing is new.
    pub async fn set_domain_proof(
        &self,
        account: AccountId,
        domain: EmailDomain,
        proved_by: Option<ProvedBy>,
        origin: Origin,
        now: Timestamp,
    ) -> Result<Option<Option<Unrecorded>>, IdentityError> {
        let set = move |tables: &Transaction<'_>| {
            let (account_id, ascii) = (account.bits().to_be_bytes(), domain.ascii());
            let select = "SELECT proved_by FROM identity_provider_domains
                 WHERE account = ?1 AND domain IN (?2, ?3) ORDER BY proved_by IS NULL, domain LIMIT 1";
            let key = params![account_id, domain.as_str(), ascii];
            let known: Option<Option<String>> = tables.query_row(select, key, |row| row.get(0)).optional()?;
            let Some(before) = known else { return Ok(None) };
            let after = proved_by.map(word);
            if before.as_deref() == after {
                return Ok(Some(None));
            }
            tables.execute(
                "UPDATE identity_provider_domains SET proved_by = ?4 WHERE account = ?1 AND domain IN (?2, ?3)",
                params![account_id, domain.as_str(), ascii, after],
            )?;
            let domain = domain.to_string();
            let change = match proved_by {
                Some(by) => ProviderChange::DomainProved { domain, by },
                None => ProviderChange::DomainProofWithdrawn { domain },
            };
            let change = CredentialChange::Provider(change);
            unrecorded::put(tables, account, change, origin, now).map(|note| Some(Some(note)))
        };
        self.store.change(set, |stored| stored).await
    }

    /// The accounts that have proved the domain of this address to be their people's. On a server with one account
    /// it counts as proved. Says nothing about whether anybody has the address.
    pub async fn realms(&self, email: &Email, is_only_account: bool) -> Result<Vec<Realm>, IdentityError> {
        let Some(domain) = EmailDomain::of(email) else {
            return Ok(Vec::new());
        };
        let read = move |tables: &Connection| {
            let mut select = tables.prepare_cached(
                "SELECT DISTINCT account, label, issuer FROM identity_provider_domains
                 JOIN identity_providers USING (account)
                 WHERE domain IN (?1, ?2) AND (?3 OR proved_by IS NOT NULL) ORDER BY account LIMIT 20",
            )?;
            let rows = select
                .query_map(params![domain.as_str(), domain.ascii(), is_only_account], |row| {
                    Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?))
                })?;
            let realm = |row: rusqlite::Result<([u8; 16], String, String)>| {
                let (account, label, issuer) = row?;
                Ok(Realm {
                    account: AccountId::from_bits(u128::from_be_bytes(account)),
                    label: label.parse().map_err(|_| DAMAGED)?,
                    issuer,
                })
            };
            rows.map(realm).collect()
        };
        self.store.read(read).await
    }
}

#[cfg(test)]
impl Identity {
    /// Names a domain as earlier versions stored it.
    pub(crate) async fn store_domain_as_typed(
        &self,
        account: AccountId,
        domain: &'static str,
        proved_by: Option<&'static str>,
    ) {
        let insert = "INSERT INTO identity_provider_domains (domain, account, challenge, proved_by)
             VALUES (?1, ?2, hex(randomblob(16)), ?3)";
        let stored = self.store.change(
            move |tables| {
                Ok(tables.execute(insert, params![domain, account.bits().to_be_bytes(), proved_by])?)
            },
            |changed| changed,
        );
        assert_eq!(stored.await.ok(), Some(1));
    }

    /// What the account's provider was before there were redirect URIs of accounts.
    pub(crate) async fn forget_own_redirect_uri(&self, account: AccountId) {
        let forget = "UPDATE identity_providers SET own_redirect_uri = 0 WHERE account = ?1";
        let forgotten = self.store.change(
            move |tables| Ok(tables.execute(forget, [account.bits().to_be_bytes()])?),
            |changed| changed,
        );
        assert_eq!(forgotten.await.ok(), Some(1));
    }
}

fn named(
    (domain, challenge, proved_by): (String, String, Option<String>),
) -> Result<NamedDomain, IdentityError> {
    let proved_by = match proved_by.as_deref() {
        None => None,
        Some("dns") => Some(ProvedBy::Dns),
        Some("operator") => Some(ProvedBy::Operator),
        Some(_) => return Err(DAMAGED),
    };
    Ok(NamedDomain {
        domain: domain.parse().map_err(|_| DAMAGED)?,
        challenge,
        proved_by,
    })
}

const fn word(by: ProvedBy) -> &'static str {
    match by {
        ProvedBy::Dns => "dns",
        ProvedBy::Operator => "operator",
    }
}
