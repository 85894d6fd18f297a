//! The data of the list of pools.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use usher_domain::color::ProductColor;
use usher_domain::permission::Privilege;
use usher_domain::pool::Pool;
use usher_domain::presence::SignIn;
use usher_domain::{Account, Actor, PoolId};

use super::edit::stays;
use super::pool_path;
use super::seats::SeatMoves;
use super::sign_ins::SignInShown;
use crate::answer::Frame;
use crate::asks::Remedy;
use crate::doing::Doing;
use crate::form::Form;
use crate::linked::Linked;
use crate::live::Live;
use crate::nav::NavPage;
use crate::order;
use crate::paging::Paging;
use crate::shown::{Meter, pool_state};

/// Pools per page.
const POOLS_MAX: usize = 20;
/// Sign-ins per page, shared by its pools.
const SIGN_INS_MAX: usize = 100;
/// Sign-ins shown per pool, minimum and maximum.
const SIGN_INS_OF_POOL: (usize, usize) = (10, 50);
/// The most users per pool who are listed although they are not signed in.
const ABSENT_MAX: usize = 20;

#[derive(Template)]
#[template(path = "pools/page.html")]
pub(super) struct PoolsPage {
    pub(super) frame: Frame,
    pub(super) live: Live,
    pub(super) form: Form,
    pub(super) moves: SeatMoves,
    pub(super) path: String,
}

/// The live part.
#[derive(Template)]
#[template(path = "pools/list.html")]
pub(super) struct PoolList {
    pub(super) seen: PoolsData,
}

/// The data that is copied out of the account.
pub(super) struct PoolsData {
    /// For an account without shared seats.
    pub(super) remedy: Remedy,
    /// For a pool without users.
    pub(super) users_remedy: Remedy,
    pub(super) products: Vec<ProductShown>,
    pub(super) manages: bool,
    pub(super) paging: Paging,
    pub(super) path: String,
}

/// The pools of a product.
pub(super) struct ProductShown {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) color: Option<ProductColor>,
    pub(super) shared: u32,
    pub(super) unallocated: u32,
    pub(super) pools: Vec<PoolShown>,
}

/// A pool with its sign-ins.
pub(super) struct PoolShown {
    pub(super) id: PoolId,
    pub(super) path: String,
    pub(super) is_open: bool,
    pub(super) is_default: bool,
    pub(super) figures: Figures,
    pub(super) sign_ins: Vec<SignInShown>,
    /// How many are not shown.
    pub(super) sign_ins_more: usize,
    pub(super) absent: Vec<Linked>,
    pub(super) absent_more: usize,
    /// The URL for searching the pool's users.
    pub(super) search: Option<String>,
    /// Why it cannot be deleted.
    pub(super) stays: Option<String>,
}

/// A pool's current figures.
pub(super) struct Figures {
    pub(super) name: String,
    pub(super) seats: Meter,
    pub(super) offered: u32,
    pub(super) waiting: u32,
    pub(super) on_minutes: u32,
    pub(super) users: usize,
    /// Seats that will be removed when their holders leave.
    pub(super) draining: u32,
    /// How full it is: a label and its CSS class.
    pub(super) state: Doing,
}

impl PoolsData {
    pub(super) fn of(account: &Account, actor: &Actor, page: &str, open: Option<PoolId>) -> Self {
        let pools = order::pools(account);
        let paging = Paging::of(page, POOLS_MAX, pools.len());
        let pools: Vec<_> = pools.into_iter().skip(paging.skip).take(POOLS_MAX).collect();
        let mut present: BTreeMap<PoolId, Vec<&SignIn>> = BTreeMap::new();
        for sign_in in account.sign_ins().values() {
            if let Some(pool) = sign_in.pool {
                present.entry(pool).or_default().push(sign_in);
            }
        }
        let (least, most) = SIGN_INS_OF_POOL;
        let rows_max = (SIGN_INS_MAX / pools.len().max(1)).clamp(least, most);
        let mut products: Vec<ProductShown> = Vec::new();
        for pool in pools {
            let sign_ins = present.get(&pool.id).map_or(&[][..], Vec::as_slice);
            let mut shown = PoolShown::of(account, actor, pool, sign_ins, rows_max);
            shown.is_open = open == Some(pool.id);
            match products.last_mut() {
                Some(same) if same.slug == pool.product.as_str() => same.pools.push(shown),
                _ => products.push(ProductShown {
                    slug: pool.product.to_string(),
                    name: account.product_name(&pool.product),
                    color: account.product_color(&pool.product),
                    shared: account.bought(&pool.product).shared_seats,
                    unallocated: account.shared_unallocated(&pool.product),
                    pools: vec![shown],
                }),
            }
        }
        Self {
            remedy: Remedy::seats(account, actor),
            users_remedy: Remedy::licenses(account, actor),
            products,
            manages: account.may(actor, Privilege::SeatsManage),
            paging,
            path: NavPage::SeatPools.path(account.id()),
        }
    }
}

impl PoolShown {
    fn of(account: &Account, actor: &Actor, pool: &Pool, sign_ins: &[&SignIn], rows_max: usize) -> Self {
        let present: BTreeSet<_> = sign_ins.iter().map(|sign_in| sign_in.user).collect();
        let absent = pool.users().iter().filter(|user| !present.contains(user));
        let absent: Vec<_> = absent
            .take(ABSENT_MAX)
            .filter_map(|user| account.user(*user))
            .map(|user| Linked::user(account, actor, user))
            .collect();
        let rows = sign_ins.iter().take(rows_max);
        Self {
            id: pool.id,
            path: pool_path(account.id(), pool.id),
            is_open: false,
            is_default: pool.default,
            figures: Figures::of(pool),
            sign_ins: rows
                .map(|sign_in| SignInShown::of(account, actor, sign_in))
                .collect(),
            sign_ins_more: sign_ins.len().saturating_sub(rows_max),
            absent_more: pool.users().len().saturating_sub(present.len() + absent.len()),
            absent,
            search: search(account, actor, pool),
            stays: stays(pool),
        }
    }

    /// The pool for its own page.
    pub(super) fn alone(account: &Account, actor: &Actor, pool: &Pool) -> Self {
        let sign_ins = account.sign_ins().values();
        let sign_ins: Vec<_> = sign_ins.filter(|sign_in| sign_in.pool == Some(pool.id)).collect();
        let (_, rows_max) = SIGN_INS_OF_POOL;
        Self::of(account, actor, pool, &sign_ins, rows_max)
    }
}

/// The URL of the pool's users in the list of all users.
pub(super) fn search(account: &Account, actor: &Actor, pool: &Pool) -> Option<String> {
    let users = NavPage::Users.link(account, actor)?;
    Some(format!("{users}?pool={}", pool.id))
}

impl Figures {
    pub(super) fn of(pool: &Pool) -> Self {
        Self {
            name: pool.name.to_string(),
            seats: Meter {
                used: pool.occupied(),
                of: pool.seats,
            },
            offered: pool.offered(),
            waiting: pool.waiting(),
            on_minutes: pool.on_minutes(),
            users: pool.users().len(),
            draining: pool.occupied().saturating_sub(pool.seats),
            state: pool_state(pool),
        }
    }
}

#[cfg(test)]
impl PoolList {
    /// Example data of a busy account.
    pub(super) fn sample() -> Self {
        let figures = Figures {
            name: "<b>Day</b>".to_owned(),
            seats: Meter { used: 8, of: 10 },
            offered: 1,
            waiting: 2,
            on_minutes: 0,
            users: 15,
            draining: 0,
            state: (text!("common-pool-free"), "good"),
        };
        let pool = PoolShown {
            id: PoolId::from_bits(1),
            path: "/a/x/pools/y".to_owned(),
            is_open: true,
            is_default: true,
            figures,
            sign_ins: Vec::new(),
            sign_ins_more: 0,
            absent: vec![Linked::plain("<b>Sven</b>")],
            absent_more: 3,
            search: None,
            stays: None,
        };
        let product = ProductShown {
            slug: "remote-support".to_owned(),
            name: "Remote support".to_owned(),
            color: None,
            shared: 12,
            unallocated: 2,
            pools: vec![pool],
        };
        let seen = PoolsData {
            remedy: Remedy::default(),
            users_remedy: Remedy::default(),
            products: vec![product],
            manages: true,
            paging: Paging::of("", POOLS_MAX, 1),
            path: "/a/x/pools".to_owned(),
        };
        Self { seen }
    }
}
