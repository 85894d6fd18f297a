//! Every event in the form in which journals hold it. Journals are kept for ever, so a line of the list below is never
//! changed: a new event or field adds lines.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};

use crate::Event;

const STORED: &str = include_str!("stored_events.jsonl");

#[test]
fn every_stored_event_is_read_and_is_written_in_the_same_bytes() {
    for line in STORED.lines() {
        let event: Event = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));

        assert_eq!(serde_json::to_string(&event).unwrap(), line);
    }
}

#[test]
fn the_list_has_every_event() {
    let listed: BTreeSet<&str> = STORED.lines().filter_map(|line| line.split('"').nth(1)).collect();

    assert_eq!(listed, names_of::<Event>());
}

/// The names under which the variants of an enum are stored.
fn names_of<'de, T: Deserialize<'de>>() -> BTreeSet<&'static str> {
    match T::deserialize(AskForNames) {
        Err(Names(names)) => names.iter().copied().collect(),
        Ok(_) => BTreeSet::new(),
    }
}

/// Not a deserializer: an enum tells it the names of its variants, and gets them back as the error.
struct AskForNames;

#[derive(Debug)]
struct Names(&'static [&'static str]);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Names {}

impl serde::de::Error for Names {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for AskForNames {
    type Error = Names;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Names> {
        Err(Names(&[]))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Names> {
        Err(Names(names))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
