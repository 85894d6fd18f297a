//! The data of the overview.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use usher_domain::color::ProductColor;
use usher_domain::permission::Privilege;
use usher_domain::pool::Pool;
use usher_domain::presence::TicketState;
use usher_domain::rules::WhenFull;
use usher_domain::user::License;
use usher_domain::{Account, Actor, PoolId, Timestamp, UserId, WallTimes};
use usher_journal::RefusalRow;

use super::attention::Attention;
use super::steps::{self, Step};
use crate::answer::Frame;
use crate::asks::Remedy;
use crate::doing::{self, Doing};
use crate::linked::Linked;
use crate::live::Live;
use crate::nav::NavPage;
use crate::order;
use crate::pages::help;
use crate::pages::queue::Elapsed;
use crate::shown::{Meter, Moment, ProductLabel, number, pool_name, pool_state};

/// The most pools in the table: the fullest.
const POOLS_MAX: usize = 10;

#[derive(Template)]
#[template(path = "overview/page.html")]
pub(super) struct OverviewPage {
    pub(super) frame: Frame,
    pub(super) live: Live,
}

/// The live part.
#[derive(Template)]
#[template(path = "overview/overview.html")]
pub(super) struct Overview {
    pub(super) seen: OverviewData,
    pub(super) today: Today,
    pub(super) refusals: Vec<Refused>,
}

/// The data that is copied out of the account.
pub(super) struct OverviewData {
    pub(super) now: Timestamp,
    /// Whether the viewer sees the account's pools, or only their own license.
    pub(super) is_staff: bool,
    pub(super) sees_reports: bool,
    pub(super) figures: Figures,
    pub(super) products: Vec<ProductShown>,
    /// The fullest pools.
    pub(super) pools: Vec<PoolShown>,
    /// How many pools there are.
    pub(super) pool_count: usize,
    /// How many seats of each pool are occupied, for the peak.
    pub(super) occupied: BTreeMap<PoolId, u32>,
    pub(super) attention: Attention,
    pub(super) own: Vec<OwnLicense>,
    /// For a viewer without a license.
    pub(super) own_remedy: Remedy,
    /// The first steps; empty once all are done.
    pub(super) steps: Vec<Step>,
    pub(super) links: Links,
}

/// The figures at the top.
#[derive(Default)]
pub(super) struct Figures {
    /// Shared seats in use, of all pools.
    pub(super) seats: Meter,
    pub(super) full: usize,
    pub(super) waiting: u32,
    pub(super) longest: Option<Elapsed>,
    pub(super) named: Meter,
    /// Prepaid minutes left; `None` if no pool uses them.
    pub(super) minutes: Option<u64>,
}

/// What the records say of the last 24 hours.
#[derive(Default)]
pub(super) struct Today {
    pub(super) refused: Counted,
    pub(super) people: usize,
    pub(super) not_in: usize,
    pub(super) waited: Counted,
    pub(super) peak: u32,
    /// Whether there may have been more in use.
    pub(super) is_peak_at_least: bool,
}

/// How many there are, as far as they were counted.
#[derive(Default, Clone, Copy)]
pub(super) struct Counted {
    pub(super) count: usize,
    pub(super) are_more: bool,
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}{}",
            number(self.count),
            if self.are_more { "+" } else { "" }
        )
    }
}

/// The pages that the figures lead to, for viewers who may see them.
#[derive(Default)]
pub(super) struct Links {
    pub(super) seats: Option<String>,
    pub(super) queue: Option<String>,
    pub(super) refusals: Option<String>,
    pub(super) minutes: Option<String>,
    pub(super) users: Option<String>,
}

impl Links {
    fn of(account: &Account, actor: &Actor) -> Self {
        Self {
            seats: NavPage::Seats.link(account, actor),
            queue: NavPage::Queue.link(account, actor),
            refusals: NavPage::Refusals.link(account, actor),
            minutes: NavPage::Minutes.link(account, actor),
            users: NavPage::Users.link(account, actor),
        }
    }
}

/// A product with its seats.
pub(super) struct ProductShown {
    pub(super) name: String,
    pub(super) color: Option<ProductColor>,
    pub(super) named: Meter,
    pub(super) shared: u32,
    pub(super) unallocated: u32,
}

/// A pool's current figures.
pub(super) struct PoolShown {
    pub(super) name: String,
    pub(super) product: ProductLabel,
    /// Its seats on the map.
    pub(super) href: String,
    pub(super) seats: Meter,
    pub(super) offered: u32,
    pub(super) waiting: u32,
    pub(super) on_minutes: u32,
    /// A label and its CSS class.
    pub(super) state: Doing,
}

/// A license of the viewer.
pub(super) struct OwnLicense {
    pub(super) product: ProductLabel,
    pub(super) kind: String,
    pub(super) state: Doing,
}

/// A refusal.
pub(super) struct Refused {
    pub(super) at: Moment,
    pub(super) user: Linked,
    pub(super) product: ProductLabel,
    pub(super) why: String,
    /// Where the reason is explained.
    pub(super) help: Option<String>,
    pub(super) resolved: bool,
}

impl OverviewData {
    pub(super) fn of(account: &Account, actor: &Actor, now: Timestamp) -> Self {
        let is_staff = account.is_staff(actor);
        let mut seen = Self {
            now,
            is_staff,
            sees_reports: account.may(actor, Privilege::ReportsView),
            figures: Figures::default(),
            products: Vec::new(),
            pools: Vec::new(),
            pool_count: account.pools().len(),
            occupied: BTreeMap::new(),
            attention: Attention::of(account, actor, now),
            own: own_licenses(account, actor),
            own_remedy: Remedy::own_license(account, actor),
            steps: Vec::new(),
            links: Links::of(account, actor),
        };
        if is_staff {
            seen.figures = Figures::of(account, now);
            seen.add_pools(account);
            seen.steps = steps::left(account, actor);
        }
        seen
    }

    fn add_pools(&mut self, account: &Account) {
        let bought = account.subscription().products.iter();
        self.products = bought
            .map(|(product, bought)| ProductShown {
                name: account.product_name(product),
                color: account.product_color(product),
                named: Meter {
                    used: account.named_assigned(product),
                    of: bought.named_seats,
                },
                shared: bought.shared_seats,
                unallocated: account.shared_unallocated(product),
            })
            .collect();
        let pools = account.pools().values();
        self.occupied = pools.map(|pool| (pool.id, pool.occupied())).collect();
        // Those that are equally full stay in the order of their names.
        let mut pools = order::pools(account);
        pools.sort_by_key(|pool| {
            let tenths = (pool.occupied() * 10).checked_div(pool.seats).unwrap_or(0);
            Reverse((pool.waiting() > 0, tenths))
        });
        let fullest = pools.into_iter().take(POOLS_MAX);
        self.pools = fullest.map(|pool| PoolShown::of(account, pool)).collect();
    }
}

impl Figures {
    fn of(account: &Account, now: Timestamp) -> Self {
        let mut figures = Self::default();
        for pool in account.pools().values() {
            figures.seats.used += pool.occupied();
            figures.seats.of += pool.seats;
            figures.waiting += pool.waiting();
            figures.full += usize::from(pool.seats > 0 && pool.free_seats() == 0);
        }
        for (product, bought) in &account.subscription().products {
            figures.named.used += account.named_assigned(product);
            figures.named.of += bought.named_seats;
        }
        let waiting = account.tickets().values();
        let waiting = waiting.filter(|ticket| matches!(ticket.state, TicketState::Waiting {}));
        let first = waiting.map(|ticket| ticket.since).min();
        figures.longest = first.map(|since| Elapsed(now.since(since)));
        let falls_back = |pool: &Pool| pool.rules.when_full.contains(&WhenFull::PayPerUse);
        let has_minutes = account.minutes() > 0 || account.pools().values().any(falls_back);
        figures.minutes = has_minutes.then(|| account.minutes());
        figures
    }
}

impl Today {
    /// Counts the refusals of the last 24 hours.
    pub(super) fn refused(&mut self, rows: &[RefusalRow], are_more: bool) {
        self.refused = Counted {
            count: rows.len(),
            are_more,
        };
        let people: BTreeSet<_> = rows.iter().map(|row| row.user).collect();
        self.people = people.len();
        let not_in = rows
            .iter()
            .filter(|row| row.resolved_at.is_none())
            .map(|row| row.user);
        self.not_in = not_in.collect::<BTreeSet<_>>().len();
    }
}

impl PoolShown {
    fn of(account: &Account, pool: &Pool) -> Self {
        Self {
            name: pool.name.to_string(),
            product: ProductLabel::of(account, &pool.product),
            href: format!("{}?hall={}", NavPage::Seats.path(account.id()), pool.id),
            seats: Meter {
                used: pool.occupied(),
                of: pool.seats,
            },
            offered: pool.offered(),
            waiting: pool.waiting(),
            on_minutes: pool.on_minutes(),
            state: pool_state(pool),
        }
    }
}

impl Refused {
    pub(super) fn of(row: &RefusalRow, wall: &WallTimes, names: &Names) -> Self {
        Self {
            at: Moment(wall.shown(row.at)),
            user: names
                .users
                .get(&row.user)
                .cloned()
                .unwrap_or_else(|| Linked::plain("A deleted user")),
            product: names
                .products
                .get(&*row.product)
                .cloned()
                .unwrap_or_else(|| ProductLabel::plain(&*row.product)),
            why: why(&row.code),
            help: help::link(&row.code),
            resolved: row.resolved_at.is_some(),
        }
    }
}

/// The names of refused users, and of products by slug.
pub(super) struct Names {
    users: BTreeMap<UserId, Linked>,
    products: BTreeMap<String, ProductLabel>,
}

impl Names {
    pub(super) fn of(account: &Account, actor: &Actor, refused: &[(UserId, String)]) -> Self {
        let users = refused.iter().filter_map(|(id, _)| account.user(*id));
        let products = refused.iter().filter_map(|(_, slug)| {
            let product = slug.parse().ok()?;
            Some((slug.clone(), ProductLabel::of(account, &product)))
        });
        Self {
            users: users
                .map(|user| (user.id, Linked::user(account, actor, user)))
                .collect(),
            products: products.collect(),
        }
    }
}

/// The title of a code in the problem table.
fn why(code: &str) -> String {
    let kind = usher_app::Kind::find(code);
    kind.map_or_else(|| code.to_owned(), |kind| kind.title.to_owned())
}

fn own_licenses(account: &Account, actor: &Actor) -> Vec<OwnLicense> {
    let user = account.user_of(actor).and_then(|user| account.user(user));
    let licenses = user
        .into_iter()
        .flat_map(|user| user.licenses.iter().map(move |license| (user, license)));
    let own = licenses.map(|(user, (product, license))| OwnLicense {
        product: ProductLabel::of(account, product),
        kind: match license {
            License::Named => "Named seat".to_owned(),
            License::Shared(pool) => account.pool(*pool).map_or_else(String::new, |pool| {
                format!("A seat of {} while one is free", pool_name(account, pool))
            }),
        },
        state: if let Some(doing) = doing::own_sessions(account.sessions_of(user, product)) {
            doing
        } else if account.sign_ins_of(user, product).next().is_some() {
            doing::SIGNED_IN
        } else if account.ticket_of(user, product).is_some() {
            (text!("common-doing-waits-for-seat"), "warn")
        } else {
            doing::NOT_SIGNED_IN
        },
    });
    own.collect()
}

#[cfg(test)]
impl Overview {
    /// Example data of a busy account.
    pub(super) fn sample() -> Self {
        let pool = PoolShown {
            name: "<b>Day</b> shift".to_owned(),
            product: ProductLabel::plain("Remote support"),
            href: "/a/x/seats?hall=pool_1".to_owned(),
            seats: Meter { used: 8, of: 10 },
            offered: 1,
            waiting: 2,
            on_minutes: 0,
            state: (text!("common-pool-full"), "bad"),
        };
        let product = ProductShown {
            name: "Remote support".to_owned(),
            color: Some(ProductColor::Violet),
            named: Meter { used: 1, of: 2 },
            shared: 13,
            unallocated: 3,
        };
        let seen = OverviewData {
            now: Timestamp::default(),
            is_staff: true,
            sees_reports: true,
            figures: Figures {
                seats: Meter { used: 8, of: 10 },
                minutes: Some(12),
                ..Figures::default()
            },
            products: vec![product],
            pools: vec![pool],
            pool_count: 1,
            occupied: BTreeMap::new(),
            attention: Attention::sample(),
            own: Vec::new(),
            own_remedy: Remedy::default(),
            steps: vec![Step {
                title: "Seats",
                is_done: true,
                text: "13 shared seats.".to_owned(),
                remedy: Remedy::default(),
            }],
            links: Links::default(),
        };
        Self {
            seen,
            today: Today::default(),
            refusals: Vec::new(),
        }
    }
}
