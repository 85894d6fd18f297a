//! Which pages of other origins may read answers (CORS): those that the operator allows for the server, and those that
//! an account allows for itself. By default there are none. Credentials of browsers (cookies) are never allowed:
//! callers send a token.

use std::sync::Arc;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use usher_app::App;
use usher_domain::AccountId;
use usher_domain::text::{Code, Origin};

/// How long a browser may cache the permission.
const MAX_AGE_SECS: &str = "600";
const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const HEADERS: &str = "authorization, content-type, idempotency-key, last-event-id, x-request-id";
const EXPOSED: &str = "location, retry-after, x-request-id";

/// Lets pages ask and read whose origin the operator lists.
pub(crate) async fn of_server(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
        return next.run(request).await;
    };
    let is_allowed = parsed(&origin).is_some_and(|origin| app.config().cors_origins.contains(&origin));
    answer(origin, is_allowed, request, next).await
}

/// The same, and pages whose origin the account lists that the route names: by its id, or by a customer's code.
pub(crate) async fn of_accounts(
    State(app): State<Arc<App>>,
    named: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let Some(origin) = request.headers().get(header::ORIGIN).cloned() else {
        return next.run(request).await;
    };
    let is_allowed = is_listed(&app, &origin, named.ok()).await;
    answer(origin, is_allowed, request, next).await
}

async fn answer(origin: HeaderValue, is_allowed: bool, request: Request, next: Next) -> Response {
    let is_preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight {
        preflight(is_allowed)
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if is_allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(EXPOSED),
        );
    }
    response
}

/// The answer to a browser's preflight request, without CORS headers if it is not allowed.
fn preflight(is_allowed: bool) -> Response {
    let mut headers = HeaderMap::new();
    if is_allowed {
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
            (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECS),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    (StatusCode::NO_CONTENT, headers).into_response()
}

fn parsed(origin: &HeaderValue) -> Option<Origin> {
    origin.to_str().ok()?.parse().ok()
}

async fn is_listed(app: &App, origin: &HeaderValue, named: Option<RawPathParams>) -> bool {
    let Some(origin) = parsed(origin) else {
        return false;
    };
    if app.config().cors_origins.contains(&origin) {
        return true;
    }
    let Some(account) = account_of(app, named).await else {
        return false;
    };
    let lists = move |account: &usher_domain::Account, _| account.settings().cors_origins.contains(&origin);
    app.engine().read(account, lists).await.unwrap_or(false)
}

/// The account that a request is about: the one that the route names, or that of the customer's code.
async fn account_of(app: &App, named: Option<RawPathParams>) -> Option<AccountId> {
    let named = named?;
    let value = |name: &str| named.iter().find(|(param, _)| *param == name);
    if let Some((_, account)) = value("account") {
        return account.parse().ok();
    }
    let (_, code) = value("code")?;
    let code: Code = code.parse().ok()?;
    let owner = app.kept_code(&code).await.ok()??;
    Some(owner.account)
}
