//! The seats of a pool, or the named seats of a product.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use usher_domain::permission::Privilege;
use usher_domain::pool::{Holder, Pool};
use usher_domain::presence::{Funding, SignIn};
use usher_domain::text::Product;
use usher_domain::user::License;
use usher_domain::{Account, Actor, PoolId, TicketId, Timestamp, UserId};

use super::chair::{Chair, began};
use crate::doing::Doing;
use crate::linked::Linked;
use crate::nav::NavPage;
use crate::pages::pools::duration_words;
use crate::pages::queue::Elapsed;
use crate::shown::{Meter, ProductLabel, pool_state};

/// Up to so many seats each has its name below it.
const LARGE_MAX: usize = 40;
/// The most people of a queue who are drawn.
const QUEUE_MAX: usize = 12;

/// The key of a product's named seats begins with it.
const NAMED: &str = "named-";

/// A pool, or the named seats of a product.
#[derive(Clone, Copy)]
pub(super) enum HallOf<'a> {
    Pool(&'a Pool),
    Named(&'a Product),
}

/// What is drawn of it.
pub(super) struct Hall {
    /// The pool's id, or the product after `named-`.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) product: ProductLabel,
    pub(super) is_named: bool,
    pub(super) seats: Meter,
    /// A label and its CSS class.
    pub(super) state: Doing,
    /// Its rules in short.
    pub(super) notes: Vec<String>,
    /// The page of its users and settings, for viewers who may see it.
    pub(super) open: Option<String>,
    pub(super) chairs: Vec<Chair>,
    /// How many seats are taken and not drawn.
    pub(super) more: usize,
    pub(super) free: u32,
    /// Whether the seats are small, without names below.
    pub(super) is_compact: bool,
    /// Whether its seats are not drawn at all before it is opened.
    pub(super) is_folded: bool,
    /// The URL with only this hall.
    pub(super) alone: String,
    pub(super) queue: Vec<Standing>,
    pub(super) queue_more: usize,
    pub(super) on_minutes: Vec<Chair>,
    pub(super) draining: u32,
}

/// Somebody in the queue.
pub(super) struct Standing {
    /// `None` if the viewer may not see who it is.
    pub(super) id: Option<TicketId>,
    pub(super) initials: String,
    /// Its name is empty if the viewer may not see it.
    pub(super) who: Linked,
    pub(super) waited: Elapsed,
}

/// The sign-ins that are in no pool's seat, for the halls of one page.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// With a named seat, by product.
    pub(super) named: BTreeMap<&'a str, Vec<&'a SignIn>>,
    /// On minutes.
    pub(super) on_minutes: Vec<&'a SignIn>,
}

impl<'a> Beside<'a> {
    pub(super) fn of(account: &'a Account) -> Self {
        let mut beside = Self::default();
        let pays = |funding: &Funding| matches!(funding, Funding::Minutes { .. });
        for sign_in in account.sign_ins().values() {
            if sign_in.funding == Funding::Named {
                beside
                    .named
                    .entry(sign_in.product.as_str())
                    .or_default()
                    .push(sign_in);
                continue;
            }
            let mut sessions = sign_in
                .sessions()
                .iter()
                .filter_map(|id| account.sessions().get(id));
            if pays(&sign_in.funding) || sessions.any(|session| pays(&session.funding)) {
                beside.on_minutes.push(sign_in);
            }
        }
        beside
    }
}

/// Whether the actor sees the seats of any pool: staff, and users with a license of one.
pub(crate) fn is_for(account: &Account, actor: &Actor) -> bool {
    account.is_staff(actor) || own_pools(account, actor).next().is_some()
}

/// How many of the pools whose seats the actor sees are full.
pub(crate) fn full(account: &Account, actor: &Actor) -> usize {
    let all = HallOf::all(account, actor).into_iter();
    all.filter(|hall| hall.is_full()).count()
}

/// The pools of the actor's own licenses.
fn own_pools<'a>(account: &'a Account, actor: &Actor) -> impl Iterator<Item = &'a Pool> + use<'a> {
    let user = account.user_of(actor);
    let pools = account.pools().values();
    pools.filter(move |pool| user.is_some_and(|user| pool.users().contains(&user)))
}

/// The key of a hall, if there could be one with it; else empty.
pub(super) fn known_key(text: &str) -> String {
    if let Some(product) = text.strip_prefix(NAMED) {
        let product = product.parse::<Product>();
        return product.map_or_else(|_| String::new(), |product| format!("{NAMED}{product}"));
    }
    let pool = text.parse::<PoolId>();
    pool.map_or_else(|_| String::new(), |pool| pool.to_string())
}

impl<'a> HallOf<'a> {
    /// All halls of which the viewer sees something: a user without a privilege sees the pools of their own licenses.
    pub(super) fn all(account: &'a Account, actor: &Actor) -> Vec<Self> {
        if !account.is_staff(actor) {
            return own_pools(account, actor).map(Self::Pool).collect();
        }
        let pools = account.pools().values();
        let bought = account.subscription().products.iter();
        let named =
            bought.filter(|(product, seats)| seats.named_seats > 0 || account.named_assigned(product) > 0);
        let named = named.map(|(product, _)| Self::Named(product));
        pools.map(Self::Pool).chain(named).collect()
    }

    pub(super) fn key(self) -> String {
        match self {
            Self::Pool(pool) => pool.id.to_string(),
            Self::Named(product) => format!("{NAMED}{product}"),
        }
    }

    /// The texts in which it is searched.
    pub(super) fn texts(self, account: &Account) -> [String; 2] {
        match self {
            Self::Pool(pool) => [pool.name.to_string(), account.product_name(&pool.product)],
            Self::Named(product) => ["Named seats".to_owned(), account.product_name(product)],
        }
    }

    /// Its place on the map: the fullest first, by tenths, so that a seat more or less moves nothing; at the end the
    /// named seats. Those of one place are in the order of their names.
    pub(super) fn place(self) -> (bool, Reverse<(bool, u32)>) {
        match self {
            Self::Pool(pool) => {
                let tenths = (pool.occupied() * 10).checked_div(pool.seats).unwrap_or(0);
                (false, Reverse((pool.waiting() > 0, tenths)))
            }
            Self::Named(_) => (true, Reverse((false, 0))),
        }
    }

    pub(super) fn is_full(self) -> bool {
        matches!(self, Self::Pool(pool) if pool.seats > 0 && pool.free_seats() == 0)
    }

    pub(super) fn has_waiting(self) -> bool {
        matches!(self, Self::Pool(pool) if pool.waiting() > 0)
    }

    /// How many seats there would be to draw, at most.
    pub(super) fn taken(self, account: &Account) -> usize {
        match self {
            Self::Pool(pool) => pool.occupied() as usize,
            Self::Named(product) => account.named_assigned(product) as usize,
        }
    }

    /// Draws at most `chairs_max` of its seats; none if that is 0.
    pub(super) fn draw(
        self,
        account: &'a Account,
        actor: &Actor,
        beside: &Beside<'a>,
        chairs_max: usize,
        now: Timestamp,
    ) -> Hall {
        match self {
            Self::Pool(pool) => of_pool(account, actor, pool, beside, chairs_max, now),
            Self::Named(product) => named(account, actor, product, beside, chairs_max, now),
        }
    }
}

fn of_pool(
    account: &Account,
    actor: &Actor,
    pool: &Pool,
    beside: &Beside<'_>,
    chairs_max: usize,
    now: Timestamp,
) -> Hall {
    let (chairs, more) = chairs_of(account, actor, pool, chairs_max, now);
    let on_minutes = beside
        .on_minutes
        .iter()
        .filter(|sign_in| sign_in.pool == Some(pool.id));
    let on_minutes = on_minutes
        .take(QUEUE_MAX)
        .map(|sign_in| Chair::signed_in(account, actor, sign_in, now));
    let queue = queue_of(account, actor, pool, now);
    let is_compact = pool.seats as usize > LARGE_MAX || chairs.len() > LARGE_MAX;
    let log_off = pool.rules.log_off_after();
    Hall {
        key: pool.id.to_string(),
        name: pool.name.to_string(),
        product: ProductLabel::of(account, &pool.product),
        is_named: false,
        seats: Meter {
            used: pool.occupied(),
            of: pool.seats,
        },
        state: pool_state(pool),
        notes: log_off
            .map(|after| format!("logs off after {} without a call", duration_words(after)))
            .into_iter()
            .collect(),
        open: NavPage::SeatPools
            .link(account, actor)
            .map(|pools| format!("{pools}/{}/users", pool.id)),
        is_folded: chairs_max == 0,
        more,
        free: pool.seats.saturating_sub(pool.occupied()),
        is_compact,
        alone: String::new(),
        queue_more: (pool.waiting() as usize).saturating_sub(queue.len()),
        queue,
        on_minutes: on_minutes.collect(),
        draining: pool.occupied().saturating_sub(pool.seats),
        chairs,
    }
}

/// The seats of a pool that are drawn, in the order in which they were taken, then those that are offered; and how many
/// are taken besides.
fn chairs_of(
    account: &Account,
    actor: &Actor,
    pool: &Pool,
    chairs_max: usize,
    now: Timestamp,
) -> (Vec<Chair>, usize) {
    if chairs_max == 0 {
        return (Vec::new(), 0);
    }
    let offers = pool.offers().iter().filter_map(|id| account.tickets().get(id));
    let mut held: Vec<_> = pool
        .holders()
        .iter()
        .map(|(holder, claims)| (began(account, claims), holder, claims))
        .collect();
    let taken = held.len() + offers.clone().count();
    let order = |one: &(Timestamp, &Holder, _), other: &(Timestamp, &Holder, _)| {
        (one.0, one.1).cmp(&(other.0, other.1))
    };
    // Only the seats that are drawn are sorted and made; the rest is partitioned off in linear time.
    if chairs_max < held.len() {
        held.select_nth_unstable_by(chairs_max, order);
        held.truncate(chairs_max);
    }
    held.sort_unstable_by(order);
    let held = held.into_iter().enumerate();
    let held = held.map(|(place, (_, holder, claims))| Chair {
        is_over: place >= pool.seats as usize,
        ..Chair::held(account, actor, holder, claims, now)
    });
    let offered = offers.map(|ticket| Chair::offered(account, actor, ticket, now));
    let chairs: Vec<_> = held.chain(offered).take(chairs_max).collect();
    let more = taken - chairs.len();
    (chairs, more)
}

/// The first of those who wait for a seat of a pool.
fn queue_of(account: &Account, actor: &Actor, pool: &Pool, now: Timestamp) -> Vec<Standing> {
    let tickets = pool.queue().filter_map(|id| account.tickets().get(&id));
    let standing = tickets.take(QUEUE_MAX).map(|ticket| {
        let user = account
            .user(ticket.user)
            .filter(|user| account.sees_user(actor, user.id));
        let who = user.map_or_else(Linked::default, |user| Linked::user(account, actor, user));
        Standing {
            id: user.map(|_| ticket.id),
            initials: crate::shown::initials(&who.name),
            who,
            waited: Elapsed(now.since(ticket.since)),
        }
    });
    standing.collect()
}

fn named(
    account: &Account,
    actor: &Actor,
    product: &Product,
    beside: &Beside<'_>,
    chairs_max: usize,
    now: Timestamp,
) -> Hall {
    let present = beside.named.get(product.as_str()).map_or(&[][..], Vec::as_slice);
    let mut by_user: BTreeMap<UserId, &SignIn> = BTreeMap::new();
    for sign_in in present {
        by_user.entry(sign_in.user).or_insert(*sign_in);
    }
    let assigned = account.named_assigned(product);
    let bought = account.bought(product).named_seats;
    let mut chairs = Vec::new();
    if chairs_max > 0 {
        let here = by_user
            .values()
            .map(|sign_in| Chair::signed_in(account, actor, sign_in, now));
        chairs.extend(here.take(chairs_max));
        chairs.sort_by_key(|chair: &Chair| chair.began);
        let users = NavPage::Users.path(account.id());
        let away = account.users().values().filter(|user| {
            user.licenses.get(product) == Some(&License::Named) && !by_user.contains_key(&user.id)
        });
        let room = chairs_max - chairs.len();
        chairs.extend(away.take(room).map(|user| {
            let name = user.profile.name.reveal().to_string();
            Chair::away(name, format!("{users}/{}", user.id))
        }));
    }
    Hall {
        key: format!("{NAMED}{product}"),
        name: "Named seats".to_owned(),
        product: ProductLabel::of(account, product),
        is_named: true,
        seats: Meter {
            used: assigned,
            of: bought,
        },
        state: if assigned < bought {
            (text!("common-pool-free"), "good")
        } else {
            (text!("common-pool-all-assigned"), "quiet")
        },
        notes: vec![format!("{} signed in", by_user.len())],
        open: NavPage::Users
            .link(account, actor)
            .filter(|_| account.may(actor, Privilege::SeatsManage) || account.is_staff(actor))
            .map(|users| format!("{users}?product={product}&license=named")),
        is_folded: chairs_max == 0,
        more: if chairs_max == 0 {
            0
        } else {
            (assigned as usize).saturating_sub(chairs.len())
        },
        is_compact: chairs.len() > LARGE_MAX || bought as usize > LARGE_MAX,
        chairs,
        free: bought.saturating_sub(assigned),
        alone: String::new(),
        queue: Vec::new(),
        queue_more: 0,
        on_minutes: Vec::new(),
        draining: 0,
    }
}
