//! The data of the subscription page.

use askama::Template;
use usher_domain::text::Product;
use usher_domain::{Account, Actor};

use super::ends::Ends;
use crate::answer::Frame;
use crate::nav::NavPage;
use crate::shown::Meter;

#[derive(Template)]
#[template(path = "subscription/subscription.html")]
pub(super) struct SubscriptionPage {
    pub(super) frame: Frame,
    pub(super) seen: SubscriptionData,
}

/// The data that is copied out of the account.
pub(super) struct SubscriptionData {
    pub(super) plan: Option<PlanShown>,
    pub(super) products: Vec<ProductShown>,
    pub(super) minutes: u64,
    pub(super) ends: Ends,
    pub(super) minutes_link: Option<String>,
    pub(super) users_link: Option<String>,
    pub(super) pools_link: Option<String>,
}

pub(super) struct PlanShown {
    pub(super) name: String,
    pub(super) has_shared_seats: bool,
}

/// A product with its seats.
pub(super) struct ProductShown {
    pub(super) slug: String,
    pub(super) name: String,
    /// Assigned named seats, of those bought.
    pub(super) named: Meter,
    /// Shared seats in pools, of those bought.
    pub(super) shared: Meter,
    pub(super) unallocated: u32,
    pub(super) pools: usize,
    /// Seats that are held or offered now.
    pub(super) occupied: u32,
}

impl SubscriptionData {
    pub(super) fn of(account: &Account, actor: &Actor) -> Self {
        let subscription = account.subscription();
        let plan = subscription.plan.as_ref().map(|plan| PlanShown {
            name: plan.name.to_string(),
            has_shared_seats: plan.shared_seats,
        });
        let products = subscription.products.keys();
        Self {
            plan,
            products: products
                .map(|product| ProductShown::of(account, product))
                .collect(),
            minutes: account.minutes(),
            ends: Ends::of(account, actor),
            minutes_link: NavPage::Minutes.link(account, actor),
            users_link: NavPage::Users.link(account, actor),
            pools_link: NavPage::SeatPools.link(account, actor),
        }
    }
}

impl ProductShown {
    fn of(account: &Account, product: &Product) -> Self {
        let bought = account.subscription().products.get(product).copied();
        let bought = bought.unwrap_or_default();
        let pools = account.pools().values().filter(|pool| pool.product == *product);
        let (mut count, mut occupied) = (0, 0_u32);
        for pool in pools {
            count += 1;
            occupied = occupied.saturating_add(pool.occupied());
        }
        Self {
            slug: product.to_string(),
            name: account.product_name(product),
            named: Meter {
                used: account.named_assigned(product),
                of: bought.named_seats,
            },
            shared: Meter {
                used: account.shared_distributed(product),
                of: bought.shared_seats,
            },
            unallocated: account.shared_unallocated(product),
            pools: count,
            occupied,
        }
    }
}
