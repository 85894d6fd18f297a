//! The claims about a person in a token or in the user-info endpoint's answer. Only claims that are used are read, and
//! each leniently if its meaning is clear: an unused claim cannot make a sign-in fail.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use usher_domain::Hidden;
use usher_domain::text::{Email, Name};

use super::provider::ClaimName;

/// The most groups of a person that are read.
pub const GROUPS_MAX: usize = 1_000;

/// The longest name of a group, in bytes.
const GROUP_BYTES_MAX: usize = 256;

/// The claims of one answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    pub(super) const fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// A claim that is a string.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The subject. A number is taken as its digits.
    pub(super) fn subject(&self) -> Option<String> {
        match self.0.get("sub")? {
            Value::String(subject) => Some(subject.clone()),
            Value::Number(number) if !number.is_f64() => Some(number.to_string()),
            _ => None,
        }
    }

    /// The audiences: one, or several.
    pub(super) fn audiences(&self) -> Vec<&str> {
        match self.0.get("aud") {
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(one)) => vec![one],
            _ => Vec::new(),
        }
    }

    /// A time in seconds since 1970, also with a fraction or as a string of digits.
    pub(super) fn seconds(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Value::String(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// The e-mail address in this claim; if it is a list, the first valid one.
    pub(super) fn email(&self, claim: &str) -> Option<Email> {
        match self.0.get(claim)? {
            Value::String(email) => email.parse().ok(),
            Value::Array(several) => {
                let mut emails = several.iter().filter_map(Value::as_str);
                emails.find_map(|email| email.parse().ok())
            }
            _ => None,
        }
    }

    /// Whether the provider says that the address in `email` is the person's own; `None` if it says nothing clear.
    pub(super) fn email_verified(&self) -> Option<bool> {
        match self.0.get("email_verified")? {
            Value::Bool(is_verified) => Some(*is_verified),
            Value::String(word) if word.eq_ignore_ascii_case("true") => Some(true),
            Value::String(word) if word.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The person's name.
    pub(super) fn name(&self) -> Option<Name> {
        let parts = self.text("given_name").zip(self.text("family_name"));
        let parts = parts.map(|(given, family)| format!("{given} {family}"));
        let whole = self.text("name").map(str::to_owned);
        let user_name = self.text("preferred_username").map(str::to_owned);
        let mut names = [whole, parts, user_name].into_iter().flatten();
        // The person who signs in cannot correct the provider's data, so hidden characters are removed.
        names.find_map(|name| Hidden::removed_from(&name).parse().ok())
    }

    /// The groups in a claim; `None` if it is missing, or has an unknown shape. Supported are a list, a single string,
    /// and an object whose keys are the names, except those with `false` or `null`. `a.b` is the claim of this name, or
    /// else `b` in `a`.
    pub(super) fn groups(&self, claim: &ClaimName) -> Option<BTreeSet<String>> {
        let named: Vec<&str> = match self.at(claim.as_str())? {
            Value::Array(several) if several.is_empty() => return Some(BTreeSet::new()),
            Value::Array(several) => several.iter().filter_map(group_name).collect(),
            Value::String(one) => vec![one],
            Value::Object(set) => {
                let is_in = |value: &Value| !matches!(value, Value::Null | Value::Bool(false));
                let members = set.iter().filter(|(_, value)| is_in(value));
                members.map(|(name, _)| name.as_str()).collect()
            }
            _ => Vec::new(),
        };
        let fits = |name: &&str| !name.is_empty() && name.len() <= GROUP_BYTES_MAX;
        let groups: BTreeSet<_> = named.into_iter().filter(fits).take(GROUPS_MAX).collect();
        (!groups.is_empty()).then(|| groups.into_iter().map(str::to_owned).collect())
    }

    /// Whether the provider says that a claim has to be fetched elsewhere, as for a person in very many groups (Core
    /// 1.0, section 5.6.2).
    pub(super) fn are_elsewhere(&self, claim: &ClaimName) -> bool {
        let names = self.0.get("_claim_names").and_then(Value::as_object);
        names.is_some_and(|names| names.contains_key(claim.as_str()))
    }

    /// The value at `path`. Names of claims can have dots too, so the whole path is tried first.
    fn at(&self, path: &str) -> Option<&Value> {
        fn within<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
            if let Some(value) = claims.get(path) {
                return Some(value);
            }
            let mut dots = path.match_indices('.');
            dots.find_map(|(dot, _)| within(claims.get(&path[..dot])?.as_object()?, &path[dot + 1..]))
        }
        within(&self.0, path)
    }
}

/// A group in a list: a string, or an object with a name, as directories write them.
fn group_name(group: &Value) -> Option<&str> {
    const FIELDS: [&str; 5] = ["name", "displayName", "display", "value", "id"];
    let named = |field: &str| group.get(field).and_then(Value::as_str);
    group.as_str().or_else(|| FIELDS.into_iter().find_map(named))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "only what is far within the range is converted"
)]
fn whole(seconds: f64) -> Option<i64> {
    (seconds.is_finite() && seconds.abs() < 1e12).then(|| seconds.floor() as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        match value {
            Value::Object(claims) => Claims::new(claims),
            _ => Claims::default(),
        }
    }

    fn groups(value: Value, claim: &str) -> Option<Vec<String>> {
        let groups = claims(value).groups(&claim.parse().unwrap());
        groups.map(|groups| groups.into_iter().collect())
    }

    #[test]
    fn groups_are_understood_in_the_shapes_that_providers_give_them() {
        let agents = || Some(vec!["Agents".to_owned()]);
        for (said, claim, expected) in [
            (json!({"groups": ["Agents", 7, ""]}), "groups", agents()),
            (json!({"groups": "Agents"}), "groups", agents()),
            (json!({"groups": []}), "groups", Some(vec![])),
            (json!({"groups": [7]}), "groups", None),
            (json!({"groups": 7}), "groups", None),
            (json!({"groups": null}), "groups", None),
            (json!({}), "groups", None),
            (
                json!({"realm_access": {"roles": ["Agents"]}}),
                "realm_access.roles",
                agents(),
            ),
            (
                json!({"https://acme.example/groups": ["Agents"]}),
                "https://acme.example/groups",
                agents(),
            ),
            (
                json!({"resource_access": {"usher.desk": {"roles": ["Agents"]}}}),
                "resource_access.usher.desk.roles",
                agents(),
            ),
            (
                json!({"roles": {"Agents": {"383168317235462148": "acme.example"}, "Former": false}}),
                "roles",
                agents(),
            ),
            (
                json!({"groups": [{"id": "17", "name": "Agents"}]}),
                "groups",
                agents(),
            ),
        ] {
            assert_eq!(groups(said.clone(), claim), expected, "{said}");
        }
    }

    #[test]
    fn addresses_and_instants_are_accepted_if_unambiguous() {
        let email = |value: Value| {
            let found = claims(json!({ "email": value })).email("email");
            found.map(|email| email.to_string())
        };
        let ann = || Some("ann@corp.example".to_owned());
        assert_eq!(email(json!("Ann@Corp.example")), ann());
        assert_eq!(email(json!(["ann@corp.example", "a.lee@corp.example"])), ann());
        assert_eq!(email(json!([7, "none", "ann@corp.example"])), ann());
        assert_eq!(email(json!({"value": "ann@corp.example"})), None);
        assert_eq!(email(json!([])), None);

        let exp = |value: Value| claims(json!({ "exp": value })).seconds("exp");
        assert_eq!(exp(json!(1_790_000_000)), Some(1_790_000_000));
        assert_eq!(exp(json!(1_790_000_000.7)), Some(1_790_000_000));
        assert_eq!(exp(json!("1790000000")), Some(1_790_000_000));
        assert_eq!(exp(json!("2026-09-01T10:00:00.000Z")), None);
        assert_eq!(exp(json!(1e300)), None);
    }
}
