//! What the macros cannot express: pages of lists refer to what they list, whole numbers have their bounds, and choices
//! take no further fields.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::{examples, names, streams};

/// The path of schemas in the document.
pub(super) const SCHEMAS: &str = "#/components/schemas/";

/// The macros' prefix for the name of a page of things.
const LIST: &str = "List_";

/// Choices in bodies, whose branches take no further fields.
const CLOSED: &[&str] = &["License"];

/// The document with these additions.
pub(super) fn polished(document: OpenApi) -> OpenApi {
    let Ok(mut value) = serde_json::to_value(&document) else {
        return document;
    };
    if let Some(schemas) = value["components"]["schemas"].as_object_mut() {
        name_lists(schemas);
        close(schemas);
        names::name_branches(schemas);
        names::flatten(schemas);
    }
    streams::add(&mut value);
    walk(&mut value);
    examples::add(&mut value);
    serde_json::from_value(value).unwrap_or(document)
}

fn name_lists(schemas: &mut Map<String, Value>) {
    let lists: Vec<String> = schemas
        .keys()
        .filter(|name| name.starts_with(LIST))
        .cloned()
        .collect();
    for name in lists {
        let Some(mut list) = schemas.remove(&name) else {
            continue;
        };
        let of = name.trim_start_matches(LIST);
        let item = list["properties"]["items"]["items"].take();
        list["properties"]["items"]["items"] = json!({"$ref": format!("{SCHEMAS}{of}")});
        schemas.entry(of).or_insert(item);
        schemas.insert(format!("{of}List"), list);
    }
}

fn close(schemas: &mut Map<String, Value>) {
    let choices = CLOSED
        .iter()
        .filter_map(|name| schemas.get(*name)?.get("oneOf").cloned().zip(Some(*name)));
    for (mut branches, name) in choices.collect::<Vec<_>>() {
        for branch in branches.as_array_mut().into_iter().flatten() {
            branch["additionalProperties"] = json!(false);
        }
        schemas[name]["oneOf"] = branches;
    }
}

fn walk(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(walk),
        Value::Object(object) => {
            bound(object);
            if let Some(body) = object.get_mut("requestBody") {
                name_optional(body);
            }
            let list = object.get("$ref").and_then(Value::as_str);
            let list = list.and_then(|it| it.strip_prefix(SCHEMAS)?.strip_prefix(LIST));
            if let Some(of) = list {
                let renamed = format!("{SCHEMAS}{of}List");
                object.insert("$ref".to_owned(), json!(renamed));
            }
            object.values_mut().for_each(walk);
        }
        _ => {}
    }
}

/// An optional body is not a nullable one.
fn name_optional(body: &mut Value) {
    let schema = &mut body["content"]["application/json"]["schema"];
    if let Some([of, null]) = schema["oneOf"].as_array().map(Vec::as_slice)
        && *null == json!({"type": "null"})
    {
        *schema = of.clone();
    }
}

/// A 32-bit count is unsigned, so it needs a signed 64-bit format and its upper bound.
fn bound(schema: &mut Map<String, Value>) {
    let is_count = schema.get("format").is_some_and(|it| it == "int32")
        && schema
            .get("minimum")
            .and_then(Value::as_f64)
            .is_some_and(|it| it >= 0.0);
    if is_count {
        schema.insert("format".to_owned(), json!("int64"));
        schema.entry("maximum").or_insert(json!(u32::MAX));
    }
}
