//! Durations as people write and read them: `90 s`, `15 min`, `1 h 30 min`, `2 days`.

use usher_domain::Secs;

/// The units, largest first, with prefixes of their names.
const UNITS: [(u32, &[&str]); 4] = [
    (86_400, &["d", "day", "days"]),
    (3_600, &["h", "hour", "hours"]),
    (60, &["m", "min", "minute", "minutes"]),
    (1, &["s", "sec", "secs", "second", "seconds"]),
];

/// Parses a duration; a number without a unit is in seconds. `None` if it is invalid.
pub(super) fn parse(text: &str) -> Option<Secs> {
    let text = text.trim().to_lowercase();
    if let Ok(secs) = text.parse() {
        return Some(Secs::new(secs));
    }
    let mut rest = text.as_str();
    let mut total = 0_u32;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let end = after
            .find(|letter: char| !letter.is_alphabetic())
            .unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        let (unit, _) = UNITS.iter().find(|(_, names)| names.contains(&word))?;
        let part = number.parse::<u32>().ok()?.checked_mul(*unit)?;
        total = total.checked_add(part)?;
        rest = after.trim_start();
    }
    Some(Secs::new(total))
}

/// A duration in its largest units, without rounding.
pub(crate) fn words(secs: Secs) -> String {
    let names = ["day", "h", "min", "s"];
    let mut left = secs.get();
    let mut parts = Vec::new();
    for ((unit, _), name) in UNITS.iter().zip(names) {
        let count = left / unit;
        left %= unit;
        if count > 0 {
            let plural = if name == "day" && count > 1 { "s" } else { "" };
            parts.push(format!("{count} {name}{plural}"));
        }
    }
    if parts.is_empty() {
        return "0 s".to_owned();
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_durations_can_be_entered() {
        for secs in [0, 1, 59, 90, 3600, 5400, 86_400, 2 * 86_400 + 61] {
            let secs = Secs::new(secs);

            assert_eq!(parse(&words(secs)), Some(secs), "{}", words(secs));
        }
    }

    #[test]
    fn durations_with_and_without_units_are_accepted_and_nonsense_is_not() {
        for (text, secs) in [
            ("90", Some(90)),
            (" 15 min ", Some(900)),
            ("1h30m", Some(5400)),
            ("2 Days", Some(172_800)),
            ("", None),
            ("h", None),
            ("-5", None),
            ("5 weeks", None),
            ("99999999 days", None),
        ] {
            assert_eq!(parse(text), secs.map(Secs::new), "{text}");
        }
    }
}
