//! The data of the overview.

use std::collections::BTreeMap;

use askama::Template;
use usher_domain::permission::Privilege;
use usher_domain::pool::Pool;
use usher_domain::rules::WhenFull;
use usher_domain::text::counted;
use usher_domain::user::License;
use usher_domain::{Account, Actor, Timestamp, UserId, WallTimes};
use usher_journal::RefusalRow;

use super::steps::{self, Step};
use crate::answer::Frame;
use crate::asks::Remedy;
use crate::doing;
use crate::live::Live;
use crate::nav::NavPage;
use crate::pages::help;
use crate::pages::minutes::MINUTES_LOW;
use crate::pages::subscription;
use crate::shown::{Meter, Moment};

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
    pub(super) refusals: Vec<Refused>,
}

/// The data that is copied out of the account.
pub(super) struct OverviewData {
    pub(super) now: Timestamp,
    /// Whether the viewer sees the account's pools, or only their own license.
    pub(super) is_staff: bool,
    pub(super) sees_reports: bool,
    pub(super) products: Vec<ProductShown>,
    /// Prepaid minutes left; `None` if no pool uses them.
    pub(super) minutes: Option<u64>,
    pub(super) attention: Vec<Attention>,
    pub(super) own: Vec<OwnLicense>,
    /// For a viewer without a license.
    pub(super) own_remedy: Remedy,
    /// The first steps; empty once all are done.
    pub(super) steps: Vec<Step>,
    pub(super) refusals_link: Option<String>,
}

/// A product with its seats.
pub(super) struct ProductShown {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) named: Meter,
    pub(super) shared: u32,
    pub(super) unallocated: u32,
    pub(super) pools: Vec<PoolShown>,
}

/// A pool's current figures.
pub(super) struct PoolShown {
    pub(super) name: String,
    pub(super) seats: Meter,
    pub(super) offered: u32,
    pub(super) waiting: u32,
    pub(super) on_minutes: u32,
    /// A label and its CSS class.
    pub(super) state: (&'static str, &'static str),
}

/// Something that needs attention.
pub(super) struct Attention {
    pub(super) text: String,
    /// The page on which to fix it.
    pub(super) link: Option<(String, &'static str)>,
}

/// A license of the viewer.
pub(super) struct OwnLicense {
    pub(super) product: String,
    pub(super) kind: String,
    pub(super) state: (&'static str, &'static str),
}

/// A refusal.
pub(super) struct Refused {
    pub(super) at: Moment,
    pub(super) user: String,
    pub(super) product: String,
    pub(super) why: String,
    /// Where the reason is explained.
    pub(super) help: Option<String>,
    pub(super) resolved: bool,
}

impl ProductShown {
    /// Whether there are named seats, or licenses for them.
    pub(super) fn has_named(&self) -> bool {
        self.named.of > 0 || self.named.used > 0
    }

    /// Whether there are shared seats, or pools for them.
    pub(super) fn has_shared(&self) -> bool {
        self.shared > 0 || !self.pools.is_empty()
    }
}

impl OverviewData {
    pub(super) fn of(account: &Account, actor: &Actor, now: Timestamp) -> Self {
        let is_staff = account.is_staff(actor);
        let sees_reports = account.may(actor, Privilege::ReportsView);
        let mut seen = Self {
            now,
            is_staff,
            sees_reports,
            products: Vec::new(),
            minutes: None,
            attention: Vec::new(),
            own: own_licenses(account, actor),
            own_remedy: Remedy::own_license(account, actor),
            steps: Vec::new(),
            refusals_link: NavPage::Refusals.link(account, actor),
        };
        for text in subscription::answered(account, actor) {
            seen.attention.push(Attention {
                text: text.to_owned(),
                link: NavPage::Subscription
                    .link(account, actor)
                    .map(|link| (link, "See the answer")),
            });
        }
        if is_staff {
            for notice in subscription::notices(account, actor, now) {
                let (text, link) = (notice.text, notice.link);
                seen.attention.push(Attention { text, link });
            }
            seen.add_products(account, actor);
            seen.add_minutes(account, actor);
            seen.steps = steps::left(account, actor);
        }
        seen
    }

    fn add_products(&mut self, account: &Account, actor: &Actor) {
        for (product, bought) in &account.subscription().products {
            let pools = account.pools().values().filter(|pool| pool.product == *product);
            let pools: Vec<_> = pools.collect();
            for pool in &pools {
                self.note_pool(account, actor, pool);
            }
            self.products.push(ProductShown {
                slug: product.to_string(),
                name: account.product_name(product),
                named: Meter {
                    used: account.named_assigned(product),
                    of: bought.named_seats,
                },
                shared: bought.shared_seats,
                unallocated: account.shared_unallocated(product),
                pools: pools.into_iter().map(PoolShown::of).collect(),
            });
        }
    }

    fn note_pool(&mut self, account: &Account, actor: &Actor, pool: &Pool) {
        let fix = |place: NavPage, text| place.link(account, actor).map(|link| (link, text));
        let name = &pool.name;
        if pool.is_draining() {
            self.attention.push(Attention {
                text: format!(
                    "{name} is draining: {} taken, and it has {}.",
                    counted(pool.occupied(), "seat is", "seats are"),
                    pool.seats
                ),
                link: fix(NavPage::SeatPools, "Look at its seats"),
            });
        } else if pool.waiting() > 0 {
            let people = counted(pool.waiting(), "person waits", "people wait");
            self.attention.push(Attention {
                text: format!("{name} is full, and {people}."),
                link: fix(NavPage::Queue, "Look at the queue"),
            });
        } else if pool.free_seats() == 0 && pool.seats > 0 {
            self.attention.push(Attention {
                text: match pool.seats {
                    1 => format!("{name} is full: its seat is taken."),
                    seats => format!("{name} is full: all {seats} seats are taken."),
                },
                link: fix(NavPage::SeatPools, "Free or add seats"),
            });
        }
    }

    fn add_minutes(&mut self, account: &Account, actor: &Actor) {
        let falls_back = |pool: &Pool| pool.rules.when_full.contains(&WhenFull::PayPerUse);
        let is_used = account.minutes() > 0 || account.pools().values().any(falls_back);
        if !is_used {
            return;
        }
        self.minutes = Some(account.minutes());
        if account.minutes() < MINUTES_LOW {
            let link = NavPage::Minutes.link(account, actor);
            self.attention.push(Attention {
                text: format!(
                    "{} left.",
                    counted(
                        account.minutes(),
                        "pay-per-use minute is",
                        "pay-per-use minutes are"
                    )
                ),
                link: link.map(|link| (link, "Look at the minutes")),
            });
        }
    }

    /// Adds how many refusals there were today.
    pub(super) fn refused_today(&mut self, count: usize, are_more: bool) {
        if count == 0 {
            return;
        }
        let more = if are_more { "More than " } else { "" };
        let attempts = counted(count, "attempt was", "attempts were");
        let text = format!("{more}{attempts} refused in the last 24 hours.");
        let link = self.refusals_link.clone().map(|link| (link, "See which"));
        self.attention.push(Attention { text, link });
    }
}

impl PoolShown {
    fn of(pool: &Pool) -> Self {
        Self {
            name: pool.name.to_string(),
            seats: Meter {
                used: pool.occupied(),
                of: pool.seats,
            },
            offered: pool.offered(),
            waiting: pool.waiting(),
            on_minutes: pool.on_minutes(),
            state: if pool.is_draining() {
                ("Draining", "warn")
            } else if pool.free_seats() == 0 {
                ("Full", "bad")
            } else {
                ("Free seats", "good")
            },
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
                .unwrap_or_else(|| "A user".to_owned()),
            product: names
                .products
                .get(&*row.product)
                .cloned()
                .unwrap_or_else(|| row.product.to_string()),
            why: why(&row.code),
            help: help::link(&row.code),
            resolved: row.resolved_at.is_some(),
        }
    }
}

/// The names of refused users, and of products by slug.
pub(super) struct Names {
    users: BTreeMap<UserId, String>,
    products: BTreeMap<String, String>,
}

impl Names {
    pub(super) fn of(account: &Account, refused: &[(UserId, String)]) -> Self {
        let users = refused.iter().filter_map(|(id, _)| account.user(*id));
        let products = refused.iter().filter_map(|(_, slug)| {
            let product = slug.parse().ok()?;
            Some((slug.clone(), account.product_name(&product)))
        });
        Self {
            users: users
                .map(|user| (user.id, user.profile.name.reveal().to_string()))
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
        product: account.product_name(product),
        kind: match license {
            License::Named => "A seat of your own".to_owned(),
            License::Shared(pool) => account.pool(*pool).map_or_else(String::new, |pool| {
                format!("A seat of {} while one is free", pool.name)
            }),
        },
        state: if let Some(doing) = doing::of_sessions(account.sessions_of(user, product)) {
            doing
        } else if account.sign_ins_of(user, product).next().is_some() {
            doing::SIGNED_IN
        } else if account.ticket_of(user, product).is_some() {
            ("Waits for a seat", "warn")
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
            seats: Meter { used: 8, of: 10 },
            offered: 1,
            waiting: 2,
            on_minutes: 0,
            state: ("Full", "bad"),
        };
        let product = ProductShown {
            slug: "remote-support".to_owned(),
            name: "Remote support".to_owned(),
            named: Meter { used: 1, of: 2 },
            shared: 13,
            unallocated: 3,
            pools: vec![pool],
        };
        let seen = OverviewData {
            now: Timestamp::default(),
            is_staff: true,
            sees_reports: true,
            products: vec![product],
            minutes: Some(12),
            attention: vec![Attention {
                text: "12 minutes are left.".to_owned(),
                link: None,
            }],
            own: Vec::new(),
            own_remedy: Remedy::default(),
            steps: vec![Step {
                title: "Seats",
                is_done: true,
                text: "13 shared seats.".to_owned(),
                remedy: Remedy::default(),
            }],
            refusals_link: None,
        };
        Self {
            seen,
            refusals: Vec::new(),
        }
    }
}
