//! No event shows personal data by accident.
//!
//! Every text in the examples of `stored_events.jsonl` is replaced by a marker. Where `Debug`, which logs use, shows the
//! marker, the field must be listed here as one that says nothing about a person.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Event;
use crate::personal::{OfCustomer, Personal};
use crate::text::Name;

const STORED: &str = include_str!("stored_events.jsonl");

/// Texts that fit every kind of text field.
const MARKERS: [&str; 4] = [
    "marked",
    "marked@example.com",
    "MARKED22",
    "https://marked.example.com",
];

/// Texts about the account or about things, ids, digests and codes. A field about a person does not belong here: its type
/// is `Personal`. What a vendor keeps with an account, user, pool or session (labels) is the vendor's own id.
const NOT_PERSONAL: [&str; 58] = [
    ".account_created.name",
    ".account_renamed.name",
    ".api_key_created.name",
    ".customer_joined.joined.key",
    ".directory_entry_set.entry.email_label.kind",
    ".give_back_chosen.product",
    ".group_changed.external_id",
    ".group_changed.name",
    ".group_created.external_id",
    ".group_created.name",
    ".labelled.labels.external_id",
    ".license_lent.product",
    ".license_set.product",
    ".named_seats_leaving.product",
    ".password_set.link.made_by.actor",
    ".pool_changed.name",
    ".pool_created.name",
    ".pool_created.product",
    ".provider_changed.change.changed.provider.client_id",
    ".provider_changed.change.changed.provider.email_claim",
    ".provider_changed.change.changed.provider.email_domains",
    ".provider_changed.change.changed.provider.groups_claim",
    ".provider_changed.change.changed.provider.issuer",
    ".provider_changed.change.changed.provider.label",
    ".provider_changed.change.changed.provider.scopes",
    ".provider_changed.change.domain_proof_withdrawn.domain",
    ".provider_changed.change.domain_proved.domain",
    ".provider_changed.change.made.provider.client_id",
    ".provider_changed.change.made.provider.email_domains",
    ".provider_changed.change.made.provider.groups_claim",
    ".provider_changed.change.made.provider.issuer",
    ".provider_changed.change.made.provider.label",
    ".provider_changed.change.made.provider.scopes",
    ".provider_changed.change.removed.issuer",
    ".refused.product",
    ".seat_request_answered.answer.by.actor",
    ".seat_request_answered.product",
    ".seat_requested.product",
    ".seats_ended.product",
    ".session_created.code",
    ".session_ended.by.actor",
    ".session_ending.by.actor",
    ".settings_changed.change.language",
    ".settings_changed.change.product_names.remote-support",
    ".settings_changed.change.time_zone",
    ".sign_in_ended.by.actor",
    ".signed_in.product",
    ".subscription_request_answered.by.actor",
    ".subscription_request_answered.outcome.changed.bought.subscription.plan.name",
    ".subscription_request_removed.by.actor",
    ".subscription_requested.asked.subscription.plan.name",
    ".subscription_requested.by.actor",
    ".subscription_set.plan.name",
    ".team_changed.name",
    ".team_created.name",
    ".ticket_ended.by.actor",
    ".ticket_opened.product",
    ".ticket_opened.wanted.session.code",
];

/// Where events and what is in them declare their fields.
const DECLARED: [(&str, &str); 8] = [
    (include_str!("../event/account.rs"), "pub enum"),
    (include_str!("../event/people.rs"), "pub enum"),
    (include_str!("../event/pool.rs"), "pub enum"),
    (include_str!("../event/presence.rs"), "pub enum"),
    (include_str!("../event/profile.rs"), "pub struct Profile"),
    (include_str!("../event/reason.rs"), "pub struct By"),
    (include_str!("../presence.rs"), "pub struct Device"),
    (include_str!("../directory.rs"), "pub struct DirectoryEntry"),
];

/// Calls `each` with the path and value of everything in a JSON document; items of lists share a path.
fn walk(path: &str, value: &mut Value, each: &mut impl FnMut(&str, &mut Value)) {
    each(path, value);
    match value {
        Value::Object(fields) => fields
            .iter_mut()
            .for_each(|(name, value)| walk(&format!("{path}.{name}"), value, each)),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(path, item, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The paths of all texts in an event, and of everything that is empty in it.
fn texts(event: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut texts, mut empty) = (BTreeSet::new(), BTreeSet::new());
    walk("", &mut event.clone(), &mut |path, value| {
        if value.is_string() {
            texts.insert(path.to_owned());
        } else if value.is_null() {
            empty.insert(path.to_owned());
        }
    });
    (texts, empty)
}

/// Whether a log shows the text at `path`; false where it is a word or an id, which no marker fits.
fn is_shown(event: &Value, path: &str) -> bool {
    MARKERS.iter().any(|marker| {
        let mut marked = event.clone();
        walk("", &mut marked, &mut |at, value| {
            if at == path && value.is_string() {
                *value = Value::from(*marker);
            }
        });
        let event = serde_json::from_value::<Event>(marked);
        event.is_ok_and(|event| format!("{event:?}").to_lowercase().contains("marked"))
    })
}

fn examples() -> impl Iterator<Item = Value> {
    STORED.lines().map(|line| serde_json::from_str(line).unwrap())
}

#[test]
fn personal_data_is_stored_as_it_is_and_printed_as_whose_it_is() {
    let name: Personal<Name> = "Ann Lee".parse().unwrap();
    let customer: Personal<Name, OfCustomer> = "Kim".parse().unwrap();

    assert_eq!(serde_json::to_string(&name).unwrap(), "\"Ann Lee\"");
    assert_eq!(
        serde_json::from_str::<Personal<Name>>("\"Ann Lee\"").unwrap(),
        name
    );
    assert_eq!(
        format!("{name:?} {customer:?}"),
        "<personal, of a user> <personal, of a customer>"
    );
    assert_eq!(name.reveal().as_str(), "Ann Lee");
}

#[test]
fn a_log_of_an_event_shows_nothing_about_a_person() {
    let mut shown = BTreeSet::new();
    for event in examples() {
        let (texts, _) = texts(&event);
        shown.extend(texts.into_iter().filter(|path| is_shown(&event, path)));
    }

    let listed = NOT_PERSONAL.map(str::to_owned);
    assert_eq!(shown, listed.into());
}

/// Without one, the test above would not see them.
#[test]
fn every_field_of_an_event_has_an_example_with_a_value() {
    let (mut all, mut empty) = (BTreeSet::new(), BTreeSet::new());
    for mut event in examples() {
        empty.extend(texts(&event).1);
        walk("", &mut event, &mut |path, value| {
            if !value.is_null() {
                all.insert(path.to_owned());
            }
        });
    }
    // Rules and settings are numbers and words.
    let has_text = |path: &&String| !path.starts_with(".pool_") && !path.starts_with(".settings_changed");
    let missing: Vec<_> = empty.difference(&all).filter(has_text).collect();
    assert_eq!(missing, Vec::<&String>::new(), "empty in every example");

    let known: BTreeSet<&str> = all.iter().filter_map(|path| path.rsplit('.').next()).collect();
    for (source, start) in DECLARED {
        let declarations = source
            .split(start)
            .skip(1)
            .filter_map(|rest| rest.split("\n}").next());
        let lines = declarations.flat_map(str::lines).map(str::trim_start);
        let lines = lines.filter(|line| !line.starts_with("//"));
        let fields = lines.filter_map(|line| line.trim_start_matches("pub ").split_once(": "));
        let is_name = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        // A variant on one line has its fields behind a brace.
        let names = fields.map(|(name, _)| name.rsplit(' ').next().unwrap_or(name));
        for name in names.filter(is_name) {
            assert!(
                known.contains(name),
                "`{name}` has no example in stored_events.jsonl"
            );
        }
    }
}
