//! Every event in the form in which journals hold it. Journals are kept for ever, so a line of the list below is never
//! changed: a new event or field adds lines.

use std::collections::BTreeSet;

use crate::Event;
use crate::event::{
    AccountEvent, ApiKeyEvent, CredentialEvent, GroupEvent, LeaseEvent, MinutesEvent, PoolEvent,
    RefusalEvent, SessionEvent, SignInEvent, TeamEvent, TicketEvent, UserEvent, stored_names,
};

const STORED: &str = include_str!("stored_events.jsonl");

#[test]
fn every_stored_event_is_read_and_is_written_in_the_same_bytes() {
    for line in STORED.lines() {
        let event: Event = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));

        assert_eq!(serde_json::to_string(&event).unwrap(), line);
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
