//! The routes of all pages.

use std::sync::{Arc, LazyLock};

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Uri, Version};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect};
use axum::{Router, response::Response};
use axum_extra::extract::CookieJar;
use tower_http::compression::{CompressionLayer, Predicate};
use usher_app::{App, Problem};
use usher_http::{Meter, MeterLayer};

use crate::failed::Failed;
use crate::fork::Fork;
use crate::live::LargeMessages;
use crate::portal::Portal;
use crate::routes::{Pages, get};
use crate::{assets, brand, cookies, failed, flash, nav, pages, protect, reader, rights};

/// The largest form in bytes. The longest ones are lists of users to change.
const FORM_BYTES_MAX: usize = 256 * 1024;

/// Prefixes of paths that only programs use. Nearly all requests have them, so these skip the lookup among the pages.
const OF_PROGRAMS: [&str; 2] = ["/v1/", "/scim/"];

/// The portal in front of `rest`, which gets every request that is not for a page: the API and its documents.
pub fn site(app: Arc<App>, rest: Router) -> Fork {
    let meter = Meter::new(app.request_figures().clone(), named_by_route());
    let portal = Portal::new(app);
    let by_code = pages::routes_by_code().into_router().fallback(no_page);
    let pages = dressed(pages().into_router(), &portal, &meter).fallback_service(Fork {
        is_for_first: pages::is_for_people,
        first: dressed(by_code, &portal, &meter),
        second: rest.clone(),
    });
    Fork {
        is_for_first: |request| is_of_programs(request.uri().path()),
        first: rest,
        second: pages,
    }
}

fn is_of_programs(path: &str) -> bool {
    OF_PROGRAMS.iter().any(|start| path.starts_with(start))
}

/// Every path of the portal with its methods, in the router's syntax: for tests that visit them all.
#[must_use]
pub fn addresses() -> Vec<(Method, String)> {
    let mut answered = pages().into_answered();
    answered.extend(pages::routes_by_code().into_answered());
    answered
}

/// Each page as an operation that is counted: its name is its method and its route, which has no ids in it.
fn named_by_route() -> impl Iterator<Item = (String, Method, String)> {
    addresses().into_iter().map(|(method, route)| {
        let name = format!("{method} {route}");
        (route, method, name)
    })
}

/// The pages with their own URLs, the 404 pages below them, and the assets.
fn pages() -> Pages {
    pages::all()
        .route("/", get(start))
        .route("/a/{account}/{*rest}", get(no_page))
        .route("/me/{*rest}", get(no_page))
        .route("/console/{*rest}", get(no_page))
        .route("/operator/{*rest}", get(no_page))
        .merge(assets::routes())
        .merge(brand::routes())
}

/// Pages with the layers that every answer of the portal goes through.
fn dressed(pages: Router<Arc<Portal>>, portal: &Arc<Portal>, meter: &Arc<Meter>) -> Router {
    pages
        .method_not_allowed_fallback(page_above)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(portal), failed::in_frame))
        .layer(from_fn_with_state(Arc::clone(portal), rights::rotate))
        .layer(from_fn(flash::clear_when_shown))
        .layer(from_fn_with_state(Arc::clone(portal), reader::read_by))
        .layer(from_fn_with_state(Arc::clone(portal), protect::headers))
        .layer(stream_compression())
        // Does not affect event streams.
        .layer(CompressionLayer::new())
        .layer(MeterLayer(Arc::clone(meter)))
        .with_state(Arc::clone(portal))
}

/// Compresses streams with large messages. The encoder flushes whenever the stream has nothing more to send, so each
/// message arrives completely and at once. Only gzip: brotli's state takes several megabytes per open page.
fn stream_compression() -> CompressionLayer<impl Predicate> {
    let is_large =
        |_: StatusCode, _: Version, _: &HeaderMap, marks: &Extensions| marks.get::<LargeMessages>().is_some();
    CompressionLayer::new().no_br().compress_when(is_large)
}

/// Redirects to where the signed-in user begins, else to the sign-in page.
async fn start(State(portal): State<Arc<Portal>>, jar: CookieJar) -> Response {
    let now = portal.app.engine().now();
    let secret = cookies::session_secret(&jar);
    let session = secret.and_then(|secret| portal.app.identity().portal_session(secret, now));
    let to = match session {
        Some(session) => nav::home(&portal, session.account, session.user).await,
        None => "/sign-in".to_owned(),
    };
    Redirect::to(&to).into_response()
}

async fn no_page() -> Failed {
    Problem::not_found("page")
        .detailed("There is no page at this address.")
        .into()
}

/// The address of a form that was sent is shown in the browser if the form comes back with errors. Opened again, it leads
/// to the nearest page above it, which has the form.
async fn page_above(method: Method, uri: Uri) -> Response {
    let is_read = matches!(method, Method::GET | Method::HEAD);
    match above(uri.path()).filter(|_| is_read) {
        Some(page) => Redirect::to(page).into_response(),
        None => no_page().await.into_response(),
    }
}

/// The nearest page above a path; `None` if there is none but the start page.
fn above(path: &str) -> Option<&str> {
    static PAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let pages = addresses().into_iter();
        let pages = pages.filter(|(method, route)| *method == Method::GET && !route.contains("{*"));
        pages.map(|(_, route)| route).collect()
    });
    let is_at = |route: &String, path: &str| {
        let parts = || route.split('/').zip(path.split('/'));
        route.split('/').count() == path.split('/').count()
            && parts().all(|(of_route, part)| of_route == part || of_route.starts_with('{'))
    };
    let mut page = path;
    while let Some((above, _)) = page.rsplit_once('/').filter(|(above, _)| !above.is_empty()) {
        page = above;
        if PAGES.iter().any(|route| is_at(route, page)) {
            return Some(page);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn no_page_has_a_path_that_only_programs_use() {
        for (_, address) in addresses() {
            assert!(!is_of_programs(&address), "{address}");
        }
    }

    /// The addresses of forms without a page above them: every page has this one.
    const WITHOUT_A_PAGE: [&str; 1] = ["/sign-out"];

    #[test]
    fn the_address_of_a_form_leads_to_the_page_above_it() {
        let all = addresses();
        let is_read = |route: &str| {
            all.iter()
                .any(|(method, of)| *method == Method::GET && of == route)
        };
        let forms = all.iter().filter(|(_, route)| !is_read(route));

        let without: Vec<_> = forms
            .filter(|(_, route)| above(&route.replace(['{', '}'], "")).is_none())
            .map(|(_, route)| route.as_str())
            .collect();

        assert_eq!(without, WITHOUT_A_PAGE);
        assert_eq!(
            above("/a/acct_1/subscription/minutes"),
            Some("/a/acct_1/subscription")
        );
        assert_eq!(
            above("/a/acct_1/subscription/requests/subreq_1/remove"),
            Some("/a/acct_1/subscription")
        );
        assert_eq!(above("//evil.example/minutes"), Some("/"));
        assert_eq!(above("/minutes"), None);
    }

    /// Each path of the portal, with its methods.
    fn routes() -> String {
        let mut methods_of = BTreeMap::<_, BTreeSet<_>>::new();
        for (method, address) in addresses() {
            methods_of.entry(address).or_default().insert(method.to_string());
        }
        let line = |(address, methods): (String, BTreeSet<String>)| {
            let methods: Vec<_> = methods.into_iter().collect();
            format!("{address} {}\n", methods.join(","))
        };
        methods_of.into_iter().map(line).collect()
    }

    #[test]
    fn the_list_of_paths_for_the_browser_tests_is_complete() {
        let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/browser/routes.txt");

        let routes = routes();

        let known = fs::read_to_string(&list).unwrap_or_default();
        assert!(routes == known, "{} should be:\n{routes}", list.display());
    }
}
