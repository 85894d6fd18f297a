//! The API's types for terms (L11), and for seats and minutes that end (L12).

use serde::{Deserialize, Serialize};
use usher_domain::text::Product;
use usher_domain::{Account, terms};
use utoipa::ToSchema;

use crate::v1::time::Time;

/// From when until when a subscription lasts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Terms {
    /// When it began; null if that is not recorded.
    #[schema(required)]
    start: Option<Time>,
    /// When it ends, or renews next; null for never.
    #[schema(required)]
    end: Option<Time>,
    /// Whether it is a trial, which does not renew.
    #[schema(example = false)]
    trial: bool,
    /// By how many months it moves on at its end; null if it ends there.
    #[schema(required, example = 12)]
    renewal_months: Option<u32>,
    /// For how many days after its end people can still sign in.
    #[schema(example = 14)]
    grace_days: u32,
    /// When nobody can sign in any more: the end with its days of grace; null if it renews or never ends.
    #[schema(required)]
    sign_ins_end: Option<Time>,
    /// Whether nobody can sign in any more, because it has ended (`subscription-ended`).
    #[schema(example = false)]
    ended: bool,
}

impl From<&Account> for Terms {
    fn from(account: &Account) -> Self {
        let subscription = account.subscription();
        let terms = subscription.current_terms();
        let shown = |at| Time::from(account.shown(at));
        Self {
            start: terms.start.map(shown),
            end: terms.end.map(shown),
            trial: terms.trial,
            renewal_months: terms.renewal_months,
            grace_days: terms.grace_days,
            sign_ins_end: subscription.sign_ins_end().map(shown),
            ended: subscription.has_ended(),
        }
    }
}

/// New terms, complete. Omitted fields are not agreed on: no end, no trial, no renewal, no days of grace.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"end": "2027-04-30T22:00:00Z", "renewal_months": 12, "grace_days": 14}))]
pub(super) struct NewTerms {
    /// When it began. Not in the future: what is set is bought at once.
    start: Option<Time>,
    /// When it ends, or renews for the first time: in the future.
    end: Option<Time>,
    /// Whether it is a trial, which does not renew.
    #[serde(default)]
    trial: bool,
    /// By how many months it moves on at its end.
    #[schema(minimum = 1, maximum = 60, example = 12)]
    renewal_months: Option<u32>,
    /// For how many days after its end people can still sign in.
    #[serde(default)]
    #[schema(maximum = 366, example = 14)]
    grace_days: u32,
}

impl From<NewTerms> for terms::Terms {
    fn from(terms: NewTerms) -> Self {
        Self {
            start: terms.start.map(|at| at.0.get()),
            end: terms.end.map(|at| at.0.get()),
            trial: terms.trial,
            renewal_months: terms.renewal_months,
            grace_days: terms.grace_days,
        }
    }
}

/// Seats that end.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TemporarySeats {
    /// Named seats.
    #[schema(example = 2)]
    named_seats: u32,
    /// Shared seats.
    #[schema(example = 0)]
    shared_seats: u32,
    /// When they end.
    until: Time,
}

/// The seats of a product that end, soonest first.
pub(super) fn temporary_of(account: &Account, product: &Product) -> Vec<TemporarySeats> {
    let ends = account.subscription().temporary.get(product);
    let shown = |seats: &terms::TemporarySeats| TemporarySeats {
        named_seats: seats.named_seats,
        shared_seats: seats.shared_seats,
        until: account.shown(seats.until).into(),
    };
    ends.into_iter().flatten().map(shown).collect()
}

/// Seats that are to end. Omitted numbers are 0.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"named_seats": 2, "until": "2027-04-30T22:00:00Z"}))]
pub(super) struct NewTemporarySeats {
    /// Named seats.
    #[serde(default)]
    named_seats: u32,
    /// Shared seats.
    #[serde(default)]
    shared_seats: u32,
    /// When they end: in the future.
    until: Time,
}

impl From<NewTemporarySeats> for terms::TemporarySeats {
    fn from(seats: NewTemporarySeats) -> Self {
        Self {
            named_seats: seats.named_seats,
            shared_seats: seats.shared_seats,
            until: seats.until.0.get(),
        }
    }
}

/// Prepaid minutes that end.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EndingMinutes {
    /// How many are left.
    #[schema(example = 120)]
    minutes: u64,
    /// When they end.
    until: Time,
}

/// The minutes of an account that end, soonest first.
pub(super) fn minutes_of(account: &Account) -> Vec<EndingMinutes> {
    let ends = account.minutes_until().iter();
    ends.map(|(until, minutes)| EndingMinutes {
        minutes: *minutes,
        until: account.shown(*until).into(),
    })
    .collect()
}
