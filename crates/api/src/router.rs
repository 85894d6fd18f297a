//! All routes, and the document that describes them.

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use usher_app::App;
use usher_http::{Meter, MeterLayer};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::parameters::Parameters;
use crate::problem::{METHOD_NOT_ALLOWED, Problem, UNAVAILABLE};
use crate::server::Server;
use crate::{cors, openapi, pages, parameters, scim, service, v1};

/// The routes of the API and the OpenAPI document that describes them.
pub fn router(app: Arc<App>) -> (Router, OpenApi) {
    let (routes, document) = operations(app.config().sandbox);
    let meter = Meter::new(app.request_figures().clone(), operations_of(&document));
    let text = bytes::Bytes::from(document.to_pretty_json().unwrap_or_default());
    let json = [(header::CONTENT_TYPE, "application/json")];
    let of_server = Router::new()
        .route(
            "/v1/openapi.json",
            get(move || std::future::ready((json, text.clone()))),
        )
        .merge(scim::routes())
        .merge(service::routes())
        .merge(pages::routes(&document))
        .fallback(no_route);
    let known = Parameters::of(&document);
    let strict = |routes: Router<Server>| {
        let known = from_fn_with_state(Arc::clone(&known), parameters::refuse_unknown);
        routes.method_not_allowed_fallback(no_method).layer(known)
    };
    // Whose pages may read answers depends on the route: accounts decide about what is theirs.
    let of_accounts = strict(routes).layer(from_fn_with_state(Arc::clone(&app), cors::of_accounts));
    let of_server = strict(of_server).layer(from_fn_with_state(Arc::clone(&app), cors::of_server));
    let all = of_accounts
        .merge(of_server)
        .layer(MeterLayer(meter))
        .with_state(Server(app));
    (all, document)
}

/// The route, the method and the name of each operation of a document.
fn operations_of(document: &OpenApi) -> Vec<(String, Method, String)> {
    let mut operations = Vec::new();
    for (path, item) in &document.paths.paths {
        let methods = [
            (Method::GET, &item.get),
            (Method::PUT, &item.put),
            (Method::POST, &item.post),
            (Method::PATCH, &item.patch),
            (Method::DELETE, &item.delete),
        ];
        for (method, operation) in methods {
            if let Some(name) = operation.as_ref().and_then(|it| it.operation_id.clone()) {
                operations.push((path.clone(), method, name));
            }
        }
    }
    operations
}

/// The problem document for an answer that takes too long to begin.
#[must_use]
pub fn too_late() -> Response {
    let detail = "The answer took too long. It is not known whether this was carried out. \
                  Look, then send it again if it was not.";
    Problem::new(UNAVAILABLE, detail).into_response()
}

/// The OpenAPI document as text: constant for each version of the program.
#[must_use]
pub fn openapi_json() -> String {
    let (_, document) = operations(false);
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn operations(sandbox: bool) -> (Router<Server>, OpenApi) {
    let (routes, document) = OpenApiRouter::with_openapi(openapi::base())
        .merge(v1::routes(sandbox))
        .merge(service::documented())
        .split_for_parts();
    (routes, openapi::complete(document))
}

async fn no_route(uri: Uri) -> Problem {
    Problem::not_found("such address").detailed(format!(
        "There is nothing at `{}`. The addresses are listed at /docs.",
        uri.path()
    ))
}

async fn no_method() -> Problem {
    Problem::new(
        METHOD_NOT_ALLOWED,
        "This address does not take that method. The `Allow` header lists those that it takes.",
    )
}
