//! The API's response types for usage.

use std::collections::BTreeSet;

use serde::Serialize;
use usher_domain::event::Claim;
use usher_domain::permission::SessionPermission;
use usher_domain::pool::{Holder, Pool};
use usher_domain::presence::Session;
use usher_domain::rules::WhenFull;
use usher_domain::text::{Name, Product};
use usher_domain::{Account, Actor, PoolId, Timestamp, UserId};
use utoipa::ToSchema;

use crate::v1::device::Device;
use crate::v1::schema;
use crate::v1::time::Time;

/// The most holders listed for one pool.
const HOLDERS_MAX: usize = 200;

/// How an account's seats are used at the moment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Usage {
    /// When.
    at: Time,
    /// By product.
    products: Vec<ProductUsage>,
    /// Prepaid minutes; null if none of the caller's pools falls back on them.
    minutes: Option<Minutes>,
}

/// Prepaid minutes.
#[derive(Debug, Serialize, ToSchema)]
struct Minutes {
    /// The remaining minutes.
    remaining: u64,
}

/// How a product's seats are used.
#[derive(Debug, Serialize, ToSchema)]
struct ProductUsage {
    /// The product.
    #[schema(value_type = schema::Product)]
    product: Product,
    /// Named and shared seats, for callers who may see the account's pools.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    bought: Option<Bought>,
    /// Its pools.
    pools: Vec<PoolUsage>,
}

/// The seats bought of a product, and how many of them are in use.
#[derive(Debug, Serialize, ToSchema)]
struct Bought {
    /// Named seats that were bought.
    named_seats: u32,
    /// How many of these are assigned to users.
    named_assigned: u32,
    /// Shared seats that were bought.
    shared_seats: u32,
    /// How many of these are in no pool.
    shared_unallocated: u32,
}

/// How a pool's seats are used.
#[derive(Debug, Serialize, ToSchema)]
struct PoolUsage {
    /// The pool.
    #[schema(value_type = schema::PoolId)]
    id: PoolId,
    /// Its name.
    #[schema(value_type = schema::Name)]
    name: Name,
    /// Whether it is the product's default pool.
    default: bool,
    /// How many seats it has.
    seats: u32,
    /// How many of them are held, or reserved for somebody whose turn has come.
    occupied: u32,
    /// How many of these are reserved.
    offered: u32,
    /// How many users are waiting.
    waiting: u32,
    /// Whether more seats are occupied than the pool has, because it was lowered: nobody gets in until enough are free.
    draining: bool,
    /// How many claims use minutes instead of seats.
    on_minutes: u32,
    /// Who holds the seats, if the caller may view it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    holders: Option<Vec<SeatUse>>,
    /// How many more hold a seat than `holders` lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    holders_not_named: Option<usize>,
}

/// A holder of a seat.
#[derive(Debug, Serialize, ToSchema)]
struct SeatUse {
    /// The user.
    #[schema(value_type = schema::UserId)]
    user: UserId,
    /// The user's name.
    #[schema(value_type = schema::Name)]
    name: Name,
    /// The device, if it is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    device: Option<Device>,
    /// Whether the user is in a call.
    in_call: bool,
    /// Since when.
    since: Time,
    /// For how long they have been idle; 0 in a call and while a link is valid.
    idle_secs: u32,
}

impl Usage {
    pub(super) fn of(account: &Account, actor: &Actor, now: Timestamp) -> Self {
        let is_staff = account.is_staff(actor);
        let names_holders = is_staff || account.has_session_permission(actor, SessionPermission::ViewAccount);
        let own = account.user_of(actor).and_then(|user| account.user(user));
        let competes = |pool: &Pool| own.is_some_and(|own| pool.users().contains(&own.id));
        let seen: Vec<&Pool> = account
            .pools()
            .values()
            .filter(|pool| is_staff || competes(pool))
            .collect();
        let falls_back = |pool: &&Pool| pool.rules.when_full.contains(&WhenFull::PayPerUse);
        let shows_minutes = is_staff || seen.iter().any(falls_back);
        let bought = account.subscription().products.keys().filter(|_| is_staff);
        let products: BTreeSet<&Product> = bought.chain(seen.iter().map(|pool| &pool.product)).collect();
        let of_product = |product: &Product| {
            let pools = seen.iter().filter(|pool| pool.product == *product);
            ProductUsage {
                product: product.clone(),
                bought: is_staff.then(|| Bought::of(account, product)),
                pools: pools
                    .map(|pool| PoolUsage::of(account, pool, names_holders, now))
                    .collect(),
            }
        };
        Self {
            at: account.shown(now).into(),
            products: products.into_iter().map(of_product).collect(),
            minutes: shows_minutes.then(|| Minutes {
                remaining: account.minutes(),
            }),
        }
    }
}

impl Bought {
    fn of(account: &Account, product: &Product) -> Self {
        let bought = account.bought(product);
        Self {
            named_seats: bought.named_seats,
            named_assigned: account.named_assigned(product),
            shared_seats: bought.shared_seats,
            shared_unallocated: account.shared_unallocated(product),
        }
    }
}

impl PoolUsage {
    fn of(account: &Account, pool: &Pool, names_holders: bool, now: Timestamp) -> Self {
        let named = || {
            let holders = pool.holders().iter().take(HOLDERS_MAX);
            holders
                .filter_map(|(holder, claims)| SeatUse::of(account, holder, claims, now))
                .collect()
        };
        let not_named = pool.holders().len().saturating_sub(HOLDERS_MAX);
        Self {
            id: pool.id,
            name: pool.name.clone(),
            default: pool.default,
            seats: pool.seats,
            occupied: pool.occupied(),
            offered: pool.offered(),
            waiting: pool.waiting(),
            draining: pool.is_draining(),
            on_minutes: pool.on_minutes(),
            holders: names_holders.then(named),
            holders_not_named: (names_holders && not_named > 0).then_some(not_named),
        }
    }
}

impl SeatUse {
    fn of(account: &Account, holder: &Holder, claims: &[Claim], now: Timestamp) -> Option<Self> {
        let user = account.user(holder.user())?;
        let mut since: Option<Timestamp> = None;
        let (mut sign_ins, mut in_call) = (BTreeSet::new(), false);
        for claim in claims {
            let began = match claim {
                Claim::SignIn(id) => {
                    sign_ins.insert(*id);
                    account.sign_ins().get(id)?.since
                }
                Claim::Session(id) => {
                    let session = account.sessions().get(id)?;
                    sign_ins.insert(session.sign_in);
                    in_call |= session.is_active();
                    session.claimed_at
                }
            };
            since = Some(since.map_or(began, |known| known.min(began)));
        }
        let hosts: Vec<_> = sign_ins
            .iter()
            .filter_map(|id| account.sign_ins().get(id))
            .collect();
        for session in hosts.iter().flat_map(|host| host.sessions()) {
            in_call |= account.sessions().get(session).is_some_and(Session::is_active);
        }
        let idle = hosts
            .iter()
            .map(|host| host.idle_since.map_or(0, |since| now.since(since).get()));
        let device = match hosts.as_slice() {
            [host] => Some(Device::from(&host.device)),
            _ => None,
        };
        Some(Self {
            user: user.id,
            name: user.profile.name.reveal().clone(),
            device,
            in_call,
            since: account.shown(since?).into(),
            idle_secs: idle.min().unwrap_or(0),
        })
    }
}
