//! SCIM 2.0 (RFC 7643 and 7644) at `/scim/v2/{account}`: for a company's directory to synchronize its users and groups.
//! It has its own schemas and errors, so it is not in the OpenAPI document.
//!
//! - `schema` is the table of stored attributes; bodies (`intake`), filters, paths of changes (`patch`), answers
//!   (`selection`) and `/Schemas` all read it. Expressions are parsed by `scim_v2`.
//! - `resource` shows users and groups of the domain, `users` and `groups` convert requests to commands.
//! - `operate` gives the commands: a change is derived from the account's state in the same step.
//! - `bulk` runs several of these operations in turn.

mod bulk;
mod condition;
mod discovery;
mod error;
mod filter;
mod groups;
mod intake;
mod list;
mod operate;
mod patch;
mod request;
mod resource;
mod schema;
mod selection;
mod users;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::routing::{MethodRouter, any, get, post};

use self::condition::Condition;
use self::error::Error;
use self::list::Query;
use self::operate::Change;
use self::request::{Body, Parameters, Reply, Scim, Subject};
use self::resource::Kind;
use crate::server::Server;

/// The media type of bodies (RFC 7644, section 8.1).
const MEDIA_TYPE: &str = "application/scim+json";

/// The prefix of every account's SCIM addresses.
pub(crate) const PATHS: &str = "/scim/v2/";

/// The most bytes of a body: a group with about ten thousand members.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Every address below `/scim/v2`.
pub(crate) fn routes() -> Router<Server> {
    let mut routes = Router::new().route("/scim/{*rest}", any(no_route));
    let mut add = |path: &str, methods: MethodRouter<Server>| {
        // Several directories end addresses with a slash.
        for path in [at(path), format!("{}/", at(path))] {
            routes = std::mem::take(&mut routes).route(&path, methods.clone());
        }
    };
    // Directories request this to check the address and the key.
    add("", only(get(discovery::service_provider_config)));
    add(
        "/ServiceProviderConfig",
        only(get(discovery::service_provider_config)),
    );
    add("/ResourceTypes", only(get(discovery::resource_types)));
    add(
        "/ResourceTypes/{name}",
        only(get(|scim: Scim, Path((_, name)): Path<(String, String)>| {
            std::future::ready(discovery::one_resource_type(&scim, &name))
        })),
    );
    add("/Schemas", only(get(discovery::schemas)));
    add(
        "/Schemas/{urn}",
        only(get(|scim: Scim, Path((_, urn)): Path<(String, String)>| {
            std::future::ready(discovery::one_schema(&scim, &urn))
        })),
    );
    // For every method.
    add("/Me", any(me));
    add("/Bulk", only(post(bulk)));
    add("/.search", only(post(search_all)));
    for kind in Kind::ALL {
        let endpoint = kind.endpoint();
        add(&format!("/{endpoint}"), only(get(list).post(create)));
        add(&format!("/{endpoint}/.search"), only(post(search)));
        add(
            &format!("/{endpoint}/{{id}}"),
            only(get(show).put(replace).patch(change).delete(delete)),
        );
    }
    routes
}

/// The address of `path`, which is empty or begins with a slash.
fn at(path: &str) -> String {
    format!("{PATHS}{{account}}{path}")
}

/// The resource of the path, the conditions of the request, and the attributes to show.
struct One(Change);

impl<S: Sync> FromRequestParts<S> for One {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Subject { kind, id } = Subject::from_request_parts(parts, state).await?;
        let parameters = Parameters::from_request_parts(parts, state).await?;
        Ok(Self(Change {
            kind,
            id,
            condition: Condition::of(&parts.headers),
            selection: parameters.selection()?,
        }))
    }
}

/// A route that answers other methods in SCIM's form.
fn only(methods: MethodRouter<Server>) -> MethodRouter<Server, Infallible> {
    methods.fallback(no_method)
}

async fn no_route(uri: Uri) -> Error {
    let detail = format!(
        "There is nothing at `{}`. SCIM is at `{PATHS}{{account}}`, with `/Users`, `/Groups`, `/Bulk` and the rest.",
        uri.path()
    );
    Error::new(StatusCode::NOT_FOUND, detail)
}

async fn no_method() -> Error {
    let detail = "This address does not take that method. The `Allow` header lists those that it takes.";
    Error::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}

/// A directory's key is not a user (RFC 7644, section 3.11).
async fn me(_: Scim) -> Error {
    let detail = "A directory's key belongs to no user, so there is no `/Me`.";
    Error::new(StatusCode::NOT_IMPLEMENTED, detail)
}

async fn list(scim: Scim, subject: Subject, parameters: Parameters) -> Result<Reply, Error> {
    query(&scim, Query::of(&parameters)?, &[subject.kind]).await
}

async fn search(scim: Scim, subject: Subject, Body(body): Body) -> Result<Reply, Error> {
    query(&scim, Query::of_body(&body)?, &[subject.kind]).await
}

async fn search_all(scim: Scim, Body(body): Body) -> Result<Reply, Error> {
    query(&scim, Query::of_body(&body)?, &Kind::ALL).await
}

async fn query(scim: &Scim, query: Query, kinds: &[Kind]) -> Result<Reply, Error> {
    let (search, base) = (query.for_kinds(kinds)?, Arc::clone(&scim.base));
    let page = scim.look(move |account| search.run(account, &base)).await?;
    Ok(Reply::document(page))
}

async fn create(
    scim: Scim,
    subject: Subject,
    parameters: Parameters,
    Body(body): Body,
) -> Result<Reply, Error> {
    scim.create(subject.kind, &body, parameters.selection()?).await
}

async fn show(scim: Scim, one: One) -> Result<Reply, Error> {
    scim.get(one.0).await
}

async fn replace(scim: Scim, one: One, Body(body): Body) -> Result<Reply, Error> {
    scim.replace(one.0, &body).await
}

async fn change(scim: Scim, one: One, Body(body): Body) -> Result<Reply, Error> {
    scim.patch(one.0, &body).await
}

async fn delete(scim: Scim, one: One) -> Result<Reply, Error> {
    scim.delete(one.0).await
}

async fn bulk(scim: Scim, Body(body): Body) -> Result<Reply, Error> {
    bulk::run(&scim, &body).await
}
