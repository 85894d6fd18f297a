//! Selecting the attributes of an answer (RFC 7644, section 3.9).

use std::collections::BTreeSet;

use scim_v2::filter::{AttrPath, PatchPath};
use serde_json::{Map, Value};

use super::error::{Error, ScimType};
use super::schema::{Attribute, AttributeRef, Found, Returned, Schema};

/// The most attributes that one request may name.
const NAMES_MAX: usize = 100;

/// A client's selection.
#[derive(Debug, Default, Clone)]
pub(super) enum Selection {
    /// What is shown by default.
    #[default]
    Default,
    /// These, and what is always shown.
    Only(Vec<AttrPath>),
    /// What is shown by default, without these.
    Without(Vec<AttrPath>),
}

impl Selection {
    /// Reads the two parameters, of which a request may have only one.
    pub(super) fn read(attributes: &[String], excluded: &[String]) -> Result<Self, Error> {
        match (attributes.is_empty(), excluded.is_empty()) {
            (true, true) => Ok(Self::Default),
            (false, true) => paths(attributes).map(Self::Only),
            (true, false) => paths(excluded).map(Self::Without),
            (false, false) => Err(Error::bad(
                ScimType::InvalidValue,
                "Send `attributes` or `excludedAttributes`, not both.",
            )),
        }
    }

    /// The names of the attributes that are shown of resources of a schema.
    pub(super) fn names(&self, schema: &'static Schema) -> BTreeSet<&'static str> {
        let shown = schema
            .every()
            .filter(|attribute| self.shows(schema, attribute, None));
        shown.map(|attribute| attribute.name).collect()
    }

    /// Removes from a resource what is not selected.
    pub(super) fn cut(&self, schema: &'static Schema, resource: &mut Map<String, Value>) {
        resource.retain(|name, value| {
            let Some(attribute) = schema.attribute(name) else {
                return true;
            };
            if !self.shows(schema, attribute, None) {
                return false;
            }
            let parts_shown = |parts: &mut Map<String, Value>| {
                parts.retain(|name, _| {
                    let part = attribute.part(name);
                    part.is_none_or(|part| self.shows(schema, attribute, Some(part)))
                });
                !parts.is_empty()
            };
            match value {
                Value::Object(parts) => parts_shown(parts),
                Value::Array(values) => {
                    values.retain_mut(|value| value.as_object_mut().is_none_or(parts_shown));
                    !values.is_empty()
                }
                _ => true,
            }
        });
    }

    fn shows(&self, schema: &'static Schema, attribute: &Attribute, part: Option<&Attribute>) -> bool {
        let returned = part.unwrap_or(attribute).returned;
        let places = |paths: &[AttrPath]| -> Vec<AttributeRef> {
            let found = paths.iter().filter_map(|path| match schema.find(path) {
                Some(Found::Kept(place)) if place.attribute.name == attribute.name => Some(place),
                _ => None,
            });
            found.collect()
        };
        match self {
            _ if returned == Returned::Always => true,
            Self::Default => returned == Returned::Default,
            Self::Only(paths) => places(paths).iter().any(|place| match (place.part, part) {
                (Some(wanted), Some(part)) => wanted.name == part.name,
                // For an attribute named without sub-attributes, those shown by default.
                (None, Some(part)) => part.returned == Returned::Default,
                (_, None) => true,
            }),
            Self::Without(paths) => {
                let is_meant = |place: &AttributeRef| place.part.map(|it| it.name) == part.map(|it| it.name);
                returned == Returned::Default && !places(paths).iter().any(is_meant)
            }
        }
    }
}

fn paths(names: &[String]) -> Result<Vec<AttrPath>, Error> {
    if names.len() > NAMES_MAX {
        let detail = format!("Name {NAMES_MAX} attributes at most.");
        return Err(Error::bad(ScimType::InvalidValue, detail));
    }
    let path = |name: &String| {
        path(name).ok_or_else(|| {
            let detail = format!("`{name}` is not the name of an attribute.");
            Error::bad(ScimType::InvalidValue, detail)
        })
    };
    names.iter().map(path).collect()
}

/// Reads the name of an attribute: `userName`, `name.givenName`, with or without its schema as a prefix.
pub(super) fn path(name: &str) -> Option<AttrPath> {
    match name.parse() {
        Ok(PatchPath::Attr(path)) => Some(path),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::schema::{GROUP, USER};
    use super::*;

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn an_answer_shows_what_was_asked_for_and_what_it_always_shows() {
        let user = json!({
            "schemas": ["urn"], "id": "user_1", "userName": "sven", "active": true,
            "name": {"givenName": "Sven", "familyName": "Svensson"}, "emails": [{"value": "a@b.c", "type": "work"}],
        });
        let table = [
            (
                &["username", "name.givenName", "title"][..],
                &[][..],
                json!({"schemas": ["urn"], "id": "user_1", "userName": "sven", "name": {"givenName": "Sven"}}),
            ),
            (
                &["emails.value"],
                &[],
                json!({"schemas": ["urn"], "id": "user_1", "emails": [{"value": "a@b.c"}]}),
            ),
            (
                &[],
                &["id", "name", "emails.type", "active"],
                json!({"schemas": ["urn"], "id": "user_1", "userName": "sven", "emails": [{"value": "a@b.c"}]}),
            ),
        ];
        for (attributes, excluded, expected) in table {
            let selection = Selection::read(&strings(attributes), &strings(excluded)).unwrap();
            let mut shown = user.as_object().unwrap().clone();

            selection.cut(&USER, &mut shown);

            assert_eq!(Value::Object(shown), expected);
        }
    }

    #[test]
    fn the_names_of_members_are_shown_on_request() {
        let group = json!({"members": [{"value": "user_1", "display": "Sven"}]});
        let shown = |attributes: &[&str]| {
            let selection = Selection::read(&strings(attributes), &[]).unwrap();
            let mut group = group.as_object().unwrap().clone();
            selection.cut(&GROUP, &mut group);
            Value::Object(group)
        };

        assert_eq!(shown(&["members"]), json!({"members": [{"value": "user_1"}]}));
        assert_eq!(shown(&["members.value", "members.display"]), group);
    }

    #[test]
    fn both_parameters_at_once_or_no_name_at_all_are_refused() {
        assert!(Selection::read(&strings(&["id"]), &strings(&["name"])).is_err());
        assert!(Selection::read(&strings(&["na me"]), &[]).is_err());
    }
}
