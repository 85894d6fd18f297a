//! What Usher says to people, in each of its languages: a catalogue of texts (Fluent), numbers and dates. What programs
//! read, such as problem documents, is English and not from here.
//!
//! A text has an id, such as `console-sign-out`, whose first word or words are its area, and an entry in
//! `locales/<language>/<area>.ftl` of every language. `CONTRIBUTING.md` says how texts and languages are added. The
//! tests of this crate compare the catalogue with all places that use it.

mod catalogue;
mod dates;
mod language;
mod phrase;

pub use self::catalogue::AREAS;
pub use self::dates::{Clock, day, exact, time_of_day, with_time};
pub use self::language::Language;
pub use self::phrase::{END_OF_ISOLATE, HTML_FOLLOWS, ISOLATE, Phrase, Value, without_marks};
