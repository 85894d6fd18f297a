//! The rules of a seat pool (P5), and the presets that set them to a known licensing model.
//!
//! A rule is a field of [`Rules`] and a row of [`TABLE`]. Settings, patches, checks, the API's schema and the portal's
//! form follow from the row.

mod patch;
mod table;

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

pub use self::patch::RulesPatch;
pub use self::table::{Group, RULE_SECS_MAX, Rule, TABLE, Takes};
use crate::time::Secs;

/// What takes a seat of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occupies {
    /// Signing in takes the seat; sessions ride on it.
    SignIn,
    /// Signing in is free; a session takes the seat when it is created.
    Session,
}

/// Who holds a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatPer {
    /// A user holds one seat, on however many devices.
    User,
    /// A user on one device holds it; a second device takes a second seat.
    Device,
}

/// What is tried, in this order, when no seat is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenFull {
    /// Prepaid minutes pay for the work (Q3).
    PayPerUse,
    /// The user may wait (Q2).
    Queue,
}

/// What of an agent console restarts the idle clock of its user (A1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleActivity {
    /// Every click and every key.
    #[default]
    AnyUse,
    /// Calls and links only, and the button *Stay*.
    CallsAndLinks,
}

/// The rules of one pool. Every duration is in seconds; `None` means no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// What takes a seat (S2).
    pub occupies: Occupies,
    /// Who holds a seat (S3).
    pub seat_per: SeatPer,
    /// Sign-ins of one user at a time for this product (S4).
    pub max_devices_per_user: Option<u32>,
    /// Active sessions at a time on one seat (S5).
    pub max_active_sessions_per_seat: Option<u32>,
    /// How long an idle user stays signed in (A2). Only where signing in takes the seat.
    #[serde(rename = "auto_log_off_after_secs")]
    pub auto_log_off_after: Option<Secs>,
    /// What of an agent console restarts the idle clock (A1). Rules stored before there was a choice lack it: any use did.
    #[serde(default)]
    pub console_activity: ConsoleActivity,
    /// Notice before a session that another person ended is closed (S9).
    #[serde(rename = "end_notice_secs")]
    pub end_notice: Secs,
    /// What to try when no seat is free (Q2, Q3). Empty: refuse.
    pub when_full: Vec<WhenFull>,
    /// How long an offered seat is held (Q2).
    #[serde(rename = "offer_hold_secs")]
    pub offer_hold: Secs,
    /// How long a sign-in or ticket lives without a heartbeat (S11).
    #[serde(rename = "lease_secs")]
    pub lease: Secs,
    /// How long a code or link waits for the customer.
    #[serde(rename = "standby_expires_secs")]
    pub standby_expires: Secs,
    /// An idle holder loses the seat after this long, and only when somebody waits (Q4).
    #[serde(rename = "reclaim_idle_after_secs")]
    pub reclaim_idle_after: Option<Secs>,
    /// How long an evicted user cannot take a seat again (S10).
    #[serde(rename = "eviction_cool_down_secs")]
    pub eviction_cool_down: Secs,
}

impl Occupies {
    /// The value's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Session => "session",
        }
    }
}

impl SeatPer {
    /// The value's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Device => "device",
        }
    }
}

impl ConsoleActivity {
    /// The value's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AnyUse => "any_use",
            Self::CallsAndLinks => "calls_and_links",
        }
    }
}

impl WhenFull {
    /// The value's name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PayPerUse => "pay_per_use",
            Self::Queue => "queue",
        }
    }
}

/// Known licensing models, by their names in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Signing in takes the seat, on one device per user; idle agents are logged off.
    HelpDeskShift,
    /// A session takes the seat; agents may be signed in anywhere.
    ConcurrentSessions,
    /// Each device in a session takes a seat; minutes pay for the overflow.
    ConcurrentDevices,
}

impl Preset {
    /// Every preset, in the order of the columns of [`TABLE`].
    pub const ALL: [Self; 3] = [
        Self::HelpDeskShift,
        Self::ConcurrentSessions,
        Self::ConcurrentDevices,
    ];
}

/// A rule with a value outside its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{rule}` must be {expected}")]
pub struct InvalidRule {
    /// The rule's field name in the API.
    pub rule: &'static str,
    /// What it takes.
    pub expected: String,
}

impl Rules {
    /// Without limits and durations, for presets to fill in.
    const BLANK: Self = Self {
        occupies: Occupies::SignIn,
        seat_per: SeatPer::User,
        max_devices_per_user: None,
        max_active_sessions_per_seat: None,
        auto_log_off_after: None,
        console_activity: ConsoleActivity::AnyUse,
        end_notice: Secs::ZERO,
        when_full: Vec::new(),
        offer_hold: Secs::ZERO,
        lease: Secs::ZERO,
        standby_expires: Secs::ZERO,
        reclaim_idle_after: None,
        eviction_cool_down: Secs::ZERO,
    };

    /// The rules of a preset.
    #[must_use]
    pub fn preset(preset: Preset) -> Self {
        let mut rules = Self::BLANK;
        for rule in TABLE {
            rule.set_preset(preset, &mut rules);
        }
        rules
    }

    /// Checks every rule against its range.
    pub fn validate(&self) -> Result<(), InvalidRule> {
        // Rows access a field mutably, so they get a copy.
        let mut rules = self.clone();
        TABLE.iter().try_for_each(|rule| rule.check(&mut rules))
    }

    /// How long an idle user stays signed in, if the pool logs idle users off at all (A2).
    #[must_use]
    pub fn log_off_after(&self) -> Option<Secs> {
        match self.occupies {
            Occupies::SignIn => self.auto_log_off_after,
            Occupies::Session => None,
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::preset(Preset::HelpDeskShift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p5_every_preset_is_valid() {
        for preset in Preset::ALL {
            assert_eq!(Rules::preset(preset).validate(), Ok(()));
        }
    }

    #[test]
    fn a_rule_outside_its_range_is_named() {
        let rule = |change: fn(&mut Rules)| {
            let mut rules = Rules::default();
            change(&mut rules);
            rules.validate().unwrap_err().rule
        };

        assert_eq!(rule(|r| r.lease = Secs::new(1)), "lease_secs");
        assert_eq!(rule(|r| r.max_devices_per_user = Some(0)), "max_devices_per_user");
        assert_eq!(rule(|r| r.when_full = vec![WhenFull::Queue; 2]), "when_full");
        assert_eq!(
            rule(|r| r.auto_log_off_after = Some(Secs::ZERO)),
            "auto_log_off_after_secs"
        );
    }

    #[test]
    fn p5_every_field_is_a_row_of_the_table_and_the_other_way_round() {
        let stored = serde_json::to_value(Rules::default()).unwrap();
        let mut stored: Vec<_> = stored.as_object().unwrap().keys().map(String::as_str).collect();
        let mut rows: Vec<_> = TABLE.iter().map(|rule| rule.name).collect();
        stored.sort_unstable();
        rows.sort_unstable();

        assert_eq!(rows, stored);
        assert!(TABLE.iter().all(|rule| rule.hint.ends_with('.')));
    }

    #[test]
    fn p5_a_change_names_the_rules_that_change() {
        let change = |text: &str| serde_json::from_str::<RulesPatch>(text);
        let shift = Rules::default();

        let changed =
            change(r#"{"lease_secs": 30, "auto_log_off_after_secs": null, "offer_hold_secs": null}"#);
        let expected = Rules {
            lease: Secs::new(30),
            auto_log_off_after: None,
            ..shift.clone()
        };
        assert_eq!(changed.unwrap().applied_to(&shift), expected);

        let changed = change(r#"{"preset": "concurrent_devices", "end_notice_secs": 5}"#);
        let expected = Rules {
            end_notice: Secs::new(5),
            ..Rules::preset(Preset::ConcurrentDevices)
        };
        assert_eq!(changed.unwrap().applied_to(&shift), expected);

        let wrong = [
            r#"{"lease": 30}"#,
            r#"{"lease_secs": -1}"#,
            r#"{"lease_secs": 30, "lease_secs": 31}"#,
            r#"{"occupies": "desk"}"#,
            r#"{"when_full": "queue"}"#,
        ];
        assert!(wrong.iter().all(|text| change(text).is_err()));
        assert_eq!(RulesPatch::from(expected.clone()).applied_to(&shift), expected);
    }
}
