//! How an account's subscription is managed (L9): who may change it besides the operator, and within which bounds.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::ToString;

use serde::{Deserialize, Serialize};

use crate::account::{Plan, ProductSeats, Subscription};
use crate::refusal::{SeatKind, SubscriptionRefusal};
use crate::text::Product;
use crate::time::{Secs, Timestamp};

/// How long the minutes that an account buys within bounds count together: 30 days. A limit for each top-up would limit
/// nothing, because a top-up can be repeated.
pub const MINUTES_PERIOD: Secs = Secs::new(30 * 24 * 60 * 60);

/// How an account's subscription is managed (L9). The operator sets it, and is bound by none of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Management {
    /// Everybody with `subscription.manage` changes it as they like.
    Free,
    /// Everybody with `subscription.manage` changes it within these bounds.
    WithinBounds(Bounds),
    /// Everybody with `subscription.manage` asks, and the operator decides.
    #[default]
    OnRequest,
    /// Nobody but the operator changes it.
    Closed,
}

impl Management {
    /// Whether it is the management of an account for which none was set.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The bounds, if there are any.
    #[must_use]
    pub const fn bounds(&self) -> Option<&Bounds> {
        match self {
            Self::WithinBounds(bounds) => Some(bounds),
            Self::Free | Self::OnRequest | Self::Closed => None,
        }
    }

    /// The name in the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::WithinBounds(_) => "within_bounds",
            Self::OnRequest => "on_request",
            Self::Closed => "closed",
        }
    }
}

/// The bounds of what an account may buy by itself. The plan stays as it is, once there is one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bounds {
    /// Bounds by product. The seats of a product without bounds stay as they are.
    pub products: BTreeMap<Product, SeatBounds>,
    /// The most minutes in a period of [`MINUTES_PERIOD`].
    pub minutes: u32,
}

/// The bounds of one product's seats. The seats of a kind without bounds stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeatBounds {
    /// Of the named seats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named_seats: Option<SeatBound>,
    /// Of the shared seats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_seats: Option<SeatBound>,
}

/// The least and the most seats of one kind, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeatBound {
    /// The least.
    pub min: u32,
    /// The most; never less than `min`.
    pub max: u32,
}

impl Bounds {
    /// The first bound whose `min` is above its `max`.
    pub(crate) fn inverted(&self) -> Option<SeatBound> {
        let bounds = self.products.values();
        let mut each = bounds.flat_map(|bounds| [bounds.named_seats, bounds.shared_seats]);
        each.find_map(|bound| bound.filter(|bound| bound.min > bound.max))
    }

    /// Refuses a subscription in which something that changes is out of bounds. What stays as it is may be out of bounds:
    /// the operator set it so.
    pub(crate) fn check(
        &self,
        before: &Subscription,
        plan: &Plan,
        products: &BTreeMap<Product, ProductSeats>,
    ) -> Result<(), SubscriptionRefusal> {
        if let Some(current) = before.plan.as_ref().filter(|current| current.name != plan.name) {
            return Err(SubscriptionRefusal::PlanOutsideBounds {
                plan: current.name.to_string(),
            });
        }
        let named: BTreeSet<&Product> = before.products.keys().chain(products.keys()).collect();
        for product in named {
            let seats = |of: &BTreeMap<Product, ProductSeats>| of.get(product).copied().unwrap_or_default();
            let (was, asked) = (seats(&before.products), seats(products));
            let bounds = self.products.get(product).copied().unwrap_or_default();
            for (kind, was, asked, bound) in [
                (
                    SeatKind::Named,
                    was.named_seats,
                    asked.named_seats,
                    bounds.named_seats,
                ),
                (
                    SeatKind::Shared,
                    was.shared_seats,
                    asked.shared_seats,
                    bounds.shared_seats,
                ),
            ] {
                let bound = bound.unwrap_or(SeatBound::exactly(was));
                if asked != was && !(bound.min..=bound.max).contains(&asked) {
                    return Err(SubscriptionRefusal::SeatsOutsideBounds {
                        kind,
                        product: product.clone(),
                        asked,
                        min: bound.min,
                        max: bound.max,
                    });
                }
            }
        }
        Ok(())
    }

    /// Refuses more minutes than are left of the period.
    pub(crate) fn check_minutes(
        &self,
        asked: u32,
        period: Option<MinutesPeriod>,
        now: Timestamp,
    ) -> Result<(), SubscriptionRefusal> {
        let left = self.minutes_left(period, now);
        if asked <= left {
            return Ok(());
        }
        Err(SubscriptionRefusal::MinutesOutsideBounds {
            asked,
            left,
            max: self.minutes,
        })
    }

    /// How many minutes the account may still add at `now`.
    pub(crate) fn minutes_left(&self, period: Option<MinutesPeriod>, now: Timestamp) -> u32 {
        self.minutes.saturating_sub(MinutesPeriod::counted(period, now))
    }
}

impl SeatBound {
    /// A bound that leaves the number as it is.
    const fn exactly(seats: u32) -> Self {
        Self {
            min: seats,
            max: seats,
        }
    }
}

/// The minutes that an account has bought within its bounds, in the newest period. A period begins with the first top-up
/// after the one before is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MinutesPeriod {
    since: Timestamp,
    minutes: u32,
}

impl MinutesPeriod {
    /// The period after another top-up, at `now`.
    pub(crate) fn with(before: Option<Self>, minutes: u32, now: Timestamp) -> Self {
        let under_way = before.filter(|period| period.lasts(now));
        let period = under_way.unwrap_or(Self {
            since: now,
            minutes: 0,
        });
        Self {
            minutes: period.minutes.saturating_add(minutes),
            ..period
        }
    }

    /// How many minutes count at `now`.
    fn counted(period: Option<Self>, now: Timestamp) -> u32 {
        let under_way = period.filter(|period| period.lasts(now));
        under_way.map_or(0, |period| period.minutes)
    }

    fn lasts(&self, now: Timestamp) -> bool {
        now < self.since + MINUTES_PERIOD
    }
}
