//! Reading events from journals, where each is a map from its name to its fields: `{"pool_deleted":{"id":"pool_…"}}`.
//!
//! The topics of [`Event`] are not stored. So a name is looked up among those of each topic, from the topic's derived
//! deserializer.

use alloc::string::String;
use core::fmt;

use serde::de::value::EnumAccessDeserializer;
use serde::de::{Deserializer, EnumAccess, Error, IntoDeserializer, VariantAccess, Visitor};
use serde::{Deserialize, de};

use super::Event;

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("Event", &[], AnyEvent)
    }
}

struct AnyEvent;

impl<'de> Visitor<'de> for AnyEvent {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, event: A) -> Result<Event, A::Error> {
        let (name, fields) = event.variant::<String>()?;
        let named = Named { name, fields };
        // The most frequent first: a start reads many of these and few of those below.
        named
            .read(Event::SignIn)
            .or_else(|named| named.read(Event::Lease))
            .or_else(|named| named.read(Event::Session))
            .or_else(|named| named.read(Event::Ticket))
            .or_else(|named| named.read(Event::Minutes))
            .or_else(|named| named.read(Event::Refusal))
            .or_else(|named| named.read(Event::User))
            .or_else(|named| named.read(Event::Credential))
            .or_else(|named| named.read(Event::Pool))
            .or_else(|named| named.read(Event::Team))
            .or_else(|named| named.read(Event::Group))
            .or_else(|named| named.read(Event::ApiKey))
            .or_else(|named| named.read(Event::Account))
            .unwrap_or_else(|named| Err(A::Error::unknown_variant(&named.name, &[])))
    }
}

/// An event of which the name is read and the fields are not.
struct Named<A> {
    name: String,
    fields: A,
}

impl<'de, A: VariantAccess<'de>> Named<A> {
    /// Reads the fields, where this topic has an event of the name; gives itself back where it has not.
    fn read<T: Deserialize<'de>>(self, topic: fn(T) -> Event) -> Result<Result<Event, A::Error>, Self> {
        if !stored_names::<T>().contains(&&*self.name) {
            return Err(self);
        }
        Ok(T::deserialize(EnumAccessDeserializer::new(self)).map(topic))
    }
}

impl<'de, A: VariantAccess<'de>> EnumAccess<'de> for Named<A> {
    type Error = A::Error;
    type Variant = A;

    fn variant_seed<V: de::DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, A), A::Error> {
        let name = seed.deserialize(self.name.into_deserializer())?;
        Ok((name, self.fields))
    }
}

/// The names under which the variants of an enum are stored.
pub(crate) fn stored_names<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    match T::deserialize(AskForNames) {
        Err(Names(names)) => names,
        Ok(_) => &[],
    }
}

/// Not a source of values: an enum that is read from it tells the names of its variants, which come back as the error.
struct AskForNames;

#[derive(Debug)]
struct Names(&'static [&'static str]);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl core::error::Error for Names {}

impl de::Error for Names {
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
