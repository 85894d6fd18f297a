//! The first run, once the account exists: the first pool, the first people, the first seat. These are ordinary pages of
//! the account, so a first run that was broken off goes on where it stopped.

mod people;
mod pool;
mod view;

use axum::response::{IntoResponse, Redirect, Response};
use usher_domain::permission::Privilege;
use usher_domain::pool::Pool;
use usher_domain::{Account, AccountId, Actor};

use self::view::VendorPage;
use crate::answer::page;
use crate::failed::Failed;
use crate::nav::NavPage;
use crate::routes::{Pages, get};
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/start", get(go_on))
        .route("/a/{account}/start/vendor", get(vendor))
        .route("/a/{account}/start/pool", get(pool::show).post(pool::save))
        .route("/a/{account}/start/people", get(people::show).post(people::add))
}

/// The path at which the first run goes on.
pub(crate) fn path(account: AccountId) -> String {
    format!("/a/{account}/start")
}

/// The path of the page for vendors.
pub(crate) fn vendor_path(account: AccountId) -> String {
    format!("{}/vendor", path(account))
}

/// The name of a pool that nobody has named (P1).
const UNNAMED: &str = "Default pool";

/// The pool that the first run is about: the first product's own.
fn first_pool(account: &Account) -> Option<&Pool> {
    let pools = account.pools().values().filter(|pool| pool.default);
    pools.min_by_key(|pool| &pool.product)
}

/// Leads to the first step that is not done and that the viewer may do.
async fn go_on(viewer: Viewer) -> Result<Response, Failed> {
    let look = |account: &Account, actor: &Actor, _| {
        let is_alone = account.users().len() == 1;
        let is_unnamed = first_pool(account).is_some_and(|pool| pool.name.as_str() == UNNAMED);
        Ok(
            if is_alone && is_unnamed && account.may(actor, Privilege::SeatsManage) {
                format!("{}/pool", path(account.id()))
            } else if is_alone && account.may(actor, Privilege::UsersManage) {
                format!("{}/people", path(account.id()))
            } else {
                NavPage::Overview.path(account.id())
            },
        )
    };
    let (_, to) = viewer.look(None, look).await?;
    Ok(Redirect::to(&to).into_response())
}

/// What comes next for a vendor: the server is for their customers, and the API makes those.
async fn vendor(viewer: Viewer) -> Result<Response, Failed> {
    viewer.need_in_account(Privilege::SettingsManage).await?;
    let (frame, ()) = viewer.look(Some(NavPage::Overview), |_, _, _| Ok(())).await?;
    Ok(page(&VendorPage {
        frame,
        start: path(viewer.account),
    }))
}
