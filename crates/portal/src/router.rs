//! All pages.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use axum::{Router, response::Response};
use axum_extra::extract::CookieJar;
use tower_http::compression::CompressionLayer;
use usher_api::{Api, Problem};

use crate::failed::Failed;
use crate::nav::Place;
use crate::pages::join::PagesForPeople;
use crate::portal::Portal;
use crate::{assets, cookies, failed, flash, pages, protect};

/// The most bytes of a form. The largest are lists of users to change.
const FORM_BYTES_MAX: usize = 256 * 1024;

/// The portal in front of `rest`, to which everything goes that is no page: the API and its documents.
pub fn router(api: Arc<Api>, rest: Router) -> Router {
    let portal = Portal::new(api);
    dressed(pages(), &portal).fallback_service(PagesForPeople {
        pages: dressed(pages::join::routes_by_code().fallback(no_page), &portal),
        rest,
    })
}

/// The pages with addresses of their own.
fn pages() -> Router<Arc<Portal>> {
    Router::new()
        .route("/", get(start))
        .merge(pages::sign_in::routes())
        .merge(pages::setup::routes())
        .merge(pages::me::routes())
        .merge(pages::overview::routes())
        .merge(pages::sessions::routes())
        .merge(pages::audit::routes())
        .merge(pages::api_keys::routes())
        .merge(pages::refusals::routes())
        .merge(pages::console::routes())
        .merge(pages::join::routes())
        .merge(pages::users::routes())
        .merge(pages::teams::routes())
        .merge(pages::settings::routes())
        .merge(pages::subscription::routes())
        .merge(pages::minutes::routes())
        .merge(pages::pools::routes())
        .merge(pages::queue::routes())
        .route("/a/{account}/{*rest}", get(no_page))
        .route("/me/{*rest}", get(no_page))
        .route("/console/{*rest}", get(no_page))
        .merge(assets::routes())
}

/// Pages with what every answer of the portal has around it.
fn dressed(pages: Router<Arc<Portal>>, portal: &Arc<Portal>) -> Router {
    pages
        .method_not_allowed_fallback(no_page)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(portal), failed::in_frame))
        .layer(from_fn(flash::clear_when_shown))
        .layer(from_fn_with_state(Arc::clone(portal), protect::headers))
        // Its default leaves event streams alone, which it would hold back.
        .layer(CompressionLayer::new())
        .with_state(Arc::clone(portal))
}

/// To the account of who is signed in, else to the sign-in page.
async fn start(State(portal): State<Arc<Portal>>, jar: CookieJar) -> Response {
    let now = portal.api.engine().now();
    let secret = cookies::session_secret(&jar);
    let session = secret.and_then(|secret| portal.api.identity().portal_session(secret, now));
    let to = session.map_or_else(
        || "/sign-in".to_owned(),
        |session| Place::Overview.path(session.account),
    );
    Redirect::to(&to).into_response()
}

async fn no_page() -> Failed {
    Problem::not_found("page")
        .detailed("There is no page at this address.")
        .into()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Each address that the router knows, with its methods. It tells them to nobody but `Debug`.
    fn routes_of(pages: &Router<Arc<Portal>>) -> Vec<String> {
        let told = format!("{pages:?}");
        let (handlers, addresses) = told.split_once("node: Node").unwrap();
        let methods_of = |id: &str| {
            let (_, rest) = handlers.split_once(&format!("RouteId({id}): ")).unwrap();
            let (_, rest) = rest.split_once("allow_header: Bytes(b\"").unwrap();
            let mut methods: Vec<_> = rest.split_once('"').unwrap().0.split(',').collect();
            methods.retain(|method| *method != "HEAD");
            methods.sort_unstable();
            methods.join(",")
        };
        let (addresses, _) = addresses.split_once("fallback_router").unwrap();
        let mut routes: Vec<_> = addresses
            .split("RouteId(")
            .filter_map(|entry| entry.split_once("): \""))
            .map(|(id, rest)| format!("{} {}", rest.split_once('"').unwrap().0, methods_of(id)))
            .collect();
        routes.sort_unstable();
        routes.dedup();
        routes
    }

    #[test]
    fn the_list_of_addresses_that_the_browser_stories_walk_is_whole() {
        let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/browser/routes.txt");

        let routes = routes_of(&pages().merge(pages::join::routes_by_code()));

        assert!(routes.len() > 50, "{routes:?}");
        let routes = routes.join("\n") + "\n";
        let known = fs::read_to_string(&list).unwrap_or_default();
        assert!(routes == known, "{} should be:\n{routes}", list.display());
    }
}
