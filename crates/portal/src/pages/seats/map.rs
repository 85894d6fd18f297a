//! The data of the seat map.

use std::collections::BTreeSet;

use askama::Template;
use usher_domain::text::address::folded;
use usher_domain::{Account, Actor, PoolId, Timestamp};

use super::SeatsQuery;
use super::chair::is_idle;
use super::detail::Detail;
use super::hall::{Beside, Hall, HallOf};
use crate::answer::Frame;
use crate::asks::Remedy;
use crate::live::Live;
use crate::nav::NavPage;
use crate::order::NameOrder;
use crate::paging::{PageLinks, Paging};

/// Pools per page.
const HALLS_MAX: usize = 20;
/// Seats drawn per page. Pools for which no room is left are a line that unfolds.
const CHAIRS_MAX: usize = 300;
/// Seats drawn of a pool that is shown alone.
const CHAIRS_ALONE_MAX: usize = 1000;

#[derive(Template)]
#[template(path = "seats/page.html")]
pub(super) struct SeatsPage {
    pub(super) frame: Frame,
    pub(super) live: Live,
    pub(super) query: SeatsQuery,
    pub(super) path: String,
    /// The open seat.
    pub(super) detail: Option<Detail>,
    /// The URL without an open seat.
    pub(super) close: String,
    /// The page on which pools are managed.
    pub(super) pools: Option<String>,
}

/// The live part.
#[derive(Template)]
#[template(path = "seats/map.html")]
pub(super) struct SeatMap {
    pub(super) seen: Map,
}

/// The data that is copied out of the account.
pub(super) struct Map {
    pub(super) halls: Vec<Hall>,
    pub(super) tabs: Vec<Tab>,
    /// Whether there are any seats at all.
    pub(super) has_halls: bool,
    /// For an account without seats.
    pub(super) remedy: Remedy,
    pub(super) pages: PageLinks,
    /// The URL of all halls, while one is shown alone.
    pub(super) back: Option<String>,
    query: SeatsQuery,
    path: String,
}

/// A filter with how many halls it shows.
pub(super) struct Tab {
    pub(super) label: &'static str,
    pub(super) count: usize,
    pub(super) href: String,
    pub(super) is_current: bool,
}

/// The filters: a word of the URL, and a label.
const TABS: [(&str, &str); 4] = [
    ("", "All"),
    ("full", "Full"),
    ("waiting", "Waiting"),
    ("idle", "Idle"),
];

impl Tab {
    fn of(query: &SeatsQuery, path: &str, show: &str, label: &'static str, count: usize) -> Self {
        Self {
            label,
            count,
            href: SeatsQuery {
                q: query.q.clone(),
                show: show.to_owned(),
                ..SeatsQuery::default()
            }
            .to_link(path),
            is_current: query.hall.is_empty() && query.show == show,
        }
    }
}

impl Map {
    pub(super) fn of(account: &Account, actor: &Actor, query: &SeatsQuery, now: Timestamp) -> Self {
        let path = NavPage::Seats.path(account.id());
        let all = HallOf::all(account, actor);
        let has_halls = !all.is_empty();
        let needle = folded(&query.q);
        let matches = |hall: &HallOf<'_>| {
            needle.is_empty()
                || hall
                    .texts(account)
                    .iter()
                    .any(|text| folded(text).contains(&needle))
        };
        let found: Vec<_> = all.iter().copied().filter(matches).collect();
        // Colleagues do not learn that somebody is idle; in a small pool, a number would say it.
        let sees_idle = account.is_staff(actor);
        let is_alone = !query.hall.is_empty();
        let idle = if sees_idle && !is_alone {
            idle_pools(account, now)
        } else {
            BTreeSet::new()
        };
        let shows = |hall: &HallOf<'_>, show: &str| match show {
            "full" => hall.is_full(),
            "waiting" => hall.has_waiting(),
            "idle" => matches!(hall, HallOf::Pool(pool) if idle.contains(&pool.id)),
            _ => true,
        };
        let tabs = TABS.into_iter().filter(|(show, _)| sees_idle || *show != "idle");
        let tabs = tabs.map(|(show, label)| {
            let count = found.iter().filter(|hall| shows(hall, show)).count();
            Tab::of(query, &path, show, label, count)
        });
        let tabs = tabs.collect();
        let chosen: Vec<_> = if is_alone {
            all.into_iter().filter(|hall| hall.key() == query.hall).collect()
        } else {
            found
                .into_iter()
                .filter(|hall| shows(hall, &query.show))
                .collect()
        };
        let chosen = in_order(account, chosen);
        let paging = Paging::of(&query.page, HALLS_MAX, chosen.len());
        let halls: Vec<_> = chosen.into_iter().skip(paging.skip).take(HALLS_MAX).collect();
        let said = [("q", query.q.as_str()), ("show", query.show.as_str())];
        let pages = paging.links(&path, &said);
        let mut seen = Self {
            halls: Vec::new(),
            tabs,
            has_halls,
            remedy: Remedy::seats(account, actor),
            pages,
            back: is_alone.then(|| path.clone()),
            query: query.clone(),
            path,
        };
        let room = if is_alone { CHAIRS_ALONE_MAX } else { CHAIRS_MAX };
        seen.draw(account, actor, &halls, room, now);
        seen
    }

    /// Draws the halls while there is room, in their order.
    fn draw(
        &mut self,
        account: &Account,
        actor: &Actor,
        halls: &[HallOf<'_>],
        mut room: usize,
        now: Timestamp,
    ) {
        let needs_others = halls.iter().any(|hall| match hall {
            HallOf::Named(_) => true,
            HallOf::Pool(pool) => pool.on_minutes() > 0,
        });
        let beside = if needs_others {
            Beside::of(account)
        } else {
            Beside::default()
        };
        for hall in halls {
            let is_first = self.halls.is_empty();
            let fits = is_first || hall.taken(account) <= room;
            let mut drawn = hall.draw(account, actor, &beside, if fits { room } else { 0 }, now);
            room = room.saturating_sub(drawn.chairs.len());
            for chair in drawn.chairs.iter_mut().chain(&mut drawn.on_minutes) {
                if !chair.key.is_empty() {
                    chair.href = format!("{}#seat", self.query.at_seat(&chair.key).to_link(&self.path));
                }
            }
            drawn.alone = SeatsQuery {
                hall: drawn.key.clone(),
                ..SeatsQuery::default()
            }
            .to_link(&self.path);
            self.halls.push(drawn);
        }
    }
}

/// The halls in their order. Their names are made once, and not for each comparison.
fn in_order<'a>(account: &Account, halls: Vec<HallOf<'a>>) -> Vec<HallOf<'a>> {
    let names = NameOrder::of_reader();
    let keyed = halls
        .into_iter()
        .map(|hall| (hall.place(), hall.texts(account), hall));
    let mut keyed: Vec<_> = keyed.collect();
    keyed.sort_by(|(place, texts, _), (other_place, others, _)| {
        let by_name = || {
            names
                .compare(&texts[0], &others[0])
                .then_with(|| names.compare(&texts[1], &others[1]))
        };
        place.cmp(other_place).then_with(by_name)
    });
    keyed.into_iter().map(|(_, _, hall)| hall).collect()
}

/// The pools in which somebody is idle.
fn idle_pools(account: &Account, now: Timestamp) -> BTreeSet<PoolId> {
    let idle = account
        .sign_ins()
        .values()
        .filter(|sign_in| is_idle(sign_in, now));
    idle.filter_map(|sign_in| sign_in.pool).collect()
}

#[cfg(test)]
impl SeatMap {
    /// Example data: a pool with a call, an offer and somebody who waits.
    pub(super) fn sample() -> Self {
        use super::chair::{At, Chair};
        use super::hall::Standing;
        use crate::pages::queue::Elapsed;
        use crate::shown::Meter;

        let call = Chair {
            key: "si_1".to_owned(),
            href: "/a/x/seats?seat=si_1#seat".to_owned(),
            initials: "SL".to_owned(),
            name: "<b>Sven</b>".to_owned(),
            lasts: Some(Elapsed(usher_domain::Secs::new(720))),
            ..Chair::unnamed(At::Call)
        };
        let offered = Chair {
            left_secs: Some(42),
            ..Chair::unnamed(At::Offered)
        };
        let hall = Hall {
            key: "pool_1".to_owned(),
            name: "<b>Day</b> shift".to_owned(),
            product: crate::shown::ProductLabel::plain("Remote support"),
            is_named: false,
            seats: Meter { used: 2, of: 3 },
            state: (text!("common-pool-full"), "bad"),
            notes: vec!["logs off after 1 h without a call".to_owned()],
            open: Some("/a/x/pools/pool_1/users".to_owned()),
            chairs: vec![call.clone(), offered],
            more: 0,
            free: 1,
            is_compact: false,
            is_folded: false,
            alone: "/a/x/seats?hall=pool_1".to_owned(),
            queue: vec![Standing {
                id: Some(usher_domain::TicketId::from_bits(1)),
                initials: "KW".to_owned(),
                who: crate::linked::Linked::plain("<b>Kwame</b>"),
                waited: Elapsed(usher_domain::Secs::new(180)),
            }],
            queue_more: 0,
            on_minutes: vec![call],
            draining: 0,
        };
        let seen = Map {
            halls: vec![hall],
            tabs: Vec::new(),
            has_halls: true,
            remedy: Remedy::default(),
            pages: Paging::of("", HALLS_MAX, 1).links_at("/a/x/seats"),
            back: None,
            query: SeatsQuery::default(),
            path: "/a/x/seats".to_owned(),
        };
        Self { seen }
    }
}
