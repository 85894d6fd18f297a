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

/// The most characters that are searched for.
const CHARS_MAX: usize = 100;

/// What of the map is shown, and the seat that is open beside it. It is in the link of every seat, so only what can mean
/// something is kept of a URL or form ([`SeatsQuery::from`]).
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(from = "Asked")]
pub(super) struct SeatsQuery {
    /// A part of the name of a pool or product.
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    /// `full`, `waiting` or `idle`; empty for all.
    #[serde(skip_serializing_if = "String::is_empty")]
    show: String,
    /// The only hall that is shown, with all its seats. Then nothing is searched.
    #[serde(skip_serializing_if = "String::is_empty")]
    hall: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    page: String,
    /// The id of the sign-in, session or ticket that keeps the seat.
    #[serde(skip_serializing_if = "String::is_empty")]
    seat: String,
}

/// The parameters as they come.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
    show: String,
    hall: String,
    page: String,
    seat: String,
}

impl From<Asked> for SeatsQuery {
    fn from(asked: Asked) -> Self {
        let kept = |text: String, is_right: bool| if is_right { text } else { String::new() };
        let hall = hall::known_key(&asked.hall);
        let is_alone = !hall.is_empty();
        let show = matches!(asked.show.as_str(), "full" | "waiting" | "idle");
        let page = asked.page.parse::<u32>().is_ok_and(|page| page > 1);
        Self {
            q: if is_alone {
                String::new()
            } else {
                asked.q.trim().chars().take(CHARS_MAX).collect()
            },
            show: kept(asked.show, show && !is_alone),
            page: kept(asked.page, page && !is_alone),
            seat: detail::known_key(&asked.seat),
            hall,
        }
    }
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
    fn of_a_query_only_what_can_mean_something_is_kept() {
        let asked = |q: &str, show: &str, hall: &str, page: &str, seat: &str| {
            let [q, show, hall, page, seat] = [q, show, hall, page, seat].map(str::to_owned);
            SeatsQuery::from(Asked {
                q,
                show,
                hall,
                page,
                seat,
            })
            .to_link("/seats")
        };
        let (long, pool) = ("!".repeat(30_000), usher_domain::PoolId::from_bits(7).to_string());
        let sign_in = usher_domain::SignInId::from_bits(7).to_string();

        assert_eq!(
            asked(&long, &long, &long, &long, &long),
            format!("/seats?q={}", "%21".repeat(CHARS_MAX))
        );
        assert_eq!(asked("", "", &format!("named-{long}"), "0", ""), "/seats");
        assert_eq!(
            asked(&long, "full", &pool, "3", &sign_in),
            format!("/seats?hall={pool}&seat={sign_in}")
        );
        assert_eq!(asked("a", "idle", "", "3", ""), "/seats?q=a&show=idle&page=3");
        assert_eq!(
            asked("", "", "named-remote-support", "", ""),
            "/seats?hall=named-remote-support"
        );
    }

    #[test]
    fn the_sample_renders_and_escapes_names() {
        let html = SeatMap::sample().render().unwrap();

        assert!(html.contains("2 of 3"), "{html}");
        assert!(!html.contains("<b>"), "{html}");
    }
}
