//! All fields that a body lacks. Serde stops at the first, so they are found with the schema in the OpenAPI document.

use std::collections::HashMap;

use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The schemas that others refer to, by name.
struct Schemas(HashMap<String, Value>);

/// The paths of the fields that `T` requires and `body` lacks, in the order of its schema.
pub(super) fn missing_fields<T: ToSchema>(body: &Value) -> Vec<String> {
    let mut named = Vec::new();
    T::schemas(&mut named);
    let named = named.into_iter().map(|(name, schema)| (name, value_of(schema)));
    let mut missing = Vec::new();
    Schemas(named.collect()).look(&value_of(T::schema()), body, "", &mut missing);
    missing
}

fn value_of(schema: impl serde::Serialize) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    let required = schema["required"].as_array().into_iter().flatten();
    required.filter_map(Value::as_str)
}

impl Schemas {
    /// Follows a reference.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next());
        name.and_then(|name| self.0.get(name)).unwrap_or(schema)
    }

    fn look(&self, schema: &Value, body: &Value, path: &str, missing: &mut Vec<String>) {
        let schema = self.resolved(schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.look(part, body, path, missing);
        }
        if let Some(branches) = schema["oneOf"].as_array()
            && let Some(meant) = self.meant(branches, body)
        {
            self.look(meant, body, path, missing);
        }
        match body {
            Value::Object(fields) => self.look_into(schema, fields, path, missing),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.look(&schema["items"], item, &format!("{path}[{index}]"), missing);
                }
            }
            _ => {}
        }
    }

    fn look_into(&self, schema: &Value, fields: &Map<String, Value>, path: &str, missing: &mut Vec<String>) {
        let below = |name: &str| match path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        missing.extend(
            required(schema)
                .filter(|name| !fields.contains_key(*name))
                .map(below),
        );
        for (name, value) in fields {
            let of_any = &schema["additionalProperties"];
            let property = schema["properties"].get(name).unwrap_or(of_any);
            self.look(property, value, &below(name), missing);
        }
    }

    /// The intended branch of a choice: the only one whose fixed words all match the body, and that has the most of its
    /// required fields. `None` if that is ambiguous.
    fn meant<'a>(&'a self, branches: &'a [Value], body: &Value) -> Option<&'a Value> {
        let fields = body.as_object()?;
        let is_of_another = |schema: &Value| {
            fields.iter().any(|(name, value)| {
                let words = schema["properties"][name]["enum"].as_array();
                words.is_some_and(|words| !words.contains(value))
            })
        };
        let given = |schema: &Value| required(schema).filter(|name| fields.contains_key(*name)).count();
        let branches = branches.iter().map(|branch| self.resolved(branch));
        let mut ranked: Vec<_> = branches
            .filter(|branch| !is_of_another(branch))
            .map(|branch| (given(branch), branch))
            .filter(|(given, _)| *given > 0)
            .collect();
        ranked.sort_by_key(|(given, _)| std::cmp::Reverse(*given));
        let is_alone = ranked.get(1).is_none_or(|second| second.0 < ranked[0].0);
        ranked.first().filter(|_| is_alone).map(|(_, branch)| *branch)
    }
}
