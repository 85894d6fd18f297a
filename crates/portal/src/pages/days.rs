//! Date ranges that lists are filtered by, in UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use usher_app::Window;
use usher_domain::{Timestamp, WallTime};

use crate::form::Form;
use crate::viewer::Viewer;

/// The range from the day in `from` to the day in `to`, both inclusive; each may be empty. Invalid days become errors
/// of the form.
pub(crate) async fn window(form: &mut Form, viewer: &Viewer) -> Window {
    let (from, to) = stretch(form);
    Window::new(viewer.wall_times().await, from, to)
}

fn stretch(form: &mut Form) -> (Option<WallTime>, Option<WallTime>) {
    let (from, to) = (day(form, "from"), day(form, "to"));
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        form.wrong("to", "The last day must not lie before the first.");
    }
    let to = to.and_then(|to| to.tomorrow().ok());
    (from.and_then(start_of), to.and_then(start_of))
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

fn start_of(day: Date) -> Option<WallTime> {
    let start = day.to_zoned_datetime(TimeZone::UTC).ok()?;
    let at = Timestamp::from_millis(start.timestamp().as_millisecond());
    Some(WallTime::new(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_days_are_included_and_invalid_days_are_errors() {
        let mut form = Form::showing([("from", "2026-11-21"), ("to", "2026-11-21")]);
        let (from, to) = stretch(&mut form);
        let millis = to.unwrap().get().millis() - from.unwrap().get().millis();
        assert_eq!(millis, 24 * 3600 * 1000);
        assert!(form.is_right());

        let mut form = Form::showing([("from", "soon"), ("to", "")]);
        stretch(&mut form);
        assert!(form.error("from").is_some());
    }
}
