//! Users: searching, adding, changing one or many, and reassigning a seat.

mod act;
mod bulk;
mod bulk_view;
pub(crate) mod create;
mod edit;
mod history;
mod invite_list;
mod invited;
pub(crate) mod licenses;
pub(crate) mod link;
mod list;
mod permissions;
mod person;
mod profile;
mod query;
mod reassign;
mod set_license;
mod words;

use axum::extract::Query;
use axum::response::Response;

pub(crate) use self::invited::{Invited, all_links};
use self::list::ListPage;
pub(crate) use self::query::{UserQuery, by_name, fits_words};
pub(crate) use self::words::{Choice, license_link, people, role_label, role_of, role_word};
use crate::answer::page;
use crate::failed::Failed;
use crate::form::Form;
use crate::live;
use crate::routes::{Pages, get, post};
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    let user = "/a/{account}/users/{user}";
    let at = |rest: &str| format!("{user}/{rest}");
    Pages::new()
        .route("/a/{account}/users", get(show).post(create::create))
        .route("/a/{account}/users/live", get(live::stream::<ListPage>))
        .route("/a/{account}/users/new", get(create::show))
        .route(
            "/a/{account}/users/invite",
            get(invite_list::show).post(invite_list::preview),
        )
        .route("/a/{account}/users/invite/do", post(invite_list::invite))
        .keeping(invite_list::Lists::default())
        .route("/a/{account}/users/bulk", post(bulk::ask))
        .route("/a/{account}/users/bulk/do", post(bulk::act))
        .route(user, get(edit::show).post(edit::change))
        .route(&at("history"), get(history::show))
        .route(&at("licenses/{product}"), post(set_license::set))
        .route(
            &at("permissions"),
            get(permissions::show).post(permissions::change),
        )
        .route(&at("password"), post(edit::set_password))
        .route(&at("invitation"), post(link::invite))
        .route(&at("invitation/revoke"), post(link::revoke_invitation))
        .route(&at("password-reset-link"), post(link::make_password_reset_link))
        .route(
            &at("password-reset-link/revoke"),
            post(link::revoke_password_reset_link),
        )
        .route(&at("second-factor/remove"), post(edit::remove_second_factor))
        .route(&at("activate"), post(edit::activate))
        .route(
            &at("deactivate"),
            get(edit::ask_to_deactivate).post(edit::deactivate),
        )
        .route(&at("remove"), get(edit::ask_to_remove).post(edit::remove))
        .route(&at("reassign"), get(reassign::show).post(reassign::reassign))
}

async fn show(viewer: Viewer, Query(query): Query<UserQuery>) -> Result<Response, Failed> {
    Ok(page(&ListPage::at(&viewer, query, Form::default()).await?))
}
