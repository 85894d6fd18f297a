//! The rules of a pool as the API takes and shows them.

use serde::{Deserialize, Serialize};
use usher_domain::Secs;
use usher_domain::command::RulesPatch;
use usher_domain::rules::{self, Occupies, Preset, SeatPer, WhenFull};
use utoipa::ToSchema;

use super::schema;
use crate::extract::nullable;

/// The rules of a pool. Null means no limit, or never.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rules {
    /// What takes a seat: signing in (sessions ride on it), or a session (signing in is free).
    #[schema(value_type = schema::Occupies)]
    occupies: Occupies,
    /// Who holds a seat: a user on however many devices, or a user on one device.
    #[schema(value_type = schema::SeatPer)]
    seat_per: SeatPer,
    /// How many devices a user may be signed in on at a time.
    #[schema(required)]
    max_devices_per_user: Option<u32>,
    /// How many calls there may be at a time on one seat.
    #[schema(required)]
    max_active_sessions_per_seat: Option<u32>,
    /// How long an idle user stays signed in, where signing in takes the seat.
    #[schema(required)]
    auto_log_off_after_secs: Option<u32>,
    /// How long a session that another person ended still runs.
    end_notice_secs: u32,
    /// What is tried, in this order, when no seat is free. Empty: the caller is refused.
    #[schema(value_type = Vec<schema::WhenFull>)]
    when_full: Vec<WhenFull>,
    /// How long an offered seat is kept.
    offer_hold_secs: u32,
    /// How long a sign-in or ticket lives without a sign of life.
    lease_secs: u32,
    /// How long a code or link waits for the customer.
    standby_expires_secs: u32,
    /// An idle holder loses the seat after this long, and only when somebody waits.
    #[schema(required)]
    reclaim_idle_after_secs: Option<u32>,
    /// How long a user who was logged out by another cannot take a seat again.
    eviction_cool_down_secs: u32,
}

impl From<&rules::Rules> for Rules {
    fn from(rules: &rules::Rules) -> Self {
        Self {
            occupies: rules.occupies,
            seat_per: rules.seat_per,
            max_devices_per_user: rules.max_devices_per_user,
            max_active_sessions_per_seat: rules.max_active_sessions_per_seat,
            auto_log_off_after_secs: rules.auto_log_off_after.map(Secs::get),
            end_notice_secs: rules.end_notice.get(),
            when_full: rules.when_full.clone(),
            offer_hold_secs: rules.offer_hold.get(),
            lease_secs: rules.lease.get(),
            standby_expires_secs: rules.standby_expires.get(),
            reclaim_idle_after_secs: rules.reclaim_idle_after.map(Secs::get),
            eviction_cool_down_secs: rules.eviction_cool_down.get(),
        }
    }
}

/// A choice of rules: first the preset, where one is named, then the single rules. What is left out stays, or, in a
/// new pool, is as the account's settings say. Null means no limit, or never.
#[allow(clippy::option_option, reason = "absent, null and a value are three answers")]
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"preset": "help_desk_shift", "auto_log_off_after_secs": 1800}))]
pub(crate) struct RulesChoice {
    /// A known model to start from.
    #[schema(value_type = Option<schema::Preset>)]
    preset: Option<Preset>,
    /// What takes a seat.
    #[schema(value_type = Option<schema::Occupies>)]
    occupies: Option<Occupies>,
    /// Who holds a seat.
    #[schema(value_type = Option<schema::SeatPer>)]
    seat_per: Option<SeatPer>,
    /// How many devices a user may be signed in on at a time.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    max_devices_per_user: Option<Option<u32>>,
    /// How many calls there may be at a time on one seat.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    max_active_sessions_per_seat: Option<Option<u32>>,
    /// How long an idle user stays signed in, where signing in takes the seat.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 2_592_000)]
    auto_log_off_after_secs: Option<Option<Secs>>,
    /// How long a session that another person ended still runs.
    #[schema(value_type = Option<u32>, maximum = 2_592_000)]
    end_notice_secs: Option<Secs>,
    /// What is tried, in this order, when no seat is free. Empty: the caller is refused.
    #[schema(value_type = Option<Vec<schema::WhenFull>>, max_items = 2)]
    when_full: Option<Vec<WhenFull>>,
    /// How long an offered seat is kept.
    #[schema(value_type = Option<u32>, minimum = 5, maximum = 2_592_000)]
    offer_hold_secs: Option<Secs>,
    /// How long a sign-in or ticket lives without a sign of life.
    #[schema(value_type = Option<u32>, minimum = 5, maximum = 2_592_000)]
    lease_secs: Option<Secs>,
    /// How long a code or link waits for the customer.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 2_592_000)]
    standby_expires_secs: Option<Secs>,
    /// An idle holder loses the seat after this long, and only when somebody waits.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 2_592_000)]
    reclaim_idle_after_secs: Option<Option<Secs>>,
    /// How long a user who was logged out by another cannot take a seat again.
    #[schema(value_type = Option<u32>, maximum = 2_592_000)]
    eviction_cool_down_secs: Option<Secs>,
}

impl From<RulesChoice> for RulesPatch {
    fn from(choice: RulesChoice) -> Self {
        Self {
            preset: choice.preset,
            occupies: choice.occupies,
            seat_per: choice.seat_per,
            max_devices_per_user: choice.max_devices_per_user,
            max_active_sessions_per_seat: choice.max_active_sessions_per_seat,
            auto_log_off_after: choice.auto_log_off_after_secs,
            end_notice: choice.end_notice_secs,
            when_full: choice.when_full,
            offer_hold: choice.offer_hold_secs,
            lease: choice.lease_secs,
            standby_expires: choice.standby_expires_secs,
            reclaim_idle_after: choice.reclaim_idle_after_secs,
            eviction_cool_down: choice.eviction_cool_down_secs,
        }
    }
}
