//! How texts come out.

use jiff::civil::date;
use jiff::tz::TimeZone;
use usher_l10n::{Clock, Language, Phrase, Value, day, exact, phrase, with_time};

#[test]
fn every_text_of_every_language_can_be_said() {
    for language in Language::ALL {
        for (id, text) in crate::catalogue::texts_of(language) {
            let mut phrase = Phrase::of(Box::leak(id.clone().into_boxed_str()));
            for variable in &text.variables {
                let variable: &'static str = Box::leak(variable.clone().into_boxed_str());
                phrase = phrase.with(variable, 5_i64);
            }
            let said = phrase.plain(language);
            assert!(
                !said.is_empty() && said != id && !said.contains('{'),
                "{id}: {said}"
            );
        }
    }
}

#[test]
fn dates_are_written_as_the_language_writes_them() {
    let zone = TimeZone::get("Europe/Ljubljana").unwrap();
    let at = date(2027, 4, 30).at(14, 5, 9, 0).to_zoned_datetime(zone).unwrap();
    for (language, short, long, whole) in [
        (
            Language::English,
            "30 Apr, 14:05",
            "30 Apr 2027",
            "Friday, 30 April 2027, 14:05:09 CEST",
        ),
        (
            Language::German,
            "30. Apr., 14:05",
            "30. Apr. 2027",
            "Freitag, 30. April 2027, 14:05:09 CEST",
        ),
        (
            Language::Swedish,
            "30 apr. 14:05",
            "30 apr. 2027",
            "fredag 30 april 2027 14:05:09 CEST",
        ),
        (
            Language::Slovenian,
            "30. apr., 14:05",
            "30. apr. 2027",
            "petek, 30. april 2027, 14:05:09 CEST",
        ),
        (
            Language::Spanish,
            "30 abr, 14:05",
            "30 abr 2027",
            "viernes, 30 de abril de 2027, 14:05:09 CEST",
        ),
        (
            Language::French,
            "30 avr., 14:05",
            "30 avr. 2027",
            "vendredi 30 avril 2027 à 14:05:09 CEST",
        ),
    ] {
        assert_eq!(with_time(language, &at, false), short);
        assert_eq!(day(language, at.date(), true), long);
        assert_eq!(exact(language, &at, Clock::Seconds), whole);
    }
    let first = date(2027, 8, 1);
    assert_eq!(day(Language::French, first, false), "1er août");
}

#[test]
fn a_name_is_isolated_and_a_word_is_not() {
    let of =
        |day: Value, month: Value| phrase!("dates-day", day = day, month = month).marked(Language::English);

    let with_name = of(Value::from(3_i64), Value::from("May"));
    assert_eq!(with_name, "3 \u{2068}May\u{2069}");
    let with_word = of(Value::from(3_000_i64), Value::Word("May".to_owned()));
    assert_eq!(with_word, "3,000 May");
}

#[test]
fn html_keeps_its_place_and_is_left_out_of_plain_text() {
    let html = Value::Html {
        html: "<b>3</b>".to_owned(),
        plain: "3".to_owned(),
    };
    let phrase = phrase!("dates-day", day = html.clone(), month = "May");

    assert_eq!(phrase.marked(Language::English), "\u{fdd1}0 \u{2068}May\u{2069}");
    assert_eq!(phrase.html_at(Some('0')), Some(&html));
    assert_eq!(phrase.plain(Language::English), "3 May");
}
