//! The settings of a provider of single sign-on in words, as entries of the audit keep them.

use serde_json::Value;

/// What can be said of a provider, in the order of its form.
const SETTINGS: [&str; 8] = [
    "issuer",
    "client_id",
    "scopes",
    "groups_claim",
    "label",
    "creates_users",
    "links_by_email",
    "email_domains",
];

/// All that is said of it.
pub(super) fn all(provider: &Value) -> String {
    let settings = SETTINGS.iter().map(|setting| one(provider, setting));
    settings.collect::<Vec<_>>().join("; ")
}

/// What is new of it.
pub(super) fn changed(detail: &Value) -> String {
    let changed = detail["changed"].as_array().into_iter().flatten();
    let settings = changed.filter_map(Value::as_str);
    let settings = settings.map(|setting| one(&detail["provider"], setting));
    settings.collect::<Vec<_>>().join("; ")
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
        // Of a newer version than this one.
        _ => setting.to_owned(),
    }
}
