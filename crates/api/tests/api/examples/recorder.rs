//! Records bodies and answers, by operation.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Map, Value, json};
use usher_domain::Secs;

use crate::app::{Answer, App, Who};
use crate::desk::{Stream, text};

/// The request id of all examples.
const REQUEST: &str = "5b1c0de2f00dfeed0000000000000017";

pub struct Recorder {
    pub app: App,
    document: Value,
    recorded: BTreeMap<String, Value>,
    steady: Steady,
}

impl Recorder {
    pub fn new(app: App) -> Self {
        Self {
            app,
            document: serde_json::from_str(&usher_api::openapi_json()).unwrap(),
            recorded: BTreeMap::new(),
            steady: Steady::default(),
        }
    }

    /// Sends a call (`POST pools`), and records it if there is no record yet of the operation with that answer.
    pub async fn call(&mut self, who: &Who, call: &str, body: Value) -> Value {
        self.call_with(who, call, body, &[]).await
    }

    pub async fn get(&mut self, who: &Who, path: &str) -> Value {
        self.call(who, &format!("GET {path}"), Value::Null).await
    }

    /// Sends a call twice with one `Idempotency-Key`. Gives the first answer.
    pub async fn twice(&mut self, who: &Who, call: &str, body: Value) -> Value {
        let key = format!("{call} {}", body["name"]);
        let key = [("idempotency-key", &*key)];
        let first = self.call_with(who, call, body.clone(), &key).await;
        self.call_with(who, call, body, &key).await;
        first
    }

    pub async fn call_with(
        &mut self,
        who: &Who,
        call: &str,
        body: Value,
        headers: &[(&'static str, &str)],
    ) -> Value {
        let (method, path) = call.split_once(' ').unwrap();
        let app = self.app.clone();
        let mut asked = app.by(who).with_header("x-request-id", REQUEST);
        for (name, value) in headers {
            asked = asked.with_header(name, value);
        }
        let sent = (!body.is_null()).then(|| body.clone());
        let answer = asked.send(method.parse().unwrap(), path, sent).await;
        assert!(answer.status.is_success(), "{call} {body}: {}", answer.text);
        let said: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        if let Some(code) = said["code"].as_str() {
            self.show(code, "K7M2QX9D4T");
        }
        self.record(method, path, &body, &answer);
        // Things created at the same moment have no fixed order.
        app.engine.advance(Secs::new(1)).await;
        said
    }

    /// Records the next events of a stream, after those already recorded.
    pub async fn events(&mut self, stream: &mut Stream, operation: &str, names: &[&str]) {
        const KEY: &str = "200 text/event-stream";
        let mut shown = String::new();
        for name in names {
            let told = stream.expect(name).await;
            let id = told.id.map(|id| format!("id: {id}\n")).unwrap_or_default();
            shown.extend([&id, "event: ", name, "\ndata: ", &told.data.to_string(), "\n\n"]);
        }
        let shown = self.steady.text(&shown);
        let before = self
            .of(operation)
            .get("answers")
            .map_or(Value::Null, |it| it[KEY].clone());
        let shown = before.as_str().unwrap_or_default().to_owned() + &shown;
        self.of(operation)
            .insert("answers".to_owned(), json!({KEY: shown}));
    }

    /// Replaces a text that is different in every run by this one.
    pub fn show(&mut self, instead: &str, shown: &str) {
        self.steady.words.push((instead.to_owned(), shown.to_owned()));
    }

    /// The records.
    pub fn done(self) -> Value {
        json!(self.recorded)
    }

    fn record(&mut self, method: &str, path: &str, body: &Value, answer: &Answer) {
        let operation = self.operation(method, path);
        if !body.is_null() {
            let body = serde_json::from_str(&self.steady.text(&body.to_string())).unwrap();
            let of = self.of(&operation);
            of.entry("body").or_insert(body);
        }
        if answer.text.is_empty() {
            return;
        }
        let shown = self.steady.text(&answer.text);
        let status = answer.status.as_u16();
        let media_type = answer.header("content-type").split(';').next().unwrap();
        match media_type {
            "application/json" => {
                self.keep(
                    &operation,
                    &status.to_string(),
                    serde_json::from_str(&shown).unwrap(),
                );
            }
            other => self.keep(&operation, &format!("{status} {other}"), Value::String(shown)),
        }
    }

    fn keep(&mut self, operation: &str, answer: &str, shown: Value) {
        let answers = self.of(operation).entry("answers").or_insert(json!({}));
        answers.as_object_mut().unwrap().entry(answer).or_insert(shown);
    }

    fn of(&mut self, operation: &str) -> &mut Map<String, Value> {
        let of = self.recorded.entry(operation.to_owned()).or_insert(json!({}));
        of.as_object_mut().unwrap()
    }

    /// The operation of a call: the one whose path has the fewest parameters.
    fn operation(&self, method: &str, path: &str) -> String {
        let method = method.parse::<Method>().unwrap().to_string().to_lowercase();
        let path = self.app.path(path);
        let path: Vec<_> = path.split('?').next().unwrap().split('/').collect();
        let paths = self.document["paths"].as_object().unwrap().iter();
        let fitting = paths.filter_map(|(template, item)| {
            let template: Vec<_> = template.split('/').collect();
            let fits = |(part, template): (&&str, &&str)| part == template || template.starts_with('{');
            let is_it = template.len() == path.len() && path.iter().zip(&template).all(fits);
            let open = template.iter().filter(|part| part.starts_with('{')).count();
            let operation = item.get(&method)?;
            is_it.then(|| (open, text(&operation["operationId"])))
        });
        fitting
            .min()
            .unwrap_or_else(|| panic!("no operation: {path:?}"))
            .1
    }
}

/// Makes random values the same in every run: ids, tokens, digests.
#[derive(Default)]
struct Steady {
    ids: BTreeMap<String, String>,
    words: Vec<(String, String)>,
}

/// The length of an id after its prefix.
const ID: usize = 26;

impl Steady {
    fn text(&mut self, text: &str) -> String {
        let mut shown = text.to_owned();
        for (word, instead) in &self.words {
            shown = shown.replace(word, instead);
        }
        let mut steady = String::new();
        let is_word = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
        for piece in shown.split_inclusive(|char| !is_word(char)) {
            let end = piece.find(|char| !is_word(char)).unwrap_or(piece.len());
            steady += &self.word(&piece[..end]);
            steady += &piece[end..];
        }
        steady
    }

    fn word(&mut self, word: &str) -> String {
        let word = self.with_ids(word);
        let is_hex = word.chars().all(|char| char.is_ascii_hexdigit());
        if is_hex && [32, 64].contains(&word.len()) && word != REQUEST {
            return "5f0c6d1e7a8b4c3d9e2f1a0b7c6d5e4f".repeat(word.len() / 32);
        }
        match word.strip_prefix("usher_") {
            // A secret is shown only by its prefix.
            Some(rest) => match word.match_indices('.').nth(1) {
                Some((end, _)) => format!("{}.…", &word[..end]),
                None => format!("usher_{}_…", rest.split('_').next().unwrap()),
            },
            None => word,
        }
    }

    fn with_ids(&mut self, word: &str) -> String {
        let mut shown = String::new();
        let mut rest = word;
        while let Some(start) = rest.find('_').map(|at| at + 1) {
            shown += &rest[..start];
            rest = &rest[start..];
            let end = rest
                .find(|char: char| !char.is_ascii_alphanumeric())
                .unwrap_or(rest.len());
            let is_id = end == ID && !rest[..end].contains(|char: char| char.is_ascii_uppercase());
            if is_id {
                let number = self.ids.len() + 401;
                let steady = self.ids.entry(rest[..end].to_owned());
                shown += steady.or_insert(format!("01h2xcejqtf2nbrexx3vqjh{number}"));
                rest = &rest[end..];
            }
        }
        shown + rest
    }
}
