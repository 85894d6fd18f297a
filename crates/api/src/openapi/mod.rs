//! The parts of the OpenAPI document that belong to no single operation: what the API is, how callers authenticate, and
//! the problem answers of each operation.

mod examples;
mod names;
mod polish;
mod streams;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use utoipa::openapi::example::Example;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder, SecurityRequirement, Server,
};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::{Kind, MEDIA_TYPE, ProblemDocument};
use crate::v1::schema;

/// The extension of an operation that names its own problem codes.
const OWN_PROBLEMS: &str = "x-problems";

/// The tags, in a good order for new readers.
const TAGS: &[(&str, &str)] = &[
    ("tokens", "Credentials: tokens for people, keys for programs."),
    (
        "accounts",
        "Customers: what they have bought, their minutes and their settings. Most calls are the operator's.",
    ),
    ("users", "Users, and their rights to products."),
    ("pools", "Seat pools: how many shared seats, with which rules."),
    ("teams", "Who sees whose presence."),
    (
        "groups",
        "Users that a directory groups together, and what they get.",
    ),
    (
        "sign-ins",
        "Presence on a device: sign in, send heartbeats, sign out; and the device's stream of events.",
    ),
    ("sessions", "Pieces of support work, and how customers join them."),
    ("tickets", "Places in a pool's queue."),
    ("usage", "Who holds which seats at the moment."),
    ("history", "What happened: refusals, reports, the audit."),
    ("service", "Health, metrics and this document."),
    ("sandbox", "Only in a sandbox: moving the clock."),
];

const DESCRIPTION: &str = "\
Usher is a seat-license server for help desks and remote-support products: it gives each agent a seat, a fair place \
in the queue, or an exact reason why not.

**Conventions.** Ids start with their kind (`user_…`, `pool_…`). Times are RFC 3339 in UTC; durations are whole seconds \
in fields that end in `_secs`. Whole numbers are written without a decimal point: `559.0` is refused. Unknown fields \
and parameters are refused. Lists are paged: pass `next_cursor` back as `cursor`.

**Errors** are problem documents (RFC 9457) with a stable `code`; each code has a page under `/problems/{code}`.

**Retries.** Calls that create something take an `Idempotency-Key`. The id of the new thing is derived from the key, the \
caller and the account, so a repeated call finds it and answers 200 with its current state; no outdated answer is \
replayed. Your own `X-Request-Id` is used if you send one, is part of every answer, and is recorded in the audit.

**Guides.** Credentials are at /docs/credentials, heartbeats at /docs/heartbeats, streams at /docs/streams.

**Visibility.** What you may not see answers 404; what you may see but not do answers 403.";

/// The document before any operation is added.
pub(crate) fn base() -> OpenApi {
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    let info = InfoBuilder::new()
        .title("Usher")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(license))
        .build();
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some(
        "An operator key, an account's API key, a user token, or the token of a sign-in or ticket."
            .to_owned(),
    );
    let mut components = Components::new();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .components(Some(components))
        .security(Some([SecurityRequirement::new("bearer", [] as [&str; 0])]))
        .build()
}

/// Completes the document once all operations are in it: adds their problem answers and the used tags.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    add_answers(&mut document);
    add_parameter_schemas(&mut document);
    polish::polished(document)
}

fn add_answers(document: &mut OpenApi) {
    let mut used = BTreeSet::new();
    for (path, item) in &mut document.paths.paths {
        let methods = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in methods.into_iter().flatten() {
            used.extend(operation.tags.iter().flatten().cloned());
            add_problems(path, operation);
        }
    }
    let tags = TAGS.iter().filter(|(name, _)| used.contains(*name));
    let tags = tags.map(|(name, text)| TagBuilder::new().name(*name).description(Some(*text)).build());
    document.tags = Some(tags.collect());
    let components = document.components.get_or_insert_default();
    let mut schemas = vec![(ProblemDocument::name().into_owned(), ProblemDocument::schema())];
    ProblemDocument::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.responses.extend(SHARED.iter().map(|(name, codes)| {
        let kinds: Vec<_> = codes.iter().filter_map(|code| Kind::find(code)).collect();
        ((*name).to_owned(), RefOr::T(answer(&kinds)))
    }));
}

/// Adds the schemas that parameters refer to and that are not there yet.
fn add_parameter_schemas(document: &mut OpenApi) {
    let text = document.to_json().unwrap_or_default();
    let is_used = |name: &str| text.contains(&format!("\"#/components/schemas/{name}\""));
    let schemas = schema::all().into_iter().filter(|(name, _)| is_used(name));
    let components = document.components.get_or_insert_default();
    components.schemas.extend(schemas);
}

/// Problem answers that many operations share, by their codes.
const SHARED: &[(&str, &[&str])] = &[
    ("Malformed", &["malformed"]),
    ("Unauthenticated", &["unauthenticated"]),
    ("Forbidden", &["forbidden", "second-factor-set-up-needed"]),
    ("NotFound", &["not-found"]),
    ("Timeout", &["timeout"]),
    ("BodyTooLarge", &["body-too-large"]),
    ("UnsupportedMediaType", &["unsupported-media-type"]),
    ("Invalid", &["invalid"]),
    ("Unavailable", &["overloaded", "unavailable"]),
];

fn add_problems(path: &str, operation: &mut Operation) {
    let mut by_status = BTreeMap::<u16, Vec<&'static Kind>>::new();
    for kind in codes(path, operation).iter().filter_map(|code| Kind::find(code)) {
        let kinds = by_status.entry(kind.status.as_u16()).or_default();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    for (status, kinds) in by_status {
        let is_shared =
            |codes: &[&str]| codes.len() == kinds.len() && kinds.iter().all(|it| codes.contains(&it.code));
        let shared = SHARED.iter().find(|(_, codes)| is_shared(codes));
        let response = match shared {
            Some((name, _)) => RefOr::Ref(Ref::from_response_name(*name)),
            None => RefOr::T(answer(&kinds)),
        };
        let answers = &mut operation.responses.responses;
        answers.entry(status.to_string()).or_insert(response);
    }
}

fn codes(path: &str, operation: &Operation) -> Vec<String> {
    let own = operation
        .extensions
        .as_ref()
        .and_then(|it| it.get(OWN_PROBLEMS))
        .and_then(Value::as_array);
    let mut codes: Vec<String> = own
        .into_iter()
        .flatten()
        .filter_map(|code| code.as_str().map(str::to_owned))
        .collect();
    let mut add = |more: &[&str]| codes.extend(more.iter().map(|code| (*code).to_owned()));
    let takes_credential = operation.security.is_none();
    if takes_credential {
        add(&["unauthenticated", "forbidden", "second-factor-set-up-needed"]);
    }
    if path.contains('{') {
        add(&["not-found"]);
    }
    if operation.request_body.is_some() {
        add(&[
            "malformed",
            "timeout",
            "body-too-large",
            "unsupported-media-type",
            "invalid",
        ]);
    }
    let parameters = operation.parameters.iter().flatten();
    let checked = |it: &ParameterIn| matches!(it, ParameterIn::Query | ParameterIn::Header);
    if parameters
        .into_iter()
        .any(|it| matches!(it, RefOr::T(it) if checked(&it.parameter_in)))
    {
        add(&["invalid"]);
    }
    if path.starts_with("/v1/accounts") || operation.request_body.is_some() {
        add(&["overloaded", "unavailable"]);
    }
    codes
}

fn answer(kinds: &[&'static Kind]) -> Response {
    let lines: Vec<_> = kinds
        .iter()
        .map(|kind| format!("`{}`: {}.", kind.code, kind.title))
        .collect();
    let example = |code| RefOr::<Example>::Ref(Ref::new(examples::of_problem(code)));
    let examples = kinds.iter().map(|kind| (kind.code, example(kind.code)));
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ProblemDocument::name())))
        .examples_from_iter(examples);
    ResponseBuilder::new()
        .description(lines.join("\n\n"))
        .content(MEDIA_TYPE, content.build())
        .build()
}
