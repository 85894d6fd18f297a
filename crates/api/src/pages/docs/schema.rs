//! Schemas as text.

use serde_json::Value;

use crate::pages::text::{Html, escape};

/// A field of an object, or a parameter.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Html,
    pub(super) is_required: bool,
    pub(super) text: Html,
}

fn name_of(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

fn choices(schema: &Value) -> Option<&Vec<Value>> {
    schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array())
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}

/// The type's name without null, and whether null is allowed.
fn type_of(schema: &Value) -> (&str, bool) {
    match &schema["type"] {
        Value::Array(types) => {
            let named = types.iter().filter_map(Value::as_str);
            let plain = named.clone().find(|it| *it != "null").unwrap_or("null");
            (plain, named.clone().any(|it| it == "null"))
        }
        other => (other.as_str().unwrap_or(""), false),
    }
}

/// A schema as text, with links to those that it refers to.
pub(super) fn kind(schema: &Value) -> Html {
    Html::raw(words(schema))
}

fn words(schema: &Value) -> String {
    if let Some(name) = name_of(schema) {
        let name = escape(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    if let Some(choices) = choices(schema) {
        let words: Vec<_> = choices.iter().map(words).collect();
        return words.join(" or ");
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<_> = values.iter().filter_map(Value::as_str).collect();
        let words: Vec<_> = values
            .iter()
            .map(|it| format!("<code>{}</code>", escape(it)))
            .collect();
        return words.join(" or ");
    }
    let (name, or_null) = type_of(schema);
    let words = match name {
        "array" => format!("list of {}", words(&schema["items"])),
        "object" if schema["additionalProperties"].is_object() => {
            format!("map of {}", words(&schema["additionalProperties"]))
        }
        "integer" => format!("whole number{}", range(schema)),
        "number" => format!("number{}", range(schema)),
        "boolean" => "true or false".to_owned(),
        "null" => "null".to_owned(),
        "string" => match schema["format"].as_str() {
            Some("date-time") => "time (RFC 3339)".to_owned(),
            _ => "text".to_owned(),
        },
        "" => "anything".to_owned(),
        other => escape(other),
    };
    if or_null {
        format!("{words} or null")
    } else {
        words
    }
}

/// The fields of an object; for a choice of objects, those of each in turn.
pub(super) fn fields(schema: &Value) -> Vec<Field> {
    if let Some(choices) = choices(schema) {
        return choices.iter().flat_map(fields).collect();
    }
    let required = schema["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|it| it == name));
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, property)| {
            let choice = choices(property).into_iter().flatten();
            let described = choice
                .filter(|it| !is_null(it))
                .find_map(|it| it["description"].as_str());
            let text = property["description"].as_str().or(described);
            Field {
                name: name.clone(),
                kind: kind(property),
                is_required: is_required(name),
                text: Html::inline(text.unwrap_or_default()),
            }
        })
        .collect()
}

fn range(schema: &Value) -> String {
    match (schema["minimum"].as_f64(), schema["maximum"].as_f64()) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) if least != 0.0 => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        _ => String::new(),
    }
}
