//! The terms of a subscription (L11), and seats and minutes that end (L12).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::account::ProductSeats;
use crate::text::Product;
use crate::time::{Secs, Timestamp};

/// The most days of grace.
pub const GRACE_DAYS_MAX: u32 = 366;

/// The most months of a renewal period.
pub const RENEWAL_MONTHS_MAX: u32 = 60;

/// The most ends of temporary seats of one product.
pub const TEMPORARY_MAX: usize = 24;

/// The most ends of minutes that are under way at once.
pub const MINUTES_ENDS_MAX: usize = 24;

const DAY_SECS: u32 = 24 * 60 * 60;
const DAY_MILLIS: i64 = 1000 * DAY_SECS as i64;

/// From when until when a subscription lasts (L11). The default is one without an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Terms {
    /// When it began; `None` if that is not recorded. A fact that changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// When it ends, or renews for the first time; `None` for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
    /// Whether it is a trial, which never renews.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub trial: bool,
    /// By how many months it moves on at its end, at most [`RENEWAL_MONTHS_MAX`]; `None` if it ends there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_months: Option<u32>,
    /// For how many days after its end people can still sign in, at most [`GRACE_DAYS_MAX`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub grace_days: u32,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
const fn is_zero(days: &u32) -> bool {
    *days == 0
}

impl Terms {
    /// Whether nothing is agreed: no start, and no end.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The end after it has been renewed so often.
    #[must_use]
    pub fn end_after(&self, renewals: u32) -> Option<Timestamp> {
        let months = self.renewal_months.unwrap_or_default().saturating_mul(renewals);
        self.end.map(|end| plus_months(end, months))
    }

    /// When nobody can sign in any more, if it ends at `end`.
    pub(crate) fn stops_at(&self, end: Timestamp) -> Timestamp {
        end + Secs::new(self.grace_days.saturating_mul(DAY_SECS))
    }
}

/// Seats of one product that end. They are part of the seats that were bought until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemporarySeats {
    /// The number of named seats.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub named_seats: u32,
    /// The number of shared seats.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shared_seats: u32,
    /// When they end.
    pub until: Timestamp,
}

/// Temporary seats by product, those that end first in front. Each end of a product is there once.
pub type Temporary = BTreeMap<Product, Vec<TemporarySeats>>;

/// The same seats in the order of their ends, each end once, and without ends of no seats.
pub(crate) fn in_order(temporary: &Temporary) -> Temporary {
    let mut ordered = Temporary::new();
    for (product, ends) in temporary {
        let mut by_end: BTreeMap<Timestamp, (u32, u32)> = BTreeMap::new();
        for seats in ends {
            let (named, shared) = by_end.entry(seats.until).or_default();
            *named = named.saturating_add(seats.named_seats);
            *shared = shared.saturating_add(seats.shared_seats);
        }
        let seats: Vec<TemporarySeats> = by_end
            .into_iter()
            .filter(|(_, seats)| *seats != (0, 0))
            .map(|(until, (named_seats, shared_seats))| TemporarySeats {
                named_seats,
                shared_seats,
                until,
            })
            .collect();
        if !seats.is_empty() {
            ordered.insert(product.clone(), seats);
        }
    }
    ordered
}

/// All temporary seats of a product together.
pub(crate) fn total(ends: &[TemporarySeats]) -> ProductSeats {
    let mut total = ProductSeats::default();
    for seats in ends {
        total.named_seats = total.named_seats.saturating_add(seats.named_seats);
        total.shared_seats = total.shared_seats.saturating_add(seats.shared_seats);
    }
    total
}

/// The same time of the same day so many months later, in UTC; the last day of a month that is too short.
fn plus_months(at: Timestamp, months: u32) -> Timestamp {
    let (day, time) = (
        at.millis().div_euclid(DAY_MILLIS),
        at.millis().rem_euclid(DAY_MILLIS),
    );
    let (year, month, day_of_month) = date_of(day);
    let later = year * 12 + (month - 1) + i64::from(months);
    let (year, month) = (later.div_euclid(12), later.rem_euclid(12) + 1);
    let next_month = if month == 12 {
        (year + 1, 1)
    } else {
        (year, month + 1)
    };
    let days = day_of(next_month.0, next_month.1, 1) - day_of(year, month, 1);
    let day = day_of(year, month, day_of_month.min(days));
    Timestamp::from_millis(day.saturating_mul(DAY_MILLIS).saturating_add(time))
}

/// Year, month and day of a day since 1970-01-01, by the Gregorian calendar. A year begins in March here, so that the day
/// that only leap years have comes last.
const fn date_of(day: i64) -> (i64, i64, i64) {
    let since_year_0 = day + 719_468;
    let era = since_year_0.div_euclid(146_097);
    let of_era = since_year_0.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day_of_month)
}

/// The inverse of [`date_of`].
const fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i64, month: i64, day: i64) -> Timestamp {
        Timestamp::from_millis(day_of(year, month, day) * DAY_MILLIS + 3_600_000)
    }

    #[test]
    fn l11_months_are_counted_by_the_calendar() {
        for (from, months, until) in [
            ((2026, 1, 31), 1, (2026, 2, 28)),
            ((2026, 1, 31), 2, (2026, 3, 31)),
            ((2027, 11, 30), 3, (2028, 2, 29)),
            ((2028, 2, 29), 12, (2029, 2, 28)),
            ((2026, 12, 1), 1, (2027, 1, 1)),
            ((2099, 6, 15), 12, (2100, 6, 15)),
            ((1969, 12, 31), 0, (1969, 12, 31)),
        ] {
            let (from, until) = (at(from.0, from.1, from.2), at(until.0, until.1, until.2));

            assert_eq!(plus_months(from, months), until, "{from:?} {months}");
        }
    }

    #[test]
    fn l11_every_day_is_the_day_of_its_date() {
        assert_eq!(day_of(1970, 1, 1), 0);
        for day in (-800_000..800_000).step_by(13) {
            let (year, month, of_month) = date_of(day);

            assert_eq!(day_of(year, month, of_month), day);
        }
    }

    #[test]
    fn l12_seats_that_end_together_are_one_end() {
        let product: Product = "desk".parse().unwrap();
        let seats = |named_seats, until| TemporarySeats {
            named_seats,
            shared_seats: 0,
            until: Timestamp::from_millis(until),
        };
        let temporary = [(
            product.clone(),
            vec![seats(2, 9), seats(1, 5), seats(3, 9), seats(0, 1)],
        )];

        let ordered = in_order(&temporary.into());

        assert_eq!(ordered[&product], [seats(1, 5), seats(5, 9)]);
    }
}
