//! Normalizes what directories send: names in the schema's spelling, values of its types, and nothing that Usher does
//! not store.
//!
//! Entra sends booleans as text, others use another case for names; both are accepted (RFC 7643, sections 2.1 and
//! 2.3.2).

use serde_json::{Map, Value};

use super::error::{Error, ScimType};
use super::schema::{self, Attribute, Holds, Mutability, Schema};

/// The most values of a multi-valued attribute, except the members of a group.
pub(super) const VALUES_MAX: usize = 100;

/// The prefix of the names of message schemas.
const MESSAGES: &str = "urn:ietf:params:scim:api:messages:2.0:";

/// The member of this name, whatever its case.
pub(super) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// A body as an object.
pub(super) fn object(body: Value) -> Result<Map<String, Value>, Error> {
    match body {
        Value::Object(object) => Ok(object),
        _ => Err(Error::bad(
            ScimType::InvalidSyntax,
            "The body must be a JSON object.",
        )),
    }
}

/// The prefixes of SCIM's schema names, in the standard and in drafts.
const SCHEMAS: [&str; 2] = ["urn:ietf:params:scim:", "urn:scim:"];

/// Refuses a body that does not name this schema (RFC 7643, section 3), or that names another of this version. Names
/// from drafts, and similar ones of products, are ignored, because the endpoint determines the type.
pub(super) fn need_schema(body: &Map<String, Value>, urn: &str) -> Result<(), Error> {
    let names = member(body, "schemas").and_then(Value::as_array);
    let names: Vec<&str> = names.into_iter().flatten().filter_map(Value::as_str).collect();
    let begins = |name: &str, with: &str| {
        let start = name.get(..with.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    let is_of_scim = |name: &&str| SCHEMAS.iter().any(|start| begins(name, start));
    let is_another = |name: &&str| {
        let known = [schema::USER.urn, schema::GROUP.urn];
        known.iter().any(|known| name.eq_ignore_ascii_case(known)) || begins(name, MESSAGES)
    };
    let is_named = names.iter().any(|name| name.eq_ignore_ascii_case(urn));
    if is_named || (names.iter().any(is_of_scim) && !names.iter().any(is_another)) {
        return Ok(());
    }
    let detail = format!("`schemas` must be a list with `{urn}`.");
    Err(Error::bad(ScimType::InvalidSyntax, detail))
}

/// The attributes of a whole resource that Usher stores and clients may set.
pub(super) fn resource(schema: &Schema, body: &Map<String, Value>) -> Result<Map<String, Value>, Error> {
    let mut kept = Map::new();
    for (key, value) in body {
        // Names may have their schema as a prefix.
        let name = match key.rsplit_once(':') {
            Some((urn, name)) if urn.eq_ignore_ascii_case(schema.urn) => name,
            Some(_) => continue,
            None => key,
        };
        let Some(attribute) = schema.attribute(name) else {
            continue;
        };
        if attribute.mutability == Mutability::ReadOnly {
            continue;
        }
        if let Some(value) = read(attribute, value.clone())? {
            kept.insert(attribute.name.to_owned(), value);
        }
    }
    Ok(kept)
}

/// A value for a whole attribute; `None` if the value means that there is none (RFC 7643, section 2.5).
pub(super) fn read(attribute: &'static Attribute, value: Value) -> Result<Option<Value>, Error> {
    if !attribute.is_many {
        return single(attribute, value);
    }
    let values = match value {
        Value::Array(values) => values,
        one => vec![one],
    };
    need_few(attribute, values.len())?;
    let mut kept = Vec::with_capacity(values.len());
    for value in values {
        kept.extend(single(attribute, value)?);
    }
    Ok((!kept.is_empty()).then_some(Value::Array(kept)))
}

/// Refuses too many values for an attribute.
pub(super) fn need_few(attribute: &Attribute, count: usize) -> Result<(), Error> {
    if count <= VALUES_MAX || attribute.name == "members" {
        return Ok(());
    }
    let detail = format!("`{}` can have {VALUES_MAX} values.", attribute.name);
    Err(Error::bad(ScimType::InvalidValue, detail))
}

/// One value of an attribute.
pub(super) fn single(attribute: &'static Attribute, value: Value) -> Result<Option<Value>, Error> {
    let wrong = |expected: &str| {
        let detail = format!("`{}` must be {expected}.", attribute.name);
        Err(Error::bad(ScimType::InvalidValue, detail))
    };
    match (attribute.holds, value) {
        (_, Value::Null) => Ok(None),
        (Holds::Truth, Value::Bool(truth)) => Ok(Some(truth.into())),
        (Holds::Truth, Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true.into())),
        (Holds::Truth, Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false.into())),
        (Holds::Truth, _) => wrong("`true` or `false`"),
        (Holds::Parts(_), Value::Object(object)) => parts(attribute, object),
        (Holds::Parts(_), _) => wrong("an object"),
        (_, Value::String(text)) => Ok((!text.trim().is_empty()).then_some(text.into())),
        _ => wrong("a text"),
    }
}

fn parts(attribute: &'static Attribute, object: Map<String, Value>) -> Result<Option<Value>, Error> {
    let mut kept = Map::new();
    for (key, value) in object {
        let Some(part) = attribute.part(&key) else {
            continue;
        };
        if part.mutability != Mutability::ReadOnly
            && let Some(value) = read(part, value)?
        {
            kept.insert(part.name.to_owned(), value);
        }
    }
    Ok((!kept.is_empty()).then_some(Value::Object(kept)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::schema::USER;
    use super::*;

    #[test]
    fn names_are_accepted_in_any_case_and_unsupported_ones_are_ignored() {
        let body = json!({
            "USERNAME": "sven", "Active": "False", "nickName": "S", "id": "made up", "externalid": null,
            "urn:ietf:params:scim:schemas:core:2.0:User:displayName": "Sven",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Support"},
            "emails": {"VALUE": "sven@example.com", "display": "Sven"},
        });

        let kept = resource(&USER, body.as_object().unwrap()).unwrap();

        assert_eq!(
            Value::Object(kept),
            json!({
                "userName": "sven", "active": false, "displayName": "Sven",
                "emails": [{"value": "sven@example.com"}],
            })
        );
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        for body in [
            json!({"userName": 7}),
            json!({"active": "perhaps"}),
            json!({"name": "Sven"}),
            json!({"emails": ["sven@example.com"]}),
            json!({"emails": vec![json!({"value": "sven@example.com"}); VALUES_MAX + 1]}),
        ] {
            let refused = resource(&USER, body.as_object().unwrap()).unwrap_err();
            assert_eq!(refused.body()["scimType"], "invalidValue", "{body}");
        }
    }
}
