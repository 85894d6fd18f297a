//! Which domains of e-mail addresses an account has proved to be its own. By an address of such a domain, people are
//! led to the account's provider; without proof, anybody could name anybody's domain and ask its people for their
//! passwords.

use usher_domain::single_sign_on::ProvedBy;
use usher_domain::text::{Email, Name};
use usher_domain::{AccountId, Timestamp};

use super::provider::EmailDomain;
use crate::{ChangeOrigin, Identity, IdentityError, Unrecorded};

/// The most accounts that people of one domain are led to.
const REALMS_MAX: usize = 20;

/// The label below which a domain's DNS says whose it is.
const RECORD_LABEL: &str = "_usher-challenge";

/// A domain that an account names as its people's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDomain {
    /// The domain.
    pub domain: EmailDomain,
    /// What its DNS has to say: drawn for this account and domain.
    pub challenge: String,
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
        Ok(self.store.named_domains(account).await?)
    }

    /// Notes by whose word a domain is an account's, or with none that it is nobody's word any more. The change is to
    /// be recorded. None where the account does not name the domain; an inner none where nothing is new.
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

    /// The accounts that have proved the domain of this address to be their people's. On a server with one account
    /// it counts as proved. Says nothing about whether anybody has the address.
    pub async fn realms(&self, email: &Email, is_only_account: bool) -> Result<Vec<Realm>, IdentityError> {
        let Some(domain) = EmailDomain::of(email) else {
            return Ok(Vec::new());
        };
        Ok(self.store.realms(domain, is_only_account, REALMS_MAX).await?)
    }
}
