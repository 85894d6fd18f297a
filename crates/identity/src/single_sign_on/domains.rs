//! Which domains of e-mail addresses an account has proved to be its own. Users with an address in such a domain are
//! sent to the account's provider; without proof, an account could name another company's domain and ask its users for
//! their passwords.

use usher_domain::single_sign_on::ProvedBy;
use usher_domain::text::{Email, Name};
use usher_domain::{AccountId, Timestamp};

use super::provider::EmailDomain;
use crate::{ChangeOrigin, Identity, IdentityError, Unrecorded};

/// The most accounts offered to users of one domain.
const REALMS_MAX: usize = 20;

/// The label below which a domain's DNS names its account.
const RECORD_LABEL: &str = "_usher-challenge";

/// A domain that an account has named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDomain {
    /// The domain.
    pub domain: EmailDomain,
    /// The text for its TXT record, drawn for this account and domain.
    pub challenge: String,
    /// How it was proved; `None` if it is not.
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

/// An account that the domain of an e-mail address leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Realm {
    /// The account.
    pub account: AccountId,
    /// The label of the button.
    pub label: Name,
    /// The provider's issuer.
    pub issuer: String,
}

impl Identity {
    /// The domains that an account has named, sorted, without duplicates.
    pub async fn named_domains(&self, account: AccountId) -> Result<Vec<NamedDomain>, IdentityError> {
        Ok(self.store.named_domains(account).await?)
    }

    /// Records how a domain was proved, or with `None` that it no longer is. Returns the change to be recorded: `None`
    /// if the account does not name the domain, an inner `None` if nothing changed.
    pub async fn set_domain_proof(
        &self,
        account: AccountId,
        domain: EmailDomain,
        proved_by: Option<ProvedBy>,
        origin: ChangeOrigin,
        now: Timestamp,
    ) -> Result<Option<Option<Unrecorded>>, IdentityError> {
        let set = self
            .store
            .set_domain_proof(account, domain, proved_by, origin, now);
        Ok(set.await?)
    }

    /// The accounts that have proved the domain of this address. On a server with one account, its domains count as
    /// proved. Does not reveal whether anybody has the address.
    pub async fn realms(&self, email: &Email, is_only_account: bool) -> Result<Vec<Realm>, IdentityError> {
        let Some(domain) = EmailDomain::of(email) else {
            return Ok(Vec::new());
        };
        Ok(self.store.realms(domain, is_only_account, REALMS_MAX).await?)
    }
}
