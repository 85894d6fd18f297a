//! The rules of a pool as a form: each with a sentence that says what it does (design 2.2).

use usher_domain::Secs;
use usher_domain::command::RulesPatch;
use usher_domain::rules::{Occupies, Preset, Rules, SeatPer, WhenFull};

use super::duration;
use crate::form::Form;

/// Rules that belong together.
pub(crate) struct RuleGroup {
    pub(crate) title: &'static str,
    pub(crate) fields: &'static [RuleField],
}

/// A rule.
pub(crate) struct RuleField {
    /// Its name in the API.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// What it does, in a sentence.
    pub(crate) hint: &'static str,
    pub(crate) kind: RuleKind,
}

/// What a rule takes.
#[derive(PartialEq, Eq)]
pub(crate) enum RuleKind {
    /// One of these values, each with its words.
    Choice(&'static [(&'static str, &'static str)]),
    /// A number; nothing for no limit.
    Count,
    /// A duration; nothing for never, where that is possible.
    Duration,
}

/// A known model, which fills in the form.
pub(crate) struct PresetShown {
    pub(crate) slug: &'static str,
    pub(crate) label: &'static str,
    pub(crate) text: &'static str,
    preset: Preset,
}

const SIGN_IN: &str = "sign_in";
const SESSION: &str = "session";
const USER: &str = "user";
const DEVICE: &str = "device";

/// The values of `when_full`, in their order.
const WHEN_FULL: [(&str, &[WhenFull]); 5] = [
    ("queue", &[WhenFull::Queue]),
    ("pay_per_use", &[WhenFull::PayPerUse]),
    ("pay_per_use,queue", &[WhenFull::PayPerUse, WhenFull::Queue]),
    ("queue,pay_per_use", &[WhenFull::Queue, WhenFull::PayPerUse]),
    ("refuse", &[]),
];

pub(crate) const PRESETS: [PresetShown; 3] = [
    PresetShown {
        slug: "help_desk_shift",
        label: "Help-desk shift",
        text: "Signing in takes the seat, on one device each. Who sits idle for an hour is signed out.",
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
        text: "Each device with a session takes a seat of its own. Prepaid minutes carry who finds none free.",
        preset: Preset::ConcurrentDevices,
    },
];

pub(crate) const GROUPS: [RuleGroup; 4] = [
    RuleGroup {
        title: "What a seat is",
        fields: &[
            RuleField {
                name: "occupies",
                label: "What takes a seat",
                hint: "Either being signed in, or only having a session, also one whose code still waits for the customer.",
                kind: RuleKind::Choice(&[(SIGN_IN, "Signing in"), (SESSION, "A session")]),
            },
            RuleField {
                name: "seat_per",
                label: "Who holds a seat",
                hint: "With a seat for each device, the same person on a second device takes a second seat.",
                kind: RuleKind::Choice(&[
                    (USER, "A user, on all their devices"),
                    (DEVICE, "A user on one device"),
                ]),
            },
            RuleField {
                name: "max_devices_per_user",
                label: "Devices of a user at a time",
                hint: "On how many devices one person may be signed in. Empty: as many as they like.",
                kind: RuleKind::Count,
            },
            RuleField {
                name: "max_active_sessions_per_seat",
                label: "Calls on a seat at a time",
                hint: "How many sessions may be active at once on one seat. Empty: no limit.",
                kind: RuleKind::Count,
            },
        ],
    },
    RuleGroup {
        title: "When all seats are taken",
        fields: &[
            RuleField {
                name: "when_full",
                label: "Who finds no free seat",
                hint: "Minutes carry the work at a minute's price each; the queue gives the next free seat to who came first.",
                kind: RuleKind::Choice(&[
                    ("queue", "May wait in the queue"),
                    ("pay_per_use", "Works on prepaid minutes"),
                    ("pay_per_use,queue", "Works on minutes, else may wait"),
                    ("queue,pay_per_use", "May wait, else works on minutes"),
                    ("refuse", "Is refused"),
                ]),
            },
            RuleField {
                name: "offer_hold_secs",
                label: "An offered seat is kept for",
                hint: "Who has waited has this long to take the seat before it goes to the next.",
                kind: RuleKind::Duration,
            },
            RuleField {
                name: "reclaim_idle_after_secs",
                label: "Reclaim a seat that is idle for",
                hint: "Only when somebody waits: who has done nothing for this long is warned and then loses the seat. Empty: never.",
                kind: RuleKind::Duration,
            },
        ],
    },
    RuleGroup {
        title: "Idle and lost devices",
        fields: &[
            RuleField {
                name: "auto_log_off_after_secs",
                label: "Sign out who is idle for",
                hint: "Where signing in takes the seat; never in a call, nor while a customer may come through a link. Empty: never.",
                kind: RuleKind::Duration,
            },
            RuleField {
                name: "lease_secs",
                label: "Sign out a silent device after",
                hint: "A device that crashed or lost its connection gives its seat back after this long without a sign of life.",
                kind: RuleKind::Duration,
            },
        ],
    },
    RuleGroup {
        title: "Sessions and log-outs",
        fields: &[
            RuleField {
                name: "standby_expires_secs",
                label: "A code or link is good for",
                hint: "After this long a customer can no longer come in with it.",
                kind: RuleKind::Duration,
            },
            RuleField {
                name: "end_notice_secs",
                label: "Notice before a session is closed",
                hint: "How long a session still runs after another person ended it, so that both sides can say goodbye. 0 s: it closes at once.",
                kind: RuleKind::Duration,
            },
            RuleField {
                name: "eviction_cool_down_secs",
                label: "Who was logged out stays out for",
                hint: "How long a person whom somebody logged out cannot take a seat again. 0 s: they can come back at once.",
                kind: RuleKind::Duration,
            },
        ],
    },
];

/// The rules of a preset, by the word in an address.
pub(crate) fn preset(slug: &str) -> Option<Rules> {
    let known = PRESETS.iter().find(|known| known.slug == slug)?;
    Some(Rules::preset(known.preset))
}

/// The rules as the fields of a form.
pub(crate) fn values(rules: &Rules) -> Vec<(&'static str, String)> {
    let count = |count: Option<u32>| count.map(|count| count.to_string()).unwrap_or_default();
    let optional = |secs: Option<Secs>| secs.map(duration::words).unwrap_or_default();
    let when_full = WHEN_FULL.iter().find(|(_, known)| *known == rules.when_full);
    vec![
        (
            "occupies",
            match rules.occupies {
                Occupies::SignIn => SIGN_IN,
                Occupies::Session => SESSION,
            }
            .to_owned(),
        ),
        (
            "seat_per",
            match rules.seat_per {
                SeatPer::User => USER,
                SeatPer::Device => DEVICE,
            }
            .to_owned(),
        ),
        ("max_devices_per_user", count(rules.max_devices_per_user)),
        (
            "max_active_sessions_per_seat",
            count(rules.max_active_sessions_per_seat),
        ),
        (
            "when_full",
            when_full.map_or("queue", |(value, _)| value).to_owned(),
        ),
        ("offer_hold_secs", duration::words(rules.offer_hold)),
        ("reclaim_idle_after_secs", optional(rules.reclaim_idle_after)),
        ("auto_log_off_after_secs", optional(rules.auto_log_off_after)),
        ("lease_secs", duration::words(rules.lease)),
        ("standby_expires_secs", duration::words(rules.standby_expires)),
        ("end_notice_secs", duration::words(rules.end_notice)),
        (
            "eviction_cool_down_secs",
            duration::words(rules.eviction_cool_down),
        ),
    ]
}

/// All rules as they were typed. What is no value is said at its field, and left out.
pub(crate) fn read(form: &mut Form) -> RulesPatch {
    RulesPatch {
        preset: None,
        occupies: choice(
            form,
            "occupies",
            &[(SIGN_IN, Occupies::SignIn), (SESSION, Occupies::Session)],
        ),
        seat_per: choice(
            form,
            "seat_per",
            &[(USER, SeatPer::User), (DEVICE, SeatPer::Device)],
        ),
        max_devices_per_user: count(form, "max_devices_per_user"),
        max_active_sessions_per_seat: count(form, "max_active_sessions_per_seat"),
        auto_log_off_after: optional(form, "auto_log_off_after_secs"),
        end_notice: secs(form, "end_notice_secs"),
        when_full: choice(form, "when_full", &WHEN_FULL).map(<[WhenFull]>::to_vec),
        offer_hold: secs(form, "offer_hold_secs"),
        lease: secs(form, "lease_secs"),
        standby_expires: secs(form, "standby_expires_secs"),
        reclaim_idle_after: optional(form, "reclaim_idle_after_secs"),
        eviction_cool_down: secs(form, "eviction_cool_down_secs"),
    }
}

fn choice<T: Copy>(form: &mut Form, name: &str, values: &[(&str, T)]) -> Option<T> {
    let typed = form.value(name);
    let found = values.iter().find(|(value, _)| *value == typed);
    let found = found.map(|(_, value)| *value);
    if found.is_none() {
        form.wrong(name, "Choose one of these.");
    }
    found
}

#[allow(
    clippy::option_option,
    reason = "not right, no limit and a limit are three answers"
)]
fn count(form: &mut Form, name: &str) -> Option<Option<u32>> {
    let typed = form.value(name).trim();
    if typed.is_empty() {
        return Some(None);
    }
    let count = typed.parse().ok();
    if count.is_none() {
        form.wrong(name, "Type a whole number, or leave it empty for no limit.");
    }
    count.map(Some)
}

#[allow(
    clippy::option_option,
    reason = "not right, never and a duration are three answers"
)]
fn optional(form: &mut Form, name: &str) -> Option<Option<Secs>> {
    if form.value(name).trim().is_empty() {
        return Some(None);
    }
    secs(form, name).map(Some)
}

fn secs(form: &mut Form, name: &str) -> Option<Secs> {
    let secs = duration::parse(form.value(name));
    if secs.is_none() {
        form.wrong(name, "Type how long, such as 90 s, 15 min or 1 h.");
    }
    secs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_shows_comes_back_as_the_same_rules() {
        for shown in &PRESETS {
            let rules = Rules::preset(shown.preset);
            let values = values(&rules);
            let mut form = Form::showing(values.iter().map(|(name, value)| (*name, value.as_str())));

            let read = read(&mut form).over(&Rules::default());

            assert_eq!(read, rules, "{}", shown.slug);
            assert!(form.is_right());
        }
    }

    #[test]
    fn every_rule_has_a_field_and_a_sentence() {
        let fields: Vec<_> = GROUPS.iter().flat_map(|group| group.fields).collect();
        let mut names: Vec<_> = fields.iter().map(|field| field.name).collect();
        let rules = serde_json::to_value(Rules::default()).unwrap();
        let mut rules: Vec<_> = rules.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        rules.sort_unstable();

        assert_eq!(names, rules);
        assert!(fields.iter().all(|field| field.hint.ends_with('.')));
    }
}
