//! The data of the subscription page.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use usher_domain::account::{Plan, ProductSeats, Subscription};
use usher_domain::color::ProductColor;
use usher_domain::management::{Bounds, Management, SeatBound, SeatBounds};
use usher_domain::purchase::{PurchaseKind, SubscriptionRequest};
use usher_domain::refusal::SeatKind;
use usher_domain::text::{Product, counted};
use usher_domain::{Account, Actor, Timestamp};

use super::ends::Ends;
use super::requests::RequestShown;
use crate::answer::Frame;
use crate::form::Form;
use crate::nav::NavPage;
use crate::pages::seat_form::seat_field;
use crate::said::named;
use crate::shown::Meter;

#[derive(Template)]
#[template(path = "subscription/subscription.html")]
pub(super) struct SubscriptionPage {
    pub(super) frame: Frame,
    pub(super) path: String,
    pub(super) seen: SubscriptionData,
    pub(super) seats: Form,
    pub(super) minutes: Form,
}

/// The data that is copied out of the account.
pub(super) struct SubscriptionData {
    pub(super) plan: Option<PlanShown>,
    pub(super) products: Vec<ProductShown>,
    pub(super) minutes: u64,
    pub(super) ends: Ends,
    /// What the forms are based on.
    pub(super) bought: Subscription,
    pub(super) mode: Mode,
    /// The plans to choose from; empty if the plan stays as it is.
    pub(super) plans: Vec<PlanShown>,
    /// The requests for seats and for minutes.
    pub(super) seats_request: Option<RequestShown>,
    pub(super) minutes_request: Option<RequestShown>,
    pub(super) minutes_link: Option<String>,
    pub(super) users_link: Option<String>,
    pub(super) pools_link: Option<String>,
}

/// How the subscription is managed (L9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Free,
    /// Minutes that the account may still add, of those of 30 days.
    WithinBounds {
        minutes_left: u32,
        minutes_max: u32,
    },
    OnRequest,
    Closed,
}

pub(super) struct PlanShown {
    pub(super) name: String,
    pub(super) has_shared_seats: bool,
}

/// A product with its seats.
pub(super) struct ProductShown {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) color: Option<ProductColor>,
    /// Assigned named seats, of those bought.
    pub(super) named: Meter,
    /// Shared seats in pools, of those bought.
    pub(super) shared: Meter,
    pub(super) unallocated: u32,
    pub(super) pools: usize,
    /// Seats that are held or offered now.
    pub(super) occupied: u32,
    /// The numbers of seats in the form.
    pub(super) fields: [SeatField; 2],
}

/// A number of seats in the form.
pub(super) struct SeatField {
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) hint: String,
    /// How many the account has.
    pub(super) bought: u32,
    /// Whether only the operator changes it.
    pub(super) is_fixed: bool,
}

impl Mode {
    /// Whether changes are requests.
    pub(super) fn asks(self) -> bool {
        self == Self::OnRequest
    }

    /// Whether the viewer can change or request anything.
    pub(super) fn is_open(self) -> bool {
        self != Self::Closed
    }

    /// Why the account can add no minutes by itself, if it cannot.
    pub(super) fn no_minutes(self) -> Option<String> {
        match self {
            Self::WithinBounds { minutes_max: 0, .. } => {
                Some("Only the operator of this server adds minutes.".to_owned())
            }
            Self::WithinBounds {
                minutes_left: 0,
                minutes_max,
            } => Some(format!(
                "The {minutes_max} minutes of these 30 days are added. Ask the operator of this server for more."
            )),
            Self::Free | Self::WithinBounds { .. } | Self::OnRequest | Self::Closed => None,
        }
    }

    /// How many minutes the account may add by itself.
    pub(super) fn minutes_hint(self) -> String {
        match self {
            Self::WithinBounds {
                minutes_left,
                minutes_max,
            } => format!("Up to {minutes_left}: what is left of {minutes_max} in 30 days"),
            Self::Free | Self::OnRequest | Self::Closed => String::new(),
        }
    }

    /// Who decides, in a sentence or two.
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Free => "You change seats and minutes here yourself. A change applies at once.",
            Self::WithinBounds { .. } => {
                "You change seats and minutes here yourself, within the bounds that the operator of this server has \
                 set. A change applies at once."
            }
            Self::OnRequest => {
                "The operator of this server decides on changes. Request them here; the answer will be on this page."
            }
            Self::Closed => {
                "Only the operator of this server changes this subscription. Tell them which seats or minutes you need."
            }
        }
    }

    /// Whether the account may buy products that it does not have yet.
    pub(super) fn takes_new_products(self) -> bool {
        matches!(self, Self::Free | Self::OnRequest)
    }
}

impl SubscriptionData {
    pub(super) fn of(account: &Account, actor: &Actor, plans: &[Plan], now: Timestamp) -> Self {
        let subscription = account.subscription();
        let management = account.management();
        let bounds = management.bounds();
        let mode = match management {
            Management::Free => Mode::Free,
            Management::WithinBounds(bounds) => Mode::WithinBounds {
                minutes_left: account.minutes_left_to_buy(now).unwrap_or_default(),
                minutes_max: bounds.minutes,
            },
            Management::OnRequest => Mode::OnRequest,
            Management::Closed => Mode::Closed,
        };
        let may_choose = match mode {
            Mode::Free | Mode::OnRequest => true,
            Mode::WithinBounds { .. } => subscription.plan.is_none(),
            Mode::Closed => false,
        };
        let choices = plans.iter().filter(|_| may_choose);
        let of_bounds = bounds.into_iter().flat_map(|bounds| bounds.products.keys());
        let products: BTreeSet<&Product> = subscription.products.keys().chain(of_bounds).collect();
        let request = |kind: PurchaseKind| {
            let mut requests = account.subscription_requests();
            let request: Option<&SubscriptionRequest> = requests.find(|request| request.asked.kind() == kind);
            request.map(|request| RequestShown::of(account, request))
        };
        Self {
            plan: subscription.plan.as_ref().map(PlanShown::of),
            products: products
                .into_iter()
                .map(|product| ProductShown::of(account, product, bounds))
                .collect(),
            minutes: account.minutes(),
            ends: Ends::of(account, actor),
            bought: subscription.clone(),
            mode,
            plans: choices.map(PlanShown::of).collect(),
            seats_request: request(PurchaseKind::Subscription),
            minutes_request: request(PurchaseKind::Minutes),
            minutes_link: NavPage::Minutes.link(account, actor),
            users_link: NavPage::Users.link(account, actor),
            pools_link: NavPage::SeatPools.link(account, actor),
        }
    }

    /// What the form of seats shows at first.
    pub(super) fn initial_values(&self) -> impl Iterator<Item = (String, String)> {
        let fields = self.products.iter().flat_map(|product| &product.fields);
        let seats = fields.map(|field| (field.name.clone(), field.bought.to_string()));
        let plan = self.bought.plan.as_ref().map(|plan| plan.name.to_string());
        seats.chain(plan.map(|plan| ("plan".to_owned(), plan)))
    }
}

impl PlanShown {
    fn of(plan: &Plan) -> Self {
        Self {
            name: plan.name.to_string(),
            has_shared_seats: plan.shared_seats,
        }
    }
}

impl ProductShown {
    fn of(account: &Account, product: &Product, bounds: Option<&Bounds>) -> Self {
        let bought = account.bought(product);
        let pools = account.pools().values().filter(|pool| pool.product == *product);
        let (mut count, mut occupied) = (0, 0_u32);
        for pool in pools {
            count += 1;
            occupied = occupied.saturating_add(pool.occupied());
        }
        let named_seats = Meter {
            used: account.named_assigned(product),
            of: bought.named_seats,
        };
        let shared = Meter {
            used: account.shared_distributed(product),
            of: bought.shared_seats,
        };
        let range = |of: fn(&SeatBounds) -> Option<SeatBound>| match bounds {
            None => Range::Any,
            Some(bounds) => {
                let bounds = bounds.products.get(product);
                bounds.and_then(of).map_or(Range::Fixed, Range::Bound)
            }
        };
        Self {
            slug: product.to_string(),
            name: account.product_name(product),
            color: account.product_color(product),
            named: named_seats,
            shared,
            unallocated: account.shared_unallocated(product),
            pools: count,
            occupied,
            fields: [
                SeatField::of(
                    product,
                    SeatKind::Named,
                    named_seats,
                    range(|bounds| bounds.named_seats),
                ),
                SeatField::of(
                    product,
                    SeatKind::Shared,
                    shared,
                    range(|bounds| bounds.shared_seats),
                ),
            ],
        }
    }

    /// Whether the account has seats of it.
    pub(super) fn is_bought(&self) -> bool {
        self.named.of > 0 || self.shared.of > 0
    }

    /// Whether the form has a number of it that can be changed.
    pub(super) fn is_changeable(&self) -> bool {
        self.fields.iter().any(|field| !field.is_fixed)
    }
}

/// How far the account may change a number of seats.
#[derive(Clone, Copy)]
enum Range {
    Any,
    Bound(SeatBound),
    Fixed,
}

impl SeatField {
    fn of(product: &Product, kind: SeatKind, seats: Meter, range: Range) -> Self {
        let (label, in_use) = match kind {
            SeatKind::Named => ("Named seats", "assigned"),
            SeatKind::Shared => ("Shared seats", "in pools"),
        };
        let used = (seats.used > 0).then(|| format!("{} {in_use}", seats.used));
        let bound = match range {
            Range::Bound(SeatBound { min, max }) if min == max => Some(format!("Always {max}")),
            Range::Bound(SeatBound { min, max }) => Some(format!("{min} to {max}")),
            Range::Any | Range::Fixed => None,
        };
        let hint: Vec<String> = bound.into_iter().chain(used).collect();
        Self {
            name: seat_field(kind, product),
            label,
            hint: hint.join(" · "),
            bought: seats.of,
            is_fixed: matches!(range, Range::Fixed),
        }
    }
}

/// Minutes in words.
pub(in crate::pages) fn minutes(count: u32) -> String {
    counted(count, "minute", "minutes")
}

/// What differs between what an account had and what it has or asks for, line by line.
pub(in crate::pages) fn differences(
    name_of: impl Fn(&Product) -> String,
    before: Option<&Subscription>,
    plan: Option<&Plan>,
    products: &BTreeMap<Product, ProductSeats>,
) -> Vec<String> {
    let mut lines = Vec::new();
    let old_plan = before.and_then(|before| before.plan.as_ref());
    if let Some(plan) = plan.filter(|plan| old_plan.is_none_or(|old| old.name != plan.name)) {
        lines.push(match old_plan {
            Some(old) => format!("plan {} ({} before)", plan.name, old.name),
            None => format!("plan {}", plan.name),
        });
    }
    let none = BTreeMap::new();
    let old = before.map_or(&none, |before| &before.products);
    let all: BTreeSet<&Product> = old.keys().chain(products.keys()).collect();
    for product in all {
        let (was, is) = (
            old.get(product).copied().unwrap_or_default(),
            products.get(product).copied().unwrap_or_default(),
        );
        let kinds = [
            (was.named_seats, is.named_seats, "named seat", "named seats"),
            (was.shared_seats, is.shared_seats, "shared seat", "shared seats"),
        ];
        for (was, is, one, many) in kinds {
            if was != is {
                let product = named(name_of(product));
                lines.push(format!("{product}: {} ({was} before)", counted(is, one, many)));
            }
        }
    }
    lines
}
