//! Seat pools: who sits where, how the seats are distributed, and by which rules.

mod create;
mod delete;
mod duration;
mod edit;
mod log_out;
mod paging;
pub(crate) mod rules;
mod seats;
mod sign_ins;
mod users;
mod view;

use axum::extract::Query;
use axum::http::Uri;
use axum::response::{Redirect, Response};
use serde::Deserialize;
use usher_domain::{Account, Actor, PoolId, Refusal, Timestamp};

pub(crate) use self::paging::Paging;
use self::seats::SeatMoves;
pub(crate) use self::sign_ins::kind as device_kind;
use self::view::{PoolList, PoolsPage, Seen};
use crate::answer::{page, page_again};
use crate::failed::Failed;
use crate::form::Form;
use crate::live::{self, LivePage};
use crate::nav::Place;
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

/// Which pools, and which row is open from the start.
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

/// A form that was not right is shown at its own address, which one may load again.
async fn to_list(viewer: Viewer) -> Redirect {
    Redirect::to(&Place::SeatPools.path(viewer.account))
}

/// The list with a form of its that was not right.
async fn list_again(viewer: &Viewer, form: Form) -> Result<Response, Failed> {
    let uri = Place::SeatPools.path(viewer.account).parse().unwrap_or_default();
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
        path: Place::SeatPools.path(viewer.account),
    })
}

impl LivePage for PoolsPage {
    type Query = ListQuery;
    type Seen = Seen;
    type Fragment = PoolList;

    const PLACE: Place = Place::SeatPools;

    fn see(account: &Account, actor: &Actor, query: &ListQuery, _: Timestamp) -> Result<Seen, Refusal> {
        account.need_staff(actor)?;
        Ok(Seen::of(account, actor, &query.page, query.open.parse().ok()))
    }

    async fn show(_: &Viewer, _: &ListQuery, seen: Seen) -> Result<PoolList, Failed> {
        Ok(PoolList { seen })
    }
}

/// The address of a pool's own page.
fn pool_path(account: usher_domain::AccountId, pool: PoolId) -> String {
    format!("{}/{pool}", Place::SeatPools.path(account))
}

/// The id in a path; one of another form belongs to nothing.
fn pool_id(text: &str) -> Result<PoolId, Failed> {
    text.parse().map_err(|_| Failed::not_found("pool"))
}

/// Says a refusal at the field that it is about. Those that hide or forbid the thing itself are a page of their own.
fn tell(form: &mut Form, refusal: &Refusal) -> Result<(), Failed> {
    match refusal {
        Refusal::NotFound { .. } | Refusal::Forbidden { .. } => {
            return Err(Failed::refused(refusal));
        }
        Refusal::PoolInUse { rule, .. } => form.wrong(rule, sentence::of(refusal)),
        Refusal::NotEnoughSeats { .. } | Refusal::ChangedMeanwhile { field: "seats", .. } => {
            form.wrong("seats", sentence::of(refusal));
        }
        _ => form.refused(refusal),
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
