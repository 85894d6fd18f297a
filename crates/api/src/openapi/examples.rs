//! Examples from real runs: `answers.json` has the server's answers to the story in `tests/api/examples.rs`, and
//! `problems.json` a document of each kind of problem, as the code creates it.

use serde_json::{Map, Value, json};

use crate::problem::MEDIA_TYPE;

/// For each operation, its body, and its answers by status, and by media type if that is not JSON.
const ANSWERS: &str = include_str!("answers.json");

/// A problem document for each code.
const PROBLEMS: &str = include_str!("problems.json");

/// The path of problem examples in the document.
const EXAMPLES: &str = "#/components/examples/";

/// The path of a code's example.
pub(super) fn of_problem(code: &str) -> String {
    format!("{EXAMPLES}{code}")
}

fn read(file: &str) -> Map<String, Value> {
    serde_json::from_str(file).unwrap_or_default()
}

/// Adds the examples of bodies and answers, and those that problem answers refer to.
pub(super) fn add(document: &mut Value) {
    let answers = read(ANSWERS);
    let items = document["paths"].as_object_mut();
    for item in items.into_iter().flat_map(|it| it.values_mut()) {
        for operation in item.as_object_mut().into_iter().flat_map(|it| it.values_mut()) {
            let id = operation["operationId"].as_str().unwrap_or_default();
            if let Some(examples) = answers.get(id) {
                add_to(operation, examples);
            }
        }
    }
    let text = document.to_string();
    let is_used = |code: &str| text.contains(&format!("\"{}\"", of_problem(code)));
    let problems = read(PROBLEMS).into_iter().filter(|(code, _)| is_used(code));
    let problems = problems.map(|(code, problem)| {
        let summary = problem["title"].clone();
        (code, json!({"summary": summary, "value": problem}))
    });
    document["components"]["examples"] = Value::Object(problems.collect());
}

fn add_to(operation: &mut Value, examples: &Value) {
    if let Some(body) = operation.pointer_mut("/requestBody/content/application~1json") {
        body["example"] = examples["body"].clone();
    }
    let answers = operation["responses"].as_object_mut();
    for (status, answer) in answers.into_iter().flatten() {
        let content = answer.get_mut("content").and_then(Value::as_object_mut);
        for (media_type, media) in content.into_iter().flatten() {
            let example = match media_type.as_str() {
                MEDIA_TYPE => continue,
                "application/json" => examples["answers"].get(status),
                other => examples["answers"].get(format!("{status} {other}")),
            };
            if let Some(example) = example {
                media["example"] = example.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests;
