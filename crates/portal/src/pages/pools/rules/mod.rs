//! The rules of a pool as a form: each with a sentence that says what it does (P5).

mod fields;

use usher_domain::Secs;
use usher_domain::command::RulesPatch;
use usher_domain::rules::{Occupies, Rules, SeatPer, WhenFull};

use self::fields::{DEVICE, RuleField, SESSION, SIGN_IN, USER};
pub(crate) use self::fields::{GROUPS, PRESETS, PresetShown, RuleGroup, RuleKind};
use super::duration;
use crate::form::Form;

/// The values of `when_full`, in their order.
const WHEN_FULL: [(&str, &[WhenFull]); 5] = [
    ("queue", &[WhenFull::Queue]),
    ("pay_per_use", &[WhenFull::PayPerUse]),
    ("pay_per_use,queue", &[WhenFull::PayPerUse, WhenFull::Queue]),
    ("queue,pay_per_use", &[WhenFull::Queue, WhenFull::PayPerUse]),
    ("refuse", &[]),
];

/// The rules of a preset, by the word in an address.
pub(crate) fn preset(slug: &str) -> Option<Rules> {
    let known = PRESETS.iter().find(|known| known.slug == slug)?;
    Some(Rules::preset(known.preset))
}

/// The field that keeps which rules the form showed.
pub(crate) const SEEN: &str = "rules_seen";

/// The value of [`SEEN`].
pub(crate) fn keep(rules: &Rules) -> String {
    serde_json::to_string(rules).unwrap_or_default()
}

/// The rules that a form showed; none where it does not tell.
pub(crate) fn seen(form: &Form) -> Option<Rules> {
    serde_json::from_str(form.value(SEEN)).ok()
}

/// Says beside each rule that somebody changed since the form showed it what it is now. A field that nobody touched is
/// forgotten, so that it shows that.
pub(crate) fn tell_changes(form: &mut Form, seen: &Rules, now: &Rules) {
    let typed = read(form).over(seen);
    let typed = values(&typed).into_iter();
    for (((name, typed), (_, before)), (_, after)) in typed.zip(values(seen)).zip(values(now)) {
        if before == after {
            continue;
        }
        if typed == before {
            form.forget(name);
        }
        form.wrong(
            name,
            match words(name, &after) {
                "" => "Somebody emptied this in the meantime.".to_owned(),
                words => format!("Somebody changed this in the meantime, to “{words}”."),
            },
        );
    }
}

/// A value of a rule as its field shows it.
fn words<'a>(name: &str, value: &'a str) -> &'a str {
    let field = fields().find(|field| field.name == name);
    let Some(RuleKind::Choice(choices)) = field.map(|field| &field.kind) else {
        return value;
    };
    let known = choices.iter().find(|(known, _)| *known == value);
    known.map_or(value, |(_, words)| words)
}

fn fields() -> impl Iterator<Item = &'static RuleField> {
    GROUPS.iter().flat_map(|group| group.fields)
}

/// What a rule is called beside its field; none for what is no rule.
pub(crate) fn label(name: &str) -> Option<&'static str> {
    fields().find(|field| field.name == name).map(|field| field.label)
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
        let fields: Vec<_> = fields().collect();
        let mut names: Vec<_> = fields.iter().map(|field| field.name).collect();
        let rules = serde_json::to_value(Rules::default()).unwrap();
        let mut rules: Vec<_> = rules.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        rules.sort_unstable();

        assert_eq!(names, rules);
        assert!(fields.iter().all(|field| field.hint.ends_with('.')));
    }
}
