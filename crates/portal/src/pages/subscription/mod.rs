//! What the account has bought, and how much of it is in use: for the billing contact.

mod ends;
mod give_back;
mod view;

use axum::response::Response;
use usher_domain::permission::Privilege;
use usher_domain::{Account, Actor};

pub(super) use self::ends::notices;
use self::view::{SubscriptionData, SubscriptionPage};
use crate::answer::page;
use crate::failed::Failed;
use crate::nav::NavPage;
use crate::routes::{Pages, get};
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/subscription", get(show))
        .merge(give_back::routes())
}

async fn show(viewer: Viewer) -> Result<Response, Failed> {
    let look = |account: &Account, actor: &Actor, _| {
        account.need_in_account(actor, Privilege::SubscriptionManage)?;
        Ok(SubscriptionData::of(account, actor))
    };
    let (frame, seen) = viewer.look(Some(NavPage::Subscription), look).await?;
    Ok(page(&SubscriptionPage { frame, seen }))
}
