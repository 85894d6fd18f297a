//! The seat map: each pool drawn as its seats, and each product's named seats as a hall of their own.

mod act;
mod chair;
mod detail;
mod hall;
mod map;

use askama::Template;
use axum::extract::Query;
use axum::http::Uri;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use usher_domain::{Account, Actor, Refusal, Timestamp};

use self::detail::Detail;
pub(crate) use self::detail::DeviceShown;
pub(crate) use self::hall::{full, is_for};
use self::map::{Map, SeatMap, SeatsPage};
use crate::answer::{Frame, page};
use crate::door::{ByItself, ViewerAt};
use crate::failed::Failed;
use crate::live::{self, LivePage};
use crate::nav::NavPage;
use crate::routes::{Pages, get, post};
use crate::viewer::Viewer;

pub(crate) fn routes() -> Pages {
    Pages::new()
        .route("/a/{account}/seats", get(show))
        .route("/a/{account}/seats/live", get(live::stream::<SeatsPage>))
        .route("/a/{account}/seats/beside", get(beside))
        .route("/a/{account}/seats/sign-out", post(act::sign_out))
        .route("/a/{account}/seats/end", post(act::end))
}

/// What of the map is shown, and the seat that is open beside it.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct SeatsQuery {
    /// A part of the name of a pool or product.
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    /// `full`, `waiting` or `idle`; empty for all.
    #[serde(skip_serializing_if = "String::is_empty")]
    show: String,
    /// The only hall that is shown, with all its seats.
    #[serde(skip_serializing_if = "String::is_empty")]
    hall: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    page: String,
    /// The id of the sign-in, session or ticket that keeps the seat.
    #[serde(skip_serializing_if = "String::is_empty")]
    seat: String,
}

impl SeatsQuery {
    /// The same part of the map with this seat open; with none if it is empty.
    fn at_seat(&self, seat: &str) -> Self {
        Self {
            seat: seat.to_owned(),
            ..self.clone()
        }
    }

    /// Its fields but for the seat, for forms that come back to it.
    fn fields(&self) -> Vec<(&'static str, &str)> {
        let fields = [
            ("q", &self.q),
            ("show", &self.show),
            ("hall", &self.hall),
            ("page", &self.page),
        ];
        fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.as_str()))
            .collect()
    }

    /// The URL of this query at `path`.
    fn to_link(&self, path: &str) -> String {
        crate::shown::with_query(path, self)
    }
}

/// The open seat alone.
#[derive(Template)]
#[template(path = "seats/beside.html")]
struct SeatBeside {
    frame: Frame,
    detail: Option<Detail>,
    close: String,
    path: String,
}

async fn show(viewer: Viewer, query: Query<SeatsQuery>, uri: Uri) -> Result<Response, Failed> {
    let query = query.0;
    let (frame, live) = live::open::<SeatsPage>(&viewer, query.clone(), &uri).await?;
    let path = NavPage::Seats.path(viewer.account);
    let asked = query.clone();
    let look = move |account: &Account, actor: &Actor, now| {
        let pools = NavPage::SeatPools.link(account, actor);
        Ok((open_seat(account, actor, &asked, now), pools))
    };
    let (_, (detail, pools)) = viewer.look(None, look).await?;
    Ok(page(&SeatsPage {
        frame,
        live,
        detail,
        pools,
        close: query.at_seat("").to_link(&path),
        path,
        query,
    }))
}

/// What an open page asks for by itself after each update, which is no use of the session.
async fn beside(
    ViewerAt { viewer, .. }: ViewerAt<ByItself>,
    query: Query<SeatsQuery>,
) -> Result<Response, Failed> {
    let query = query.0;
    let path = NavPage::Seats.path(viewer.account);
    let asked = query.clone();
    let look = move |account: &Account, actor: &Actor, now| {
        need(account, actor)?;
        Ok(open_seat(account, actor, &asked, now))
    };
    let (frame, detail) = viewer.look(None, look).await?;
    Ok(page(&SeatBeside {
        frame,
        detail,
        close: query.at_seat("").to_link(&path),
        path,
    }))
}

fn open_seat(account: &Account, actor: &Actor, query: &SeatsQuery, now: Timestamp) -> Option<Detail> {
    (!query.seat.is_empty()).then(|| Detail::of(account, actor, query, now))
}

/// Refuses actors who see the seats of no pool.
fn need(account: &Account, actor: &Actor) -> Result<(), Refusal> {
    if is_for(account, actor) {
        return Ok(());
    }
    account.need_staff(actor)
}

impl LivePage for SeatsPage {
    type Query = SeatsQuery;
    type Data = Map;
    type Fragment = SeatMap;

    const NAV_PAGE: NavPage = NavPage::Seats;

    fn see(account: &Account, actor: &Actor, query: &SeatsQuery, now: Timestamp) -> Result<Map, Refusal> {
        need(account, actor)?;
        Ok(Map::of(account, actor, query, now))
    }

    async fn show(_: &Viewer, _: &SeatsQuery, seen: Map) -> Result<SeatMap, Failed> {
        Ok(SeatMap { seen })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_renders_and_escapes_names() {
        let html = SeatMap::sample().render().unwrap();

        assert!(html.contains("2 of 3"), "{html}");
        assert!(!html.contains("<b>"), "{html}");
    }
}
