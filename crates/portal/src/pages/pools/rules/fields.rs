//! The fields of the form, in its order and groups, and the known models that fill it in.

use usher_domain::rules::Preset;

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
    pub(super) preset: Preset,
}

pub(super) const SIGN_IN: &str = "sign_in";
pub(super) const SESSION: &str = "session";
pub(super) const USER: &str = "user";
pub(super) const DEVICE: &str = "device";

pub(crate) static PRESETS: [PresetShown; 3] = [
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

pub(crate) static GROUPS: [RuleGroup; 4] = [
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
                hint: "Their work is paid from the prepaid minutes, or they wait and the next free seat goes to who came first.",
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
