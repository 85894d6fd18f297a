//! Formats numbers and times for people.

use usher_domain::Timestamp;

/// `1` license, `2` licenses.
pub(crate) fn plural(count: u64, one: &str, many: &str) -> String {
    let word = if count == 1 { one } else { many };
    format!("{} {word}", grouped(count))
}

/// `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12.5 %`, rounded down. A share of zero is zero.
pub(crate) fn share(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// A duration in its two largest units: `1 d 10 h`, `4 min 7 s`.
// `jiff` prints `1d 10h` or `1 day 10 hours`, never only the two largest units.
pub(crate) fn duration(secs: u64) -> String {
    let units = [
        (secs / 86_400, "d"),
        (secs / 3600 % 24, "h"),
        (secs / 60 % 60, "min"),
        (secs % 60, "s"),
    ];
    let first = units.iter().position(|(count, _)| *count > 0).unwrap_or(3);
    let shown = units[first..].iter().take(2).filter(|(count, _)| *count > 0);
    let parts: Vec<String> = shown.map(|(count, unit)| format!("{count} {unit}")).collect();
    if parts.is_empty() {
        "0 s".to_owned()
    } else {
        parts.join(" ")
    }
}

/// A time in UTC, to the second: `2026-11-29 12:00:00Z`.
pub(crate) fn moment(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::MAX);
    at.strftime("%F %TZ").to_string()
}

/// A time as it is typed: a day and a time with its zone.
pub(crate) fn instant(typed: &str) -> Result<jiff::Timestamp, &'static str> {
    typed.parse().map_err(
        |_| "give a day and a time with its zone: `2027-04-30T22:00:00Z` or `2027-05-01T00:00:00+02:00`",
    )
}

/// A time of the API (RFC 3339) in the same form. What is no such time is shown as it is.
pub(crate) fn time(text: &str) -> String {
    let at = text.parse::<jiff::Timestamp>();
    at.map_or_else(
        |_| text.to_owned(),
        |at| moment(Timestamp::from_millis(at.as_millisecond())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_shown_in_their_two_largest_units() {
        for (secs, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_725, "1 h 2 min"),
            (86_400, "1 d"),
            (125_669, "1 d 10 h"),
        ] {
            assert_eq!(duration(secs), text);
        }
    }

    #[test]
    fn times_of_the_api_are_shown_as_the_others() {
        assert_eq!(time("2026-11-29T12:00:00Z"), "2026-11-29 12:00:00Z");
        assert_eq!(time("2026-11-29T12:00:00.250Z"), "2026-11-29 12:00:00Z");
        assert_eq!(time("yesterday"), "yesterday");
    }

    #[test]
    fn numbers_are_grouped_and_shares_rounded_down() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(share(119, 952), "12.5 %");
        assert_eq!(share(0, 0), "0.0 %");
    }
}
