//! The OpenAPI document as a page: every tag, every operation, every schema.

mod schema;

use askama::Template;
use serde_json::Value;
use utoipa::openapi::OpenApi;

use self::schema::{Field, fields, kind};
use super::text::Html;

/// The page.
#[derive(Template)]
#[template(path = "docs.html")]
pub(super) struct Docs {
    title: String,
    version: String,
    intro: Html,
    tags: Vec<Tag>,
    schemas: Vec<Shown>,
}

struct Tag {
    name: String,
    text: Html,
    operations: Vec<Operation>,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    text: Html,
    /// The text to search, in lower case.
    words: String,
    parameters: Vec<Parameter>,
    body: Option<Body>,
    answers: Vec<Answer>,
    curl: String,
}

struct Parameter {
    place: String,
    field: Field,
}

struct Body {
    schema: Html,
    example: String,
}

struct Answer {
    status: String,
    is_problem: bool,
    text: Html,
    schema: Html,
    /// The example; empty for problems, which have their own pages.
    example: String,
}

/// A schema that others refer to.
struct Shown {
    name: String,
    text: Html,
    kind: Html,
    fields: Vec<Field>,
}

impl Docs {
    pub(super) fn of(document: &OpenApi) -> Self {
        let document = serde_json::to_value(document).unwrap_or_default();
        let all = operations(&document);
        let tags = document["tags"].as_array().into_iter().flatten().map(|tag| Tag {
            name: text(&tag["name"]),
            text: Html::of(&text(&tag["description"])),
            operations: Vec::new(),
        });
        let mut tags: Vec<Tag> = tags.collect();
        for (tag, operation) in all {
            if let Some(tag) = tags.iter_mut().find(|it| it.name == tag) {
                tag.operations.push(operation);
            }
        }
        let shown = document["components"]["schemas"]
            .as_object()
            .into_iter()
            .flatten();
        Self {
            title: text(&document["info"]["title"]),
            version: text(&document["info"]["version"]),
            intro: Html::of(&text(&document["info"]["description"])),
            tags,
            schemas: shown
                .map(|(name, schema)| Shown {
                    name: name.clone(),
                    text: Html::of(&text(&schema["description"])),
                    kind: kind(schema),
                    fields: fields(schema),
                })
                .collect(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Every operation with its tag, in the order of the paths, then of the methods as usual.
fn operations(document: &Value) -> Vec<(String, Operation)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["post", "get", "put", "patch", "delete"] {
            let operation = &item[method];
            if operation.is_object() {
                let shown = shown(method, path, operation, document);
                all.push((text(&operation["tags"][0]), shown));
            }
        }
    }
    all
}

fn shown(method: &str, path: &str, operation: &Value, document: &Value) -> Operation {
    let (id, summary) = (text(&operation["operationId"]), text(&operation["summary"]));
    let media = &operation["requestBody"]["content"]["application/json"];
    let body = media.is_object().then(|| Body {
        schema: kind(&media["schema"]),
        example: example(media),
    });
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let answers = operation["responses"].as_object().into_iter().flatten();
    let takes_credential = operation["security"].is_null();
    Operation {
        words: format!("{id} {method} {path} {summary}").to_lowercase(),
        text: Html::of(&text(&operation["description"])),
        parameters: parameters.map(parameter).collect(),
        answers: answers
            .map(|(status, answer)| shown_answer(status, answer, document))
            .collect(),
        curl: curl(method, path, takes_credential, body.as_ref()),
        method: method.to_uppercase(),
        path: path.to_owned(),
        id,
        summary,
        body,
    }
}

fn parameter(parameter: &Value) -> Parameter {
    Parameter {
        place: text(&parameter["in"]),
        field: Field {
            name: text(&parameter["name"]),
            kind: kind(&parameter["schema"]),
            is_required: parameter["required"] == true,
            text: Html::inline(&text(&parameter["description"])),
        },
    }
}

fn shown_answer(status: &str, answer: &Value, document: &Value) -> Answer {
    let reference = answer["$ref"]
        .as_str()
        .and_then(|it| it.strip_prefix("#/components/responses/"));
    let answer = reference.map_or(answer, |name| &document["components"]["responses"][name]);
    let content = answer["content"].as_object();
    let schema = content.and_then(|content| content.values().next());
    Answer {
        status: status.to_owned(),
        is_problem: !status.starts_with('2'),
        example: schema.map(example).unwrap_or_default(),
        text: Html::of(&text(&answer["description"])),
        schema: schema.map(|it| kind(&it["schema"])).unwrap_or_default(),
    }
}

/// The example of a body or an answer, formatted for reading.
fn example(media: &Value) -> String {
    match &media["example"] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        example => serde_json::to_string_pretty(example).unwrap_or_default(),
    }
}

/// The call as a command line.
fn curl(method: &str, path: &str, takes_credential: bool, body: Option<&Body>) -> String {
    let mut lines = match method {
        "get" => vec![format!("curl \"$USHER{path}\"")],
        _ => vec![format!("curl -X {} \"$USHER{path}\"", method.to_uppercase())],
    };
    if takes_credential {
        lines.push("  -H \"Authorization: Bearer $TOKEN\"".to_owned());
    }
    if let Some(body) = body {
        lines.push("  -H 'Content-Type: application/json'".to_owned());
        lines.push(format!("  -d '{}'", body.example));
    }
    lines.join(" \\\n")
}
