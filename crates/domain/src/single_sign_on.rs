//! What is told of the provider at which an account's people sign in. The provider itself is kept elsewhere, and its
//! client secret is told nowhere.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::text::Name;

/// How the provider was changed. An event, and so it names what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderChange {
    /// There was none before.
    Made {
        /// As it is.
        provider: ProviderFacts,
    },
    /// There was one, of which something is new.
    Changed {
        /// As it is now.
        provider: ProviderFacts,
        /// What is new.
        changed: BTreeSet<ProviderSetting>,
    },
    /// There is none any more.
    Removed {
        /// Who it was.
        issuer: String,
    },
    /// A domain of its people's addresses is known to be the account's.
    DomainProved {
        /// Which.
        domain: String,
        /// By whose word.
        by: ProvedBy,
    },
    /// A domain is no longer known to be the account's.
    DomainProofWithdrawn {
        /// Which.
        domain: String,
    },
}

/// By whose word a domain is an account's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProvedBy {
    /// Its DNS says so.
    Dns,
    /// The operator of the server does.
    Operator,
}

/// All about a provider that is no secret.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent settings, named as in the API"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderFacts {
    /// Who the provider is.
    pub issuer: String,
    /// As whom Usher is known there.
    pub client_id: String,
    /// What is asked for.
    pub scopes: String,
    /// The claim that names a person's groups.
    pub groups_claim: Option<String>,
    /// What the button says.
    pub label: Name,
    /// Whether people who are not known yet become users.
    pub creates_users: bool,
    /// Whether a person with a verified address is the user who has it.
    pub links_by_email: bool,
    /// The domains of the addresses of people who may come in; empty for any.
    pub email_domains: BTreeSet<String>,
    /// The claim that holds a person's e-mail address.
    #[serde(default = "email_claim", skip_serializing_if = "is_email_claim")]
    pub email_claim: String,
    /// Whether addresses count as verified although the provider does not say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub trusts_addresses: bool,
    /// Whether people come back to the account's own redirect URI.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_redirect_uri: bool,
}

/// The claim of providers that were set up before another could be named.
fn email_claim() -> String {
    "email".to_owned()
}

/// What earlier versions stored is written again as it was, or the audit would differ from the journal.
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
    /// What differs from how the provider was before.
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
