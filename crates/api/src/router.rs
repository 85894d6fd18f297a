//! All routes, and the document that describes them.

use std::sync::Arc;

use axum::Router;
use axum::http::{Uri, header};
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::api::Api;
use crate::meter::{Meter, MeterLayer};
use crate::parameters::Parameters;
use crate::problem::{METHOD_NOT_ALLOWED, Problem};
use crate::{cors, openapi, pages, parameters, scim, service, v1};

/// The routes of the API and the OpenAPI document that describes them.
pub fn router(api: Arc<Api>) -> (Router, OpenApi) {
    let (routes, document) = operations(api.config.sandbox);
    let meter = Arc::clone(api.meter.get_or_init(|| Meter::new(&document)));
    let text = bytes::Bytes::from(document.to_pretty_json().unwrap_or_default());
    let json = [(header::CONTENT_TYPE, "application/json")];
    let all = routes
        .route(
            "/v1/openapi.json",
            get(move || std::future::ready((json, text.clone()))),
        )
        .merge(scim::routes())
        .merge(service::routes())
        .merge(pages::routes(&document))
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(axum::middleware::from_fn_with_state(
            Parameters::of(&document),
            parameters::refuse_unknown,
        ))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&api),
            cors::allow,
        ))
        .layer(MeterLayer(meter))
        .with_state(api);
    (all, document)
}

/// The OpenAPI document as text: the same for the same program.
#[must_use]
pub fn openapi_json() -> String {
    let (_, document) = operations(false);
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn operations(sandbox: bool) -> (Router<Arc<Api>>, OpenApi) {
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
