//! Days that people type: ranges that lists are filtered by, in the reader's zone, and the last day of something, in the
//! account's.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use usher_app::Window;
use usher_domain::{Timestamp, WallTime};

use crate::form::Form;
use crate::reader;
use crate::shown::instant;
use crate::viewer::Viewer;

/// The range from the day in `from` to the day in `to`, both inclusive; each may be empty. Invalid days become errors
/// of the form.
pub(crate) async fn window(form: &mut Form, viewer: &Viewer) -> Window {
    let (from, to) = stretch(form, reader::current().zone());
    Window::new(viewer.wall_times().await, from, to)
}

fn stretch(form: &mut Form, zone: &TimeZone) -> (Option<WallTime>, Option<WallTime>) {
    let (from, to) = (day(form, "from"), day(form, "to"));
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        form.wrong("to", "The last day must not lie before the first.");
    }
    let from = from.and_then(|from| start_of(from, zone));
    let to = to.and_then(|to| start_of(to.tomorrow().ok()?, zone));
    (from.map(WallTime::new), to.map(WallTime::new))
}

fn day(form: &mut Form, name: &str) -> Option<Date> {
    let text = form.value(name).trim();
    if text.is_empty() {
        return None;
    }
    let day = text.parse().ok();
    if day.is_none() {
        form.wrong(name, "This must be a day, such as 2026-11-21.");
    }
    day
}

/// What a field for a day says about the zone in which it ends, which the operator of a server cannot know.
pub(crate) fn zone_hint(zone: &TimeZone) -> String {
    let name = zone.iana_name().unwrap_or("UTC").replace('_', " ");
    format!("A day in the account’s time zone, {name}.")
}

/// The end of the day in a field; `None` if it is empty, or if it is wrong, which is added to the form.
pub(crate) fn last_day(
    form: &mut Form,
    name: &'static str,
    zone: &TimeZone,
    now: Timestamp,
) -> Option<Timestamp> {
    let text = form.value(name).trim();
    if text.is_empty() {
        return None;
    }
    let next = text.parse::<Date>().ok().and_then(|day| day.tomorrow().ok());
    let end = next.and_then(|next| start_of(next, zone));
    if end.is_none_or(|end| end <= now) {
        form.wrong(name, "This must be a day that is not over, or be left empty.");
        return None;
    }
    end
}

/// The day that ends at this time; `None` if none does.
pub(crate) fn last_day_before(at: WallTime, zone: &TimeZone) -> Option<Date> {
    let day = zone.to_datetime(instant(at)).date();
    (start_of(day, zone) == Some(at.get())).then(|| day.yesterday().ok())?
}

/// The day on which something ends that ends at this time, as `<input type="date">` has it.
pub(crate) fn day_of_end(at: WallTime, zone: &TimeZone) -> String {
    let last = instant(WallTime::new(Timestamp::from_millis(
        at.get().millis().saturating_sub(1),
    )));
    zone.to_datetime(last).date().to_string()
}

/// The first moment of a day. Where clocks are set forward at midnight, that is one o'clock.
fn start_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let start = day.to_zoned_datetime(zone.clone()).ok()?;
    Some(Timestamp::from_millis(start.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use usher_app::zone_named;

    use super::*;

    const HOUR: i64 = 3600 * 1000;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn days(from: &str, to: &str, zone: &str) -> (Timestamp, i64) {
        let mut form = Form::showing([("from", from), ("to", to)]);
        let (from, to) = stretch(&mut form, &zone_named(zone).unwrap());
        assert!(form.is_right());
        let (from, to) = (from.unwrap().get(), to.unwrap().get());
        (from, to.millis() - from.millis())
    }

    #[test]
    fn both_days_are_included_and_invalid_days_are_errors() {
        let (from, length) = days("2026-11-21", "2026-11-21", "UTC");
        assert_eq!((from, length), (at("2026-11-21T00:00:00Z"), 24 * HOUR));

        let mut form = Form::showing([("from", "soon"), ("to", "")]);
        stretch(&mut form, &TimeZone::UTC);
        assert!(form.error("from").is_some());
    }

    #[test]
    fn days_are_those_of_the_zone_on_the_days_of_daylight_saving_time_too() {
        for (day, zone, from, hours) in [
            ("2026-07-01", "Europe/Ljubljana", "2026-06-30T22:00:00Z", 24),
            ("2026-03-29", "Europe/Ljubljana", "2026-03-28T23:00:00Z", 23),
            ("2026-10-25", "Europe/Ljubljana", "2026-10-24T22:00:00Z", 25),
            // Clocks are set forward at midnight there: the day begins at one.
            ("2026-09-06", "America/Santiago", "2026-09-06T04:00:00Z", 23),
            ("2026-11-21", "Asia/Kathmandu", "2026-11-20T18:15:00Z", 24),
        ] {
            assert_eq!(days(day, day, zone), (at(from), hours * HOUR), "{day} in {zone}");
        }
    }

    #[test]
    fn a_last_day_is_that_of_the_zone_and_is_found_again() {
        let now = at("2026-01-01T00:00:00Z");
        for (day, zone, end) in [
            ("2026-04-30", "UTC", "2026-05-01T00:00:00Z"),
            ("2026-04-30", "Europe/Ljubljana", "2026-04-30T22:00:00Z"),
            ("2026-03-29", "Europe/Ljubljana", "2026-03-29T22:00:00Z"),
            ("2026-03-28", "Europe/Ljubljana", "2026-03-28T23:00:00Z"),
            ("2026-10-25", "Europe/Ljubljana", "2026-10-25T23:00:00Z"),
            ("2026-09-05", "America/Santiago", "2026-09-06T04:00:00Z"),
        ] {
            let mut form = Form::showing([("until", day)]);
            let zone = zone_named(zone).unwrap();

            let found = last_day(&mut form, "until", &zone, now).unwrap();

            assert_eq!(found, at(end), "{day}");
            let shown = WallTime::new(found);
            assert_eq!(last_day_before(shown, &zone).unwrap().to_string(), day);
            assert_eq!(day_of_end(shown, &zone), day);
        }
        let noon = WallTime::new(at("2026-04-30T12:00:00Z"));
        assert_eq!(last_day_before(noon, &TimeZone::UTC), None);
        assert_eq!(day_of_end(noon, &TimeZone::UTC), "2026-04-30");
    }

    #[test]
    fn a_day_that_is_over_in_the_zone_is_no_last_day() {
        let now = at("2026-04-30T22:00:00Z");
        for (zone, is_open) in [
            ("UTC", true),
            ("Europe/Ljubljana", false),
            ("America/New_York", true),
        ] {
            let mut form = Form::showing([("until", "2026-04-30")]);
            let end = last_day(&mut form, "until", &zone_named(zone).unwrap(), now);
            assert_eq!((end.is_some(), form.is_right()), (is_open, is_open), "{zone}");
        }
    }
}
