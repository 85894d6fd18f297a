//! How to connect a directory (SCIM): its address, and a page for each product. For owners and admins, because only
//! they can create the key that it needs.

mod guides;
mod view;

use axum::extract::Path;
use axum::response::Response;
use usher_domain::{Account, Actor};

use self::guides::GUIDES;
use self::view::{GuidePage, ListPage, Pool};
use crate::answer::page;
use crate::failed::Failed;
use crate::linked::Linked;
use crate::nav::NavPage;
use crate::routes::{Pages, get};
use crate::viewer::Viewer;

/// The last part of the path.
pub(crate) const DIRECTORIES: &str = "directories";

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/directories", get(list))
        .route("/a/{account}/directories/{directory}", get(guide))
}

/// Whether the actor sees these pages.
pub(crate) fn is_for(account: &Account, actor: &Actor) -> bool {
    account.is_admin(actor)
}

/// The account's SCIM address; `None` if the server does not know its own address.
fn base(viewer: &Viewer) -> Option<String> {
    viewer.portal.app.url(&format!("/scim/v2/{}", viewer.account))
}

async fn list(viewer: Viewer) -> Result<Response, Failed> {
    let look = |account: &Account, actor: &Actor, _| account.need_admin(actor);
    let (frame, ()) = viewer.look(Some(NavPage::Groups), look).await?;
    Ok(page(&ListPage {
        frame,
        groups: NavPage::Groups.path(viewer.account),
        path: format!("/a/{}/{DIRECTORIES}", viewer.account),
        base: base(&viewer),
        is_here_alone: viewer.portal.app.is_known_here_alone(),
        guides: GUIDES,
    }))
}

async fn guide(viewer: Viewer, Path((_, slug)): Path<(String, String)>) -> Result<Response, Failed> {
    let look = |account: &Account, actor: &Actor, _| {
        account.need_admin(actor)?;
        let mut pools = account.pools().values();
        Ok(pools.next().map(|pool| Pool {
            of: Linked::pool(account, actor, pool),
            product: account.product_name(&pool.product),
        }))
    };
    let (frame, pool) = viewer.look(Some(NavPage::Groups), look).await?;
    let Some(guide) = GUIDES.iter().find(|guide| guide.slug == slug) else {
        return Err(usher_app::Problem::not_found("page").into());
    };
    Ok(page(&GuidePage {
        frame,
        list: format!("/a/{}/{DIRECTORIES}", viewer.account),
        keys: NavPage::ApiKeys.path(viewer.account),
        groups: NavPage::Groups.path(viewer.account),
        base: base(&viewer),
        is_here_alone: viewer.portal.app.is_known_here_alone(),
        guide,
        pool,
    }))
}
