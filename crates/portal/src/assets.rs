//! The style sheet and the scripts. Their addresses carry a digest of them, so that browsers keep them for good.

use std::sync::LazyLock;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::routes::{Methods, Pages, get};
use crate::shown::hex;

const STYLE: &str = include_str!("../static/portal.css");
const SCRIPT: &str = include_str!("../static/portal.js");
const ICON: &str = include_str!("../static/icon.svg");
/// The hypermedia library with its extension for event streams, as `build.rs` bundles it.
const LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/htmx.js"));

/// Part of the assets' addresses: another where one of them differs.
pub(crate) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for asset in [STYLE.as_bytes(), SCRIPT.as_bytes(), ICON.as_bytes(), LIBRARY] {
        digest.update(asset);
    }
    let digest = digest.finalize();
    hex(&digest[..6])
});

pub(crate) fn routes() -> Pages {
    let script = "text/javascript; charset=utf-8";
    Pages::new()
        .route(
            "/assets/{version}/portal.css",
            asset("text/css; charset=utf-8", STYLE.as_bytes()),
        )
        .route("/assets/{version}/portal.js", asset(script, SCRIPT.as_bytes()))
        .route("/assets/{version}/htmx.js", asset(script, LIBRARY))
        .route(
            "/assets/{version}/icon.svg",
            asset("image/svg+xml", ICON.as_bytes()),
        )
}

fn asset(kind: &'static str, body: &'static [u8]) -> Methods {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    get(move || std::future::ready::<Response>((StatusCode::OK, headers, body).into_response()))
}
