//! The examples of bodies and answers in the OpenAPI document come from real requests: a story is played on the server,
//! and its bodies and answers are those of `answers.json`.

mod recorder;
mod story;

use std::path::Path;

use serde_json::Value;

/// Set to write `answers.json` instead of comparing it.
const UPDATE: &str = "UPDATE_EXAMPLES";

const FILE: &str = "src/openapi/answers.json";

#[tokio::test]
async fn the_examples_of_bodies_and_answers_come_from_real_requests() {
    let recorded = serde_json::to_string_pretty(&story::tell().await).unwrap() + "\n";

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&file, &recorded).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(
        kept == recorded,
        "{FILE} is out of date: run `{UPDATE}=1 cargo test -p usher-api examples` and look at the difference"
    );
}

#[test]
fn every_body_answer_and_problem_of_the_document_has_an_example() {
    if std::env::var_os(UPDATE).is_some() {
        // The document still has the examples that were compiled into it.
        return;
    }
    let document: Value = serde_json::from_str(&usher_api::openapi_json()).unwrap();
    let mut without = Vec::new();
    let has = |media: &Value| {
        let examples = media["examples"].as_object();
        let examples = examples.into_iter().flat_map(|it| it.values());
        let mut references = examples.map(|it| it["$ref"].as_str().unwrap().trim_start_matches('#'));
        !media["example"].is_null()
            || references.next().is_some_and(|it| {
                document
                    .pointer(it)
                    .is_some_and(|it| it["value"]["code"].is_string())
            })
    };
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let answers = operation["responses"].as_object().unwrap().iter();
            let contents = answers.map(|(status, answer)| (status.as_str(), &answer["content"]));
            for (place, content) in contents.chain([("body", &operation["requestBody"]["content"])]) {
                for (media_type, media) in content.as_object().into_iter().flatten() {
                    if !has(media) {
                        without.push(format!("{} {place} {media_type}", operation["operationId"]));
                    }
                }
            }
        }
    }
    for (name, answer) in document["components"]["responses"].as_object().unwrap() {
        for media in answer["content"].as_object().unwrap().values() {
            if !has(media) {
                without.push(name.clone());
            }
        }
    }
    assert!(without.is_empty(), "{without:#?}");
}
