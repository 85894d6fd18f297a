//! Schemas in words, and examples of them.

use serde_json::{Map, Value, json};

use crate::pages::text::{Html, escape};

/// How deep examples go into schemas that contain schemas.
const DEPTH_MAX: usize = 16;

/// Every schema that others refer to, by name.
#[derive(Clone, Copy)]
pub(super) struct Schemas<'a>(pub(super) &'a Value);

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

/// The type's name without null, and whether null is one.
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

/// A schema in words, with links to those that it refers to.
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

/// The fields of an object; of a choice of objects, those of each, one after another.
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

/// An example of a schema, made of its own examples and of what it requires.
pub(crate) fn example_of(schemas: &Value, schema: &Value) -> Value {
    Schemas(schemas).example(schema, DEPTH_MAX)
}

impl Schemas<'_> {
    /// The example of a body: its own, or one made of its schema.
    pub(super) fn example_of(self, media: &Value) -> Value {
        match &media["example"] {
            Value::Null => self.example(&media["schema"], DEPTH_MAX),
            example => example.clone(),
        }
    }

    fn example(self, schema: &Value, depth: usize) -> Value {
        let own = [&schema["example"], &schema["examples"][0], &schema["default"]];
        if let Some(example) = own.into_iter().find(|it| !it.is_null()) {
            return example.clone();
        }
        if depth == 0 {
            return Value::Null;
        }
        if let Some(name) = name_of(schema) {
            return self.example(&self.0[name], depth - 1);
        }
        if let Some(choices) = choices(schema) {
            let first = choices.iter().find(|it| !is_null(it));
            return first.map_or(Value::Null, |it| self.example(it, depth - 1));
        }
        if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
            return first.clone();
        }
        match type_of(schema).0 {
            "array" => json!([self.example(&schema["items"], depth - 1)]),
            "object" => {
                // What may be missing is left out: not all of it comes at a time.
                let required = schema["required"].as_array();
                let is_shown =
                    |name: &str| required.is_none_or(|all| all.is_empty() || all.iter().any(|it| it == name));
                let properties = schema["properties"].as_object().into_iter().flatten();
                let properties = properties.filter(|(name, _)| is_shown(name));
                let fields = properties.map(|(name, it)| (name.clone(), self.example(it, depth - 1)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
            "integer" | "number" => schema["minimum"]
                .as_i64()
                .map_or(json!(1), |least| json!(least.max(1))),
            "boolean" => json!(false),
            "string" => json!("…"),
            _ => Value::Null,
        }
    }
}

fn range(schema: &Value) -> String {
    match (schema["minimum"].as_f64(), schema["maximum"].as_f64()) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) if least != 0.0 => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        _ => String::new(),
    }
}
