//! Applying operations to a resource.

use serde_json::{Map, Value};
use usher_domain::text::address;

use super::super::error::{Error, ScimType};
use super::super::filter::Test;
use super::super::intake::need_few;
use super::super::schema::{Attribute, AttributeRef, Holds};
use super::{Operation, Target, Verb};

impl Operation {
    /// Applies the operation. Required attributes cannot be removed (RFC 7644, section 3.5.2.2).
    pub(in crate::scim) fn apply(&self, resource: &mut Map<String, Value>) -> Result<(), Error> {
        match &self.target {
            Target::At(place) => self.apply_to_attribute(*place, resource),
            Target::Values {
                attribute,
                test,
                part,
            } => self.apply_to_values(attribute, test, *part, resource)?,
        }
        let attribute = self.attribute();
        let is_whole = |value: &Value| {
            let mut required = attribute.parts().iter().filter(|part| part.is_required);
            required.all(|part| value.get(part.name).is_some())
        };
        let values = resource.get(attribute.name).and_then(Value::as_array);
        need_few(attribute, values.map_or(0, Vec::len))?;
        let is_there = match resource.get(attribute.name) {
            Some(Value::Array(values)) => values.iter().all(is_whole),
            Some(_) => true,
            None => !attribute.is_required,
        };
        if is_there {
            return Ok(());
        }
        let detail = format!("`{}` cannot be without a value.", attribute.name);
        Err(Error::bad(ScimType::Mutability, detail))
    }

    fn apply_to_attribute(&self, place: AttributeRef, resource: &mut Map<String, Value>) {
        let attribute = place.attribute;
        let is_complex = matches!(attribute.holds, Holds::Parts(_));
        match (self.verb, &self.value, place.part) {
            (Verb::Remove, _, Some(part)) => {
                for_each(resource, attribute, |value| {
                    value.remove(part.name);
                });
            }
            // Entra ID sends the values to remove; by RFC 7644, section 3.5.2.2, they would be in a filter of the path.
            (Verb::Remove, Some(Value::Array(gone)), None) if attribute.is_many => {
                keep(resource, attribute, |value| {
                    !gone.iter().any(|it| is_same(it, value))
                });
            }
            (Verb::Remove, _, None) => {
                resource.remove(attribute.name);
            }
            (_, None, _) => {}
            (_, Some(new), Some(part)) => set_part(resource, attribute, part, new),
            (Verb::Add, Some(Value::Array(new)), None) if attribute.is_many => {
                for value in new {
                    add(resource, attribute, value);
                }
            }
            (_, Some(Value::Object(new)), None) if is_complex && !attribute.is_many => {
                set(
                    resource,
                    attribute,
                    new.iter().map(|(name, part)| (&**name, part)),
                );
            }
            (_, Some(new), None) => {
                resource.insert(attribute.name.to_owned(), new.clone());
            }
        }
        sweep(resource, attribute);
    }

    fn apply_to_values(
        &self,
        attribute: &'static Attribute,
        test: &Test,
        part: Option<&'static Attribute>,
        resource: &mut Map<String, Value>,
    ) -> Result<(), Error> {
        let passes = |value: &Value| value.as_object().is_some_and(|value| test.passes(value));
        if self.verb == Verb::Remove {
            match part {
                None => keep(resource, attribute, |value| !passes(value)),
                Some(part) => for_each(resource, attribute, |value| {
                    if test.passes(value) {
                        value.remove(part.name);
                    }
                }),
            }
            sweep(resource, attribute);
            return Ok(());
        }
        let Some(new) = &self.value else { return Ok(()) };
        let put = |value: &mut Map<String, Value>| match (part, new) {
            (Some(part), new) => {
                value.insert(part.name.to_owned(), new.clone());
            }
            (None, Value::Object(new)) => value.extend(new.clone()),
            (None, _) => {}
        };
        let mut found = false;
        for_each(resource, attribute, |value| {
            if test.passes(value) {
                found = true;
                put(value);
            }
        });
        if found {
            return Ok(());
        }
        if self.verb == Verb::Replace {
            let detail = format!("No value of `{}` is as the path says.", attribute.name);
            return Err(Error::bad(ScimType::NoTarget, detail));
        }
        let mut value = Map::new();
        test.implied(&mut value);
        put(&mut value);
        add(resource, attribute, &Value::Object(value));
        Ok(())
    }
}

/// Sets parts of a complex attribute with one value.
fn set<'a>(
    resource: &mut Map<String, Value>,
    attribute: &Attribute,
    parts: impl IntoIterator<Item = (&'a str, &'a Value)>,
) {
    let value = resource
        .entry(attribute.name)
        .or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(value) = value {
        value.extend(
            parts
                .into_iter()
                .map(|(name, part)| (name.to_owned(), part.clone())),
        );
    }
}

fn set_part(resource: &mut Map<String, Value>, attribute: &Attribute, part: &Attribute, new: &Value) {
    if !attribute.is_many {
        set(resource, attribute, [(part.name, new)]);
        return;
    }
    let mut found = false;
    for_each(resource, attribute, |value| {
        found = true;
        value.insert(part.name.to_owned(), new.clone());
    });
    if !found {
        let value = Map::from_iter([(part.name.to_owned(), new.clone())]);
        add(resource, attribute, &Value::Object(value));
    }
}

/// Adds a value to a multi-valued attribute, or its parts to an equal value. Only one can be primary (RFC 7643, section
/// 2.4).
fn add(resource: &mut Map<String, Value>, attribute: &Attribute, new: &Value) {
    if new.get("primary") == Some(&Value::Bool(true)) {
        for_each(resource, attribute, |value| {
            value.insert("primary".to_owned(), false.into());
        });
    }
    let values = resource
        .entry(attribute.name)
        .or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(values) = values else { return };
    let same = values.iter_mut().find(|value| is_same(new, value));
    match (same, new) {
        (Some(Value::Object(value)), Value::Object(new)) => value.extend(new.clone()),
        (Some(_), _) => {}
        (None, new) => values.push(new.clone()),
    }
}

/// Whether two values of a multi-valued attribute are the same: by their `value`, where they have one.
fn is_same(one: &Value, other: &Value) -> bool {
    let value = |it: &Value| it.get("value").and_then(Value::as_str).map(address::folded);
    match (value(one), value(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn for_each(
    resource: &mut Map<String, Value>,
    attribute: &Attribute,
    mut change: impl FnMut(&mut Map<String, Value>),
) {
    match resource.get_mut(attribute.name) {
        Some(Value::Array(values)) => values
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(change),
        Some(Value::Object(value)) => change(value),
        _ => {}
    }
}

fn keep(resource: &mut Map<String, Value>, attribute: &Attribute, is_kept: impl Fn(&Value) -> bool) {
    if let Some(Value::Array(values)) = resource.get_mut(attribute.name) {
        values.retain(is_kept);
    }
}

/// An attribute without values does not exist (RFC 7643, section 2.5).
fn sweep(resource: &mut Map<String, Value>, attribute: &Attribute) {
    let is_empty = |value: &Value| {
        let no_parts = value.as_object().is_some_and(Map::is_empty);
        no_parts || value.as_array().is_some_and(Vec::is_empty)
    };
    keep(resource, attribute, |value| !is_empty(value));
    if resource.get(attribute.name).is_some_and(is_empty) {
        resource.remove(attribute.name);
    }
}
