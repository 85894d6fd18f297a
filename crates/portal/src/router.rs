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
    let pages = Router::new()
        .route("/", get(start))
        .merge(pages::sign_in::routes())
        .merge(pages::sso::routes())
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
        .merge(pages::groups::routes())
        .merge(pages::settings::routes())
        .merge(pages::subscription::routes())
        .merge(pages::minutes::routes())
        .merge(pages::pools::routes())
        .merge(pages::queue::routes())
        .route("/a/{account}/{*rest}", get(no_page))
        .route("/me/{*rest}", get(no_page))
        .route("/console/{*rest}", get(no_page))
        .merge(assets::routes());
    dressed(pages, &portal).fallback_service(PagesForPeople {
        pages: dressed(pages::join::routes_by_code().fallback(no_page), &portal),
        rest,
    })
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
