//! What the journal records about an account's identity provider. The provider itself is stored elsewhere, and its
//! client secret is never recorded.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::text::Name;

/// A change of the provider. It is part of an event, so it names the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderChange {
    /// A provider was added.
    Made {
        /// The new provider.
        provider: ProviderFacts,
    },
    /// The provider was changed.
    Changed {
        /// The provider after the change.
        provider: ProviderFacts,
        /// The changed settings.
        changed: BTreeSet<ProviderSetting>,
    },
    /// The provider was removed.
    Removed {
        /// Its issuer.
        issuer: String,
    },
    /// A domain was proved to be the account's.
    DomainProved {
        /// The domain.
        domain: String,
        /// How it was proved.
        by: ProvedBy,
    },
    /// The proof of a domain was withdrawn.
    DomainProofWithdrawn {
        /// The domain.
        domain: String,
    },
}

/// How a domain was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProvedBy {
    /// By its DNS.
    Dns,
    /// By the operator.
    Operator,
}

/// A provider's settings, except for the secret.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent settings, named as in the API"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderFacts {
    /// The issuer.
    pub issuer: String,
    /// Usher's client id at the provider.
    pub client_id: String,
    /// The requested scopes.
    pub scopes: String,
    /// The claim with a person's groups.
    pub groups_claim: Option<String>,
    /// The label of the button.
    pub label: Name,
    /// Whether unknown people become users.
    pub creates_users: bool,
    /// Whether a person with a verified address is matched to the user who has it.
    pub links_by_email: bool,
    /// The domains whose addresses may sign in; empty for any.
    pub email_domains: BTreeSet<String>,
    /// The claim with a person's e-mail address.
    #[serde(default = "email_claim", skip_serializing_if = "is_email_claim")]
    pub email_claim: String,
    /// Whether addresses count as verified even if the provider does not say so.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub trusts_addresses: bool,
    /// Whether people come back to the account's own redirect URI.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub own_redirect_uri: bool,
}

/// The claim of providers configured before it could be set.
fn email_claim() -> String {
    "email".to_owned()
}

/// A default is not written, so that events of earlier versions are serialized as before; otherwise the audit would
/// differ from the journal.
fn is_email_claim(claim: &str) -> bool {
    claim == "email"
}

/// A setting of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "each is a field of `ProviderFacts`, except the client secret"
)]
pub enum ProviderSetting {
    Issuer,
    ClientId,
    ClientSecret,
    Scopes,
    GroupsClaim,
    Label,
    CreatesUsers,
    LinksByEmail,
    EmailDomains,
    EmailClaim,
    TrustsAddresses,
    OwnRedirectUri,
}

impl ProviderFacts {
    /// The settings that differ from the previous provider.
    #[must_use]
    pub fn differences(&self, before: &Self) -> BTreeSet<ProviderSetting> {
        let differences = [
            (ProviderSetting::Issuer, self.issuer != before.issuer),
            (ProviderSetting::ClientId, self.client_id != before.client_id),
            (ProviderSetting::Scopes, self.scopes != before.scopes),
            (
                ProviderSetting::GroupsClaim,
                self.groups_claim != before.groups_claim,
            ),
            (ProviderSetting::Label, self.label != before.label),
            (
                ProviderSetting::CreatesUsers,
                self.creates_users != before.creates_users,
            ),
            (
                ProviderSetting::LinksByEmail,
                self.links_by_email != before.links_by_email,
            ),
            (
                ProviderSetting::EmailDomains,
                self.email_domains != before.email_domains,
            ),
            (
                ProviderSetting::EmailClaim,
                self.email_claim != before.email_claim,
            ),
            (
                ProviderSetting::TrustsAddresses,
                self.trusts_addresses != before.trusts_addresses,
            ),
            (
                ProviderSetting::OwnRedirectUri,
                self.own_redirect_uri != before.own_redirect_uri,
            ),
        ];
        let differs = differences.into_iter().filter(|(_, differs)| *differs);
        differs.map(|(setting, _)| setting).collect()
    }
}
