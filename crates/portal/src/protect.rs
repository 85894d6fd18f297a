//! Security headers of every answer of the portal.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use usher_app::Arrival;

use crate::cookies;
use crate::portal::Portal;

/// Nothing inline, nothing from another host, and no embedding in frames.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=()",
    ),
];

/// One year: after one visit over https, the browser uses nothing else.
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

pub(crate) async fn headers(State(portal): State<Arc<Portal>>, mut request: Request, next: Next) -> Response {
    let is_https =
        portal.is_https() || Arrival::of(&portal.app, request.extensions(), request.headers()).is_https;
    if is_https {
        cookies::take_own_alone(request.headers_mut());
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages whose address is a secret tell it to nobody.
    headers
        .entry(header::REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("same-origin"));
    // Pages show what one user may see, so they are not cached; assets set their own caching.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
        cookies::bind_to_host(headers);
    }
    response
}
