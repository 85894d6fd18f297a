//! The style sheet and the scripts. Their URLs contain a digest, so that browsers can cache them forever.

use std::sync::LazyLock;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::routes::{Methods, Pages, get};

pub(crate) const STYLE: &str = include_str!("../static/portal.css");
const SCRIPT: &str = include_str!("../static/portal.js");
const ICON: &str = include_str!("../static/icon.svg");
/// The hypermedia library and its extension for event streams in one file, so that the extension is registered before
/// the library processes the page.
const LIBRARY: &str = concat!(
    include_str!("../vendor/htmx/htmx.min.js"),
    "\n",
    include_str!("../vendor/htmx/hx-sse.min.js"),
    "\n"
);

/// Part of the assets' URLs; changes when any asset does.
pub(crate) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for asset in [STYLE, SCRIPT, ICON, LIBRARY] {
        digest.update(asset);
    }
    let digest = digest.finalize();
    HEXLOWER.encode(&digest[..6])
});

/// Whether this is the path of an asset or of the operator's own look, which are the same for everybody.
pub(crate) fn is_asset(path: &str) -> bool {
    path.starts_with("/assets/") || path.starts_with("/branding/")
}

pub(crate) fn routes() -> Pages {
    let script = "text/javascript; charset=utf-8";
    Pages::new()
        .route(
            "/assets/{version}/portal.css",
            asset("text/css; charset=utf-8", STYLE.as_bytes()),
        )
        .route("/assets/{version}/portal.js", asset(script, SCRIPT.as_bytes()))
        .route("/assets/{version}/htmx.js", asset(script, LIBRARY.as_bytes()))
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

/// Compares a vendored package with its list of digests, and the list with its own digest. Returns the listed files.
#[cfg(test)]
pub(crate) fn vendored(package: &str, digest_of_list: &str) -> std::collections::BTreeSet<String> {
    let vendor = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vendor");
    let vendor = vendor.join(package);
    let list = std::fs::read_to_string(vendor.join("SHA256SUMS")).unwrap();
    let listed = list.lines().map(|line| {
        let (digest, name) = line.split_once("  ").unwrap();
        let content = std::fs::read(vendor.join(name)).unwrap();
        assert_eq!(
            HEXLOWER.encode(&Sha256::digest(content)),
            digest,
            "{package}/{name} was changed"
        );
        name.to_owned()
    });
    let listed = listed.collect();
    assert_eq!(HEXLOWER.encode(&Sha256::digest(list.as_bytes())), digest_of_list);
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_library_is_unchanged_and_has_its_license() {
        // Of htmx.org 4.0.1.
        let listed = vendored(
            "htmx",
            "e7987ab679357771b7dd2829150ce21acc06e3860ebadc5c078cb9cc8f078469",
        );

        let listed: Vec<_> = listed.iter().map(String::as_str).collect();
        assert_eq!(listed, ["LICENSE", "htmx.min.js", "hx-sse.min.js"]);
    }
}
