//! The fields of the form in groups, and the presets that fill it in.

use std::sync::LazyLock;

use usher_domain::rules::{ConsoleActivity, Group, Occupies, Preset, Rule, SeatPer, TABLE, Takes, WhenFull};

/// A group of related rules.
pub(crate) struct RuleGroup {
    pub(crate) title: &'static str,
    pub(crate) fields: Vec<RuleField>,
}

/// A rule as a field.
pub(crate) struct RuleField {
    /// Its name in the API.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// What it does, in a sentence.
    pub(crate) hint: String,
    pub(crate) kind: RuleKind,
}

/// The kind of value that a rule takes.
#[derive(PartialEq, Eq)]
pub(crate) enum RuleKind {
    /// One of these values, each with its label.
    Choice(Vec<(String, &'static str)>),
    /// A number; empty for no limit.
    Count,
    /// A duration; empty for never, if the rule allows that.
    Duration,
}

/// A preset, which fills in the form.
pub(crate) struct PresetShown {
    pub(crate) slug: &'static str,
    pub(crate) label: &'static str,
    pub(crate) text: &'static str,
    pub(super) preset: Preset,
}

pub(crate) static PRESETS: [PresetShown; 3] = [
    PresetShown {
        slug: "help_desk_shift",
        label: "Help-desk shift",
        text: "Signing in takes the seat, on one device each. Users who are idle for an hour are signed out.",
        preset: Preset::HelpDeskShift,
    },
    PresetShown {
        slug: "concurrent_sessions",
        label: "Concurrent sessions",
        text: "Everybody may be signed in. A session takes the seat, and all sessions of a user share one.",
        preset: Preset::ConcurrentSessions,
    },
    PresetShown {
        slug: "concurrent_devices",
        label: "Concurrent devices",
        text: "Each device with a session takes a seat. Prepaid minutes pay for work that finds none free.",
        preset: Preset::ConcurrentDevices,
    },
];

/// All rules, in the groups of the form.
pub(crate) static GROUPS: LazyLock<Vec<RuleGroup>> = LazyLock::new(|| {
    let of_group = |group: Group| RuleGroup {
        title: group.title(),
        fields: TABLE
            .iter()
            .filter(|rule| rule.group == group)
            .map(field)
            .collect(),
    };
    Group::ALL.into_iter().map(of_group).collect()
});

/// The value of a choice in a form field.
pub(super) trait Word {
    fn word(&self) -> String;
}

impl Word for Occupies {
    fn word(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Word for SeatPer {
    fn word(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Word for ConsoleActivity {
    fn word(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Word for &[WhenFull] {
    fn word(&self) -> String {
        let words: Vec<_> = self.iter().map(|it| it.as_str()).collect();
        if words.is_empty() {
            return "refuse".to_owned();
        }
        words.join(",")
    }
}

fn field(rule: &Rule) -> RuleField {
    let empty = match rule.takes {
        Takes::Count(..) => " Empty: no limit.",
        Takes::DurationOrNever(..) => " Empty: never.",
        Takes::Occupies(..)
        | Takes::SeatPer(..)
        | Takes::ConsoleActivity(..)
        | Takes::WhenFull(..)
        | Takes::Duration(..) => "",
    };
    RuleField {
        name: rule.name,
        label: rule.label,
        hint: format!("{}{empty}", rule.hint),
        kind: match rule.takes {
            Takes::Count(..) => RuleKind::Count,
            Takes::Duration(..) | Takes::DurationOrNever(..) => RuleKind::Duration,
            Takes::Occupies(_, _, choices) => RuleKind::Choice(words(choices)),
            Takes::SeatPer(_, _, choices) => RuleKind::Choice(words(choices)),
            Takes::ConsoleActivity(_, _, choices) => RuleKind::Choice(words(choices)),
            Takes::WhenFull(_, _, choices) => RuleKind::Choice(words(choices)),
        },
    }
}

fn words<T: Word>(choices: &[(T, &'static str)]) -> Vec<(String, &'static str)> {
    choices
        .iter()
        .map(|(value, words)| (value.word(), *words))
        .collect()
}
