//! Describes a provider's settings, as audit entries store them, in words.

use serde_json::Value;

/// The settings, in the order of the form.
const SETTINGS: [&str; 11] = [
    "issuer",
    "client_id",
    "scopes",
    "groups_claim",
    "label",
    "creates_users",
    "links_by_email",
    "email_domains",
    "email_claim",
    "trusts_addresses",
    "own_redirect_uri",
];

/// All settings.
pub(super) fn all(provider: &Value) -> String {
    let settings = SETTINGS.iter().map(|setting| one(provider, setting));
    settings.collect::<Vec<_>>().join("; ")
}

/// The settings that changed.
pub(super) fn changed(detail: &Value) -> String {
    let changed = detail["changed"].as_array().into_iter().flatten();
    let settings = changed.filter_map(Value::as_str);
    let settings = settings.map(|setting| one(&detail["provider"], setting));
    settings.collect::<Vec<_>>().join("; ")
}

/// The domain that was proved, and how.
pub(super) fn proved(detail: &Value) -> String {
    let domain = detail["domain"].as_str().unwrap_or_default();
    match detail["by"].as_str() {
        Some("operator") => format!("{domain}, by the operator's word"),
        _ => format!("{domain}, by its DNS"),
    }
}

fn one(provider: &Value, setting: &str) -> String {
    let value = &provider[setting];
    let text = value.as_str();
    let is_on = value.as_bool() == Some(true);
    match (setting, text) {
        ("issuer", Some(issuer)) => format!("the provider {issuer}"),
        ("client_id", Some(client)) => format!("the client id {client}"),
        ("client_secret", _) => "another client secret".to_owned(),
        ("scopes", Some(scopes)) => format!("the scopes {scopes}"),
        ("groups_claim", Some(claim)) => format!("groups by the claim {claim}"),
        ("groups_claim", None) => "no groups".to_owned(),
        ("label", Some(label)) => format!("the label {label}"),
        ("creates_users", _) if is_on => "who is new becomes a user".to_owned(),
        ("creates_users", _) => "who is new stays out".to_owned(),
        ("links_by_email", _) if is_on => "users are known by their e-mail address".to_owned(),
        ("links_by_email", _) => "users are not known by their e-mail address".to_owned(),
        ("email_domains", _) => {
            let domains = value.as_array().into_iter().flatten();
            let domains: Vec<_> = domains.filter_map(Value::as_str).collect();
            if domains.is_empty() {
                "addresses of any domain".to_owned()
            } else {
                format!("addresses of {}", domains.join(", "))
            }
        }
        ("email_claim", Some(claim)) => format!("addresses by the claim {claim}"),
        ("email_claim", None) => "addresses by the claim email".to_owned(),
        ("trusts_addresses", _) if is_on => "its addresses are trusted".to_owned(),
        ("trusts_addresses", _) => "its addresses count where it verified them".to_owned(),
        ("own_redirect_uri", _) if is_on => "the account's own redirect URI".to_owned(),
        ("own_redirect_uri", _) => "the redirect URI that all accounts share".to_owned(),
        // Written by a newer version.
        _ => setting.to_owned(),
    }
}
