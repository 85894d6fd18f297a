//! Times and dates in a language. English ones are as in `30 Apr 2027, 14:05`.

use jiff::ZonedDateTime;
use jiff::civil::{Date, Time};

use crate::phrase::Value;
use crate::{Language, Phrase, phrase};

/// A time of the day, as all languages write it: `14:05`.
#[must_use]
pub fn time_of_day(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// How exactly a time of the day is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// `14:05`
    Minutes,
    /// `14:05:09`
    Seconds,
}

/// A day: `30 Apr`, or `30 Apr 2027`.
#[must_use]
pub fn day(language: Language, day: Date, with_year: bool) -> String {
    day_phrase(day, with_year).plain(language)
}

/// A day with a time: `30 Apr, 14:05`, or `30 Apr 2027, 14:05`.
#[must_use]
pub fn with_time(language: Language, at: &ZonedDateTime, with_year: bool) -> String {
    phrase!(
        "dates-with-time",
        day = day_phrase(at.date(), with_year),
        time = word(time_of_day(at.time())),
    )
    .plain(language)
}

/// The whole time with its zone: `Friday, 30 April 2027, 14:05:09 CEST`.
#[must_use]
pub fn exact(language: Language, at: &ZonedDateTime, clock: Clock) -> String {
    let (day, time) = (at.date(), at.time());
    let time = match clock {
        Clock::Minutes => time_of_day(time),
        Clock::Seconds => format!("{}:{:02}", time_of_day(time), time.second()),
    };
    phrase!(
        "dates-exact",
        weekday = phrase!(
            "dates-weekday",
            weekday = i64::from(day.weekday().to_monday_one_offset())
        ),
        day = i64::from(day.day()),
        month = phrase!("dates-month-long", month = i64::from(day.month())),
        year = word(day.year().to_string()),
        time = word(time),
        zone = word(at.strftime("%Z").to_string()),
    )
    .plain(language)
}

fn day_phrase(day: Date, with_year: bool) -> Phrase {
    let month = phrase!("dates-month-short", month = i64::from(day.month()));
    let number = i64::from(day.day());
    if with_year {
        let year = word(day.year().to_string());
        return phrase!("dates-day-year", day = number, month = month, year = year);
    }
    phrase!("dates-day", day = number, month = month)
}

fn word(text: String) -> Value {
    Value::Word(text)
}
