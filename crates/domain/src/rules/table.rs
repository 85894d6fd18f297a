//! The table of a pool's rules: one row per rule.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{ConsoleActivity, InvalidRule, Occupies, Preset, Rules, SeatPer, WhenFull};
use crate::time::Secs;

/// The longest duration of a rule: 30 days.
pub const RULE_SECS_MAX: u32 = 30 * 86_400;
/// The shortest lease and offer: the network alone can take seconds.
const LEASE_SECS_MIN: u32 = 5;

/// A rule of a pool.
#[derive(Debug)]
pub struct Rule {
    /// Its name in the API and in stored rules.
    pub name: &'static str,
    /// The number in `docs/rules` of the rule that it sets.
    pub number: &'static str,
    /// Its section of the form.
    pub group: Group,
    /// Its label on pages.
    pub label: &'static str,
    /// What it does, in one sentence.
    pub hint: &'static str,
    /// Its type, its range and its values in the presets.
    pub takes: Takes,
}

/// A section of the form with related rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What a seat is.
    Seat,
    /// When all seats are taken.
    Full,
    /// Idle and lost devices.
    Idle,
    /// Sessions and evictions.
    Sessions,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 4] = [Self::Seat, Self::Full, Self::Idle, Self::Sessions];

    /// Its title on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Seat => "What a seat is",
            Self::Full => "When all seats are taken",
            Self::Idle => "Idle and lost devices",
            Self::Sessions => "Sessions and log-outs",
        }
    }
}

/// Finds the field of a rule.
type At<T> = fn(&mut Rules) -> &mut T;
/// A value for each preset, in the order of [`Preset::ALL`].
type Presets<T> = [T; 3];
/// Values with their labels on pages.
type Choices<T> = &'static [(T, &'static str)];

/// The type and range of a rule. Durations are in seconds.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// What takes a seat.
    Occupies(At<Occupies>, Presets<Occupies>, Choices<Occupies>),
    /// Who holds a seat.
    SeatPer(At<SeatPer>, Presets<SeatPer>, Choices<SeatPer>),
    /// What of an agent console restarts the idle clock.
    ConsoleActivity(
        At<ConsoleActivity>,
        Presets<ConsoleActivity>,
        Choices<ConsoleActivity>,
    ),
    /// What is tried, in order.
    WhenFull(
        At<Vec<WhenFull>>,
        Presets<&'static [WhenFull]>,
        Choices<&'static [WhenFull]>,
    ),
    /// A number from 1; `None` for no limit.
    Count(At<Option<u32>>, Presets<Option<u32>>),
    /// A duration from the given minimum to 30 days.
    Duration(At<Secs>, Presets<u32>, u32),
    /// A duration from one second to 30 days; `None` for never.
    DurationOrNever(At<Option<Secs>>, Presets<Option<u32>>),
}

/// Every rule, in the order of the form.
pub static TABLE: &[Rule] = &[
    Rule {
        name: "occupies",
        number: "S2",
        group: Group::Seat,
        label: "What takes a seat",
        hint: "Either being signed in, or only having a session, also one whose code still waits for the customer.",
        takes: Takes::Occupies(
            |rules| &mut rules.occupies,
            [Occupies::SignIn, Occupies::Session, Occupies::Session],
            &[(Occupies::SignIn, "Signing in"), (Occupies::Session, "A session")],
        ),
    },
    Rule {
        name: "seat_per",
        number: "S3",
        group: Group::Seat,
        label: "Who holds a seat",
        hint: "With a seat for each device, the same person on a second device takes a second seat.",
        takes: Takes::SeatPer(
            |rules| &mut rules.seat_per,
            [SeatPer::User, SeatPer::User, SeatPer::Device],
            &[
                (SeatPer::User, "A user, on all their devices"),
                (SeatPer::Device, "A user on one device"),
            ],
        ),
    },
    Rule {
        name: "max_devices_per_user",
        number: "S4",
        group: Group::Seat,
        label: "Devices of a user at a time",
        hint: "On how many devices one person may be signed in.",
        takes: Takes::Count(|rules| &mut rules.max_devices_per_user, [Some(1), None, None]),
    },
    Rule {
        name: "max_active_sessions_per_seat",
        number: "S5",
        group: Group::Seat,
        label: "Calls on a seat at a time",
        hint: "How many sessions may be active at once on one seat.",
        takes: Takes::Count(
            |rules| &mut rules.max_active_sessions_per_seat,
            [Some(1), None, None],
        ),
    },
    Rule {
        name: "when_full",
        number: "Q2",
        group: Group::Full,
        label: "When no seat is free",
        hint: "Work is paid from the prepaid minutes, or people wait and the next free seat goes to who came first.",
        takes: Takes::WhenFull(
            |rules| &mut rules.when_full,
            [
                &[WhenFull::Queue],
                &[WhenFull::Queue],
                &[WhenFull::PayPerUse, WhenFull::Queue],
            ],
            &[
                (&[WhenFull::Queue], "Users may wait in the queue"),
                (&[WhenFull::PayPerUse], "Prepaid minutes pay"),
                (
                    &[WhenFull::PayPerUse, WhenFull::Queue],
                    "Minutes pay; without any left, users may wait",
                ),
                (
                    &[WhenFull::Queue, WhenFull::PayPerUse],
                    "Users may wait; otherwise minutes pay",
                ),
                (&[], "Users are refused"),
            ],
        ),
    },
    Rule {
        name: "offer_hold_secs",
        number: "Q2",
        group: Group::Full,
        label: "An offered seat is kept for",
        hint: "After waiting, a user has this long to take the seat before it goes to the next.",
        takes: Takes::Duration(|rules| &mut rules.offer_hold, [60; 3], LEASE_SECS_MIN),
    },
    Rule {
        name: "reclaim_idle_after_secs",
        number: "Q4",
        group: Group::Full,
        label: "Reclaim a seat that is idle for",
        hint: "Only when somebody waits: a user who has done nothing for this long is warned and then loses the seat.",
        takes: Takes::DurationOrNever(|rules| &mut rules.reclaim_idle_after, [None; 3]),
    },
    Rule {
        name: "auto_log_off_after_secs",
        number: "A2",
        group: Group::Idle,
        label: "Sign out users who are idle for",
        hint: "Where signing in takes the seat; never in a call, nor while a customer may come through a link.",
        takes: Takes::DurationOrNever(|rules| &mut rules.auto_log_off_after, [Some(3600), None, None]),
    },
    Rule {
        name: "console_activity",
        number: "A1",
        group: Group::Idle,
        label: "What counts as activity in the agent console",
        hint: "Nobody is idle in a call or while a link is open. This says whether looking around in the console counts, too. “Stay” always does.",
        takes: Takes::ConsoleActivity(
            |rules| &mut rules.console_activity,
            [
                ConsoleActivity::CallsAndLinks,
                ConsoleActivity::AnyUse,
                ConsoleActivity::AnyUse,
            ],
            &[
                (ConsoleActivity::AnyUse, "Any click or key"),
                (ConsoleActivity::CallsAndLinks, "Only calls and links"),
            ],
        ),
    },
    Rule {
        name: "lease_secs",
        number: "S11",
        group: Group::Idle,
        label: "Sign out a silent device after",
        hint: "A device that crashed or lost its connection gives its seat back after this long without a heartbeat.",
        takes: Takes::Duration(|rules| &mut rules.lease, [90; 3], LEASE_SECS_MIN),
    },
    Rule {
        name: "standby_expires_secs",
        number: "S7",
        group: Group::Sessions,
        label: "A code or link is good for",
        hint: "After this long a customer can no longer come in with it.",
        takes: Takes::Duration(|rules| &mut rules.standby_expires, [86_400; 3], 1),
    },
    Rule {
        name: "end_notice_secs",
        number: "S9",
        group: Group::Sessions,
        label: "Notice before a session is closed",
        hint: "How long a session still runs after another person ended it, so that both sides can say goodbye. 0 s: it closes at once.",
        takes: Takes::Duration(|rules| &mut rules.end_notice, [0, 0, 30], 0),
    },
    Rule {
        name: "eviction_cool_down_secs",
        number: "S10",
        group: Group::Sessions,
        label: "After being signed out by an admin, a user cannot return for",
        hint: "0 s: they can come back at once.",
        takes: Takes::Duration(|rules| &mut rules.eviction_cool_down, [0; 3], 0),
    },
];

impl Rule {
    /// The rule of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        TABLE.iter().find(|rule| rule.name == name)
    }

    /// Copies the rule's value from `from` to `to`.
    pub(crate) fn copy(&self, from: &mut Rules, to: &mut Rules) {
        match self.takes {
            Takes::Occupies(at, ..) => *at(to) = *at(from),
            Takes::SeatPer(at, ..) => *at(to) = *at(from),
            Takes::ConsoleActivity(at, ..) => *at(to) = *at(from),
            Takes::WhenFull(at, ..) => at(to).clone_from(at(from)),
            Takes::Count(at, ..) => *at(to) = *at(from),
            Takes::Duration(at, ..) => *at(to) = *at(from),
            Takes::DurationOrNever(at, ..) => *at(to) = *at(from),
        }
    }

    pub(super) fn set_preset(&self, preset: Preset, rules: &mut Rules) {
        let column = preset as usize;
        match self.takes {
            Takes::Occupies(at, presets, _) => *at(rules) = presets[column],
            Takes::SeatPer(at, presets, _) => *at(rules) = presets[column],
            Takes::ConsoleActivity(at, presets, _) => *at(rules) = presets[column],
            Takes::WhenFull(at, presets, _) => *at(rules) = presets[column].to_vec(),
            Takes::Count(at, presets) => *at(rules) = presets[column],
            Takes::Duration(at, presets, _) => *at(rules) = Secs::new(presets[column]),
            Takes::DurationOrNever(at, presets) => *at(rules) = presets[column].map(Secs::new),
        }
    }

    /// Checks the rule's value against its range.
    pub(super) fn check(&self, rules: &mut Rules) -> Result<(), InvalidRule> {
        let is_right = match self.takes {
            Takes::Occupies(..) | Takes::SeatPer(..) | Takes::ConsoleActivity(..) => true,
            Takes::WhenFull(at, _, choices) => choices.iter().any(|(order, _)| *order == &at(rules)[..]),
            Takes::Count(at, _) => *at(rules) != Some(0),
            Takes::Duration(at, _, min) => (min..=RULE_SECS_MAX).contains(&at(rules).get()),
            Takes::DurationOrNever(at, _) => {
                at(rules).is_none_or(|it| (1..=RULE_SECS_MAX).contains(&it.get()))
            }
        };
        if is_right {
            return Ok(());
        }
        Err(InvalidRule {
            rule: self.name,
            expected: self.expected(),
        })
    }

    /// The accepted values in words, to complete "must be …".
    #[must_use]
    pub fn expected(&self) -> String {
        match self.takes {
            Takes::Occupies(..) => "`sign_in` or `session`".to_owned(),
            Takes::SeatPer(..) => "`user` or `device`".to_owned(),
            Takes::ConsoleActivity(..) => "`any_use` or `calls_and_links`".to_owned(),
            Takes::WhenFull(..) => "a list of `pay_per_use` and `queue`, each at most once".to_owned(),
            Takes::Count(..) => "at least 1, or null for no limit".to_owned(),
            Takes::Duration(_, _, min) => format!("{min} to {RULE_SECS_MAX} seconds"),
            Takes::DurationOrNever(..) => format!("1 to {RULE_SECS_MAX} seconds, or null for never"),
        }
    }

    /// The minimum and maximum, if the rule is a number.
    #[must_use]
    pub const fn range(&self) -> Option<(u32, u32)> {
        match self.takes {
            Takes::Occupies(..) | Takes::SeatPer(..) | Takes::ConsoleActivity(..) | Takes::WhenFull(..) => {
                None
            }
            Takes::Count(..) => Some((1, u32::MAX)),
            Takes::Duration(_, _, min) => Some((min, RULE_SECS_MAX)),
            Takes::DurationOrNever(..) => Some((1, RULE_SECS_MAX)),
        }
    }
}
