//! Schemas that generators can handle: every branch of a choice has a name, and a composed object is written with all
//! its fields.

use serde_json::{Map, Value, json};

use super::polish::SCHEMAS;

/// Gives names to the branches of choices that have none: `AskedSignIn` for the branch of `Asked` with the field
/// `sign_in`, or by the branch's title.
pub(super) fn name_branches(schemas: &mut Map<String, Value>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for name in names {
        let Some(mut branches) = schemas[&name].get("oneOf").cloned() else {
            continue;
        };
        for branch in branches.as_array_mut().into_iter().flatten() {
            if let Some(named) = branch_name(&name, branch) {
                let schema = branch.take();
                *branch = json!({ "$ref": format!("{SCHEMAS}{named}") });
                schemas.insert(named, schema);
            }
        }
        schemas[&name]["oneOf"] = branches;
    }
}

/// The name for a branch; `None` if it already refers to a schema, or is null.
fn branch_name(of: &str, branch: &Value) -> Option<String> {
    branch.get("properties")?;
    if let Some(title) = branch["title"].as_str() {
        return Some(title.to_owned());
    }
    let field = branch["required"][0].as_str()?;
    let words = field.split('_').map(|word| {
        let (first, rest) = word.split_at(1.min(word.len()));
        first.to_uppercase() + rest
    });
    Some(format!("{of}{}", words.collect::<String>()))
}

/// Writes composed objects as one object with all their fields.
pub(super) fn flatten(schemas: &mut Map<String, Value>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for name in names {
        let Some(parts) = schemas[&name]["allOf"].as_array().cloned() else {
            continue;
        };
        let mut whole = json!({"type": "object", "properties": {}, "required": []});
        let merged = parts.iter().all(|part| merge(schemas, part, true, &mut whole));
        if !merged {
            continue;
        }
        let description = schemas[&name]["description"].take();
        if !description.is_null() {
            whole["description"] = description;
        }
        schemas.insert(name, whole);
    }
}

/// Adds a part's fields. Returns whether the part is an object, or an optional one.
fn merge(schemas: &Map<String, Value>, part: &Value, is_there: bool, whole: &mut Value) -> bool {
    if let Some(named) = part["$ref"].as_str().and_then(|it| it.strip_prefix(SCHEMAS)) {
        return schemas
            .get(named)
            .is_some_and(|part| merge(schemas, part, is_there, whole));
    }
    if let Some(choices) = part["oneOf"].as_array() {
        let is_null = |choice: &&Value| choice["type"] == "null";
        let mut others = choices.iter().filter(|choice| !is_null(choice));
        return choices.iter().any(|choice| is_null(&choice))
            && others
                .next()
                .is_some_and(|other| merge(schemas, other, false, whole))
            && others.next().is_none();
    }
    if let Some(parts) = part["allOf"].as_array() {
        return parts.iter().all(|part| merge(schemas, part, is_there, whole));
    }
    let Some(properties) = part["properties"].as_object() else {
        return false;
    };
    for (name, property) in properties {
        whole["properties"][name] = property.clone();
    }
    if is_there && let Some(required) = whole["required"].as_array_mut() {
        required.extend(part["required"].as_array().into_iter().flatten().cloned());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schemas(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn branches_of_a_choice_get_names() {
        let branch = |field: &str| json!({"type": "object", "required": [field], "properties": {field: {}}});
        let mut schemas = schemas(&json!({"Asked": {"oneOf": [branch("sign_in"), {"type": "null"}]}}));

        name_branches(&mut schemas);

        let reference = json!({"$ref": "#/components/schemas/AskedSignIn"});
        assert_eq!(schemas["Asked"]["oneOf"], json!([reference, {"type": "null"}]));
        assert_eq!(schemas["AskedSignIn"], branch("sign_in"));
    }

    #[test]
    fn composed_schemas_become_one_object() {
        let mut schemas = schemas(&json!({
            "Clocks": {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
            "Bought": {"type": "object", "required": ["b"], "properties": {"b": {"type": "integer"}}},
            "Whole": {"description": "All.", "allOf": [
                {"$ref": "#/components/schemas/Clocks"},
                {"oneOf": [{"$ref": "#/components/schemas/Bought"}, {"type": "null"}]},
                {"type": "object", "required": ["c"], "properties": {"c": {"type": "string"}}},
            ]},
        }));

        flatten(&mut schemas);

        assert_eq!(
            schemas["Whole"],
            json!({"description": "All.", "type": "object", "required": ["a", "c"], "properties": {
                "a": {"type": "integer"}, "b": {"type": "integer"}, "c": {"type": "string"},
            }})
        );
    }
}
