//! The operator pages: accounts, their requests, operator keys and the server, for somebody with an operator key, or an
//! owner who is operator. What a key may do there is what it may do through the API.

mod account;
mod accounts;
mod answer;
mod branding;
mod close;
mod create;
mod grants;
mod keys;
mod management;
mod owners;
mod requests;
mod seats;
mod server;
mod sign_in;
mod subscription;
mod terms;
mod visitor;

use axum::response::{IntoResponse, Redirect, Response};
use usher_app::AccountsRead;

use self::visitor::OperatorAt;
pub(crate) use self::visitor::{HOME, frame_of, sign_in_path};
use crate::routes::{Pages, get, post};

/// An account among the operator's.
const ACCOUNT: &str = "/operator/accounts/{account}";

pub(crate) fn routes() -> Pages {
    let of_account = |rest: &str| format!("{ACCOUNT}/{rest}");
    Pages::new()
        .route(HOME, get(start))
        .route(sign_in::PATH, get(sign_in::show).post(sign_in::enter))
        .route("/operator/open", post(grants::open))
        .route("/operator/sign-out", post(sign_in::leave))
        .route(accounts::PATH, get(accounts::show))
        .route("/operator/accounts/new", get(create::show).post(create::create))
        .route(ACCOUNT, get(account::show))
        .route(&of_account("name"), post(account::rename))
        .route(&of_account("close"), get(close::ask).post(close::close))
        .route(
            &of_account("subscription"),
            get(subscription::show).post(subscription::set),
        )
        .route(&of_account("minutes"), post(subscription::add_minutes))
        .route(&of_account("terms"), get(terms::show).post(terms::set))
        .route(&of_account("lend"), post(terms::lend))
        .route(
            &of_account("management"),
            get(management::show).post(management::set),
        )
        .route(requests::PATH, get(requests::show))
        .route(
            &of_account("requests/{request}"),
            get(answer::show).post(answer::answer),
        )
        .route(&of_account("operators"), get(grants::ask).post(grants::make))
        .route(&of_account("owners"), post(owners::invite))
        .route("/operator/owners/{owner}/confirm", post(grants::confirm))
        .route("/operator/owners/{owner}/revoke", post(grants::revoke))
        .route(branding::PATH, get(branding::show).post(branding::set))
        .route(server::PATH, get(server::show))
        .route(keys::PATH, get(keys::show).post(keys::create))
        .route(
            "/operator/keys/{key}/rotate",
            get(keys::ask_to_rotate).post(keys::rotate),
        )
        .route(
            "/operator/keys/{key}/revoke",
            get(keys::ask_to_revoke).post(keys::revoke),
        )
}

/// Redirects to the first page of the menu.
async fn start(_: OperatorAt<AccountsRead>) -> Response {
    Redirect::to(accounts::PATH).into_response()
}
