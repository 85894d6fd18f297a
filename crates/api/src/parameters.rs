//! Refuses unknown query parameters: one that is silently ignored would not do what its sender intended.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use crate::problem::Problem;

/// The names of the query parameters of each operation of the document, by path and method.
pub(crate) struct Parameters(HashMap<String, Vec<(Method, Vec<String>)>>);

impl Parameters {
    pub(crate) fn of(document: &OpenApi) -> Arc<Self> {
        let paths = document.paths.paths.iter().map(|(path, item)| {
            let methods = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            let known = methods
                .into_iter()
                .filter_map(|(method, operation)| Some((method, names(operation.as_ref()?))));
            (path.clone(), known.collect())
        });
        Arc::new(Self(paths.collect()))
    }

    /// The first parameter of a query that the operation does not know, as a problem.
    fn unknown(&self, route: &str, method: &Method, query: &str) -> Option<Problem> {
        // HEAD takes the same parameters as GET.
        let method = if *method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let (_, known) = self.0.get(route)?.iter().find(|(of, _)| of == method)?;
        let (name, _) =
            form_urlencoded::parse(query.as_bytes()).find(|(name, _)| !known.iter().any(|it| it == name))?;
        let message = match &known[..] {
            [] => "is no parameter of this call, which takes none in its address".to_owned(),
            known => format!(
                "is no parameter of this call, which takes `{}`",
                known.join("`, `")
            ),
        };
        Some(Problem::invalid(name, message))
    }
}

fn names(operation: &Operation) -> Vec<String> {
    let parameters = operation.parameters.iter().flatten();
    parameters
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => {
                Some(parameter.name.clone())
            }
            _ => None,
        })
        .collect()
}

/// Refuses requests with a query parameter that their operation does not know.
pub(crate) async fn refuse_unknown(
    State(parameters): State<Arc<Parameters>>,
    request: Request,
    next: Next,
) -> Response {
    let unknown = request.uri().query().and_then(|query| {
        let route = request.extensions().get::<MatchedPath>()?.as_str();
        parameters.unknown(route, request.method(), query)
    });
    match unknown {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}
