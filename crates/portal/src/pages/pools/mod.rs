//! Seat pools: their users, their seats and their rules.

mod create;
mod delete;
mod duration;
mod edit;
mod log_out;
pub(crate) mod rules;
mod seats;
mod sign_ins;
mod users;
mod view;

use axum::extract::Query;
use axum::http::Uri;
use axum::response::{Redirect, Response};
use serde::Deserialize;
use usher_domain::refusal::{CapacityRefusal, StateRefusal};
use usher_domain::{Account, Actor, PoolId, Refusal, Timestamp};

pub(crate) use self::duration::words as duration_words;
use self::seats::SeatMoves;
pub(crate) use self::sign_ins::{kind as device_kind, may_log_out};
use self::view::{PoolList, PoolsData, PoolsPage};
use crate::answer::{page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::live::{self, LivePage};
use crate::nav::NavPage;
use crate::routes::{Pages, get};
use crate::sentence;
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/pools", get(show))
        .route("/a/{account}/pools/live", get(live::stream::<PoolsPage>))
        .route(
            "/a/{account}/pools/move-seats",
            get(to_list).post(seats::move_seats),
        )
        .route("/a/{account}/pools/step", get(to_list).post(seats::step))
        .route("/a/{account}/pools/new", get(create::blank).post(create::create))
        .route("/a/{account}/pools/{pool}", get(edit::show).post(edit::change))
        .route("/a/{account}/pools/{pool}/live", get(edit::stream))
        .route(
            "/a/{account}/pools/{pool}/delete",
            get(delete::confirm).post(delete::delete),
        )
        .route("/a/{account}/pools/{pool}/users", get(users::show))
        .route("/a/{account}/pools/{pool}/users/live", get(users::stream))
        .route(
            "/a/{account}/pools/{pool}/users/move",
            get(users::to_users).post(users::move_users),
        )
        .route(
            "/a/{account}/sign-ins/{sign_in}/log-out",
            get(log_out::confirm).post(log_out::log_out),
        )
}

/// Which pools are listed, and which row is initially expanded.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    page: String,
    #[serde(default)]
    open: String,
}

async fn show(viewer: Viewer, query: Query<ListQuery>, uri: Uri) -> Result<Response, Failed> {
    Ok(page(&list_page(&viewer, query.0, &uri, Form::default()).await?))
}

/// A form with errors is shown at its own URL; reloading that redirects here.
async fn to_list(viewer: Viewer) -> Redirect {
    Redirect::to(&NavPage::SeatPools.path(viewer.account))
}

/// The list with one of its forms that has errors.
async fn list_again(viewer: &Viewer, form: Form) -> Result<Response, Failed> {
    let uri = NavPage::SeatPools
        .path(viewer.account)
        .parse()
        .unwrap_or_default();
    Ok(page_again(
        &list_page(viewer, ListQuery::default(), &uri, form).await?,
    ))
}

async fn list_page(viewer: &Viewer, query: ListQuery, uri: &Uri, form: Form) -> Result<PoolsPage, Failed> {
    let (frame, live) = live::open::<PoolsPage>(viewer, query, uri).await?;
    let look = |account: &Account, actor: &Actor, _| Ok(SeatMoves::of(account, actor));
    let (_, moves) = viewer.look(None, look).await?;
    Ok(PoolsPage {
        frame,
        live,
        form,
        moves,
        path: NavPage::SeatPools.path(viewer.account),
    })
}

impl LivePage for PoolsPage {
    type Query = ListQuery;
    type Data = PoolsData;
    type Fragment = PoolList;

    const NAV_PAGE: NavPage = NavPage::SeatPools;

    fn see(account: &Account, actor: &Actor, query: &ListQuery, _: Timestamp) -> Result<PoolsData, Refusal> {
        account.need_staff(actor)?;
        Ok(PoolsData::of(
            account,
            actor,
            &query.page,
            query.open.parse().ok(),
        ))
    }

    async fn show(_: &Viewer, _: &ListQuery, seen: PoolsData) -> Result<PoolList, Failed> {
        Ok(PoolList { seen })
    }
}

/// The path of a pool's own page.
fn pool_path(account: usher_domain::AccountId, pool: PoolId) -> String {
    format!("{}/{pool}", NavPage::SeatPools.path(account))
}

/// Parses the id in a path. An id in another format belongs to nothing.
fn pool_id(text: &str) -> Result<PoolId, Failed> {
    text.parse().map_err(|_| Failed::not_found("pool"))
}

/// Adds a refusal as an error of the field that it is about. A refusal that hides or forbids the pool itself is a page
/// of its own.
fn tell(form: &mut Form, refusal: &Refusal) -> Result<(), Failed> {
    match refusal {
        Refusal::NotFound { .. } | Refusal::Forbidden { .. } => {
            return Err(Failed::refused(refusal));
        }
        Refusal::Capacity(CapacityRefusal::PoolInUse { rule, .. }) => form.wrong(rule, sentence::of(refusal)),
        Refusal::Capacity(CapacityRefusal::NotEnoughSeats { .. })
        | Refusal::State(StateRefusal::ChangedMeanwhile { field: "seats", .. }) => {
            form.wrong("seats", sentence::of(refusal));
        }
        Refusal::Seat(_)
        | Refusal::Capacity(_)
        | Refusal::Access(_)
        | Refusal::State(_)
        | Refusal::Subscription(_)
        | Refusal::Invalid { .. } => form.refused(refusal),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    #[test]
    fn the_sample_renders_and_escapes_names() {
        let html = PoolList::sample().render().unwrap();

        assert!(html.contains("8 of 10"), "{html}");
        assert!(!html.contains("<b>"), "{html}");
    }
}
