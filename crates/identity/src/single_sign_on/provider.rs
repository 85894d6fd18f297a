//! The settings of an account's provider.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use url::Url;
use usher_domain::single_sign_on::ProviderFacts;
use usher_domain::text::{Email, InvalidText, Name, address};

/// The most domains that one account's provider can have.
pub const EMAIL_DOMAINS_MAX: usize = 50;

/// The default scopes.
pub const SCOPES_DEFAULT: &str = "openid profile email";

/// The default claim with a person's e-mail address.
pub const EMAIL_CLAIM_DEFAULT: &str = "email";

/// How the users of an account sign in at their own provider.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent settings, named as in the API"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The issuer: the URL below which the discovery document is found.
    pub issuer: Issuer,
    /// Usher's client id at the provider.
    pub client_id: ClientId,
    /// The scopes to request, always including `openid`.
    pub scopes: Scopes,
    /// The claim with a person's groups; `None` if the provider does not set groups.
    pub groups_claim: Option<ClaimName>,
    /// The label of the button: "Continue with …".
    pub label: Name,
    /// Whether unknown people become users.
    pub creates_users: bool,
    /// Whether a person can be matched to an existing user by e-mail address alone.
    pub links_by_email: bool,
    /// The domains whose addresses may sign in; empty for any.
    pub email_domains: BTreeSet<EmailDomain>,
    /// The claim with a person's e-mail address.
    pub email_claim: ClaimName,
    /// Whether addresses count as verified even if the provider does not say so, for adding users and for finding
    /// existing ones. For a provider with one tenant and its own directory.
    pub trusts_addresses: bool,
    /// Whether people come back to the account's own redirect URI, not to the one that all accounts shared. Once set it
    /// stays set, and new providers begin with it.
    pub own_redirect_uri: bool,
}

/// What is wrong with a provider's settings as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProvider {
    /// An address in somebody else's domain does not prove who its owner is.
    #[error(
        "users are found by e-mail address, and addresses trusted, within named domains only: name at least one"
    )]
    LinkNeedsDomain,
    /// A provider's `email_verified` is only about the claim `email`.
    #[error(
        "addresses of another claim than `email` are never verified: trust the provider's addresses to use them"
    )]
    ClaimNeedsTrust,
    /// More than [`EMAIL_DOMAINS_MAX`].
    #[error("at most {EMAIL_DOMAINS_MAX} domains can be named")]
    TooManyDomains,
    /// The secret would be revealed to the new issuer.
    #[error("the client secret of one provider is not given to another: type the secret of this one")]
    SecretNeeded,
}

impl Provider {
    /// Checks that the settings fit together.
    pub fn check(&self) -> Result<(), InvalidProvider> {
        if (self.links_by_email || self.trusts_addresses) && self.email_domains.is_empty() {
            return Err(InvalidProvider::LinkNeedsDomain);
        }
        if self.email_claim.as_str() != EMAIL_CLAIM_DEFAULT && !self.trusts_addresses {
            return Err(InvalidProvider::ClaimNeedsTrust);
        }
        if self.email_domains.len() > EMAIL_DOMAINS_MAX {
            return Err(InvalidProvider::TooManyDomains);
        }
        Ok(())
    }

    /// The settings as recorded in the audit.
    #[must_use]
    pub fn facts(&self) -> ProviderFacts {
        ProviderFacts {
            issuer: self.issuer.to_string(),
            client_id: self.client_id.to_string(),
            scopes: self.scopes.to_string(),
            groups_claim: self.groups_claim.as_ref().map(ToString::to_string),
            label: self.label.clone(),
            creates_users: self.creates_users,
            links_by_email: self.links_by_email,
            email_domains: self.email_domains.iter().map(ToString::to_string).collect(),
            email_claim: self.email_claim.to_string(),
            trusts_addresses: self.trusts_addresses,
            own_redirect_uri: self.own_redirect_uri,
        }
    }

    /// Whether people with this address may sign in.
    #[must_use]
    pub fn takes(&self, email: &Email) -> bool {
        self.email_domains.is_empty() || self.names_domain_of(email)
    }

    /// Whether the address is in one of the named domains.
    #[must_use]
    pub fn names_domain_of(&self, email: &Email) -> bool {
        EmailDomain::of(email).is_some_and(|domain| self.email_domains.contains(&domain))
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $expected:literal, $parse:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidText;

            fn from_str(text: &str) -> Result<Self, InvalidText> {
                let parse: fn(&str) -> Option<Arc<str>> = $parse;
                parse(text.trim()).map(Self).ok_or(InvalidText { expected: $expected })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

texts! {
    /// The provider's issuer URL, exactly as the provider writes it.
    Issuer, "the issuer's address, such as `https://login.example.com/tenant`", issuer;

    /// Usher's client id at the provider.
    ClientId, "a client id of 1 to 255 visible characters", |text| word(text, 255);

    /// The scopes to request, separated by spaces. Must include `openid`.
    Scopes, "scopes apart by spaces, at most 20, `openid` among them", scopes;

    /// The name of a claim.
    ClaimName, "the name of a claim, 1 to 100 visible characters", |text| word(text, 100);

    /// The part of e-mail addresses after the `@`, in the [normalized form](usher_domain::text::address) of addresses.
    EmailDomain, "a domain, such as `example.com`", domain;
}

impl EmailDomain {
    /// The domain of an address.
    #[must_use]
    pub fn of(email: &Email) -> Option<Self> {
        let (_, domain) = email.as_str().rsplit_once('@')?;
        domain.parse().ok()
    }

    /// The domain in ASCII, as in the DNS. Earlier versions stored the form that was entered.
    #[must_use]
    pub fn ascii(&self) -> Cow<'_, str> {
        address::ascii(&self.0).map_or(Cow::Borrowed(&*self.0), Cow::Owned)
    }
}

fn word(text: &str, chars_max: usize) -> Option<Arc<str>> {
    let fits =
        !text.is_empty() && text.len() <= chars_max && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| Arc::from(text))
}

/// Whether the server may connect to it is decided by the operator's settings, when it does.
fn issuer(text: &str) -> Option<Arc<str>> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= 300)?;
    let is_web = matches!(url.scheme(), "https" | "http") && url.host_str().is_some();
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (is_web && is_plain && url.password().is_none()).then(|| Arc::from(text))
}

fn scopes(text: &str) -> Option<Arc<str>> {
    let scopes: Vec<_> = text.split_ascii_whitespace().collect();
    let fit = scopes.len() <= 20 && scopes.iter().all(|scope| word(scope, 100).is_some());
    (fit && scopes.contains(&"openid")).then(|| scopes.join(" ").into())
}

fn domain(text: &str) -> Option<Arc<str>> {
    let text = text.strip_prefix('@').unwrap_or(text);
    // A text that is not a valid domain stays as it is: earlier versions stored such ones.
    let one_form = address::unicode(text).unwrap_or_else(|| text.to_lowercase());
    let ascii = address::ascii(&one_form);
    let name = ascii.as_deref().unwrap_or(&one_form);
    let fits = name.len() <= 253
        && name.contains('.')
        && name.split('.').all(|label| {
            !label.is_empty() && label.len() <= 63 && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
    fits.then(|| one_form.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_a_provider_are_accepted_or_refused_with_the_reason() {
        for (issuer, is_one) in [
            ("https://login.example.com/tenant/v2.0", true),
            (" https://login.example.com ", true),
            ("login.example.com", false),
            ("ftp://login.example.com", false),
            ("https://login.example.com/?tenant=1", false),
            ("https://me:pw@login.example.com", false),
        ] {
            assert_eq!(issuer.parse::<Issuer>().is_ok(), is_one, "{issuer}");
        }
        assert!("profile email".parse::<Scopes>().is_err());
        assert_eq!(
            "openid  email".parse::<Scopes>().unwrap().as_str(),
            "openid email"
        );
        for (domain, is_one) in [
            ("@Example.COM", true),
            ("example", false),
            ("a..b", false),
            ("a b.c", false),
            ("bücher.example", true),
            ("हिन्दी.example", true),
            ("-a.xn--a", true),
            ("a.example＠b.example", false),
        ] {
            assert_eq!(domain.parse::<EmailDomain>().is_ok(), is_one, "{domain}");
        }
    }

    #[test]
    fn a_domain_is_shown_in_unicode_and_looked_up_in_ascii() {
        for domain in ["@BÜCHER.example", "xn--bcher-kva.example"] {
            let domain: EmailDomain = domain.parse().unwrap();
            assert_eq!(domain.as_str(), "bücher.example");
            assert_eq!(domain.ascii(), "xn--bcher-kva.example");
            let email = "ann@xn--bcher-kva.EXAMPLE".parse().unwrap();
            assert_eq!(EmailDomain::of(&email), Some(domain));
        }
    }
}
