//! Every event in the form in which journals hold it. Journals are kept for ever, so what a line of the lists below says
//! is never changed: a new event or field adds lines.
//!
//! `stored_events.jsonl` has the forms that are written today. Where a new field changes a form, its line moves to
//! `stored_events_older.jsonl`, with the form that takes its place: events in the older form must still be read.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::Event;
use crate::event::{
    AccountEvent, ApiKeyEvent, CredentialEvent, GroupEvent, LeaseEvent, MinutesEvent, PoolEvent,
    RefusalEvent, SessionEvent, SignInEvent, TeamEvent, TicketEvent, UserEvent, stored_names,
};

const STORED: &str = include_str!("stored_events.jsonl");

/// A line for each event in a form that is no longer written: an [`Older`].
const OLDER: &str = include_str!("stored_events_older.jsonl");

/// An event in a form that journals hold and that is no longer written.
#[derive(Deserialize)]
struct Older {
    /// The form of an earlier version.
    stored: Value,
    /// The same event in the form of the version that changed it.
    became: Value,
}

#[test]
fn every_stored_event_is_read_and_is_written_in_the_same_bytes() {
    let mut changed = Vec::new();
    for line in STORED.lines() {
        let event: Event = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let written = serde_json::to_string(&event).unwrap();
        if written != line {
            changed.push(format!(r#"{{"stored":{line},"became":{written}}}"#));
        }
    }

    assert!(
        changed.is_empty(),
        "older forms now, unless they should not have changed: move them to stored_events_older.jsonl, and put what \
         each became in its place\n{}",
        changed.join("\n")
    );
}

#[test]
fn every_older_form_of_an_event_is_read_as_the_event_that_it_became() {
    for line in OLDER.lines() {
        let older: Older = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let read = |form: &Value| serde_json::from_str::<Event>(&form.to_string()).expect(line);
        let event = read(&older.stored);

        assert_eq!(event, read(&older.became), "{line}");
        assert_ne!(
            serde_json::to_value(&event).unwrap(),
            older.stored,
            "this form is still written: {line}"
        );
    }
}

#[test]
fn the_list_has_every_event_and_no_two_topics_store_the_same_name() {
    let listed: BTreeSet<&str> = STORED.lines().filter_map(|line| line.split('"').nth(1)).collect();

    // An array per topic, as long as the topics of an event: the match fails to compile where one is forgotten.
    let names = |event: &Event| match event {
        Event::Account(_) => stored_names::<AccountEvent>(),
        Event::ApiKey(_) => stored_names::<ApiKeyEvent>(),
        Event::User(_) => stored_names::<UserEvent>(),
        Event::Credential(_) => stored_names::<CredentialEvent>(),
        Event::Pool(_) => stored_names::<PoolEvent>(),
        Event::Team(_) => stored_names::<TeamEvent>(),
        Event::Group(_) => stored_names::<GroupEvent>(),
        Event::SignIn(_) => stored_names::<SignInEvent>(),
        Event::Lease(_) => stored_names::<LeaseEvent>(),
        Event::Session(_) => stored_names::<SessionEvent>(),
        Event::Ticket(_) => stored_names::<TicketEvent>(),
        Event::Minutes(_) => stored_names::<MinutesEvent>(),
        Event::Refusal(_) => stored_names::<RefusalEvent>(),
    };
    let topics: BTreeSet<&[&str]> = STORED
        .lines()
        .map(|line| names(&serde_json::from_str(line).unwrap()))
        .collect();
    assert_eq!(topics.len(), 13);
    assert!(topics.iter().all(|names| !names.is_empty()));
    let names: Vec<&str> = topics.into_iter().flatten().copied().collect();

    assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), listed);
    assert_eq!(names.len(), listed.len());
}

#[test]
fn an_event_of_an_unknown_name_is_an_error_that_names_it() {
    let error = serde_json::from_str::<Event>(r#"{"seat_sold":{"id":1}}"#).unwrap_err();

    assert!(error.to_string().contains("seat_sold"), "{error}");
}
