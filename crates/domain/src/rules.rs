//! The rules of a seat pool (P5) and the presets that make known models one click.

use serde::{Deserialize, Serialize};

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

/// What happens, in this order, when no seat is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenFull {
    /// Prepaid minutes carry the work (Q3).
    PayPerUse,
    /// Who wishes may wait (Q2).
    Queue,
}

/// The rules of one pool. Every duration is in seconds; `None` means no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// What takes a seat.
    pub occupies: Occupies,
    /// Who holds it.
    pub seat_per: SeatPer,
    /// Sign-ins of one user at a time, for this product.
    pub max_devices_per_user: Option<u32>,
    /// Calls at a time on one seat.
    pub max_active_sessions_per_seat: Option<u32>,
    /// How long an idle user stays signed in (A2). Only where signing in takes the seat.
    #[serde(rename = "auto_log_off_after_secs")]
    pub auto_log_off_after: Option<Secs>,
    /// Notice before a session that another person ended is closed (S9).
    #[serde(rename = "end_notice_secs")]
    pub end_notice: Secs,
    /// What to try when no seat is free. Empty: refuse.
    pub when_full: Vec<WhenFull>,
    /// How long an offered seat is kept (Q2).
    #[serde(rename = "offer_hold_secs")]
    pub offer_hold: Secs,
    /// Life of a sign-in or ticket without a sign of life (S11).
    #[serde(rename = "lease_secs")]
    pub lease: Secs,
    /// How long a code or link waits for the customer.
    #[serde(rename = "standby_expires_secs")]
    pub standby_expires: Secs,
    /// An idle holder loses the seat after this long, and only when somebody waits (Q4).
    #[serde(rename = "reclaim_idle_after_secs")]
    pub reclaim_idle_after: Option<Secs>,
    /// How long a user who was logged out by another cannot take a seat again (S10).
    #[serde(rename = "eviction_cool_down_secs")]
    pub eviction_cool_down: Secs,
}

/// Known models of seat licensing, by the word that the API takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Signing in takes the seat, one device each, idle agents are logged off.
    HelpDeskShift,
    /// A session takes the seat; agents may be signed in anywhere.
    ConcurrentSessions,
    /// Each device in a session takes a seat; minutes carry the overflow.
    ConcurrentDevices,
}

/// The longest duration that a rule takes: 30 days.
pub const RULE_SECS_MAX: u32 = 30 * 86_400;
/// The shortest lease and offer: below it, the network alone would end them.
pub const LEASE_SECS_MIN: u32 = 5;

/// A rule with a value outside its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{rule}` must be {expected}")]
pub struct InvalidRule {
    /// The rule's field name in the API.
    pub rule: &'static str,
    /// What it takes.
    pub expected: &'static str,
}

impl Rules {
    /// The rules of a known model (the columns of the table in P5).
    #[must_use]
    pub fn preset(preset: Preset) -> Self {
        let common = Self {
            occupies: Occupies::Session,
            seat_per: SeatPer::User,
            max_devices_per_user: None,
            max_active_sessions_per_seat: None,
            auto_log_off_after: None,
            end_notice: Secs::ZERO,
            when_full: vec![WhenFull::Queue],
            offer_hold: Secs::new(60),
            lease: Secs::new(90),
            standby_expires: Secs::new(86_400),
            reclaim_idle_after: None,
            eviction_cool_down: Secs::ZERO,
        };
        match preset {
            Preset::HelpDeskShift => Self {
                occupies: Occupies::SignIn,
                max_devices_per_user: Some(1),
                max_active_sessions_per_seat: Some(1),
                auto_log_off_after: Some(Secs::new(3600)),
                ..common
            },
            Preset::ConcurrentSessions => common,
            Preset::ConcurrentDevices => Self {
                seat_per: SeatPer::Device,
                end_notice: Secs::new(30),
                when_full: vec![WhenFull::PayPerUse, WhenFull::Queue],
                ..common
            },
        }
    }

    /// Checks every rule against its range.
    pub fn validate(&self) -> Result<(), InvalidRule> {
        let within = |rule, secs: Secs, min: u32, expected| {
            let fits = (min..=RULE_SECS_MAX).contains(&secs.get());
            fits.then_some(()).ok_or(InvalidRule { rule, expected })
        };
        let at_least_one = |rule, count: Option<u32>| {
            (count != Some(0)).then_some(()).ok_or(InvalidRule {
                rule,
                expected: "at least 1, or null for no limit",
            })
        };
        at_least_one("max_devices_per_user", self.max_devices_per_user)?;
        at_least_one("max_active_sessions_per_seat", self.max_active_sessions_per_seat)?;
        within("end_notice_secs", self.end_notice, 0, "0 to 2592000 seconds")?;
        within(
            "offer_hold_secs",
            self.offer_hold,
            LEASE_SECS_MIN,
            "5 to 2592000 seconds",
        )?;
        within("lease_secs", self.lease, LEASE_SECS_MIN, "5 to 2592000 seconds")?;
        within(
            "standby_expires_secs",
            self.standby_expires,
            1,
            "1 to 2592000 seconds",
        )?;
        within(
            "eviction_cool_down_secs",
            self.eviction_cool_down,
            0,
            "0 to 2592000 seconds",
        )?;
        if let Some(after) = self.auto_log_off_after {
            within(
                "auto_log_off_after_secs",
                after,
                1,
                "1 to 2592000 seconds, or null for never",
            )?;
        }
        if let Some(after) = self.reclaim_idle_after {
            within(
                "reclaim_idle_after_secs",
                after,
                1,
                "1 to 2592000 seconds, or null for never",
            )?;
        }
        let repeats = self.when_full.len() == 2 && self.when_full[0] == self.when_full[1];
        if repeats || self.when_full.len() > 2 {
            return Err(InvalidRule {
                rule: "when_full",
                expected: "a list of `pay_per_use` and `queue`, each at most once",
            });
        }
        Ok(())
    }

    /// How long an idle user stays signed in, where the pool logs idle users off at all (A2).
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
        for preset in [
            Preset::HelpDeskShift,
            Preset::ConcurrentSessions,
            Preset::ConcurrentDevices,
        ] {
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
}
