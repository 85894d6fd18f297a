//! The rules of a pool as a form, each with a sentence that says what it does (P5).

mod fields;

use usher_domain::Secs;
use usher_domain::rules::{Rule, Rules, RulesPatch, TABLE, Takes};

pub(crate) use self::fields::{GROUPS, PRESETS, PresetShown, RuleGroup, RuleKind};
use self::fields::{RuleField, Word};
use super::duration;
use crate::form::Form;

/// The rules of the preset with this slug.
pub(crate) fn preset(slug: &str) -> Option<Rules> {
    let known = PRESETS.iter().find(|known| known.slug == slug)?;
    Some(Rules::preset(known.preset))
}

/// The hidden field with the rules that the form showed.
pub(crate) const SEEN: &str = "rules_seen";

/// The value of [`SEEN`].
pub(crate) fn keep(rules: &Rules) -> String {
    serde_json::to_string(rules).unwrap_or_default()
}

/// The rules that a form showed; `None` if it has none.
pub(crate) fn seen(form: &Form) -> Option<Rules> {
    serde_json::from_str(form.value(SEEN)).ok()
}

/// The form again, after a refusal because the rules are no longer those that it showed. What it says about the current
/// rules counts as seen, even if they change again before the page is rendered.
pub(crate) fn with_changes(mut form: Form, seen: &Rules, now: &Rules) -> Form {
    tell_changes(&mut form, seen, now);
    form.forget(SEEN);
    form.or_showing([(SEEN, keep(now).as_str())])
}

/// Adds an error to each rule that somebody changed since the form showed it, with its current value. A field that the
/// user did not change is removed, so that it shows the current value.
fn tell_changes(form: &mut Form, seen: &Rules, now: &Rules) {
    let typed = read(form).applied_to(seen);
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

/// The value of a rule, as its field shows it.
fn words<'a>(name: &str, value: &'a str) -> &'a str {
    let field = fields().find(|field| field.name == name);
    let Some(RuleKind::Choice(choices)) = field.map(|field| &field.kind) else {
        return value;
    };
    let known = choices.iter().find(|(known, _)| known == value);
    known.map_or(value, |(_, words)| words)
}

fn fields() -> impl Iterator<Item = &'static RuleField> {
    GROUPS.iter().flat_map(|group| &group.fields)
}

/// The rules as values of form fields.
pub(crate) fn values(rules: &Rules) -> Vec<(&'static str, String)> {
    let mut rules = rules.clone();
    TABLE
        .iter()
        .map(|rule| (rule.name, value(rule, &mut rules)))
        .collect()
}

fn value(rule: &Rule, rules: &mut Rules) -> String {
    match rule.takes {
        Takes::Occupies(at, ..) => at(rules).word(),
        Takes::SeatPer(at, ..) => at(rules).word(),
        Takes::ConsoleActivity(at, ..) => at(rules).word(),
        Takes::WhenFull(at, ..) => at(rules).as_slice().word(),
        Takes::Count(at, _) => at(rules).map(|count| count.to_string()).unwrap_or_default(),
        Takes::Duration(at, ..) => duration::words(*at(rules)),
        Takes::DurationOrNever(at, _) => at(rules).map(duration::words).unwrap_or_default(),
    }
}

/// All rules in the form. Invalid values become errors, and are left out.
pub(crate) fn read(form: &mut Form) -> RulesPatch {
    let mut patch = RulesPatch::default();
    for rule in TABLE {
        read_rule(form, rule, &mut patch);
    }
    patch
}

fn read_rule(form: &mut Form, rule: &'static Rule, patch: &mut RulesPatch) {
    fn take<T>(patch: &mut RulesPatch, name: &'static str, at: fn(&mut Rules) -> &mut T, value: Option<T>) {
        if let Some(value) = value {
            patch.set(name, |rules| *at(rules) = value);
        }
    }
    let name = rule.name;
    match rule.takes {
        Takes::Occupies(at, _, choices) => take(patch, name, at, choice(form, name, choices)),
        Takes::SeatPer(at, _, choices) => take(patch, name, at, choice(form, name, choices)),
        Takes::ConsoleActivity(at, _, choices) => take(patch, name, at, choice(form, name, choices)),
        Takes::WhenFull(at, _, choices) => {
            take(patch, name, at, choice(form, name, choices).map(<[_]>::to_vec));
        }
        Takes::Count(at, _) => take(patch, name, at, count(form, name)),
        Takes::Duration(at, ..) => take(patch, name, at, secs(form, name)),
        Takes::DurationOrNever(at, _) => take(patch, name, at, optional(form, name)),
    }
}

fn choice<T: Copy + Word>(form: &mut Form, name: &str, choices: &[(T, &str)]) -> Option<T> {
    let typed = form.value(name);
    let found = choices.iter().find(|(value, _)| value.word() == typed);
    let found = found.map(|(value, _)| *value);
    if found.is_none() {
        form.wrong(name, "Choose one of these.");
    }
    found
}

#[expect(
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

#[expect(
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
    fn the_values_of_a_form_are_read_back_as_the_same_rules() {
        for shown in &PRESETS {
            let rules = Rules::preset(shown.preset);
            let values = values(&rules);
            let mut form = Form::showing(values.iter().map(|(name, value)| (*name, value.as_str())));

            let read = read(&mut form).applied_to(&Rules::default());

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
